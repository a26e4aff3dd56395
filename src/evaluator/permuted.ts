import { z } from "zod";
import type { Evaluator } from "../core/contracts.ts";
import { scoreOf } from "../core/group.ts";
import { defineMethod } from "../core/method.ts";

const options = z.object({ of: z.string().default("gt-match").describe("judge whose scores are dealt out anew") });

/** Deals another judge's scores out at random inside each group: as many rewards, none of them earned. */
function permuted({ of }: z.output<typeof options>): Evaluator {
  return async (group, c) => {
    const scores = c.random
      .fork(`permuted/${group.task.id}`)
      .shuffle(group.solutions.map(({ id }) => scoreOf(group, id, of)));
    return group.solutions.map(({ id }, i) => ({
      of: id,
      by: "permuted",
      level: "outcome",
      score: scores[i],
      calls: [],
    }));
  };
}

export default defineMethod({
  id: "permuted",
  kind: "evaluator",
  contract: "evaluator",
  section: "design",
  about: "Control: another judge's scores, permuted inside each group.",
  source: "permutation control; this project's",
  options,
  create: permuted,
});
