import { UserError } from "../core/errors.ts";
import type { Sampling } from "../core/model.ts";

/** Throws UserError naming the first sampling option that is out of range. */
export function checkSampling(o: Sampling): void {
  const refuse = (option: string, value: number, range: string): never => {
    throw new UserError(`sampling option ${option} is ${value}`, `${option} is ${range}`);
  };
  if (!Number.isInteger(o.n) || o.n < 0) refuse("n", o.n, "a whole number of completions");
  if (!Number.isInteger(o.maxTokens) || o.maxTokens < 1) refuse("maxTokens", o.maxTokens, "a whole number from 1 on");
  const stranger = o.only?.find((i) => !Number.isInteger(i) || i < 0 || i >= o.n);
  if (stranger !== undefined) refuse("only", stranger, `of completions from 0 to ${o.n - 1}`);
  const { temperature = 1, topK = 1, topP = 1 } = o;
  if (!(temperature >= 0 && temperature < Infinity)) refuse("temperature", temperature, "a finite number from 0 on");
  if (!Number.isInteger(topK) || topK < 1) refuse("topK", topK, "a whole number from 1 on");
  if (!(topP > 0 && topP <= 1)) refuse("topP", topP, "a number above 0 and at most 1");
}

/** Whether an option changes the distribution away from the model's own. */
export function changesDistribution(o: Sampling): boolean {
  return (o.temperature ?? 1) !== 1 || o.topK !== undefined || o.topP !== undefined || o.logits !== undefined;
}

/** The index of the largest entry, the first among equals. */
export function argmax(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/** log softmax of logits, a new array. An entry of −∞ keeps probability 0. */
export function logSoftmax(logits: Float64Array): Float64Array {
  const max = logits[argmax(logits)];
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - max);
  const log = max + Math.log(sum);
  return logits.map((logit) => logit - log);
}

/**
 * Log-probs of the distribution that is sampled from: temperature first, then the `topK` most probable tokens, then the
 * smallest set of most probable tokens that holds `topP` (Holtzman 2020), ties in favour of the lower id. Temperature
 * 0 puts everything on the argmax.
 */
export function shape(logits: Float64Array, o: Pick<Sampling, "temperature" | "topK" | "topP">): Float64Array {
  const temperature = o.temperature ?? 1;
  if (temperature === 0) {
    const best = argmax(logits);
    return logits.map((_, id) => (id === best ? 0 : -Infinity));
  }
  let shaped = logSoftmax(logits.map((logit) => logit / temperature));
  const order = [...shaped.keys()].sort((a, b) => shaped[b] - shaped[a] || a - b);
  if (o.topK !== undefined && o.topK < order.length) {
    for (const id of order.slice(o.topK)) shaped[id] = -Infinity;
    shaped = logSoftmax(shaped);
  }
  if (o.topP !== undefined && o.topP < 1) {
    let mass = 0;
    for (const id of order) {
      if (mass >= o.topP) shaped[id] = -Infinity;
      else mass += Math.exp(shaped[id]);
    }
    shaped = logSoftmax(shaped);
  }
  return shaped;
}

/** The token that a uniform number in [0, 1) falls on, tokens laid side by side in id order. */
export function draw(logprobs: Float64Array, uniform: number): number {
  let mass = 0;
  let last = 0;
  for (let id = 0; id < logprobs.length; id++) {
    const p = Math.exp(logprobs[id]);
    if (p === 0) continue;
    mass += p;
    last = id;
    if (uniform < mass) return id;
  }
  // Rounding may leave the sum a little under 1.
  return last;
}

/** Whether ids end with one of the stops. */
export function endsWith(ids: readonly number[], stops: readonly (readonly number[])[]): boolean {
  return stops.some(
    (stop) =>
      stop.length > 0 && stop.length <= ids.length && stop.every((id, i) => id === ids[ids.length - stop.length + i]),
  );
}
