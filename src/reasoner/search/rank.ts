import type { Solution } from "../../core/solution.ts";
import type { TreeNode } from "../../core/tree.ts";
import { bestFirst } from "../solve.ts";
import { descend } from "./monte-carlo.ts";
import { meanValue } from "./tree.ts";

/** What a search calls its best: the end of the most visited or most valued path, the best scored terminal, or the best answer. */
export const outputs = ["max-visit", "max-q", "max-terminal", "aggregate"] as const;
export type Output = (typeof outputs)[number];

/** The terminals' solutions by an output policy, best first; those with an error last. */
export function ranked(
  nodes: readonly TreeNode[],
  solutions: ReadonlyMap<number, Solution>,
  output: Output,
): Solution[] {
  const terminals = nodes.filter((node) => solutions.has(node.id));
  const q = (node: TreeNode): number => (node.visits === 0 ? -1 : meanValue(node));
  const visits = (node: TreeNode): number => node.visits;
  const answerOf = (node: TreeNode): string => solutions.get(node.id)?.answer ?? "";
  const weights = new Map<string, number>();
  for (const node of terminals) weights.set(answerOf(node), (weights.get(answerOf(node)) ?? 0) + node.total);
  const chosen =
    output === "max-visit" ? descend(nodes, visits) : output === "max-q" ? descend(nodes, meanValue) : undefined;
  const keys = {
    "max-visit": [(node: TreeNode) => Number(node === chosen), visits, q],
    "max-q": [(node: TreeNode) => Number(node === chosen), q, visits],
    "max-terminal": [q, visits],
    aggregate: [(node: TreeNode) => weights.get(answerOf(node)) ?? 0, q, visits],
  }[output];
  const whole = (node: TreeNode): number => (solutions.get(node.id)?.error ? 0 : 1);
  return bestFirst(terminals, whole, ...keys).flatMap((node) => solutions.get(node.id) ?? []);
}
