import type { Ids } from "../core/call.ts";
import type { TabularModel } from "./tabular-model.ts";

/** A completion with its probability under the policy. */
export interface Outcome {
  readonly ids: Ids;
  readonly text: string;
  readonly probability: number;
}

/**
 * Every completion of a prompt with probability above 0, ended by the model's end word or by `maxTokens`: the
 * probabilities add up to 1. There are words^maxTokens of them: for tiny vocabularies and lengths.
 */
export function* outcomes(model: TabularModel, prompt: Ids, maxTokens: number): Generator<Outcome> {
  function* from(ids: number[], logprob: number): Generator<Outcome> {
    if (ids.length === maxTokens || (ids.length > 0 && ids[ids.length - 1] === model.end)) {
      yield { ids, text: model.tokenizer.decode(ids), probability: Math.exp(logprob) };
      return;
    }
    for (const [id, log] of model.logprobs([...prompt, ...ids]).entries()) {
      if (log > -Infinity) yield* from([...ids, id], logprob + log);
    }
  }
  yield* from([], 0);
}

/** E[f] over the completions of a prompt, exactly. */
export function exactExpectation(
  model: TabularModel,
  prompt: Ids,
  maxTokens: number,
  f: (outcome: Outcome) => number,
): number {
  let sum = 0;
  for (const outcome of outcomes(model, prompt, maxTokens)) sum += outcome.probability * f(outcome);
  return sum;
}

/** ∂E[f]/∂logits by context, exactly: Σ_y π(y) f(y) ∇log π(y), for an f that does not depend on the policy. */
export function exactGradient(
  model: TabularModel,
  prompt: Ids,
  maxTokens: number,
  f: (outcome: Outcome) => number,
): Map<string, Float64Array> {
  const gradient = new Map<string, Float64Array>();
  for (const outcome of outcomes(model, prompt, maxTokens)) {
    const weight = outcome.probability * f(outcome);
    for (let t = 0; t < outcome.ids.length; t++) {
      const ids = [...prompt, ...outcome.ids.slice(0, t)];
      const logprobs = model.logprobs(ids);
      const context = model.contextOf(ids);
      const row = gradient.get(context) ?? new Float64Array(logprobs.length);
      gradient.set(context, row);
      for (let k = 0; k < row.length; k++) row[k] += weight * ((k === outcome.ids[t] ? 1 : 0) - Math.exp(logprobs[k]));
    }
  }
  return gradient;
}
