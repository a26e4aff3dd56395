/** The probabilities that a model gives to the options of a choice. */
import type { CallId } from "../core/call.ts";
import type { Context } from "../core/context.ts";
import { UserError } from "../core/errors.ts";
import type { Message, Model, Prompt } from "../core/model.ts";
import { promptOf, reading, replies } from "./asking.ts";

/** Probabilities in the order of the options, adding up to 1; or why there are none. */
export type Choice =
  | { readonly p: readonly number[]; readonly calls: readonly CallId[] }
  | { readonly lack: string; readonly calls: readonly CallId[] };

export interface Choosing {
  /** Label of the random stream. */
  readonly label: string;
  /** Replies whose shares estimate the probabilities where the model gives none; 0 refuses such a model. */
  readonly samples: number;
  /** Longest of such replies. */
  readonly maxTokens?: number;
  readonly role?: "evaluator" | "reasoner";
}

/**
 * One choice a prompt, renormalised over the options. By next-token distributions where every option is one token of its own,
 * else by teacher-forced log-probs of whole options, else by the shares of the options that replies name first. Throws
 * UserError if options are equal, or if the model has no log-probs and `samples` is 0.
 */
export async function choose(
  c: Context,
  prompts: readonly (readonly Message[])[],
  options: readonly string[],
  { label, samples, maxTokens = 64, role = "evaluator" }: Choosing,
): Promise<Choice[]> {
  if (new Set(options).size < options.length) {
    throw new UserError(`the options ${options.join(", ")} are not all different`, "name each option once");
  }
  if (prompts.length === 0) return [];
  const model = c.model(role);
  const asked = prompts.map((messages) => promptOf(model, messages));
  const read = byNext(model, asked, options) ?? byScore(model, asked, options);
  if (read !== undefined) {
    const { tokenizer } = model;
    const inputTokens = asked.reduce(
      (sum, prompt) =>
        sum +
        ("ids" in prompt
          ? prompt.ids.length
          : (tokenizer?.encode(prompt.messages.map(({ content }) => content).join(" ")).length ?? 0)),
      0,
    );
    const found = await reading(c, { calls: 1, inputTokens, outputTokens: 0 }, read);
    return "lack" in found
      ? asked.map(() => ({ ...found, calls: [] }))
      : found.map((weights) => normalised(weights, []));
  }
  if (samples === 0) {
    throw new UserError(
      `The model ${model.name} gives no log-probs for the options ${options.join(", ")}.`,
      "Set the option samples above 0, so that shares of replies stand in for them, or use a model that gives them.",
    );
  }
  return Promise.all(
    prompts.map(async (messages) => {
      const got = await replies(c, messages, { n: samples, label, maxTokens, temperature: 1 }, role);
      if (got.lack !== undefined) return { lack: got.lack, calls: got.calls };
      const named = got.samples.map(({ text }) => firstNamed(text, options));
      return normalised(
        options.map((_, i) => named.filter((at) => at === i).length),
        got.calls,
      );
    }),
  );
}

/** Does the model give the probabilities of these options itself, without replies to count? */
export const givesOptions = (model: Model, options: readonly string[]): boolean =>
  (byNext(model, [], options) ?? byScore(model, [], options)) !== undefined;

function byNext(model: Model, prompts: readonly Prompt[], options: readonly string[]) {
  const ids = options.map((option) => model.tokenizer?.encode(option) ?? []);
  const single = ids.every((id) => id.length === 1) && new Set(ids.flat()).size === ids.length;
  if (!model.can.next || !single) return undefined;
  return async (): Promise<number[][]> =>
    ((await model.next?.(prompts, "all")) ?? []).map((next) =>
      ids.map(([id]) => Math.exp(next.logprobs[next.ids.indexOf(id)] ?? -Infinity)),
    );
}

function byScore(model: Model, prompts: readonly Prompt[], options: readonly string[]) {
  const { tokenizer } = model;
  if (!model.can.score || tokenizer === undefined) return undefined;
  const ids = options.map((option) => tokenizer.encode(option));
  return async (): Promise<number[][]> => {
    const rows = prompts.flatMap((prompt) => ids.map((id) => ({ prompt, ids: id })));
    const p = ((await model.score?.(rows)) ?? []).map((logprobs) => Math.exp(logprobs.reduce((a, b) => a + b, 0)));
    return prompts.map((_, i) => p.slice(i * ids.length, (i + 1) * ids.length));
  };
}

function normalised(weights: readonly number[], calls: readonly CallId[]): Choice {
  const sum = weights.reduce((a, b) => a + b, 0);
  return sum > 0 ? { p: weights.map((weight) => weight / sum), calls } : { lack: "no option was named", calls };
}

/** Index of the option that a text names first as a word of its own, the longest where several begin there; −1 if none. */
function firstNamed(text: string, options: readonly string[]): number {
  let best = { at: Infinity, option: -1, length: 0 };
  for (const [option, name] of options.entries()) {
    const escaped = name.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`);
    const at = text.search(new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, "u"));
    if (at >= 0 && (at < best.at || (at === best.at && name.length > best.length)))
      best = { at, option, length: name.length };
  }
  return best.option;
}
