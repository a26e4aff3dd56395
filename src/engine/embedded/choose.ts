/** How the next token is chosen from a distribution. Every choice is a function of its arguments alone. */
import { UserError } from "../../core/errors.ts";

/** The distribution of a next token. */
export interface Prediction {
  /** [vocab], the greatest is 0. */
  readonly logits: Float32Array;
  /** exp(logits), and their sum. */
  readonly exponentials: Float32Array;
  readonly sum: number;
}

export function logprobsOf({ logits, sum }: Prediction): Float32Array {
  const log = Math.log(sum);
  return logits.map((logit) => logit - log);
}

export interface Choosing {
  /** 0 is greedy: the most probable token, the lowest id among equals. */
  readonly temperature: number;
  /** Only the k most probable tokens. */
  readonly topK?: number;
  /** Only the most probable tokens that together reach p (nucleus sampling, Holtzman et al. 2020), after temperature and topK. */
  readonly topP?: number;
}

export interface Chosen {
  readonly id: number;
  /** Log-prob under the distribution that was drawn from. */
  readonly logprob: number;
}

const broken = (): UserError =>
  new UserError(
    "No token can be chosen: the model's probabilities are not numbers, or a logit rule forbids every token.",
    "Check the rule; if there is none, training has diverged: go back to an earlier checkpoint and lower the learning rate.",
  );

/**
 * The id at which the running sum of weights first exceeds u·total, ids in ascending order, so that the same u picks the same
 * token from nearly equal distributions. Where rounding lets no sum exceed it, the last id of positive weight.
 */
export function pick(weights: Float32Array | Float64Array, total: number, u: number): number {
  const target = u * total;
  let sum = 0;
  let last = -1;
  for (let id = 0; id < weights.length; id++) {
    if (weights[id] > 0) {
      sum += weights[id];
      last = id;
      if (sum > target) return id;
    }
  }
  if (last < 0) throw broken();
  return last;
}

/** Sets the weights outside of the top k and of the nucleus to 0. Equal weights rank by id. */
function truncate(weights: Float64Array, { topK = weights.length, topP = 1 }: Choosing): void {
  const order = Array.from(weights.keys()).filter((id) => weights[id] > 0);
  order.sort((a, b) => weights[b] - weights[a] || a - b);
  const candidates = order.slice(0, topK);
  const target = topP * candidates.reduce((sum, id) => sum + weights[id], 0);
  let sum = 0;
  let kept = 0;
  while (kept < candidates.length && (kept === 0 || topP === 1 || sum < target)) sum += weights[candidates[kept++]];
  for (const id of order.slice(kept)) weights[id] = 0;
}

/**
 * Draws a token with the uniform number u from logits (log-probs are logits too; −∞ forbids a token).
 * @throws UserError if nothing can be chosen.
 */
export function choose(logits: Float32Array, u: number, o: Choosing): Chosen {
  let best = -1;
  let max = -Infinity;
  for (let id = 0; id < logits.length; id++) {
    if (logits[id] > max) {
      max = logits[id];
      best = id;
    }
  }
  if (best < 0 || max === Infinity) throw broken();
  if (o.temperature === 0) return { id: best, logprob: 0 };
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - max) / o.temperature));
  if (o.topK !== undefined || o.topP !== undefined) truncate(weights, o);
  let total = 0;
  for (const weight of weights) total += weight;
  const id = pick(weights, total, u);
  return { id, logprob: Math.log(weights[id] / total) };
}

/** Whether ids end with one of the sequences. */
export function endsWith(ids: readonly number[], sequences: readonly (readonly number[])[]): boolean {
  return sequences.some(
    (sequence) =>
      sequence.length > 0 &&
      sequence.length <= ids.length &&
      sequence.every((id, i) => ids[ids.length - sequence.length + i] === id),
  );
}
