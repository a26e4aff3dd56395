import { z } from "zod";
import type { Evaluator } from "../core/contracts.ts";
import { defineMethod } from "../core/method.ts";
import { aggregated } from "./prm-vote.ts";
import { aggregations } from "./steps.ts";

const id = "prm-aggregate";

const options = z.object({
  of: z.string().default("prm-score").describe("judge of steps whose numbers are put together"),
  how: z.enum(aggregations).default("prod"),
  vote: z.boolean().default(false).describe("solutions vote for their answers with what comes of it"),
});

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B3",
  about: "One number for a solution from those of its steps, alone or as the weight of its vote.",
  source: "Lightman et al. 2023; Wang P. et al. 2024, Math-Shepherd",
  options,
  create:
    (o): Evaluator =>
    async (group) =>
      aggregated(group, id, { ...o, votes: o.vote }),
});
