import { z } from "zod";
import { vote } from "../answers/vote.ts";
import type { Context } from "../core/context.ts";
import type { Evaluator } from "../core/contracts.ts";
import { scoreOf } from "../core/group.ts";
import { defineMethod } from "../core/method.ts";
import type { Solution } from "../core/solution.ts";

const id = "self-consistency";

const options = z.object({
  /** Judge whose scores weigh the votes; default: one solution, one vote. */
  weights: z.string().optional(),
});

/** Mean log-prob of a solution's tokens; −Infinity where none was recorded. */
function meanLogprob(solution: Solution, c: Context): number {
  const logprobs = solution.by.flatMap((call) => Array.from(c.call(call).logprobs ?? []));
  return logprobs.length === 0 ? -Infinity : logprobs.reduce((sum, p) => sum + p, 0) / logprobs.length;
}

/**
 * Score = share of the group's votes for the solution's answer, label "majority" on those of the winner. A solution
 * without an answer scores 0, and its vote counts for nobody.
 */
function selfConsistency({ weights }: z.output<typeof options>): Evaluator {
  return async (group, c) => {
    const { clusters, shares, winner } = vote(
      group.solutions.map(({ answer }) => answer),
      {
        weights:
          weights === undefined
            ? undefined
            : group.solutions.map((solution) => Math.max(0, scoreOf(group, solution.id, weights) ?? 0)),
        logprobs: group.solutions.map((solution) => meanLogprob(solution, c)),
      },
    );
    return group.solutions.map((solution, i) => {
      const cluster = clusters.findIndex((members) => members.includes(i));
      const won = winner !== undefined && cluster >= 0 && clusters[cluster].includes(winner);
      return {
        of: solution.id,
        by: id,
        level: "outcome",
        score: shares[cluster] ?? 0,
        label: won ? "majority" : undefined,
        calls: [],
      };
    });
  };
}

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B2",
  about: "Votes of the samples: how many agree with a solution's answer.",
  source: "Wang et al. 2023, Self-Consistency Improves Chain of Thought Reasoning",
  options,
  create: selfConsistency,
});
