import { z } from "zod";
import type { Context } from "../../../core/context.ts";
import type { Reasoned } from "../../../core/contracts.ts";
import { hash } from "../../../core/json.ts";
import type { RunError, Solution } from "../../../core/solution.ts";
import type { Question } from "../../../core/task.ts";
import { bestFirst, costOf, failed, isRunError, judge, lost, solutionId, trySample } from "../../solve.ts";
import { extractAnswer } from "../../text.ts";
import { parseTrace, stepsTo, treeOfTrace } from "./trace.ts";

export const tracedOptions = z.object({
  /** Searches written one by one, each in a single reply. */
  n: z.int().positive().default(1),
  temperature: z.number().nonnegative().default(0),
  maxTokens: z.int().positive().default(4096),
  /** Problems with the trace of a search for their answer, in the form of trace.ts; an own one if there is none. */
  exemplars: z.array(z.object({ question: z.string(), trace: z.string() })).default([]),
});
export type TracedOptions = z.output<typeof tracedOptions>;

const form =
  "Write the search a line a step. Number steps by their place: 1 and 2 are first steps, 1.1 and 1.2 follow 1. After a " +
  'step that leads nowhere write its number and "fails"; after the step that answers the problem its number, "solves:" ' +
  "and the final answer.";

/** The prompt for a search in one reply. */
export const tracePrompt = (
  question: string,
  how: string,
  shots: readonly { readonly question: string; readonly trace: string }[],
): string =>
  `${how} ${form}\n\n${shots.map((shot) => `Problem: ${shot.question}\n${shot.trace}`).join("\n\n")}\n\n` +
  `Problem: ${question}\n`;

const untold: RunError = { where: "parse", message: "the reply tells of no step that solves the problem" };

/** Asks for whole searches and reads them: the solutions are the ways to the steps that solve. */
export async function traced(
  id: string,
  how: string,
  own: TracedOptions["exemplars"][number],
  question: Question,
  outer: Context,
  o: TracedOptions,
): Promise<Reasoned> {
  const c = outer.with({ budget: outer.budget.child({}) });
  const prompt = tracePrompt(question.text, how, o.exemplars.length > 0 ? o.exemplars : [own]);
  const { n, temperature, maxTokens } = o;
  const seed = c.random.fork(`${id}/${question.id}`).seed;
  const replies = await trySample(c, "reasoner", [{ role: "user", content: prompt }], {
    n,
    seed,
    temperature,
    maxTokens,
  });
  if (isRunError(replies)) return { solutions: [failed(question, replies)], trees: [], episodes: [] };
  const solutions: Solution[] = [];
  const trees = [];
  for (const sample of replies) {
    const { text, call } = sample;
    const by = [call];
    const cost = costOf(c, by);
    const lines = parseTrace(text);
    const { tree, ids } = treeOfTrace(lines);
    tree.charge(0, cost);
    const told = solutions.length;
    for (const line of lines) {
      const steps = line.kind === "solves" ? stepsTo(lines, line.path) : undefined;
      const node = line.kind === "solves" ? ids.get(line.path) : undefined;
      if (line.kind !== "solves" || steps === undefined || node === undefined) continue;
      const whole = steps.join("\n");
      const one = {
        id: solutionId(question, `${whole}\n${line.text}`, by),
        taskId: question.id,
        text: whole,
        by,
        cost,
      };
      const taken = steps.map((step) => ({ text: step }));
      if (!solutions.some((other) => other.id === one.id)) solutions.push({ ...one, steps: taken, answer: line.text });
      tree.setSolution(node, one.id);
    }
    if (solutions.length === told) {
      const answer = extractAnswer(text);
      const error = sample.finish === "abort" ? lost(sample, c) : untold;
      solutions.push({ ...failed(question, error, { text, by, cost }), ...(answer === undefined ? {} : { answer }) });
    }
    const name = hash([id, question.id, call]);
    trees.push(tree.finish({ id: name, taskId: question.id, by: id, cost, oracle: false }));
  }
  const scores = c.evaluator ? await judge(question, solutions, c) : solutions.map(() => null);
  const byId = new Map(solutions.map((solution, i) => [solution.id, scores[i] ?? 0]));
  const order = bestFirst(
    solutions,
    (solution) => (solution.error ? 0 : 1),
    (solution) => byId.get(solution.id) ?? 0,
  );
  return { solutions: order, trees, episodes: [] };
}
