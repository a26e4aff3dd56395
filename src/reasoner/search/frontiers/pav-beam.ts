import { z } from "zod";
import { defineMethod } from "../../../core/method.ts";
import { beams, beamStepOptions } from "./beam-step.ts";
import { top } from "./frontier.ts";
import { overReplies } from "./replies.ts";

const options = beamStepOptions.omit({ rank: true, lookahead: true }).extend({
  /** Weight of the prover's advantage. */
  alpha: z.number().nonnegative().default(0.5),
  /** The prover is the best of so many samples of the policy. */
  prover: z.int().positive().default(4),
});

/** Q of the best of k samples of a policy that succeeds with probability q each. */
export const bestOf = (q: number, k: number): number => 1 - (1 - q) ** k;

/** Q of a step plus alpha times its advantage under the prover, given the policy's values before and after it. */
export function effective(before: number, after: number, o: { readonly alpha: number; readonly prover: number }) {
  return after + o.alpha * (bestOf(after, o.prover) - bestOf(before, o.prover));
}

/** The values are the policy's own probabilities of success, so that the prover's follow from them. */
export default defineMethod({
  id: "pav-beam",
  kind: "search",
  contract: "reasoner",
  section: "C2",
  about: "Beam search by progress: a step's value plus its advantage under a prover.",
  source: "Setlur et al. 2024",
  options,
  create: (o) => (question, c) =>
    overReplies("pav-beam", question, c, o, {
      run: async (f) => {
        await f.value([0]);
        const score = (id: number): number => effective(f.valueOf(f.node(id).parent ?? 0), f.valueOf(id), o);
        await beams(f, { ...o, keep: (ids) => top(ids, o.width, score) });
      },
    }),
});
