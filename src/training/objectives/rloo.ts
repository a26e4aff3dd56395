import { z } from "zod";
import type { Objective } from "../../core/contracts.ts";
import { defineMethod } from "../../core/method.ts";
import { leaveOneOutAdvantage } from "../advantages/leave-one-out.ts";
import { clipOptions, klOptions } from "../options.ts";
import { surrogate } from "../surrogate.ts";

export default defineMethod({
  id: "rloo",
  kind: "objective",
  contract: "objective",
  section: "E5",
  about: "REINFORCE leave-one-out: the whole response is one action, the other samples of the prompt are its baseline.",
  source: "Ahmadian et al. 2024, Back to Basics; clipped ratio as in the TRL implementation",
  options: z.object({
    /** Weight of log π_old − log π_ref, summed over the response, that is taken from the reward. */
    beta: klOptions.beta.default(0.05),
    clip: z.boolean().default(true),
    ...clipOptions,
  }),
  create: ({ beta, clip, epsilon, epsilonHigh }): Objective => ({
    kinds: ["rl"],
    needs: [],
    reference: beta > 0,
    constant: false,
    advantage: leaveOneOutAdvantage(beta),
    loss: surrogate({ ratio: "sequence", average: "sum", clip: clip ? [epsilon, epsilonHigh ?? epsilon] : undefined }),
  }),
});
