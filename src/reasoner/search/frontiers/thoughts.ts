import { z } from "zod";
import { roles, type CallId } from "../../../core/call.ts";
import type { Context } from "../../../core/context.ts";
import type { Guide, GuideNode } from "../../../core/contracts.ts";
import type { Judgement } from "../../../core/judgement.ts";
import type { Question } from "../../../core/task.ts";
import { isRunError, joined, trySample } from "../../solve.ts";
import { proposed } from "./proposals.ts";
import type { Policy } from "./replies.ts";

/** Options of the searches over thoughts. */
export const thoughtOptions = z.object({
  /** Continuations sampled one by one, or listed in one reply; a family with a grammar is sampled. */
  generate: z.enum(["sample", "propose"]).default("sample"),
  /** Values by the Guide, or by labels that a model gives; "auto": the Guide where there is one, or a grammar. */
  evaluate: z.enum(["auto", "guide", "value"]).default("auto"),
  /** Labels a state. */
  labels: z.int().positive().default(3),
  /** Whose model evaluates. */
  evaluator: z.enum(roles).default("reasoner"),
});
export type ThoughtOptions = z.output<typeof thoughtOptions>;

const weights = { sure: 20, likely: 1, impossible: 0.001 } as const;
const labelTokens = 512;

/** The value by labels just below that of a state that is always called likely. */
export const promising = 0.99 * (weights.likely / weights.sure);

/** The sum of the labels' weights; one that is none of the three weighs nothing. */
export function labelSum(labels: readonly (string | undefined)[]): number {
  return labels.reduce((sum, label) => {
    return sum + (label === "sure" || label === "likely" || label === "impossible" ? weights[label] : 0);
  }, 0);
}

/** The label on the last line of a reply, else the last one anywhere. */
export function readLabel(reply: string): string | undefined {
  const find = (text: string): string | undefined =>
    [...text.toLowerCase().matchAll(/\b(sure|likely|impossible)\b/gu)].at(-1)?.[1];
  return find(reply.trimEnd().split("\n").at(-1) ?? "") ?? find(reply);
}

export const valuePrompt = (question: string, written: string): string =>
  `A problem:\n${question}\n\nWork on it so far:\n${written === "" ? "(nothing yet)" : written}\n\n` +
  "Can this work still lead to a correct answer? Check it briefly. Then write one word on a last line of its own: " +
  "sure if it will, likely if it may, impossible if it cannot.";

/** A Guide by labels: their sum over the highest possible sum. Equal prompts are asked once. */
export function labelGuide({ labels, evaluator }: Pick<ThoughtOptions, "labels" | "evaluator">): Guide {
  const known = new Map<string, Promise<Pick<Judgement, "score" | "calls">>>();
  const label = async (prompt: string, c: Context): Promise<Pick<Judgement, "score" | "calls">> => {
    const seed = c.random.fork(`label/${prompt}`).seed;
    const replies = await trySample(c, evaluator, [{ role: "user", content: prompt }], {
      n: labels,
      seed,
      maxTokens: labelTokens,
      temperature: 0.7,
    });
    if (isRunError(replies)) return { score: null, calls: [] };
    const whole = replies.filter(({ finish }) => finish !== "abort");
    const calls = whole.map(({ call }): CallId => call);
    if (whole.length === 0) return { score: null, calls };
    return { score: labelSum(whole.map(({ text }) => readLabel(text))) / (weights.sure * whole.length), calls };
  };
  const judge = async ({ node, question, steps }: GuideNode, c: Context): Promise<Judgement> => {
    const prompt = valuePrompt(question.text, joined(c.model("reasoner"), steps));
    let asked = known.get(prompt);
    if (asked === undefined) {
      asked = label(prompt, c);
      known.set(prompt, asked);
    }
    return { of: String(node.id), by: "label", level: "step", ...(await asked) };
  };
  return (nodes, c) => Promise.all(nodes.map((node) => judge(node, c)));
}

/** Does the model write in a family's grammar, and so understands no prompt in words? */
export const hasGrammar = (question: Question, c: Context): boolean => c.family(question.family).words.length > 0;

/** The context with the values asked for, and how children are made where the search does not sample them. */
export function thoughts(
  question: Question,
  outer: Context,
  o: ThoughtOptions,
): { readonly c: Context; readonly expand: Policy["expand"]; readonly labelled: boolean } {
  const native = hasGrammar(question, outer);
  const labelled = o.evaluate === "value" || (o.evaluate === "auto" && !outer.guide && !native);
  const c = labelled ? outer.with({ guide: labelGuide(o) }) : outer;
  return { c, expand: o.generate === "propose" && !native ? proposed(question) : undefined, labelled };
}
