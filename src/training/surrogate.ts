import type { Lesson, Loss, Scored } from "../core/contracts.ts";
import { weightAt } from "../core/datum.ts";
import { klEstimate, ratioOf, type KlEstimator } from "./kl.ts";
import { expectKind, finite, slotsOf, type OfKind, type Slot } from "./scored.ts";

/**
 * How token terms are averaged. "token-mean": over all trained tokens of the minibatch. "seq-mean": over the tokens of a
 * rollout, then over rollouts. "sum": summed over the tokens of a rollout, averaged over rollouts.
 */
export type Average = "token-mean" | "seq-mean" | "sum";

export interface SurrogateOptions {
  /**
   * What the advantage multiplies: log π ("none"), π/π_old of a token, or of the whole response as one action (exp of the
   * sum or of the mean of the token log-ratios), which is then averaged over rollouts whatever `average` says.
   */
  readonly ratio: "none" | "token" | "sequence" | "sequence-mean";
  /** The ratio is held within [1 − low, 1 + high] where that lowers the objective (PPO). Without it: never. */
  readonly clip?: readonly [low: number, high: number];
  readonly average: Average;
  /** Divergence from the reference in the loss, averaged like the token terms. */
  readonly kl?: { readonly estimator: KlEstimator; readonly beta: number };
}

/** One trained token: log-probs, advantage, loss weight, and where its gradient goes. */
interface Token {
  readonly slot: Slot;
  readonly t: number;
  readonly weight: number;
  readonly advantage: number;
  readonly logprob: number;
}

interface Rollout {
  readonly datum: OfKind<"rl">;
  readonly tokens: readonly Token[];
}

function tokensOf(datum: OfKind<"rl">, slots: readonly Slot[]): Token[] {
  return slots.flatMap((slot, segment) => {
    const tokens: Token[] = [];
    for (let t = slot.row.from; t < slot.row.ids.length; t++) {
      const weight = finite(weightAt(slot.row, t), "the loss weight", datum, t);
      if (weight === 0) continue;
      const advantage = finite(datum.advantages?.[segment][t], "the advantage", datum, t);
      tokens.push({ slot, t, weight, advantage, logprob: finite(slot.scored.logprob[t], "log π", datum, t) });
    }
    return tokens;
  });
}

/** −min(ρA, clip(ρ)A), its derivative with respect to log ρ, and whether clipping cut that off. */
function clipped(
  ratio: number,
  advantage: number,
  clip: SurrogateOptions["clip"],
): { value: number; slope: number; cut: boolean } {
  const free = ratio * advantage;
  if (!clip) return { value: -free, slope: -free, cut: false };
  const held = Math.min(1 + clip[1], Math.max(1 - clip[0], ratio)) * advantage;
  return held < free ? { value: -held, slope: 0, cut: true } : { value: -free, slope: -free, cut: false };
}

/**
 * The policy-gradient loss of rollouts with advantages: advantages × what `ratio` names, clipped, averaged, plus β·KL.
 * Reads `logprob`, Row.old (for ratios) and `ref` (for the KL term). Loss weights multiply token terms and log-ratios;
 * averages count tokens whose weight is not 0. Throws UserError naming the datum where a number is missing or not finite.
 */
export function surrogate(o: SurrogateOptions): Loss {
  return (batch: readonly Scored[]): Lesson => {
    const slots = batch.map(slotsOf);
    const rollouts = batch.map(({ datum: kept }, i): Rollout => {
      const datum = expectKind(kept, "rl");
      return { datum, tokens: tokensOf(datum, slots[i]) };
    });
    const count = rollouts.reduce((sum, { tokens }) => sum + tokens.length, 0);
    const sums = { loss: 0, cut: 0, klOld: 0, kl: 0 };
    for (const { datum, tokens } of rollouts) {
      const scale = { "token-mean": 1 / count, "seq-mean": 1 / (batch.length * tokens.length), sum: 1 / batch.length }[
        o.average
      ];
      const logRatios =
        o.ratio === "none"
          ? []
          : tokens.map(({ slot, t, logprob }) => logprob - finite(slot.row.old?.[t], "log π_old", datum, t));
      for (const logRatio of logRatios) sums.klOld += klEstimate("k3", -logRatio).value;
      if (o.ratio === "sequence" || o.ratio === "sequence-mean") {
        if (tokens.length === 0) continue;
        const divisor = o.ratio === "sequence" ? 1 : tokens.length;
        const logRatio = tokens.reduce((sum, { weight }, i) => sum + (weight * logRatios[i]) / divisor, 0);
        const advantage = tokens.reduce((sum, token) => sum + token.advantage, 0) / tokens.length;
        const { value, slope, cut } = clipped(ratioOf(logRatio), advantage, o.clip);
        sums.loss += value / batch.length;
        if (cut) sums.cut += tokens.length;
        for (const { slot, t, weight } of tokens) slot.gradient[t] += (slope * weight) / divisor / batch.length;
      } else {
        tokens.forEach(({ slot, t, weight, advantage, logprob }, i) => {
          const plain = { value: -advantage * logprob, slope: -advantage, cut: false };
          const { value, slope, cut } = o.ratio === "none" ? plain : clipped(ratioOf(logRatios[i]), advantage, o.clip);
          sums.loss += scale * weight * value;
          if (cut) sums.cut++;
          slot.gradient[t] += scale * weight * slope;
        });
      }
      if (!o.kl) continue;
      for (const { slot, t, weight, logprob } of tokens) {
        const delta = logprob - finite(slot.scored.ref?.[t], "log π_ref", datum, t);
        const { value, gradient } = klEstimate(o.kl.estimator, delta);
        sums.loss += scale * weight * o.kl.beta * value;
        slot.gradient[t] += scale * weight * o.kl.beta * gradient;
        sums.kl += value;
      }
    }
    const mean = (sum: number): number => (count > 0 ? sum / count : 0);
    return {
      loss: sums.loss,
      gradients: { logprob: slots.flat().map((slot) => slot.gradient) },
      metrics: {
        ...(o.ratio === "none" ? {} : { klOld: mean(sums.klOld) }),
        ...(o.clip ? { clipFraction: mean(sums.cut) } : {}),
        ...(o.kl ? { kl: mean(sums.kl) } : {}),
      },
    };
  };
}
