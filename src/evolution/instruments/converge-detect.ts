import { z } from "zod";
import { defineMethod } from "../../core/method.ts";

const options = z.object({
  window: z.int().positive().default(3),
  epsilon: z.number().nonnegative().default(0.005).describe("least gain of the best score over the window"),
  slope: z
    .boolean()
    .default(false)
    .describe("also stop when the slope over the last window + 1 scores may be 0 (95 %)"),
  diversity: z
    .number()
    .positive()
    .optional()
    .describe("also stop when diversity fell by more than this without that gain"),
});

export interface Convergence {
  readonly stop: boolean;
  readonly reason?: "no gain" | "flat" | "diversity";
  /** Gain of the best score over the last window; Infinity while there are too few scores to tell. */
  readonly gain: number;
}

/** Two-sided 95 % quantiles of Student's t by degrees of freedom, from 1. */
const quantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];

/** Least-squares slope of equally spaced values and the half-width of its 95 % interval. */
export function slopeInterval(values: readonly number[]): { slope: number; half: number } {
  const n = values.length;
  const middle = (n - 1) / 2;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const spread = values.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  const slope = values.reduce((sum, v, i) => sum + (i - middle) * (v - mean), 0) / spread;
  const residual = values.reduce((sum, v, i) => sum + (v - mean - slope * (i - middle)) ** 2, 0);
  const t = quantiles[Math.min(n - 2, quantiles.length) - 1] ?? Infinity;
  return { slope, half: n > 2 ? t * Math.sqrt(residual / (n - 2) / spread) : Infinity };
}

const best = (scores: readonly number[]): number => scores.reduce((most, score) => Math.max(most, score), -Infinity);

/** The default rule: the best score gained less than ε over the last `window` iterations. False while there are too few. */
export function convergeDetect(
  scores: readonly number[],
  o: { readonly window: number; readonly epsilon: number },
): boolean {
  return scores.length > o.window && best(scores) - best(scores.slice(0, -o.window)) < o.epsilon;
}

/** Scores (and diversities) of the iterations so far → stop? No rule speaks before there are more than `window` of them. */
function converged(o: z.output<typeof options>) {
  return (scores: readonly number[], diversities: readonly number[] = []): Convergence => {
    if (scores.length <= o.window) return { stop: false, gain: Infinity };
    const gain = best(scores) - best(scores.slice(0, -o.window));
    if (convergeDetect(scores, o)) return { stop: true, reason: "no gain", gain };
    const fallen = (diversities.at(-1 - o.window) ?? 0) - (diversities.at(-1) ?? 0);
    if (o.diversity !== undefined && gain <= 0 && fallen > o.diversity)
      return { stop: true, reason: "diversity", gain };
    const { slope, half } = slopeInterval(scores.slice(-o.window - 1));
    if (o.slope && Math.abs(slope) <= half) return { stop: true, reason: "flat", gain };
    return { stop: false, gain };
  };
}

export default defineMethod({
  id: "converge-detect",
  kind: "instrument",
  contract: "function",
  section: "I",
  about: "When to stop iterating: the best score has not gained enough over a window.",
  source: "patience rules of early stopping (Prechelt 1998); t interval of a least-squares slope",
  options,
  create: converged,
});
