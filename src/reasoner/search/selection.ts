import { z } from "zod";
import alphazero from "./scores/alphazero.ts";
import puct from "./scores/puct.ts";
import type { Score } from "./scores/score.ts";
import ucbSurvey from "./scores/ucb-survey.ts";
import uct from "./scores/uct.ts";

/** Options of every search that selects by a score. */
export const selectionOptions = z.object({
  score: z.enum(["ucb-survey", "puct", "uct", "alphazero"]).default("puct"),
  /** Weight of exploration; the score's own default if absent. */
  c: z.number().nonnegative().optional(),
  /** Exploration over the search: constant, or falling to a tenth linearly or exponentially (rStar). */
  schedule: z.enum(["constant", "linear", "exponential"]).default("constant"),
});
export type SelectionOptions = z.output<typeof selectionOptions>;

/** The score of its id with the weight asked for. */
export function scoreOf(o: SelectionOptions): Score {
  const own = o.c === undefined ? {} : { c: o.c };
  switch (o.score) {
    case "puct":
      return puct.create(puct.options.parse(own));
    case "ucb-survey":
      return ucbSurvey.create(ucbSurvey.options.parse(own));
    case "uct":
      return uct.create(uct.options.parse(own));
    case "alphazero":
      return alphazero.create(alphazero.options.parse(o.c === undefined ? {} : { init: o.c }));
  }
}

/** The factor on exploration after a share of the search, from 0 to 1. */
export function explorationAt(o: SelectionOptions, progress: number): number {
  switch (o.schedule) {
    case "constant":
      return 1;
    case "linear":
      return 1 - 0.9 * progress;
    case "exponential":
      return 0.1 ** progress;
  }
}
