import { z } from "zod";
import type { Context, Sample } from "../core/context.ts";
import { defineMethod } from "../core/method.ts";
import type { Message, Sampling } from "../core/model.ts";
import type { Solution } from "../core/solution.ts";
import type { Question } from "../core/task.ts";
import {
  bestFirst,
  costOf,
  failed,
  isRunError,
  lost,
  nativeMessages,
  readReply,
  solutionId,
  trySample,
} from "./solve.ts";
import { extractAnswer, splitSteps } from "./text.ts";

const exemplar = z.object({ question: z.string(), rationale: z.string(), answer: z.string() });

export const cotOptions = z.object({
  /** "native": the family's own grammar, one call. "zero-shot": a cue, then an extraction call. "few-shot": exemplars. */
  mode: z.enum(["native", "zero-shot", "few-shot"]).default("native"),
  /** Native mode: one derivation, or a chain of tries. */
  form: z.enum(["short", "long"]).default("short"),
  /** Independent samples. */
  n: z.int().positive().default(1),
  /** 0 is greedy. */
  temperature: z.number().nonnegative().default(1),
  topK: z.int().positive().optional(),
  topP: z.number().gt(0).max(1).optional(),
  /** Longest reply; native mode defaults to what the family says is enough. */
  maxTokens: z.int().positive().optional(),
  exemplars: z.array(exemplar).default([]),
});
export type CotOptions = z.output<typeof cotOptions>;

const cue = "Let us think step by step.";
const extraction = "So, stated alone, the final answer is";
const freeTokens = 1024;
const answerTokens = 64;

/** `o.n` attempts in the order of sampling; one failed attempt if nothing could be sampled. */
export async function attempts(question: Question, c: Context, o: CotOptions): Promise<Solution[]> {
  const { n, temperature, topK, topP } = o;
  const family = c.family(question.family);
  const native = o.mode === "native";
  const maxTokens = o.maxTokens ?? (native ? family.maxTokens(question, o.form) : freeTokens);
  const seed = c.random.fork(`cot/${question.id}`).seed;
  const sampling: Sampling = { n, seed, maxTokens, temperature, topK, topP, ...(native ? { stop: [family.end] } : {}) };
  const messages = native ? nativeMessages(family, question, o.form) : freeMessages(question, o);
  const samples = await trySample(c, "reasoner", messages, sampling);
  if (isRunError(samples)) return [failed(question, samples)];
  return Promise.all(
    samples.map(async (sample) => {
      if (sample.finish === "abort") {
        return failed(question, lost(sample, c), { text: sample.text });
      }
      const from = { by: [sample.call], cost: costOf(c, [sample.call]) };
      if (native) return readReply(question, family, o.form, sample.text, from);
      return o.mode === "zero-shot" ? extract(question, c, messages, sample) : readFree(question, sample, from);
    }),
  );
}

function freeMessages(question: Question, o: CotOptions): Message[] {
  if (o.mode === "zero-shot") return [{ role: "user", content: `${question.text}\n${cue}` }];
  const shots = o.exemplars.flatMap((shot): Message[] => [
    { role: "user", content: shot.question },
    { role: "assistant", content: `${shot.rationale}\nThe answer is ${shot.answer}.` },
  ]);
  return [...shots, { role: "user", content: question.text }];
}

function readFree(question: Question, sample: Sample, from: Pick<Solution, "by" | "cost">): Solution {
  const { text } = sample;
  const answer = extractAnswer(text);
  const stated =
    answer === undefined ? { error: { where: "parse" as const, message: "the reply states no answer" } } : { answer };
  const steps = splitSteps(text).map((step) => ({ text: step }));
  return { id: solutionId(question, text, from.by), taskId: question.id, text, steps, ...from, ...stated };
}

/** The second call of the zero-shot form: the first completion is in its prompt, its reply is the answer. */
async function extract(question: Question, c: Context, messages: readonly Message[], first: Sample): Promise<Solution> {
  const told: Message[] = [
    ...messages,
    { role: "assistant", content: first.text },
    { role: "user", content: extraction },
  ];
  const seed = c.random.fork(`cot/${question.id}/answer/${first.call}`).seed;
  const reply = await trySample(c, "reasoner", told, { n: 1, seed, maxTokens: answerTokens, temperature: 0 });
  const { text } = first;
  const own = { text, by: [first.call], cost: costOf(c, [first.call]) };
  if (isRunError(reply)) return failed(question, reply, own);
  const [second] = reply;
  if (second.finish === "abort") return failed(question, lost(second, c), own);
  const by = [first.call, second.call];
  const steps = splitSteps(text).map((step) => ({ text: step }));
  const answer = extractAnswer(second.text) ?? second.text.trim();
  return { id: solutionId(question, text, by), taskId: question.id, text, steps, answer, by, cost: costOf(c, by) };
}

/** Samples come in the order in which they were drawn, those that failed to follow the grammar last. */
export default defineMethod({
  id: "cot",
  kind: "reasoner",
  contract: "reasoner",
  section: "B1",
  about: "Step-by-step derivations, sampled: in the family's grammar, after a cue, or after exemplars.",
  source: "Wei et al. 2022 (few-shot); Kojima et al. 2022 (zero-shot)",
  options: cotOptions,
  create: (o) => async (question, c) => {
    const solutions = bestFirst(await attempts(question, c, o), (solution) => (solution.error ? 0 : 1));
    return { solutions, trees: [], episodes: [] };
  },
});
