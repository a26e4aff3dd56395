import { z } from "zod";
import type { Objective } from "../../core/contracts.ts";
import { defineMethod } from "../../core/method.ts";
import { reinforceAdvantage } from "../advantages/returns-to-go.ts";
import { averageOption, klOptions } from "../options.ts";
import { surrogate } from "../surrogate.ts";

export default defineMethod({
  id: "reinforce",
  kind: "objective",
  contract: "objective",
  section: "E5",
  about: "Policy gradient with the discounted return from each token on as its weight.",
  source: "Williams 1992; Sutton et al. 1999",
  options: z.object({
    gamma: z.number().min(0).max(1).default(1),
    average: averageOption.default("sum"),
    ...klOptions,
    beta: klOptions.beta.default(0),
  }),
  create: ({ gamma, average, beta, estimator }): Objective => ({
    kinds: ["rl"],
    needs: [],
    reference: beta > 0,
    constant: beta === 0,
    advantage: reinforceAdvantage(gamma, 0),
    loss: surrogate({ ratio: "none", average, kl: beta > 0 ? { estimator, beta } : undefined }),
  }),
});
