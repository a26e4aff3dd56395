import { z } from "zod";
import type { Context } from "../../../core/context.ts";
import type { Reasoned } from "../../../core/contracts.ts";
import type { Json } from "../../../core/json.ts";
import type { Solution } from "../../../core/solution.ts";
import type { Child } from "../../../core/space.ts";
import type { Question } from "../../../core/task.ts";
import type { TreeNode } from "../../../core/tree.ts";
import { concluded, guided, guidedOptions, type Guided } from "../guided.ts";
import type { Written } from "../space.ts";
import { Frontier } from "./frontier.ts";

/** Options of every search that keeps a frontier of replies. */
export const repliesOptions = guidedOptions.extend({
  /** The best solution: the complete reply of the highest value, or the answer with the highest sum of values. */
  output: z.enum(["max-terminal", "aggregate"]).default("max-terminal"),
  /** Nodes expanded, or valued, at a time. */
  inFlight: z.int().positive().default(64),
  /** The judge of complete replies does not err: stop at the first one it accepts. */
  early: z.boolean().default(false),
});
export type RepliesOptions = z.output<typeof repliesOptions>;

/** What a search does in its own way. */
export interface Policy {
  /** Grows the tree. */
  run(f: Frontier<Written>, g: Guided): Promise<unknown>;
  readonly expand?: (
    g: Guided,
    f: () => Frontier<Written>,
  ) => (node: TreeNode, state: Written, k: number, again: number) => Promise<readonly Child<Written>[]>;
  readonly evaluate?: (
    g: Guided,
    f: () => Frontier<Written>,
  ) => (node: TreeNode, state: Written) => Promise<number | null>;
  /** The policy itself knows equal states, so that the tree takes them all. */
  readonly knowsStates?: true;
  /** Ranks complete replies by a key of their nodes, in place of `output`; those with an error stay last. */
  readonly key?: (node: TreeNode) => number;
}

/**
 * Searches a question's replies. Complete ones are valued by the Evaluator, else by the family's check, else like others.
 * Throws UserError where there is nothing to value a reply with.
 */
export async function overReplies(
  id: string,
  question: Question,
  c: Context,
  o: RepliesOptions & { readonly [option: string]: Json | undefined },
  policy: Policy,
): Promise<Reasoned> {
  const g = guided(id, question, c, o, (node, cost) => f.tree.charge(node, cost));
  const further = async (node: TreeNode, state: Written, k: number, again: number): Promise<Child<Written>[]> => {
    if (o.expand === "enumerate") return (await g.expand(node, state, k * (again + 1))).slice(k * again);
    // The seeds of a state's children follow from its path.
    return g.expand(node, again > 0 ? { ...state, path: `${state.path}+${again}` } : state, k);
  };
  const valued = policy.evaluate?.(g, () => f) ?? ((node: TreeNode, state: Written) => g.value(node, state));
  const family = c.family(question.family);
  const checked = c.evaluator
    ? undefined
    : family.check && ((state: Written) => Promise.resolve(Number(family.check?.(question, state.text))));
  const f: Frontier<Written> = new Frontier<Written>({
    space: g.space,
    expand: policy.expand?.(g, () => f) ?? further,
    evaluate: (node, state) => (node.terminal && checked ? checked(state) : valued(node, state)),
    merge: o.merge && !policy.knowsStates,
    inFlight: o.inFlight,
    early: o.early,
    halted: () => g.error() !== undefined,
  });
  await g.search(() => policy.run(f, g));
  const { key } = policy;
  const order = (solutions: Solution[]): Solution[] => {
    const nodes = new Map(f.tree.nodes.map((node) => [node.solution, node]));
    const rank = (solution: Solution): number => {
      const node = nodes.get(solution.id);
      return solution.error || node === undefined ? -Infinity : (key?.(node) ?? 0);
    };
    return solutions.toSorted((a, b) => (rank(a) === rank(b) ? 0 : rank(b) - rank(a)));
  };
  return concluded(id, question, g, f, { output: o.output, options: o, ...(key ? { order } : {}) });
}
