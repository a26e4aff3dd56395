import { z } from "zod";
import alphazero from "./scores/alphazero.ts";
import puct from "./scores/puct.ts";
import type { Score } from "./scores/score.ts";
import ucbSurvey from "./scores/ucb-survey.ts";
import uct from "./scores/uct.ts";

/** Options of every search that selects by a score. */
export const selectionOptions = z.object({
  score: z.enum(["ucb-survey", "puct", "uct", "alphazero", "ducb"]).default("puct"),
  /** Weight of exploration; the score's own default if absent. */
  c: z.number().nonnegative().optional(),
  /** Of uct: what an unvisited child counts as, and the factor inside the root. */
  unvisited: z.enum(["infinity", "zero", "value-plus-1"]).default("infinity"),
  factor: z.number().positive().default(1),
  /** Of ducb: how much of past rewards is left after each. */
  fade: z.number().gt(0).max(1).default(0.99),
  /** Exploration over the search: constant, or falling to a tenth linearly or exponentially (rStar). */
  schedule: z.enum(["constant", "linear", "exponential"]).default("constant"),
});
export type SelectionOptions = z.output<typeof selectionOptions>;

/** The score of its id with the weight asked for; undefined for ducb, which looks at all arms of a node at once. */
export function scoreOf(o: SelectionOptions): Score | undefined {
  const own = o.c === undefined ? {} : { c: o.c };
  switch (o.score) {
    case "puct":
      return puct.create(puct.options.parse(own));
    case "ucb-survey":
      return ucbSurvey.create(ucbSurvey.options.parse(own));
    case "uct":
      return uct.create(uct.options.parse({ ...own, unvisited: o.unvisited, factor: o.factor }));
    case "alphazero":
      return alphazero.create(alphazero.options.parse(o.c === undefined ? {} : { init: o.c }));
    case "ducb":
      return undefined;
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
