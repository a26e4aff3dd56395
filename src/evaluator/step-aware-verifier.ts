import { z } from "zod";
import { vote } from "../answers/vote.ts";
import type { Evaluator } from "../core/contracts.ts";
import { scoreOf } from "../core/group.ts";
import { defineMethod } from "../core/method.ts";
import { undecided } from "./asking.ts";

const id = "step-aware-verifier";

const options = z.object({
  of: z.string().default("orm-score").describe("judge of this group whose score is p(correct) of a solution"),
});

/** What stands after the equals signs of a step, as numbers in one spelling. */
const resultsOf = (step: string): string[] =>
  [...step.matchAll(/=\s*[$]?\s*(-?\d[\d,]*(?:\.\d+)?)/gu)].map(([, digits]) =>
    String(Number(digits.replaceAll(",", ""))),
  );

/**
 * Labels to train a judge of steps: step i of a wrong solution is 1 iff the intermediate results of steps 1..i are among those
 * of one correct solution, as often as there; 0 while there are none. Every step of a correct solution is 1.
 */
export function stepLabels(wrong: readonly string[], correct: readonly (readonly string[])[]): number[] {
  const known = correct.map((steps) => counted(steps.flatMap(resultsOf)));
  const before: string[] = [];
  return wrong.map((step) => {
    before.push(...resultsOf(step));
    const counts = [...counted(before)];
    return Number(before.length > 0 && known.some((bag) => counts.every(([value, n]) => n <= (bag.get(value) ?? 0))));
  });
}

function counted(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** Score: Σ p(correct) over the solutions with the same answer, "chosen" on those of the best; 0 without an answer. */
const stepAwareVerifier =
  ({ of: judge }: z.output<typeof options>): Evaluator =>
  async (group) => {
    const p = group.solutions.map((solution) => scoreOf(group, solution.id, judge));
    const weights = p.map((score) => Math.max(0, score ?? 0));
    const { clusters, winner } = vote(
      group.solutions.map(({ answer }) => answer),
      { weights },
    );
    return group.solutions.map(({ id: of }, i) => {
      const base = { of, by: id, level: "outcome" } as const;
      if (p[i] === null) return undecided(base, `no score by ${judge}`);
      const members = clusters.find((cluster) => cluster.includes(i)) ?? [];
      const score = members.reduce((sum, k) => sum + weights[k], 0);
      const chosen = winner !== undefined && members.includes(winner);
      return { ...base, score, ...(chosen ? { label: "chosen" } : {}), calls: [] };
    });
  };

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B3",
  about: "Answers by the sum of their solutions' p(correct); labels of steps from shared intermediate results.",
  source: "Li Y. et al. 2023, Making Language Models Better Reasoners with Step-Aware Verifier (DIVERSE)",
  options,
  create: stepAwareVerifier,
});
