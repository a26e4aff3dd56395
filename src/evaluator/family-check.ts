import { z } from "zod";
import type { Evaluator } from "../core/contracts.ts";
import { UserError } from "../core/errors.ts";
import { defineMethod } from "../core/method.ts";
import { ask } from "../core/task.ts";

const id = "family-check";

/** Score 1 or 0 by the family's check, which sees the question only. Throws UserError for a family without one. */
const familyCheck = (): Evaluator => async (group, c) => {
  const family = c.family(group.task.family);
  if (!family.check) {
    throw new UserError(
      `Family ${family.id} has no check that needs no truth.`,
      "Judge by self-consistency, or by gt-match where the truth may be used.",
    );
  }
  const question = ask(group.task);
  return group.solutions.map((solution) => ({
    of: solution.id,
    by: id,
    level: "outcome",
    score: Number(family.check?.(question, solution.text) ?? false),
    calls: [],
  }));
};

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "design",
  about: "Right or wrong as far as the question alone tells: what an honest self-training filter may use.",
  source: "checkers of procedural families",
  options: z.object({}),
  create: familyCheck,
});
