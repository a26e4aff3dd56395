import type { Random } from "../../core/random.ts";

/** Gamma(shape, 1), by Marsaglia and Tsang (2000). Throws RangeError on a shape that is not positive. */
export function gamma(random: Random, shape: number): number {
  if (!(shape > 0)) throw new RangeError(`a gamma distribution has a positive shape, not ${shape}`);
  if (shape < 1) return gamma(random, shape + 1) * (1 - random.next()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.next()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Beta(a, b) in [0, 1]. */
export function beta(random: Random, a: number, b: number): number {
  const x = gamma(random, a);
  const y = gamma(random, b);
  // Both can underflow where a and b are tiny.
  return x + y === 0 ? Number(random.next() < a / (a + b)) : x / (x + y);
}

/** n probabilities from a symmetric Dirichlet(alpha). */
export function dirichlet(random: Random, alpha: number, n: number): number[] {
  const draws = Array.from({ length: n }, () => gamma(random, alpha));
  const sum = draws.reduce((a, b) => a + b, 0);
  return draws.map((draw) => (sum === 0 ? 1 / n : draw / sum));
}

/** An index, drawn by weights that sum to 1. */
export function indexBy(random: Random, weights: readonly number[]): number {
  let left = random.next();
  const drawn = weights.findIndex((weight) => (left -= weight) < 0);
  // Rounding can leave a little over.
  return drawn < 0 ? weights.findLastIndex((weight) => weight > 0) : drawn;
}

/** Softmax of logit(r), r kept 1e-7 away from 0 and 1. */
export function logitSoftmax(scores: readonly number[]): number[] {
  const logits = scores.map((score) => {
    const r = Math.min(1 - 1e-7, Math.max(1e-7, score));
    return Math.log(r / (1 - r));
  });
  const top = Math.max(...logits);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - top), 0);
  return logits.map((logit) => Math.exp(logit - top) / sum);
}
