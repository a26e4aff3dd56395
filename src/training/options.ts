/** Options that objectives share. */
import { z } from "zod";

/** Divergence from a frozen reference in the loss; β = 0 needs no reference. */
export const klOptions = {
  beta: z.number().nonnegative(),
  estimator: z.enum(["k1", "k2", "k3"]).default("k3"),
};

/** How far a ratio may move: down by `epsilon`, up by `epsilonHigh` (default: the same). */
export const clipOptions = {
  epsilon: z.number().positive().default(0.2),
  epsilonHigh: z.number().positive().optional(),
};

export const averageOption = z.enum(["token-mean", "seq-mean", "sum"]);
