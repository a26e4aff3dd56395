import { z } from "zod";
import { defineMethod } from "../../../core/method.ts";
import type { Score } from "./score.ts";

export default defineMethod({
  id: "uct",
  kind: "selection-score",
  contract: "function",
  section: "C4",
  about: "Q + c·√(ln N(s)/N(s,a)); an unvisited child comes first, or counts as 0 (rStar-Math).",
  source: "Kocsis & Szepesvári 2006; Guan et al. 2025 (c = 2)",
  options: z.object({
    c: z.number().nonnegative().default(2),
    unvisited: z.enum(["infinity", "zero"]).default("infinity"),
  }),
  create:
    (o): Score =>
    (arm, weight) => {
      if (arm.visits === 0) return o.unvisited === "zero" ? 0 : Infinity;
      return arm.q + weight * o.c * Math.sqrt(Math.log(arm.parentVisits) / arm.visits);
    },
});
