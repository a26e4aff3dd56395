/** Estimators of KL(π‖π_ref) from Δ = log π − log π_ref on a token sampled from π (Schulman 2020, "Approximating KL"). */
export type KlEstimator = "k1" | "k2" | "k3";

/** Keeps exponentials finite; a ratio beyond e^±20 carries no more information than its sign. */
const bound = 20;

/** exp of a log-ratio, finite for every finite input. */
export function ratioOf(logRatio: number): number {
  return Math.exp(Math.min(bound, Math.max(-bound, logRatio)));
}

/**
 * The estimate and its derivative with respect to log π, as a loss term. k1 has zero mean gradient: as a loss it pulls
 * nowhere and belongs into the reward; k2's gradient is unbiased; k3 is never negative.
 */
export function klEstimate(estimator: KlEstimator, delta: number): { value: number; gradient: number } {
  switch (estimator) {
    case "k1":
      return { value: delta, gradient: 1 };
    case "k2":
      return { value: (delta * delta) / 2, gradient: delta };
    case "k3": {
      const inverse = ratioOf(-delta);
      return { value: inverse + delta - 1, gradient: 1 - inverse };
    }
  }
}
