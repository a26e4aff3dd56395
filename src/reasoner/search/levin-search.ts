import { Heap } from "./heap.ts";

export interface Branch<S> {
  readonly state: S;
  /** log of the policy's probability, or of anything proportional to it: a node's branches are normalised. */
  readonly logprob: number;
}

/** What the search walks: a tree with a policy over each node's children. */
export interface PolicyTree<S> {
  readonly root: S;
  /** The branches of each state, in order. */
  expand(states: readonly S[]): Promise<readonly (readonly Branch<S>[])[]>;
  isGoal(state: S): boolean;
  /** States with equal keys have equal subtrees. */
  key?(state: S): string | undefined;
}

export interface LevinOptions {
  /** Expansions, goal and root included, after which the search gives up. */
  readonly expansions: number;
  /** Nodes expanded side by side; 1 is the exact algorithm. */
  readonly width?: number;
  /** Take a goal when it is generated, not when its turn comes: never more expansions. */
  readonly early?: boolean;
  /** Asked before each expansion. */
  readonly halted?: () => boolean;
}

export interface LevinResult<S> {
  readonly goal?: S;
  /** log π of the goal. */
  readonly logprob?: number;
  /** Nodes expanded; one for the goal is among them. */
  readonly expansions: number;
}

interface Node<S> {
  readonly state: S;
  readonly logprob: number;
  readonly depth: number;
}

/**
 * Levin tree search (Orseau et al. 2018): best-first by d₀(n)/π(n), d₀ = depth + 1, which expands at most d₀/π(goal)
 * nodes. A repeated state is cut unless it comes with a higher π than before.
 */
export async function levinSearch<S>(tree: PolicyTree<S>, o: LevinOptions): Promise<LevinResult<S>> {
  const open = new Heap<Node<S>>();
  const likeliest = new Map<string, number>();
  const outdone = ({ state, logprob }: Node<S>, seen: (best: number) => boolean): boolean => {
    const key = tree.key?.(state);
    if (key === undefined) return false;
    const best = likeliest.get(key);
    if (best !== undefined && seen(best)) return true;
    likeliest.set(key, logprob);
    return false;
  };
  const push = (node: Node<S>): void => {
    if (!outdone(node, (best) => best >= node.logprob)) open.push(Math.log(node.depth + 1) - node.logprob, node);
  };
  push({ state: tree.root, logprob: 0, depth: 0 });
  let expansions = 0;
  while (open.size > 0 && expansions < o.expansions && !o.halted?.()) {
    const batch: Node<S>[] = [];
    while (batch.length < Math.min(o.width ?? 1, o.expansions - expansions)) {
      const node = open.pop();
      if (node === undefined) break;
      if (outdone(node, (best) => best > node.logprob)) continue;
      if (tree.isGoal(node.state))
        return { goal: node.state, logprob: node.logprob, expansions: expansions + batch.length + 1 };
      batch.push(node);
    }
    if (batch.length === 0) break;
    expansions += batch.length;
    const branches = await tree.expand(batch.map((node) => node.state));
    for (const [i, parent] of batch.entries()) {
      const norm = logSum(branches[i]);
      for (const { state, logprob } of branches[i]) {
        const child = { state, logprob: parent.logprob + logprob - norm, depth: parent.depth + 1 };
        if (o.early && tree.isGoal(state)) return { goal: state, logprob: child.logprob, expansions: expansions + 1 };
        if (logprob > -Infinity) push(child);
      }
    }
  }
  return { expansions };
}

function logSum(branches: readonly Branch<unknown>[]): number {
  const top = branches.reduce((max, { logprob }) => Math.max(max, logprob), -Infinity);
  return top === -Infinity
    ? top
    : top + Math.log(branches.reduce((sum, { logprob }) => sum + Math.exp(logprob - top), 0));
}
