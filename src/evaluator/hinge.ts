/** Weights of rules beside a reward model's score, fitted to orders of responses. */

/** A response: the reward model's score and the degrees in [0, 1] to which each proposition holds. */
export interface Ruled {
  readonly base: number;
  readonly phi: readonly number[];
}

/** r_total = r_RM + Σ w_k φ_k. */
export const totalReward = ({ base, phi }: Ruled, weights: readonly number[]): number =>
  phi.reduce((sum, value, k) => sum + value * (weights[k] ?? 0), base);

/** Every (better, worse) of responses of one prompt in the order of their quality, best first. */
export const orderedPairs = <T>(ranked: readonly T[]): (readonly [better: T, worse: T])[] =>
  ranked.flatMap((better, i) => ranked.slice(i + 1).map((worse) => [better, worse] as const));

/** Mean of max(0, 1 + r_total(worse) − r_total(better)). */
export function hingeLoss(pairs: readonly (readonly [Ruled, Ruled])[], weights: readonly number[]): number {
  const losses = pairs.map(([better, worse]) =>
    Math.max(0, 1 + totalReward(worse, weights) - totalReward(better, weights)),
  );
  return losses.reduce((sum, loss) => sum + loss, 0) / Math.max(1, losses.length);
}

export interface HingeFit {
  readonly weights: readonly number[];
  readonly loss: number;
}

/**
 * Weights of least mean hinge loss, by subgradient descent from 0 with steps rate/√t; the best weights met are kept, and 0
 * loss ends the search. The loss is convex, so that what is met last is near the least. Source: Mu et al. 2024.
 */
export function fitWeights(
  pairs: readonly (readonly [Ruled, Ruled])[],
  { rate = 1, steps = 2000 }: { readonly rate?: number; readonly steps?: number } = {},
): HingeFit {
  const size = Math.max(0, ...pairs.map(([better]) => better.phi.length));
  const weights = Array.from({ length: size }, () => 0);
  let best: HingeFit = { weights: [...weights], loss: hingeLoss(pairs, weights) };
  for (let t = 1; t <= steps && best.loss > 0; t++) {
    const active = pairs.filter(
      ([better, worse]) => 1 + totalReward(worse, weights) - totalReward(better, weights) > 0,
    );
    for (const k of weights.keys()) {
      const slope = active.reduce((sum, [better, worse]) => sum + worse.phi[k] - better.phi[k], 0) / pairs.length;
      weights[k] -= (rate / Math.sqrt(t)) * slope;
    }
    const loss = hingeLoss(pairs, weights);
    if (loss < best.loss) best = { weights: [...weights], loss };
  }
  return best;
}
