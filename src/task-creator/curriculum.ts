import { z } from "zod";
import type { Stats, TaskCreator } from "../core/contracts.ts";
import { UserError } from "../core/errors.ts";
import { defineMethod } from "../core/method.ts";
import { distinct } from "./distinct.ts";

const options = z.object({
  family: z.string().describe("id of the task family"),
  from: z.int().describe("first frontier"),
  max: z.int().describe("last frontier"),
  step: z.int().min(1).default(1).describe("how far the frontier advances"),
  gate: z.number().min(0).max(1).default(0.9).describe("share solved at the frontier that lets it advance"),
  old: z.number().min(0).max(0.99).default(0.35).describe("share of tasks that are easier than the frontier"),
  easiest: z.int().optional().describe("easiest of the old difficulties; default: the first frontier"),
  split: z.enum(["train", "eval"]).default("train"),
});
type Curriculum = z.output<typeof options>;

/**
 * The difficulty to work at. It follows from the last round alone, whose hardest tasks were at its frontier, so that a resumed
 * run goes on where it was.
 */
export function frontier({ solved }: Stats, o: Pick<Curriculum, "from" | "max" | "step" | "gate">): number {
  const reached = Math.min(o.max, Math.max(o.from, ...solved.keys()));
  const share = solved.get(reached);
  return share !== undefined && share >= o.gate ? Math.min(o.max, reached + o.step) : reached;
}

export default defineMethod({
  id: "curriculum",
  kind: "task-creator",
  contract: "task-creator",
  section: "design",
  about: "Tasks at a frontier of difficulty that advances when enough of them are solved, with easier ones mixed in.",
  source: "this project; growing lengths by one after each round: Lee N. et al. 2025",
  options,
  create: (o): TaskCreator => {
    const easiest = o.easiest ?? o.from;
    if (o.max < o.from || easiest > o.from)
      throw new UserError(
        `curriculum: easiest ${easiest}, from ${o.from}, max ${o.max} are out of order`,
        "choose easiest ≤ from ≤ max",
      );
    return {
      async *next(stats, c) {
        const random = c.random.fork(`curriculum/${stats.round}`);
        const draw = distinct(c.family(o.family), random, o.split);
        const hardest = frontier(stats, o);
        const old = hardest > easiest ? Math.floor(stats.count * o.old) : 0;
        for (let i = old; i < stats.count; i++) yield draw(hardest);
        for (let i = 0; i < old; i++) yield draw(easiest + random.int(hardest - easiest));
      },
    };
  },
});
