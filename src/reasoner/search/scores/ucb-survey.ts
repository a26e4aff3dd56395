import { z } from "zod";
import { defineMethod } from "../../../core/method.ts";
import type { Score } from "./score.ts";

export default defineMethod({
  id: "ucb-survey",
  kind: "selection-score",
  contract: "function",
  section: "C4",
  about: "Q + c·π·√(ln N(s)/(1+N(s,a))).",
  source: "He et al. 2025 survey (as printed there)",
  options: z.object({ c: z.number().nonnegative().default(1.25) }),
  create:
    (o): Score =>
    (arm, weight) =>
      arm.q + weight * o.c * arm.prior * Math.sqrt(Math.log(arm.parentVisits) / (1 + arm.visits)),
});
