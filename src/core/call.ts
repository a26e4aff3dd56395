import type { Json } from "./json.ts";

/** Token ids of one tokenizer. */
export type Ids = readonly number[];

export type CallId = string;

/** Which of the four modules a model serves. */
export const roles = ["task-creator", "reasoner", "evaluator", "post-processor"] as const;
export type Role = (typeof roles)[number];

/** A model's name and the content address of its weights or settings: `name@hash`. */
export type Version = string;

/** What was spent. Tokens include those of failed attempts. */
export interface Cost {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** In the currency of the user's price table. */
  readonly money?: number;
}

export const noCost: Cost = Object.freeze({ calls: 0, inputTokens: 0, outputTokens: 0 });

export function addCost(a: Cost, b: Cost): Cost {
  const money = (a.money ?? 0) + (b.money ?? 0);
  return {
    calls: a.calls + b.calls,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    ...(money > 0 ? { money } : {}),
  };
}

/** One completion of a model: the unit of the ledger, of replay, of provenance and of π_old. */
export interface Call {
  readonly id: CallId;
  readonly role: Role;
  readonly model: Version;
  /** Prompt tokens; empty for a model without a tokenizer of ours, whose messages are in `request`. */
  readonly prompt: Ids;
  readonly output: Ids;
  readonly text: string;
  /** log π(output_t) at temperature 1, one per output token. */
  readonly logprobs?: Float32Array;
  /** Messages and sampling options, as far as they determine the result. */
  readonly request: Json;
  readonly seed: string;
  readonly cost: Cost;
}
