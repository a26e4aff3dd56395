import { z } from "zod";
import { defineMethod } from "../../../core/method.ts";
import { isRunError, trySample } from "../../solve.ts";
import { each, mean, roleOption, shown, undecided } from "./valuing.ts";

const options = z.object({
  lambda: z.number().min(0).max(1).default(0.5).describe("weight of the model's score"),
  role: roleOption.default("reasoner"),
  n: z.int().positive().default(1).describe("scores a state, averaged"),
  temperature: z.number().nonnegative().default(0),
  maxTokens: z.int().positive().default(256),
});

/** λ·score + (1 − λ)·share. */
export const latsValue = (score: number, share: number, lambda: number): number =>
  lambda * score + (1 - lambda) * share;

/** The last whole number from 1 to 10 in a reply, a tenth of it. */
export function readScore(reply: string): number | undefined {
  const found = [...reply.matchAll(/(?<![\d.])(10|[1-9])(?![\d.]*\d)/gu)].at(-1)?.[1];
  return found === undefined ? undefined : Number(found) / 10;
}

/**
 * The share is that of the action among its siblings: how often it was drawn where a model gives no log-probs, and the
 * policy's own probability, which is what that estimates, where it does. Departure: the root has no action, and the score alone.
 */
export default defineMethod({
  id: "v-lats",
  kind: "value-source",
  contract: "guide",
  section: "C4",
  about: "A model's score of the state, mixed with how often its action was drawn.",
  source: "Zhou A. et al. 2024 (LATS)",
  options,
  create: (o) =>
    each("v-lats", async (at, c) => {
      const content = `${shown(at, c)}\n\nHow likely does this lead to the correct answer? End with a score from 1 to 10.`;
      const replies = await trySample(c, o.role, [{ role: "user", content }], {
        n: o.n,
        seed: c.random.fork(`v-lats/${at.question.id}/${at.node.id}`).seed,
        maxTokens: o.maxTokens,
        temperature: o.temperature,
      });
      if (isRunError(replies)) return undecided;
      const calls = replies.map(({ call }) => call);
      const scores = replies.flatMap(({ text }) => readScore(text) ?? []);
      if (scores.length === 0) return { score: null, calls };
      const score = mean(scores);
      return { score: at.node.parent === null ? score : latsValue(score, at.node.prior, o.lambda), calls };
    }),
});
