/** What models behind a network add to the contract Model: exact costs, failures of single completions, guidance. */
import { addCost, noCost, type Cost } from "../core/call.ts";
import { messageOf, UserError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { Completion, Message, Sampling } from "../core/model.ts";
import { streamKey } from "../core/random.ts";
import { Fault } from "./endpoint.ts";
import type { Usage } from "./price.ts";

/** What every completion has to look like. */
export type Guided =
  | { readonly json: Json }
  | { readonly regex: string }
  | { readonly choice: readonly string[] }
  | { readonly grammar: string };

export interface RemoteSampling extends Sampling {
  readonly guided?: Guided;
  /** Log-probs of so many most probable tokens at every position. */
  readonly topLogprobs?: number;
}

export interface Alternative {
  readonly token: string;
  readonly logprob: number;
}

/**
 * A completion with what it cost. One that could not be had has an `error`, finish "abort", and as text what came of
 * it. Without ids, `logprobs` are aligned with `tokens`.
 */
export interface RemoteCompletion extends Completion {
  readonly cost: Cost;
  /** The tokens as texts, where the server names them. */
  readonly tokens?: readonly string[];
  /** Most probable tokens, a list a position. */
  readonly top?: readonly (readonly Alternative[])[];
  /** What a reasoning model thought before its reply, where the server shows it. */
  readonly reasoning?: string;
  /** The server did not count the tokens: they are estimated from the length of the texts. */
  readonly estimated?: true;
}

/** None of the completions asked for could be had. */
export class SampleError extends Error {
  override readonly name = "SampleError";
  /** Of the tries. */
  readonly cost: Cost;
  constructor(message: string, cost: Cost, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.cost = cost;
  }
}

/** A seed as servers take it: completion i of a call gets serverSeed(seed) + i, alone or together with others. */
export function serverSeed(seed: string): number {
  return streamKey(seed)[0] % 2 ** 30;
}

/** The completions that a call asks for. Throws UserError on indices that are none of its n. */
export function indicesOf(o: RemoteSampling): readonly number[] {
  const { n, only } = o;
  const wrong = only?.find(
    (index, i) => !Number.isInteger(index) || index < 0 || index >= n || index <= (only[i - 1] ?? -1),
  );
  if (wrong === undefined) return only ?? Array.from({ length: n }, (_, i) => i);
  throw new UserError(`sampling option only holds ${wrong}`, `name completions from 0 to ${n - 1} in ascending order`);
}

/** Indices in runs of neighbours. */
export function runsOf(indices: readonly number[]): { readonly first: number; readonly count: number }[] {
  const runs: { first: number; count: number }[] = [];
  for (const index of indices) {
    const last = runs.at(-1);
    if (last !== undefined && last.first + last.count === index) last.count++;
    else runs.push({ first: index, count: 1 });
  }
  return runs;
}

/** Tokens of a text by a rule of thumb: four bytes a token. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4);
}

/** Tokens of messages by the same rule, with a few for the marks around each. */
export function estimatePrompt(messages: readonly Message[]): number {
  return messages.reduce((sum, { content }) => sum + estimateTokens(content) + 4, 0);
}

/** Whole parts of a total in proportion to the weights; they add up to it (largest remainders first). */
export function apportion(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  const exact = weights.map((weight) => (sum === 0 ? total / weights.length : (total * weight) / sum));
  const parts = exact.map(Math.floor);
  const order = [...exact.keys()].sort((a, b) => exact[b] - parts[b] - (exact[a] - parts[a]) || a - b);
  const left = total - parts.reduce((a, b) => a + b, 0);
  for (const i of order.slice(0, left)) parts[i]++;
  return parts;
}

/** The cost of one completion. */
export function costOfUsage(usage: Usage, price: ((usage: Usage) => number) | undefined): Cost {
  const money = price?.(usage);
  return {
    calls: 1,
    inputTokens: usage.input,
    outputTokens: usage.output,
    ...(money === undefined ? {} : { money }),
  };
}

/**
 * A completion that could not be had because of `error`; `text` is what had come. Nobody counts its tokens: those of a
 * reply that had begun are estimated, one that was refused or never sent is free.
 */
export function failedCompletion(
  error: unknown,
  promptTokens: number,
  text: string,
  signal: AbortSignal | undefined,
): RemoteCompletion {
  const aborted = signal?.aborted === true;
  const begun = text !== "";
  return {
    text,
    ids: [],
    finish: "abort",
    promptTokens,
    cost: {
      calls: aborted && !begun ? 0 : 1,
      inputTokens: begun ? promptTokens : 0,
      outputTokens: estimateTokens(text),
    },
    error: aborted
      ? { where: "abort", message: "the run was aborted" }
      : { where: "sample", message: messageOf(error) },
    estimated: true,
  };
}

/** The completions, unless nothing of any could be had: then SampleError, or UserError where asking again is no use. */
export function orThrow(
  name: string,
  completions: RemoteCompletion[],
  o: { readonly errors: readonly unknown[]; readonly signal: AbortSignal | undefined },
): RemoteCompletion[] {
  const lost = completions.every(({ error, text }) => error && text === "");
  if (completions.length === 0 || o.signal?.aborted || !lost) return completions;
  const cost = completions.reduce((sum, completion) => addCost(sum, completion.cost), noCost);
  const [error] = o.errors;
  if (error instanceof Fault && error.kind === "lasting") {
    throw new UserError(`"${name}": ${error.message}`, remedyOf(error), error);
  }
  throw new SampleError(`"${name}": ${completions[0].error?.message}`, cost, error);
}

function remedyOf({ status }: Fault): string {
  if (status === 401 || status === 403) return "check the key in the environment variable that the settings name";
  if (status === 404) return "check the model's name and the address";
  if (status === 429) return "the account is used up: add to it, or use another";
  return "change what the message names";
}

/** What may follow the last assistant message on a server that cannot go on with one. */
export const goOn =
  "Your last message broke off. Write only what comes after its last character: no repetition, no comment.";

/** The rest of a reply that may begin with what was already written. */
export function withoutPrefix(text: string, written: string): string {
  const start = written.trimEnd();
  const at = text.trimStart();
  return start !== "" && at.startsWith(start) ? at.slice(start.length) : text;
}

/** The end of the first stop in a text, or −1. */
export function stopEnd(text: string, stops: readonly string[]): number {
  const ends = stops.flatMap((stop) => {
    const at = stop === "" ? -1 : text.indexOf(stop);
    return at < 0 ? [] : [at + stop.length];
  });
  return ends.length === 0 ? -1 : Math.min(...ends);
}
