import type { z } from "zod";
import type { Evaluator } from "../core/contracts.ts";
import { defineMethod } from "../core/method.ts";
import { undecided } from "./asking.ts";
import { ratioOptions, tokenRatios } from "./ratios.ts";

const id = "implicit-reward";

/** perToken: r_t = β·(log π(y_t) − log π_ref(y_t)); score: their sum, β·Δ(y). */
const implicitReward =
  (o: z.output<typeof ratioOptions>): Evaluator =>
  async (group, c) => {
    const ratios = await tokenRatios(group, c, id, o);
    return group.solutions.map(({ id: of }, i) => {
      const judged = { of, by: id, level: "token" } as const;
      if ("lack" in ratios) return undecided(judged, ratios.lack);
      const score = ratios[i].reduce((sum, value) => sum + value, 0);
      return { ...judged, score, perToken: Float32Array.from(ratios[i]), calls: [] };
    });
  };

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B4",
  about: "A reward a token: β times the log-ratio of a preference-trained model and its reference.",
  source: "Rafailov et al. 2024; Zhong et al. 2024",
  options: ratioOptions,
  create: implicitReward,
});
