import { z } from "zod";
import type { Cost, Role } from "../../core/call.ts";
import type { Context } from "../../core/context.ts";
import type { Guide, Reasoned } from "../../core/contracts.ts";
import { messageOf, UserError } from "../../core/errors.ts";
import { hash, type Json } from "../../core/json.ts";
import type { RunError, Solution } from "../../core/solution.ts";
import type { Child } from "../../core/space.ts";
import type { Question } from "../../core/task.ts";
import type { TreeNode } from "../../core/tree.ts";
import { aborted, failed, judge, stopped } from "../solve.ts";
import { granularities } from "./actions/granularity.ts";
import { descend } from "./monte-carlo.ts";
import { outputs, ranked, type Output } from "./rank.ts";
import { familySpace, type FamilySpace, type Written } from "./space.ts";
import type { GrowingTree } from "./tree.ts";
import { sourceOf, sourceRef } from "./values/sources.ts";
import vRollout from "./values/v-rollout.ts";

/** Options of every search that is guided by values over a question's replies. */
export const guidedOptions = z.object({
  /** What the best solution is: at the end of the most visited or most valued path, the best scored, or by answer. */
  output: z.enum(outputs).default("max-visit"),
  /** Where values come from; if absent, from the context's Guide, else from completions. */
  source: z.union([sourceRef.shape.id, sourceRef]).optional(),
  /** Completions a node, where nothing else gives values. */
  rollouts: z.int().positive().default(1),
  granularity: granularities.default("step"),
  expand: z.enum(["sample", "enumerate"]).default("sample"),
  temperature: z.number().nonnegative().default(1),
  /** Leave out steps that the family's rules call invalid. */
  prune: z.boolean().default(true),
  /** States that the family's rules call equal are one state. */
  merge: z.boolean().default(true),
});
export type GuidedOptions = z.output<typeof guidedOptions>;

/** A question as a guided search sees it. Costs are charged to nodes as they arise. */
export interface Guided {
  readonly question: Question;
  /** With a budget of the search's own. */
  readonly c: Context;
  readonly space: FamilySpace;
  /** Children of a node, at most k; `from` is the context whose model writes them. */
  expand(node: TreeNode, state: Written, k: number, from?: Context): Promise<Child<Written>[]>;
  /** Values in [0, 1], null if undecided: terminals by the Evaluator where there is one, all else by the Guide. `payer` is
   * charged in place of the node. */
  value(node: TreeNode, state: Written, label?: string, payer?: number): Promise<number | null>;
  /** Why the search is cut short, if it is. */
  error(): RunError | undefined;
  /** Runs the search itself; what it throws is an error of the search. */
  search(work: () => Promise<unknown>): Promise<void>;
}

/** Throws UserError where there is nothing to value a reply with. */
export function guided(
  id: string,
  question: Question,
  outer: Context,
  o: GuidedOptions,
  charge: (node: number, cost: Cost) => void,
): Guided {
  const c = outer.with({ budget: outer.budget.child({}) });
  if (!o.source && !c.guide && !c.evaluator && !c.family(question.family).check) {
    throw new UserError(
      `${id} has nothing to value a reply with: no Guide, no Evaluator, and the family ${question.family} has no check.`,
      "Give the search one of them.",
    );
  }
  const named = typeof o.source === "string" ? sourceOf({ id: o.source, options: {} }) : o.source && sourceOf(o.source);
  const guide: Guide = named ?? c.guide ?? vRollout.create({ m: o.rollouts, temperature: o.temperature });
  const space = familySpace(question, c, o);
  let error: RunError | undefined;
  return {
    question,
    c,
    space,
    error: () => error ?? stopped(c),
    expand: async (node, state, k, from = c) => {
      const own = familySpace(question, from, o);
      const children = await own.expand(state, k);
      charge(node.id, own.spent());
      error ??= own.error;
      return children;
    },
    value: async (node, state, label, payer = node.id) => {
      const { steps, ended: terminal } = state;
      const budget = c.budget.child({});
      const metered = c.with({ budget, label });
      try {
        if (terminal) {
          const solution = space.solution(state);
          if (solution.error) return 0;
          if (c.evaluator) return (await judge(question, [solution], metered))[0];
        }
        const [judgement] = await guide([{ node, question, steps, terminal }], metered);
        return judgement.score;
      } finally {
        charge(payer, budget.spent);
      }
    },
    search: async (work) => {
      try {
        await work();
      } catch (thrown) {
        error ??= c.signal.aborted ? aborted : { where: "sample", message: messageOf(thrown) };
      }
    },
  };
}

const explored: RunError = { where: "sample", message: "no action that the model offers leads to a complete reply" };
const tooFew: RunError = { where: "budget", message: "no complete reply within the search" };

/** The terminals of a finished search as solutions, best first, or what went wrong; and its tree. */
export function concluded(
  id: string,
  question: Question,
  { c, space, error }: Pick<Guided, "c" | "space" | "error">,
  { tree, states }: { readonly tree: GrowingTree; readonly states: readonly Written[] },
  o: { readonly output: Output; readonly options: Json; readonly order?: (solutions: Solution[]) => Solution[] },
): Reasoned {
  const solutions = new Map<number, Solution>();
  for (const node of tree.nodes) {
    if (!node.terminal) continue;
    const solution = space.solution(states[node.id]);
    solutions.set(node.id, solution);
    tree.setSolution(node.id, solution.id);
  }
  const found = ranked(tree.nodes, solutions, o.output);
  const name = hash([id, question.id, c.random.seed, o.options]);
  const finished = tree.finish({ id: name, taskId: question.id, by: id, cost: c.budget.spent, oracle: false });
  const why = error() ?? (tree.nodes[0].closed ? explored : tooFew);
  const best = failed(question, why, { text: states[descend(tree.nodes, (node) => node.visits).id].text });
  const inOrder = o.order ? o.order(found) : found;
  return { solutions: found.length > 0 ? inOrder : [best], trees: [finished], episodes: [] };
}

/** A context in which another role's model serves as the reasoner. */
export function servedBy(c: Context, role: Role): Context {
  if (role === "reasoner") return c;
  const of = (asked: Role): Role => (asked === "reasoner" ? role : asked);
  return {
    ...c,
    model: (asked) => c.model(of(asked)),
    sample: (asked, prompt, o) => c.sample(of(asked), prompt, o),
    with: (change) => servedBy(c.with(change), role),
  };
}
