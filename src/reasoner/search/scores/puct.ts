import { z } from "zod";
import { defineMethod } from "../../../core/method.ts";
import type { Score } from "./score.ts";

export default defineMethod({
  id: "puct",
  kind: "selection-score",
  contract: "function",
  section: "C4",
  about: "Q + c·π·√N(s)/(1+N(s,a)).",
  source: "Rosin 2011; Silver et al. 2017",
  options: z.object({ c: z.number().nonnegative().default(1.25) }),
  create:
    (o): Score =>
    (arm, weight) =>
      arm.q + (weight * o.c * arm.prior * Math.sqrt(arm.parentVisits)) / (1 + arm.visits),
});
