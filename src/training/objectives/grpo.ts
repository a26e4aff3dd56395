import { z } from "zod";
import type { Objective } from "../../core/contracts.ts";
import { defineMethod } from "../../core/method.ts";
import { groupNormalised } from "../advantages/group-normalised.ts";
import { averageOption, clipOptions, klOptions } from "../options.ts";
import { surrogate } from "../surrogate.ts";

export default defineMethod({
  id: "grpo",
  kind: "objective",
  contract: "objective",
  section: "E5",
  about: "Group relative policy optimisation: rewards normalised within a prompt's samples, clipped token ratios.",
  source: "Shao et al. 2024, DeepSeekMath; sample deviation and η as in the TRL implementation",
  options: z.object({
    ...klOptions,
    beta: klOptions.beta.default(0.04),
    ...clipOptions,
    scale: z.enum(["std", "none"]).default("std"),
    /** 1: sample deviation; 0: population deviation. */
    ddof: z.union([z.literal(0), z.literal(1)]).default(1),
    /** Added to the deviation. */
    eta: z.number().nonnegative().default(1e-4),
    average: averageOption.default("seq-mean"),
  }),
  create: ({ beta, estimator, epsilon, epsilonHigh, scale, ddof, eta, average }): Objective => ({
    kinds: ["rl"],
    needs: [],
    reference: beta > 0,
    constant: false,
    advantage: groupNormalised({ ddof, eta, scale }),
    loss: surrogate({
      ratio: "token",
      clip: [epsilon, epsilonHigh ?? epsilon],
      average,
      kl: beta > 0 ? { estimator, beta } : undefined,
    }),
  }),
});
