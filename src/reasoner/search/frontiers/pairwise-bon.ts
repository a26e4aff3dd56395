import { z } from "zod";
import { addCost, roles } from "../../../core/call.ts";
import type { Context } from "../../../core/context.ts";
import { defineMethod } from "../../../core/method.ts";
import type { Solution } from "../../../core/solution.ts";
import type { Question } from "../../../core/task.ts";
import { attempts, cotOptions } from "../../cot.ts";
import { bestFirst, isRunError, meanLogprob, trySample, withoutTruth } from "../../solve.ts";

const options = cotOptions.extend({
  n: cotOptions.shape.n.unwrap().default(4),
  /** Without an Evaluator: whose model compares, and how often a pair in each order. */
  judge: z.enum(roles).default("reasoner"),
  comparisons: z.int().positive().default(1),
});

export const comparePrompt = (question: string, a: string, b: string): string =>
  `A problem:\n${question}\n\nSolution A:\n${a}\n\nSolution B:\n${b}\n\n` +
  'Which solution is more likely to be correct? Compare them briefly, then end with a line "Better: A" or "Better: B".';

/** The probability that the first is better, of one reply: 1, 0, or ½ where it names neither. */
export function readPreference(reply: string): number {
  const named = [...reply.matchAll(/better\W*\b(A|B)\b/giu)].at(-1)?.[1] ?? /\b(A|B)\b\W*$/u.exec(reply)?.[1];
  return named === undefined ? 0.5 : Number(named.toUpperCase() === "A");
}

/** The score of each of n, given p(i, j) for i ≠ j: the sum over the others of p averaged over both orders. */
export function pairwiseScores(n: number, p: (i: number, j: number) => number): number[] {
  const others = Array.from({ length: n }, (_, j) => j);
  return others.map((i) => others.reduce((sum, j) => (i === j ? sum : sum + (p(i, j) + 1 - p(j, i)) / 2), 0));
}

/** p(a is better than b), shown in this order. A judge of single solutions prefers the one that it scores higher. */
async function preference(question: Question, c: Context, a: Solution, b: Solution, o: z.output<typeof options>) {
  if (a === b) return 0.5;
  if (c.evaluator) {
    const group = { task: withoutTruth(question), solutions: [a, b], judgements: [], trees: [], episodes: [] };
    const [first, second] = await c.evaluator(group, c);
    if (first.pairwise?.other === b.id) return first.pairwise.wins;
    return (1 + Math.sign((first.score ?? 0) - (second.score ?? 0))) / 2;
  }
  const family = c.family(question.family);
  if (family.check) {
    const [x, y] = [a, b].map(({ text }) => Number(family.check?.(question, text)));
    return (1 + Math.sign(x - y)) / 2;
  }
  const prompt = comparePrompt(question.text, a.text, b.text);
  const seed = c.random.fork(`compare/${question.id}/${a.id}/${b.id}`).seed;
  const sampling = { n: o.comparisons, seed, maxTokens: 512, temperature: 0.7 };
  const replies = await trySample(c, o.judge, [{ role: "user", content: prompt }], sampling);
  if (isRunError(replies)) return 0.5;
  return replies.reduce((sum, { text }) => sum + readPreference(text), 0) / Math.max(1, replies.length);
}

/** Samples that did not follow the grammar are not compared: they come last. */
export default defineMethod({
  id: "pairwise-bon",
  kind: "search",
  contract: "reasoner",
  section: "C2",
  about: "Best of n independent samples by comparing every pair in both orders.",
  source: "Wang T. et al. 2024 (BPP-Search)",
  options,
  create: (o) => async (question, c) => {
    const drawn = await attempts(question, c, o);
    const whole = drawn.filter(({ error }) => !error);
    const budgets = whole.map(() => c.budget.child({}));
    const p = await Promise.all(
      whole.map((a, i) => {
        const metered = c.with({ budget: budgets[i] });
        return Promise.all(whole.map((b) => preference(question, metered, a, b, o)));
      }),
    );
    const scores = pairwiseScores(whole.length, (i, j) => p[i][j]);
    const byId = new Map(whole.map(({ id }, i) => [id, scores[i]]));
    // A sample pays for the comparisons in which it is shown first.
    const paid = drawn.map((solution) => {
      const at = whole.indexOf(solution);
      return at < 0 ? solution : { ...solution, cost: addCost(solution.cost, budgets[at].spent) };
    });
    const solutions = bestFirst(
      paid,
      ({ id }) => byId.get(id) ?? -Infinity,
      (solution) => meanLogprob(c, solution),
    );
    return { solutions, trees: [], episodes: [] };
  },
});
