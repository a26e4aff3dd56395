/** What value sources share: how they judge node by node, ask a model in words, and read its numbers. */
import { roles, type CallId, type Cost, type Ids, type Role } from "../../../core/call.ts";
import type { Context } from "../../../core/context.ts";
import type { Guide, GuideNode } from "../../../core/contracts.ts";
import { UserError } from "../../../core/errors.ts";
import type { Message, Model, Output, Prompt, Tokenizer, Trainable } from "../../../core/model.ts";
import { isRunError, joined, nativeMessages, promptOf, stopped, trySample } from "../../solve.ts";
import { z } from "zod";

/** Whose model values. */
export const roleOption = z.enum(roles);

/** A value in [0, 1], null if undecided. */
export interface Valued {
  readonly score: number | null;
  readonly calls: readonly CallId[];
}

export const undecided: Valued = { score: null, calls: [] };

/** A Guide that values every node by itself. */
export const each =
  (by: string, valueOf: (at: GuideNode, c: Context) => Promise<Valued>): Guide =>
  (nodes, c) =>
    Promise.all(
      nodes.map(async (at) => ({ of: String(at.node.id), by, level: "step" as const, ...(await valueOf(at, c)) })),
    );

/** The reply so far. */
export const writtenAt = (at: Pick<GuideNode, "steps">, c: Context): string => joined(c.model("reasoner"), at.steps);

/** The question and the reply so far, for a question about them in words. */
export function shown(at: GuideNode, c: Context): string {
  const written = writtenAt(at, c).trim();
  return `Problem:\n${at.question.text}\n\nSolution so far:\n${written === "" ? "(nothing yet)" : written}`;
}

/** Probabilities of the options; undefined where the budget ended or no option was named. */
export interface Chosen {
  readonly p: readonly number[] | undefined;
  readonly calls: readonly CallId[];
}

export interface Choosing {
  readonly role: Role;
  readonly label: string;
  /** Replies whose shares estimate the probabilities where the model gives none. */
  readonly samples: number;
}

/**
 * How probable the options are as the next word, renormalised over them: by next-token distributions where every option is one
 * token, else by the shares of replies that name them first. Throws UserError if the model cannot read the words.
 */
export async function chosen(
  c: Context,
  content: string,
  options: readonly string[],
  { role, label, samples }: Choosing,
): Promise<Chosen> {
  const model = c.model(role);
  const messages: Message[] = [{ role: "user", content }];
  const prompt = promptOf(model, messages);
  const ids = options.map((option) => idOf(model, option));
  if (model.can.next && model.next && ids.every((id) => id !== undefined)) {
    if (stopped(c)) return { p: undefined, calls: [] };
    const [next] = await model.next([prompt], "all");
    c.budget.spend(readingCost(prompt));
    const places = new Map(next.ids.map((id, i) => [id, i]));
    return { p: normalised(ids.map((id) => Math.exp(next.logprobs[places.get(id) ?? -1] ?? -Infinity))), calls: [] };
  }
  const seed = c.random.fork(label).seed;
  const replies = await trySample(c, role, messages, { n: samples, seed, maxTokens: 16, temperature: 1 });
  if (isRunError(replies)) return { p: undefined, calls: [] };
  const named = replies.map(({ text }) => firstNamed(text, options));
  const counts = options.map((_, i) => named.filter((at) => at === i).length);
  return { p: normalised(counts), calls: replies.map(({ call }) => call) };
}

/** The id of a text that is one token. */
export function idOf({ tokenizer, can }: Model, text: string): number | undefined {
  if (tokenizer === undefined || !can.ids) return undefined;
  const known = tokenizer.id(text);
  if (known !== undefined) return known;
  try {
    const ids = tokenizer.encode(text);
    return ids.length === 1 ? ids[0] : undefined;
  } catch {
    return undefined;
  }
}

const readingCost = (prompt: Prompt): Cost => ({
  calls: 1,
  inputTokens: "ids" in prompt ? prompt.ids.length : 0,
  outputTokens: 0,
});

function normalised(weights: readonly number[]): number[] | undefined {
  const sum = weights.reduce((a, b) => a + b, 0);
  return sum > 0 ? weights.map((weight) => weight / sum) : undefined;
}

/** Index of the option that stands first in a text as a word or sign of its own; −1 if none does. */
function firstNamed(text: string, options: readonly string[]): number {
  const places = options.map((option) => {
    const escaped = option.toLowerCase().replaceAll(/[\\^$.*+?()[\]{}|]/gu, String.raw`\$&`);
    return text.toLowerCase().search(new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, "u"));
  });
  const first = Math.min(...places.filter((place) => place >= 0));
  return places.indexOf(first);
}

/** A model that reads ids, with its tokenizer; throws UserError where it does not. */
export function byIds(model: Model, method: string): { readonly model: Model; readonly tokenizer: Tokenizer } {
  if (model.tokenizer !== undefined && model.can.ids) return { model, tokenizer: model.tokenizer };
  throw new UserError(
    `${method} reads the ids of a reply, and the model ${model.name} takes none.`,
    "Use a model that does, such as the embedded one, or a value source that asks in words.",
  );
}

/** The ids of the question as the reasoner gets it, and of the steps after it, as `model` has them. */
export function idsAt(at: GuideNode, c: Context, tokenizer: Tokenizer): { prompt: Ids; steps: Ids[] } {
  const [{ content }] = nativeMessages(c.family(at.question.family), at.question, "short");
  return { prompt: tokenizer.encode(content), steps: at.steps.map((step) => tokenizer.encode(step)) };
}

const forwards = (model: Model): model is Model & Pick<Trainable, "forward"> =>
  "forward" in model && typeof model.forward === "function";

/** Values of a one-number head after each id of a sequence, undefined if the budget ended. Throws UserError if there is no such head. */
export async function headAfter(
  c: Context,
  method: string,
  o: { readonly head: string; readonly role: Role },
  ids: Ids,
): Promise<Float32Array | undefined> {
  const model = c.model(o.role);
  const output: Output = `head:${o.head}`;
  if (!forwards(model) || !model.can.outputs.includes(output)) {
    const heads = model.can.outputs.filter((name) => name.startsWith("head:")).map((name) => name.slice(5));
    throw new UserError(
      `${method} reads the output head "${o.head}", which the model ${model.name} does not have.`,
      heads.length > 0 ? `It has: ${heads.join(", ")}.` : "Train an embedded model with that head.",
    );
  }
  if (stopped(c)) return undefined;
  const outputs = await model.forward([{ ids }], [output]);
  c.budget.spend(readingCost({ ids }));
  return outputs[output]?.[0];
}

/** How a number that a model gives becomes a value. */
export const givenAs = z.enum(["logit", "probability", "signed"]);
const readAs = {
  logit: (x: number): number => 1 / (1 + Math.exp(-x)),
  probability: (x: number): number => x,
  signed: (x: number): number => (x + 1) / 2,
};
export const asValue = (x: number, as: z.output<typeof givenAs>): number => Math.min(1, Math.max(0, readAs[as](x)));

export const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
