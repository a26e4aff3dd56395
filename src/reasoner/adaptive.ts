/**
 * Samples no more than the question needs. Where the question can be checked (a verifier that sees it alone), the first
 * accepted reply ends the search, and what is left of the budget goes into a tree search if the model can be read token
 * by token. Elsewhere replies vote, a few at a time, until the vote is settled (Aggarwal et al. 2023, the Beta
 * criterion). Departures: batches instead of single samples, so that they run side by side; a vote that the samples left
 * cannot turn is settled too.
 */
import { z } from "zod";
import { vote, type Vote } from "../answers/vote.ts";
import type { Context } from "../core/context.ts";
import type { Reasoned } from "../core/contracts.ts";
import { defineMethod } from "../core/method.ts";
import type { Solution } from "../core/solution.ts";
import type { Question } from "../core/task.ts";
import { attempts, cotOptions } from "./cot.ts";
import levin from "./search/levin.ts";
import { bestFirst, judge, meanLogprob, stopped } from "./solve.ts";

const options = cotOptions.extend({
  n: z.int().positive().default(16).describe("samples at most"),
  batch: z.int().positive().default(4).describe("samples at a time"),
  confidence: z.number().min(0.5).max(1).default(0.95).describe("that the leading answer would win a vote of all"),
  search: z
    .boolean()
    .default(true)
    .describe("where replies can be checked, search a tree once none of the first batch is right"),
  searchTokens: z.int().positive().default(1152).describe("tokens of that search"),
});
type Options = z.output<typeof options>;

/**
 * P(the leader is the more probable of the two answers most voted for) under a uniform prior: the probability of more
 * than `second` heads in first + second + 1 throws.
 */
export function leading(first: number, second: number): number {
  const n = first + second + 1;
  let term = 2 ** -n;
  let below = 0;
  for (let k = 0; k <= second; k++) {
    below += term;
    term *= (n - k) / (k + 1);
  }
  return 1 - below;
}

/** No further sample is worth its tokens. */
function settled(votes: Vote, left: number, confidence: number): boolean {
  const [first = 0, second = 0] = votes.clusters.map((members) => members.length).sort((a, b) => b - a);
  return first - second > left || (first > 0 && leading(first, second) >= confidence);
}

const voting = (solutions: readonly Solution[], c: Context): Vote =>
  vote(
    solutions.map(({ answer, error }) => (error ? undefined : answer)),
    { logprobs: solutions.map((solution) => meanLogprob(c, solution)) },
  );

async function reason(question: Question, c: Context, o: Options): Promise<Reasoned> {
  const checks = c.evaluator === undefined && c.family(question.family).check !== undefined;
  const searches = checks && o.search && c.model("reasoner").extend !== undefined;
  const solutions: Solution[] = [];
  for (let batch = 0; solutions.length < o.n; batch++) {
    const n = Math.min(o.batch, o.n - solutions.length);
    const drawn = await attempts(question, c.with({ label: `adaptive/${batch}` }), { ...o, n });
    solutions.push(...drawn);
    if (checks) {
      const scores = await judge(question, drawn, c);
      const right = drawn.find((_, i) => scores[i] === 1);
      if (right)
        return { solutions: [right, ...solutions.filter((other) => other !== right)], trees: [], episodes: [] };
    } else if (settled(voting(solutions, c), o.n - solutions.length, o.confidence)) break;
    if (searches || stopped(c)) break;
  }
  if (searches && !stopped(c)) {
    const found = await levin.create(levin.options.parse({ tokens: o.searchTokens }))(question, c);
    return { ...found, solutions: bestFirst([...found.solutions, ...solutions], ({ error }) => (error ? 0 : 1)) };
  }
  const { clusters, shares } = voting(solutions, c);
  const share = new Map(clusters.flatMap((members, k) => members.map((i) => [solutions[i], shares[k]] as const)));
  return { solutions: bestFirst(solutions, (solution) => share.get(solution) ?? -1), trees: [], episodes: [] };
}

export default defineMethod({
  id: "adaptive",
  kind: "reasoner",
  contract: "reasoner",
  section: "design",
  about: "Samples until the vote is settled or a check accepts; searches only where there is a check.",
  source: "Aggarwal et al. 2023, Let's Sample Step by Step: Adaptive-Consistency",
  options,
  create: (o) => (question, c) => reason(question, c, o),
});
