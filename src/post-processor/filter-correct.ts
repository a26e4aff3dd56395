import { z } from "zod";
import type { PostProcessor } from "../core/contracts.ts";
import { scoreOf } from "../core/group.ts";
import { defineMethod } from "../core/method.ts";
import { keep } from "./keep.ts";

const id = "filter-correct";

const options = z.object({
  /** Judge whose score decides; default: the last that judged. */
  judge: z.string().optional(),
  threshold: z.number().default(1),
});

/** Keeps solutions whose score is at least the threshold; an undecided one goes. */
function filterCorrect({ judge, threshold }: z.output<typeof options>): PostProcessor {
  return async (groups) =>
    keep(groups, id, (solution, group) => {
      const score = scoreOf(group, solution.id, judge);
      if (score === null) return "undecided";
      return score >= threshold ? undefined : `score ${score} < ${threshold}`;
    });
}

export default defineMethod({
  id,
  kind: "post-processor",
  contract: "post-processor",
  section: "B8",
  about: "Keeps the solutions that a judge scores at or above a threshold.",
  source: "Singh et al. 2023, Beyond Human Data (ReST-EM); Gulcehre et al. 2023, ReST",
  options,
  create: filterCorrect,
});
