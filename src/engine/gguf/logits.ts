/** From what llama.cpp tells of logits to log-probs. */
import { UserError } from "../../core/errors.ts";
import type { Told, Wanted } from "./binding.ts";

/** Logits of next tokens, as far as they were handed over. */
export interface NextLogits {
  /** Ids, ascending. */
  readonly ids: readonly number[];
  readonly logits: Float32Array;
  /** log Σ exp(logit) over the whole vocabulary. */
  readonly normaliser: number;
}

/** Asks for the `count` greatest logits, or all of them. Handing over and sorting many takes longer than a small model. */
export const greatest = (count: number | "all"): Wanted => ({
  logits: count === "all" ? true : { filter: { includeTop: count } },
  totalLogitWeight: true,
});

/** Asks for the logit of one token. */
export const ofToken = (id: number): Wanted => ({
  logits: { filter: { tokens: [id], includeTop: 1 } },
  totalLogitWeight: true,
});

export function logitsOf(told: Told | undefined): NextLogits {
  const { logits, totalLogitWeight } = told?.next ?? {};
  if (logits === undefined || totalLogitWeight === undefined || logits.size === 0) {
    throw new UserError("the model gives no next tokens", "use a GGUF file of a model that generates text");
  }
  const ids = [...logits.keys()].sort((a, b) => a - b);
  const values = Float32Array.from(ids, (id) => logits.get(id) ?? -Infinity);
  const most = values.reduce((max, value) => Math.max(max, value), -Infinity);
  return { ids, logits: values, normaliser: most + Math.log(totalLogitWeight) };
}

/** The log-prob of one of the ids. */
export function logprobOf({ ids, logits, normaliser }: NextLogits, id: number): number {
  return logits[ids.indexOf(id)] - normaliser;
}

/** Log-probs of a vocabulary in id order; what was not handed over is −∞. */
export function spread({ ids, logits, normaliser }: NextLogits, size: number): Float32Array {
  const out = new Float32Array(size).fill(-Infinity);
  for (const [i, id] of ids.entries()) out[id] = logits[i] - normaliser;
  return out;
}
