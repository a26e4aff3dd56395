import { z } from "zod";
import { defineMethod } from "../../../core/method.ts";
import type { Score } from "./score.ts";

export default defineMethod({
  id: "alphazero",
  kind: "selection-score",
  contract: "function",
  section: "C4",
  about: "Q + (ln((N+19653)/19652) + 1.25)·π·√N(s)/(1+N(s,a)).",
  source: "Silver et al. 2018; OpenR",
  options: z.object({
    base: z.number().positive().default(19652),
    init: z.number().nonnegative().default(1.25),
  }),
  create:
    (o): Score =>
    (arm, weight) => {
      const c = Math.log((arm.parentVisits + o.base + 1) / o.base) + o.init;
      return arm.q + (weight * c * arm.prior * Math.sqrt(arm.parentVisits)) / (1 + arm.visits);
    },
});
