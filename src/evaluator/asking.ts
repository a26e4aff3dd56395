/** What judges ask their model, and how they read its replies. */
import { UserError, messageOf } from "../core/errors.ts";
import type { CallId, Cost, Ids } from "../core/call.ts";
import type { Context, Sample } from "../core/context.ts";
import type { Judgement } from "../core/judgement.ts";
import type { Message, Model, Prompt, Tokenizer } from "../core/model.ts";

export interface Asking {
  /** Replies to one prompt; default 1. */
  readonly n?: number;
  /** Label of the random stream. */
  readonly label: string;
  readonly maxTokens: number;
  /** 0 is greedy, the default. */
  readonly temperature?: number;
  readonly stop?: readonly string[];
}

/** The replies that came whole; `lack` says why there are none. */
export interface Asked {
  readonly samples: readonly Sample[];
  readonly calls: readonly CallId[];
  readonly lack?: string;
}

/** A text as one turn of the user. */
export const said = (content: string): Message[] => [{ role: "user", content }];

/** What the model continues: ids where it reads ids, else messages. Throws UserError on a word that it does not know. */
export function promptOf(model: Model, messages: readonly Message[]): Prompt {
  if (model.tokenizer === undefined || !model.can.ids) return { messages };
  return { ids: model.tokenizer.encode(messages.map(({ content }) => content).join(" ")) };
}

/** Why no further call may be made, or undefined. */
export function stopped(c: Context): string | undefined {
  if (c.signal.aborted) return "the run was aborted";
  const cap = c.budget.exhausted;
  return cap === undefined ? undefined : `the budget's ${cap} are used up`;
}

/** Replies of a role's model. A spent budget, an abort or a failing call leaves none; only a prompt that it cannot read throws. */
export async function replies(
  c: Context,
  messages: readonly Message[],
  { n = 1, label, maxTokens, temperature = 0, stop }: Asking,
  role: "evaluator" | "reasoner" = "evaluator",
): Promise<Asked> {
  const lack = stopped(c);
  if (lack !== undefined) return { samples: [], calls: [], lack };
  const prompt = promptOf(c.model(role), messages);
  const sampling = {
    n,
    seed: c.random.fork(label).seed,
    maxTokens: Math.min(maxTokens, c.budget.tokensLeft),
    temperature,
    ...(stop === undefined ? {} : { stop }),
    signal: c.signal,
  };
  try {
    const samples = (await c.sample(role, prompt, sampling)).filter(({ finish }) => finish !== "abort");
    const calls = samples.map(({ call }) => call);
    return samples.length > 0 ? { samples, calls } : { samples, calls, lack: stopped(c) ?? "no reply came whole" };
  } catch (error) {
    return { samples: [], calls: [], lack: messageOf(error) };
  }
}

/** A judgement without a score, and why. */
export function undecided(base: Pick<Judgement, "of" | "by" | "level">, why: string, calls: readonly CallId[] = []) {
  return { ...base, score: null, label: `undecided: ${why}`, calls } satisfies Judgement;
}

/** A model's answer to a question about its numbers, with the cost spent; a failing call says why instead. */
export async function reading<T>(
  c: Context,
  cost: Cost,
  read: () => Promise<T>,
): Promise<T | { readonly lack: string }> {
  const lack = stopped(c);
  if (lack !== undefined) return { lack };
  try {
    const found = await read();
    c.budget.spend(cost);
    return found;
  } catch (error) {
    return { lack: messageOf(error) };
  }
}

/** Mean of numbers; 0 of none. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** The tokenizer of a model that a method has to read by ids. Throws UserError if the model has none. */
export function tokenizerOf(model: Model, method: string): Tokenizer {
  if (model.tokenizer === undefined || !model.can.ids) {
    throw new UserError(
      `${method} reads the ids of a solution, and the model ${model.name} takes none.`,
      "Give the role a model that does, such as the embedded one, or choose a judge that asks in words.",
    );
  }
  return model.tokenizer;
}

/** The ids of texts one after the other, and where each of them ends. */
export function idsOf(tokenizer: Tokenizer, texts: readonly string[]): { readonly ids: Ids; readonly ends: number[] } {
  const ids: number[] = [];
  const ends = texts.map((text) => ids.push(...tokenizer.encode(text)));
  return { ids, ends };
}

/** Pieces of a reply as one text: a tokenizer of ours separates words by single spaces, other models write their own. */
export const written = (model: Model, pieces: readonly string[]): string =>
  model.tokenizer ? pieces.filter((piece) => piece !== "").join(" ") : pieces.join("");
