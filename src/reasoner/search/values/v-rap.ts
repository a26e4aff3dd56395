import { z } from "zod";
import type { Context } from "../../../core/context.ts";
import type { GuideNode } from "../../../core/contracts.ts";
import { defineMethod } from "../../../core/method.ts";
import { isRunError, joined, nativeMessages, trySample } from "../../solve.ts";
import { chosen, each, roleOption, shown, undecided, type Chosen, type Valued } from "./valuing.ts";

export const rapOptions = z.object({
  alpha: z.number().min(0).max(1).default(0.5).describe("weight of usefulness, in the exponent"),
  /** Asked in words; or how likely the policy is to write it, a token. "auto": asked, unless the family has a grammar. */
  useful: z.enum(["auto", "asked", "likelihood"]).default("auto"),
  role: roleOption.default("reasoner").describe("whose model is asked"),
  samples: z.int().positive().default(5).describe("replies, where that model gives no log-probs"),
  answers: z.int().positive().default(4).describe("sub-answers of which the majority counts"),
  cue: z
    .array(z.string().min(1))
    .default(["Answer:", "="])
    .describe("the first of them in a step parts question from answer"),
});
export type RapOptions = z.output<typeof rapOptions>;

/** r_useful^α · r_conf^(1 − α). */
export const rapValue = (useful: number, confident: number, alpha: number): number =>
  useful ** alpha * confident ** (1 - alpha);

/** The most frequent text, white space aside, the earliest of several; and its share. Undefined of none. */
export function majority(texts: readonly string[]): { readonly index: number; readonly share: number } | undefined {
  const names = texts.map((text) => text.trim().replaceAll(/\s+/gu, " "));
  const counts = names.map((name) => names.filter((other) => other === name).length);
  const most = Math.max(...counts);
  return texts.length === 0 ? undefined : { index: counts.indexOf(most), share: most / texts.length };
}

/** P(the sub-question is useful). */
export async function usefulness(at: GuideNode, c: Context, o: RapOptions, question: string): Promise<Chosen> {
  const before = { ...at, steps: at.steps.slice(0, -1) };
  const content =
    `${shown(before, c)}\n\nNew sub-question: ${question.trim()}\n` +
    "Is it useful for answering the problem? Answer Yes or No.\nAnswer:";
  const label = `v-rap/${at.question.id}/${at.node.id}/useful`;
  return chosen(c, content, ["Yes", "No"], { role: o.role, label, samples: o.samples });
}

/** Does the policy's own likelihood stand in for a judgement in words? */
export const byLikelihood = (at: Pick<GuideNode, "question">, c: Context, o: RapOptions): boolean =>
  o.useful === "likelihood" || (o.useful === "auto" && c.family(at.question.family).words.length > 0);

/** exp of the mean log-prob a token of what a call wrote; the prior where there are none. */
export function likelihood({ node }: Pick<GuideNode, "node">, c: Context): number {
  const logprobs = node.calls.slice(0, 1).flatMap((call) => [...(c.call(call).logprobs ?? [])]);
  return logprobs.length === 0 ? node.prior : Math.exp(logprobs.reduce((a, b) => a + b, 0) / logprobs.length);
}

async function valueOf(at: GuideNode, c: Context, o: RapOptions): Promise<Valued> {
  const step = at.steps.at(-1);
  if (step === undefined) return undecided;
  const cue = o.cue.find((text) => step.includes(text));
  const asked = cue === undefined ? "" : step.slice(0, step.indexOf(cue) + cue.length);
  const useful = byLikelihood(at, c, o)
    ? { p: [likelihood(at, c)], calls: [] }
    : await usefulness(at, c, o, cue === undefined ? step : step.slice(0, step.indexOf(cue)));
  if (useful.p === undefined) return { score: null, calls: useful.calls };
  const model = c.model("reasoner");
  const family = c.family(at.question.family);
  const before = joined(model, [...at.steps.slice(0, -1), asked]);
  const replies = await trySample(c, "reasoner", nativeMessages(family, at.question, "short", before), {
    n: o.answers,
    seed: c.random.fork(`v-rap/${at.question.id}/${at.node.id}/answers`).seed,
    maxTokens: family.maxTokens(at.question, "short"),
    stop: [family.delimiter, family.end].filter((text) => text !== ""),
  });
  if (isRunError(replies)) return { score: null, calls: useful.calls };
  const share = majority(replies.map(({ text }) => text))?.share ?? 0;
  return { score: rapValue(useful.p[0], share, o.alpha), calls: [...useful.calls, ...replies.map(({ call }) => call)] };
}

/** A step without a cue is drawn anew as a whole. */
export default defineMethod({
  id: "v-rap",
  kind: "value-source",
  contract: "guide",
  section: "C4",
  about: "The value of a state is how useful its last sub-question is, times how sure its answer.",
  source: "Hao et al. 2023 (RAP)",
  options: rapOptions,
  create: (o) => each("v-rap", (at, c) => valueOf(at, c, o)),
});
