import { z } from "zod";
import { defineMethod } from "../../../core/method.ts";
import type { Score } from "./score.ts";

export default defineMethod({
  id: "uct",
  kind: "selection-score",
  contract: "function",
  section: "C4",
  about: "Q + c·√(k·ln N(s)/N(s,a)); an unvisited child comes first, counts as 0, or as its value plus 1.",
  source: "Kocsis & Szepesvári 2006; Guan et al. 2025 (c = 2); Zhang D. et al. 2024 (c = 0.7, k = 2, value plus 1)",
  options: z.object({
    c: z.number().nonnegative().default(2),
    /** k, inside the root. */
    factor: z.number().positive().default(1),
    unvisited: z.enum(["infinity", "zero", "value-plus-1"]).default("infinity"),
  }),
  create:
    (o): Score =>
    (arm, weight) => {
      if (arm.visits === 0) return o.unvisited === "infinity" ? Infinity : o.unvisited === "zero" ? 0 : arm.q + 1;
      return arm.q + weight * o.c * Math.sqrt((o.factor * Math.log(arm.parentVisits)) / arm.visits);
    },
});
