import { z } from "zod";
import { defineMethod } from "../../core/method.ts";
import { vote } from "../../answers/vote.ts";

/** Samples of one question. */
export interface Sampled {
  readonly correct: readonly boolean[];
  /** For maj@k. */
  readonly answers?: readonly (string | undefined)[];
  /** For best-of-k. */
  readonly scores?: readonly number[];
}

/**
 * Unbiased estimate of P(at least one of k samples is right) from c right ones of n: 1 − C(n−c, k)/C(n, k).
 * Throws RangeError unless 0 ≤ c ≤ n and 1 ≤ k ≤ n.
 */
export function passAtK(n: number, c: number, k: number): number {
  if (!(c >= 0 && c <= n && k >= 1 && k <= n))
    throw new RangeError(`pass@k needs 0 ≤ c ≤ n and 1 ≤ k ≤ n, got n=${n}, c=${c}, k=${k}`);
  if (n - c < k) return 1;
  let allWrong = 1;
  for (let i = n - c + 1; i <= n; i++) allWrong *= 1 - k / i;
  return 1 - allWrong;
}

/** Is the majority answer of the first k samples right? Ties go to the answer seen first. */
export function majorityAtK({ correct, answers = [] }: Sampled, k: number): number {
  const first = vote(answers.slice(0, k)).winner;
  return first !== undefined && correct[first] ? 1 : 0;
}

/** Is the sample with the highest score among the first k right? Ties go to the one seen first. */
export function bestAtK({ correct, scores = [] }: Sampled, k: number): number {
  let best = 0;
  for (let i = 1; i < Math.min(k, scores.length); i++) if (scores[i] > scores[best]) best = i;
  return correct[best] ? 1 : 0;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export default defineMethod({
  id: "pass-at-k",
  kind: "instrument",
  contract: "function",
  section: "I",
  about: "pass@k (unbiased), majority@k and best-of-k over questions: the coverage curve.",
  source: "Chen et al. 2021, Evaluating Large Language Models Trained on Code",
  options: z.object({ k: z.array(z.int().positive()).min(1).default([1, 4, 16]) }),
  /** Means over questions, one point a k; maj and best where every question has answers or scores. */
  create:
    ({ k: ks }) =>
    (questions: readonly Sampled[]) =>
      ks.map((k) => ({
        k,
        pass: mean(questions.map(({ correct }) => passAtK(correct.length, correct.filter(Boolean).length, k))),
        ...(questions.every(({ answers }) => answers)
          ? { majority: mean(questions.map((q) => majorityAtK(q, k))) }
          : {}),
        ...(questions.every(({ scores }) => scores) ? { best: mean(questions.map((q) => bestAtK(q, k))) } : {}),
      })),
});
