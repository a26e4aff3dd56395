import { z } from "zod";
import type { Evaluator } from "../core/contracts.ts";
import { defineMethod } from "../core/method.ts";
import { aggregated } from "./prm-vote.ts";

const id = "prm-last-vote";

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B3",
  about: "Votes for answers, each weighing what the last step of its solution is worth.",
  source: "Wang P. et al. 2024, Math-Shepherd; Snell et al. 2024",
  options: z.object({ of: z.string().default("prm-score").describe("judge of steps") }),
  create:
    ({ of }): Evaluator =>
    async (group) =>
      aggregated(group, id, { of, how: "last", votes: true }),
});
