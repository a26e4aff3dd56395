import { z } from "zod";
import { eq } from "../answers/eq.ts";
import type { Evaluator } from "../core/contracts.ts";
import { defineMethod } from "../core/method.ts";

const id = "gt-match";

const options = z.object({
  /** "verifier": the family's exact verifier, with the truth. "answer": equality of the stated answer and the gold one. */
  by: z.enum(["verifier", "answer"]).default("verifier"),
  form: z.enum(["short", "long"]).default("short"),
});

/** Score 1 for a correct solution, else 0; the verifier also says which step is the first wrong one and why. */
function gtMatch({ by, form }: z.output<typeof options>): Evaluator {
  return async ({ task, solutions }, c) =>
    solutions.map((solution) => {
      const base = { of: solution.id, by: id, level: "outcome", calls: [] } as const;
      if (by === "answer") {
        const gold = task.secret.answer;
        return {
          ...base,
          score: gold === undefined ? null : Number(solution.answer !== undefined && eq(solution.answer, gold)),
        };
      }
      const verdict = c.family(task.family).verify(task, solution.text, form);
      return {
        ...base,
        score: Number(verdict.correct),
        label: verdict.error,
        firstError: verdict.firstError,
        perStep: verdict.steps.map(Number),
      };
    });
}

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B2",
  about: "Right or wrong by the truth: the family's exact verifier, or equality with the gold answer.",
  source: "Cobbe et al. 2021, Training Verifiers to Solve Math Word Problems",
  options,
  create: gtMatch,
});
