import { z } from "zod";
import type { Evaluator } from "../core/contracts.ts";
import type { Judgement } from "../core/judgement.ts";
import { defineMethod } from "../core/method.ts";
import { ask } from "../core/task.ts";
import { undecided } from "./asking.ts";
import { aggregations, aggregate, judged } from "./steps.ts";
import { valueOf } from "./success.ts";

const id = "progress-advantage";

const options = z.object({
  m: z.int().positive().default(8).describe("completions of a prefix, whose mean success is its value"),
  k: z.int().positive().default(4).describe("the prover is the best of k samples of the policy; 1: the policy itself"),
  alpha: z.number().nonnegative().default(0.5).describe("weight of the advantage"),
  temperature: z.number().nonnegative().default(1),
  steps: z.enum(["all", "last"]).default("all"),
  aggregate: z.enum(aggregations).default("last"),
});
type Options = z.output<typeof options>;

/** P(at least one of k samples succeeds) where one does with probability v. */
export const bestOf = (v: number, k: number): number => 1 - (1 - v) ** k;

/**
 * A^μ of each step from the policy's values before the first step and after every step; μ is best-of-k of the policy.
 * Steps are deterministic, so that Q^μ(s, a) is the value of the state that a leads to.
 */
export const advantages = (values: readonly number[], k: number): number[] =>
  values.slice(1).map((after, i) => bestOf(after, k) - bestOf(values[i], k));

/** perStep: Q^π + α·A^μ after each step; score: their aggregate. `steps: "last"` values the last two states only. */
function progressAdvantage(o: Options): Evaluator {
  const evaluate: Evaluator = async ({ task, solutions }, c) => {
    const question = ask(task);
    // Where it is the run's own evaluator, it must not ask itself which completions succeed.
    const judge = c.evaluator === evaluate ? undefined : c.evaluator;
    return Promise.all(
      solutions.map(async (solution): Promise<Judgement> => {
        const base = { of: solution.id, by: id, level: "step" } as const;
        const at = judged(solution, o.steps);
        if (at.length === 0) return undecided(base, "the solution has no steps");
        const texts = solution.steps.map(({ text }) => text);
        const lengths = [at[0], ...at.map((i) => i + 1)];
        const values = await Promise.all(
          lengths.map((n) => valueOf(id, question, texts.slice(0, n), c, { ...o, judge })),
        );
        const calls = values.flatMap((value) => value.calls);
        const lacking = values.find((value) => "lack" in value);
        if (lacking) return undecided(base, lacking.lack, calls);
        const known = values.map((value) => ("value" in value ? value.value : 0));
        const gained = advantages(known, o.k);
        const perStep = gained.map((advantage, i) => known[i + 1] + o.alpha * advantage);
        return { ...base, score: aggregate(perStep, o.aggregate), perStep, calls };
      }),
    );
  };
  return evaluate;
}

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B3",
  about: "What a step adds to the chance of success of a stronger prover, besides the policy's own chance after it.",
  source: "Setlur et al. 2024, Rewarding Progress",
  options,
  create: progressAdvantage,
});
