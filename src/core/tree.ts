import type { CallId, Cost } from "./call.ts";

/** A node of a search tree. Indices are positions in `Tree.nodes`; the root is 0. */
export interface TreeNode {
  readonly id: number;
  readonly parent: number | null;
  readonly children: number[];
  /** Text of the action that led here; empty at the root. */
  readonly action: string;
  /** Transposition key of the state, where the space has one. */
  readonly key?: string;
  /** log π(action | state) of the policy, and its share among the siblings. */
  readonly logprob: number;
  prior: number;
  /** Visits, total value, and the first value that the node itself got. */
  visits: number;
  total: number;
  value: number | null;
  readonly depth: number;
  readonly terminal: boolean;
  /** No descendant is left to explore. */
  closed: boolean;
  /** Every call that produced this action; merged equal children keep all. */
  readonly calls: CallId[];
  /** Solution id of a terminal. */
  solution?: string;
  /** A reliable judge accepts a terminal below (or this one), or rejects all that can be reached from here. */
  proof?: "solved" | "dead";
  /** What expanding and valuing this node cost. The nodes' costs add up to the tree's where a search notes them. */
  cost?: Cost;
}

/** A finished search: the main data artefact. Pairs, step labels and values are visitors of it. */
export interface Tree {
  readonly id: string;
  readonly taskId: string;
  readonly by: string;
  readonly nodes: readonly TreeNode[];
  readonly cost: Cost;
  /** True if an oracle was consulted while it grew: accuracy metrics, `solve` and the gateway refuse it. */
  readonly oracle: boolean;
}

/** The path of node indices from the root to a node, both included. */
export function pathTo(tree: Pick<Tree, "nodes">, id: number): number[] {
  const path: number[] = [];
  for (let at: number | null = id; at !== null; at = tree.nodes[at].parent) path.push(at);
  return path.reverse();
}
