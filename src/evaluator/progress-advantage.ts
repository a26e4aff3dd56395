import { z } from "zod";
import type { CallId } from "../core/call.ts";
import type { Context } from "../core/context.ts";
import type { Evaluator } from "../core/contracts.ts";
import { UserError } from "../core/errors.ts";
import type { Judgement } from "../core/judgement.ts";
import type { Message } from "../core/model.ts";
import { defineMethod } from "../core/method.ts";
import type { Solution } from "../core/solution.ts";
import { ask, type Question } from "../core/task.ts";
import { mean, replies, said, undecided, withoutTruth, written } from "./asking.ts";
import { aggregations, aggregate, judged } from "./steps.ts";

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

/** 1 or 0 by the judge of finished replies that the run has, else by the family's check; both see the question only. */
async function successes(
  question: Question,
  texts: readonly string[],
  c: Context,
  judge: Evaluator | undefined,
): Promise<(number | null)[]> {
  const family = c.family(question.family);
  if (judge) {
    const solutions = texts.map((text, i): Solution => {
      const { steps, answer } = family.parse(question, text, "short");
      const cost = { calls: 0, inputTokens: 0, outputTokens: 0 };
      const stated = answer === undefined ? {} : { answer };
      return { id: `${id}-${i}`, taskId: question.id, text, steps, ...stated, by: [], cost };
    });
    const group = { task: withoutTruth(question), solutions, judgements: [], trees: [], episodes: [] };
    return (await judge(group, c)).map(({ score }) => score);
  }
  const { check } = family;
  if (!check) {
    throw new UserError(
      `${id} needs to know which completions succeed: the family ${family.id} has no check, and the run no evaluator.`,
      "Name an evaluator of finished solutions, one that sees the question only.",
    );
  }
  return texts.map((text) => Number(check(question, text)));
}

interface Valued {
  readonly value: number | null;
  readonly calls: readonly CallId[];
  readonly lack?: string;
}

/** The policy's value of a prefix: mean success of completions, or of the prefix itself where nothing can follow. */
async function valueOf(
  question: Question,
  prefix: readonly string[],
  c: Context,
  o: Options,
  judge: Evaluator | undefined,
): Promise<Valued> {
  const family = c.family(question.family);
  const model = c.model("reasoner");
  const text = written(model, prefix);
  const ended = family.end !== "" && text.endsWith(family.end);
  let texts = [text];
  let calls: readonly CallId[] = [];
  if (!ended) {
    const prompt: Message[] = said(family.prompt(question, "short"));
    if (text !== "") prompt.push({ role: "assistant", content: text });
    const asking = {
      n: o.m,
      label: `${id}/${question.id}`,
      maxTokens: family.maxTokens(question, "short"),
      temperature: o.temperature,
      ...(family.end === "" ? {} : { stop: [family.end] }),
    };
    const got = await replies(c, prompt, asking, "reasoner");
    if (got.lack !== undefined) return { value: null, calls: got.calls, lack: got.lack };
    texts = got.samples.map((sample) => written(model, [text, sample.text]));
    calls = got.calls;
  }
  const scores = (await successes(question, texts, c, judge)).filter((score) => score !== null);
  if (scores.length === 0) return { value: null, calls, lack: "no completion could be judged" };
  return { value: mean(scores), calls };
}

/** perStep: Q^π + α·A^μ after each step; score: their aggregate. `steps: "last"` values the last two states only. */
function progressAdvantage(o: Options): Evaluator {
  const evaluate: Evaluator = async ({ task, solutions }, c) => {
    const question = ask(task);
    // As the run's own evaluator it must not ask itself which completions succeed.
    const judge = c.evaluator === evaluate ? undefined : c.evaluator;
    return Promise.all(
      solutions.map(async (solution): Promise<Judgement> => {
        const base = { of: solution.id, by: id, level: "step" } as const;
        const at = judged(solution, o.steps);
        if (at.length === 0) return undecided(base, "the solution has no steps");
        const texts = solution.steps.map(({ text }) => text);
        const lengths = [at[0], ...at.map((i) => i + 1)];
        const values = await Promise.all(lengths.map((n) => valueOf(question, texts.slice(0, n), c, o, judge)));
        const calls = values.flatMap((value) => value.calls);
        const lacking = values.find(({ value }) => value === null);
        if (lacking) return undecided(base, lacking.lack ?? "", calls);
        const known = values.map(({ value }) => value ?? 0);
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
