import { z } from "zod";
import type { Evaluator } from "../core/contracts.ts";
import { defineMethod } from "../core/method.ts";
import { undecided } from "./asking.ts";
import { ratioOptions, tokenLogprobs, tokenRatios } from "./ratios.ts";

const id = "dpo-verifier";

const options = ratioOptions.extend({
  /** "implicit": β·Δ(y), the reward that DPO gave the verifier. "likelihood": log π(y). */
  score: z.enum(["implicit", "likelihood"]).default("implicit"),
});

const total = (values: Iterable<number>): number => [...values].reduce((sum, value) => sum + value, 0);

/** Score: a log-ratio or log-likelihood, unbounded; only its order within a group means something. */
function dpoVerifier(o: z.output<typeof options>): Evaluator {
  return async (group, c) => {
    const values =
      o.score === "implicit" ? await tokenRatios(group, c, id, o) : await tokenLogprobs(group, c, id, o.policy);
    return group.solutions.map(({ id: of }, i) => {
      const judged = { of, by: id, level: "outcome" } as const;
      if ("lack" in values) return undecided(judged, values.lack);
      return { ...judged, score: total(values[i]), calls: [] };
    });
  };
}

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B2",
  about:
    "The reward that preference training gave a verifier: how much likelier it finds a solution than its reference.",
  source: "Hosseini et al. 2024, V-STaR; Rafailov et al. 2023",
  options,
  create: dpoVerifier,
});
