import { defineMethod } from "../core/method.ts";
import { attempts, cotOptions } from "./cot.ts";
import { bestFirst } from "./solve.ts";

/** Every way of putting the question gets `n` attempts; those that failed to follow the grammar come last. */
export default defineMethod({
  id: "equivalents",
  kind: "reasoner",
  contract: "reasoner",
  section: "design",
  about: "Attempts at a question and at its equivalents (operands swapped, …): voters whose errors differ.",
  source: "this project; votes over reformulations of a question: Zhou et al. 2022, Prompt Consistency",
  options: cotOptions,
  create: (o) => async (question, c) => {
    const ways = [question, ...(c.family(question.family).equivalents?.(question) ?? [])];
    const drawn = await Promise.all(ways.map((way) => attempts(way, c, o)));
    const solutions = drawn.flat().map((solution) => ({ ...solution, taskId: question.id }));
    return { solutions: bestFirst(solutions, (solution) => (solution.error ? 0 : 1)), trees: [], episodes: [] };
  },
});
