import { z } from "zod";
import { defineMethod } from "../core/method.ts";

const options = z.object({
  lo: z.number().default(-1).describe("least reward"),
  hi: z.number().default(1).describe("largest reward"),
  eta: z.number().default(0).describe("what a step has to exceed to be worth 0 in the clipped shape"),
  dropLast: z.boolean().default(false).describe("delta shape: the outcome reward pays for the last step"),
  perToken: z.number().nonnegative().default(0.001).describe("penalty of each token above the limit"),
  limit: z.int().nonnegative().default(1024).describe("tokens without a penalty"),
  delta: z.number().nonnegative().default(0.1).describe("rise of the proxy reward that is suspicious"),
  w: z.int().min(2).default(3).describe("evaluations over which it is looked at"),
});

/** A reward cut off to [lo, hi]. */
export const clipReward = (reward: number, lo: number, hi: number): number => Math.min(hi, Math.max(lo, reward));

/** r_i ← min(r_i − η, 0): no step adds to the return. */
export const clipShape = (rewards: readonly number[], eta: number): number[] =>
  rewards.map((reward) => Math.min(reward - eta, 0));

/**
 * r_i ← r_i − r_{i+1} with r_{n+1} = 0: the sum telescopes to r_1, however many steps there are. With `dropLast` the last step
 * gets 0 and the one before it keeps its own reward.
 */
export function deltaShape(rewards: readonly number[], dropLast = false): number[] {
  const kept = dropLast ? rewards.slice(0, -1) : rewards;
  const shaped = kept.map((reward, i) => reward - (kept[i + 1] ?? 0));
  return dropLast && rewards.length > 0 ? [...shaped, 0] : shaped;
}

/** The most cautious of several judges: the least of each solution's scores. */
export const ensembleMin = (scores: readonly (readonly number[])[]): number[] =>
  (scores.at(0) ?? []).map((_, i) => Math.min(...scores.map((judge) => judge[i])));

/** What a text of so many tokens loses: `perToken` for each above the limit. */
export const lengthPenalty = (tokens: number, limit: number, perToken: number): number =>
  perToken * Math.max(0, tokens - limit);

/** Share of a sequence's n-grams that occurred in it before. */
export function repetition(tokens: readonly (string | number)[], n: number): number {
  const grams = tokens
    .slice(0, Math.max(0, tokens.length - n + 1))
    .map((_, i) => JSON.stringify(tokens.slice(i, i + n)));
  return grams.length === 0 ? 0 : 1 - new Set(grams).size / grams.length;
}

/** Does the proxy reward rise by at least δ over the last w evaluations while gold accuracy falls at each of them? */
export function hackAlarm(proxy: readonly number[], gold: readonly number[], delta: number, w: number): boolean {
  const [shown, real] = [proxy.slice(-w), gold.slice(-w)];
  if (shown.length < w || real.length < w) return false;
  return shown[w - 1] - shown[0] >= delta && real.every((value, i) => i === 0 || value < real[i - 1]);
}

/** The guards with the options filled in. */
const rewardHackGuards = (o: z.output<typeof options>) => ({
  clip: (reward: number) => clipReward(reward, o.lo, o.hi),
  clipShape: (rewards: readonly number[]) => clipShape(rewards, o.eta),
  deltaShape: (rewards: readonly number[]) => deltaShape(rewards, o.dropLast),
  ensembleMin,
  lengthPenalty: (tokens: number) => lengthPenalty(tokens, o.limit, o.perToken),
  repetition,
  alarm: (proxy: readonly number[], gold: readonly number[]) => hackAlarm(proxy, gold, o.delta, o.w),
});

export default defineMethod({
  id: "reward-hack-guards",
  kind: "evaluator",
  contract: "function",
  section: "B5",
  about:
    "Shapes of rewards that extra steps cannot inflate, penalties, and an alarm where the proxy parts from the truth.",
  source: "Gao J. et al. 2024, On Designing Effective RL Reward at Training Time for LLM Reasoning",
  options,
  create: rewardHackGuards,
});
