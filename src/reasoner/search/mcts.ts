import { z } from "zod";
import type { Context } from "../../core/context.ts";
import type { Guide, Reasoned } from "../../core/contracts.ts";
import { messageOf, UserError } from "../../core/errors.ts";
import { hash } from "../../core/json.ts";
import { defineMethod } from "../../core/method.ts";
import type { RunError, Solution } from "../../core/solution.ts";
import type { Question } from "../../core/task.ts";
import type { TreeNode } from "../../core/tree.ts";
import { aborted, failed, judge, stopped } from "../solve.ts";
import { descend, MonteCarlo } from "./monte-carlo.ts";
import { outputs, ranked } from "./rank.ts";
import { explorationAt, scoreOf, selectionOptions } from "./selection.ts";
import { familySpace, type Written } from "./space.ts";
import vRollout from "./values/v-rollout.ts";

const options = selectionOptions.extend({
  simulations: z.int().positive().default(64),
  /** Children per expansion. */
  children: z.int().positive().default(4),
  /** What an unvisited child counts as. */
  fpu: z.enum(["parent", "zero", "infinity"]).default("parent"),
  gamma: z.number().gt(0).max(1).default(1),
  /** What the best solution is: at the end of the most visited or most valued path, the best scored, or by answer. */
  output: z.enum(outputs).default("max-visit"),
  /** Do not enter explored subtrees again, and stop when all is explored (AlphaMath). */
  skipClosed: z.boolean().default(false),
  /** Completions a node, where the context brings no Guide. */
  rollouts: z.int().positive().default(1),
  granularity: z.enum(["step", "token"]).default("step"),
  expand: z.enum(["sample", "enumerate"]).default("sample"),
  temperature: z.number().nonnegative().default(1),
  prune: z.boolean().default(true),
  merge: z.boolean().default(true),
});
type Options = z.output<typeof options>;

/** Values of a node: terminals by the Evaluator where there is one, everything else by the Guide. */
function valuer(question: Question, c: Context, o: Options, solve: (state: Written) => Solution) {
  if (!c.guide && !c.evaluator && !c.family(question.family).check) {
    throw new UserError(
      `mcts has nothing to value a reply with: no Guide, no Evaluator, and the family ${question.family} has no check.`,
      "Give the search one of them.",
    );
  }
  const guide: Guide = c.guide ?? vRollout.create({ m: o.rollouts, temperature: o.temperature });
  return async (node: TreeNode, state: Written): Promise<number | null> => {
    const { steps, ended: terminal } = state;
    if (terminal) {
      const solution = solve(state);
      if (solution.error) return 0;
      if (c.evaluator) return (await judge(question, [solution], c))[0];
    }
    const [judgement] = await guide([{ node, question, steps, terminal }], c);
    return judgement.score;
  };
}

async function search(question: Question, outer: Context, o: Options): Promise<Reasoned> {
  const c = outer.with({ budget: outer.budget.child({}) });
  const space = familySpace(question, c, o);
  const random = c.random.fork(`mcts/${question.id}`);
  const grown = new MonteCarlo<Written>({
    space,
    score: scoreOf(o),
    evaluate: valuer(question, c, o, space.solution),
    children: o.children,
    fpu: o.fpu,
    gamma: o.gamma,
    skipClosed: o.skipClosed,
    merge: o.merge,
    random,
    halted: () => space.error !== undefined || stopped(c) !== undefined,
  });
  let error: RunError | undefined;
  for (let m = 0; m < o.simulations && !error; m++) {
    error = stopped(c);
    if (error) break;
    try {
      if (!(await grown.simulate(explorationAt(o, m / o.simulations)))) error = space.error ?? stopped(c) ?? explored;
    } catch (thrown) {
      error = c.signal.aborted ? aborted : { where: "sample", message: messageOf(thrown) };
    }
  }
  const { tree, states } = grown;
  const solutions = new Map<number, Solution>();
  for (const { id, terminal } of tree.nodes) {
    if (!terminal) continue;
    const solution = space.solution(states[id]);
    solutions.set(id, solution);
    tree.setSolution(id, solution.id);
  }
  const found = ranked(tree.nodes, solutions, o.output);
  const id = hash(["mcts", question.id, random.seed, o]);
  const finished = tree.finish({ id, taskId: question.id, by: "mcts", cost: c.budget.spent, oracle: false });
  const none = failed(question, error ?? tooFew, { text: states[descend(tree.nodes, (node) => node.visits).id].text });
  return { solutions: found.length > 0 ? found : [none], trees: [finished], episodes: [] };
}

const explored: RunError = { where: "sample", message: "no action that the model offers leads to a complete reply" };
const tooFew: RunError = { where: "budget", message: "no complete reply within the simulations" };

export default defineMethod({
  id: "mcts",
  kind: "search",
  contract: "reasoner",
  section: "C4",
  about: "Monte-Carlo tree search over steps or tokens, guided by values and the policy's prior.",
  source: "Browne et al. 2012; Silver et al. 2018 (values instead of playouts)",
  options,
  create: (o) => (question, c) => search(question, c, o),
});
