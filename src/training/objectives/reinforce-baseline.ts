import { z } from "zod";
import type { Objective } from "../../core/contracts.ts";
import { defineMethod } from "../../core/method.ts";
import { reinforceAdvantage } from "../advantages/returns-to-go.ts";
import { averageOption, klOptions } from "../options.ts";
import { surrogate } from "../surrogate.ts";

export default defineMethod({
  id: "reinforce-baseline",
  kind: "objective",
  contract: "objective",
  section: "E5",
  about: "Policy gradient with the return less a baseline: less variance, the same mean.",
  source: "Williams 1992; Sutton et al. 1999",
  options: z.object({
    gamma: z.number().min(0).max(1).default(1),
    /** A number, or the mean return of the other rollouts of the round or of the same prompt. */
    baseline: z.union([z.number(), z.enum(["round", "group"])]).default("round"),
    average: averageOption.default("sum"),
    ...klOptions,
    beta: klOptions.beta.default(0),
  }),
  create: ({ gamma, baseline, average, beta, estimator }): Objective => ({
    kinds: ["rl"],
    needs: [],
    reference: beta > 0,
    constant: beta === 0,
    advantage: reinforceAdvantage(gamma, baseline),
    loss: surrogate({ ratio: "none", average, kl: beta > 0 ? { estimator, beta } : undefined }),
  }),
});
