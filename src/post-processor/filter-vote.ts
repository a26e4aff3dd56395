import { z } from "zod";
import type { PostProcessor } from "../core/contracts.ts";
import { defineMethod } from "../core/method.ts";
import { keep } from "./keep.ts";

const id = "filter-vote";

const options = z.object({
  judge: z
    .string()
    .default("self-consistency")
    .describe("the vote: its scores are shares, its label marks the majority"),
  threshold: z.number().min(0).max(1).default(0.5).describe("least share of the majority"),
});

/** Keeps the solutions with the majority's answer where the majority is large enough. */
function filterVote({ judge, threshold }: z.output<typeof options>): PostProcessor {
  return async (groups) =>
    keep(groups, id, (solution, group) => {
      const vote = group.judgements.findLast(({ of, by }) => of === solution.id && by === judge);
      if (vote?.label !== "majority") return "not the majority's answer";
      return (vote.score ?? 0) >= threshold ? undefined : `majority of ${vote.score} < ${threshold}`;
    });
}

export default defineMethod({
  id,
  kind: "post-processor",
  contract: "post-processor",
  section: "B8",
  about: "Keeps solutions whose answer is the majority's, where the majority is large enough.",
  source: "Huang et al. 2022, Large Language Models Can Self-Improve",
  options,
  create: filterVote,
});
