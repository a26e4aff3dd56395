import type { Random } from "../../core/random.ts";
import { beta, gamma } from "./draws.ts";

/** What is believed of the mean of scores, which are drawn from to act on it (Thompson sampling). */
export interface Posterior {
  observe(score: number): void;
  draw(random: Random): number;
}

export interface NormalPrior {
  readonly m: number;
  readonly kappa: number;
  readonly nu: number;
  readonly tau2: number;
}

/** Mean and variance unknown: μ ~ N(m, σ²/κ), σ² ~ IG(ν/2, ντ²/2), updated in closed form. */
export function normalPosterior(prior: NormalPrior): Posterior {
  let n = 0;
  let mean = 0;
  let squares = 0;
  return {
    observe: (score) => {
      n++;
      const change = score - mean;
      mean += change / n;
      squares += change * (score - mean);
    },
    draw: (random) => {
      const kappa = prior.kappa + n;
      const nu = prior.nu + n;
      const m = (prior.kappa * prior.m + n * mean) / kappa;
      const scale = prior.nu * prior.tau2 + squares + ((prior.kappa * n) / kappa) * (mean - prior.m) ** 2;
      const variance = scale / 2 / gamma(random, nu / 2);
      return m + Math.sqrt(variance / kappa) * random.normal();
    },
  };
}

/** Scores in [0, 1], each counted as that much of a success. */
export function betaPosterior(prior: { readonly a: number; readonly b: number }): Posterior {
  let { a, b } = prior;
  return {
    observe: (score) => {
      const share = Math.min(1, Math.max(0, score));
      a += share;
      b += 1 - share;
    },
    draw: (random) => beta(random, a, b),
  };
}
