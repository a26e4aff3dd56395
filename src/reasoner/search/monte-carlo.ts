import type { Random } from "../../core/random.ts";
import type { Space } from "../../core/space.ts";
import type { TreeNode } from "../../core/tree.ts";
import type { Score } from "./scores/score.ts";
import { GrowingTree, meanValue } from "./tree.ts";

export interface MonteCarloOptions<S> {
  readonly space: Space<S>;
  readonly score: Score;
  /** Value of a node's state in [0, 1], or null if undecided, which counts as 0. */
  readonly evaluate: (node: TreeNode, state: S) => Promise<number | null>;
  /** Children per expansion. */
  readonly children: number;
  /** What an unvisited child counts as: its parent's Q, 0 or Infinity. */
  readonly fpu: "parent" | "zero" | "infinity";
  /** Discount a level. */
  readonly gamma: number;
  /** Do not enter explored subtrees again. */
  readonly skipClosed: boolean;
  /** A state that is anywhere in the tree is not added again. */
  readonly merge: boolean;
  /** Breaks ties of scores. */
  readonly random: Random;
  /** True where no children, or no value, mean that the search was cut short, not that there are none. */
  readonly halted: () => boolean;
}

/** The four phases of Monte-Carlo tree search (Browne et al. 2012); leaves are valued as in AlphaZero, not rolled out. */
export class MonteCarlo<S> {
  readonly tree: GrowingTree;
  /** The state of each node. */
  readonly states: S[];
  readonly #o: MonteCarloOptions<S>;
  readonly #expanded = new Set<number>();

  constructor(o: MonteCarloOptions<S>) {
    this.#o = o;
    this.tree = new GrowingTree({ merge: o.merge, rootKey: o.space.key?.(o.space.root) });
    this.states = [o.space.root];
  }

  /**
   * Selection, expansion, evaluation of the selected node itself, backup. `weight` scales exploration. False if
   * nothing was counted: everything is explored (with skipClosed), or the budget ended.
   */
  async simulate(weight = 1): Promise<boolean> {
    const { tree } = this;
    if (this.#o.skipClosed && tree.nodes[0].closed) return false;
    let at = tree.nodes[0];
    while (at.children.length > 0) at = this.#select(at, weight);
    if (!at.terminal && !this.#expanded.has(at.id) && !(await this.#expand(at))) return false;
    if (at.value === null) {
      // Without a way on, no visit of the node can succeed.
      const dead = !at.terminal && at.children.length === 0;
      const value = dead ? 0 : await this.#o.evaluate(at, this.states[at.id]);
      if (value === null && this.#o.halted()) return false;
      tree.setValue(at.id, value ?? 0);
    }
    tree.backup(at.id, at.value ?? 0, this.#o.gamma);
    return true;
  }

  async #expand(node: TreeNode): Promise<boolean> {
    const { space, children, halted } = this.#o;
    const offered = await space.expand(this.states[node.id], children);
    if (offered.length === 0 && halted()) return false;
    const offers = offered.map(({ state, action, logprob, calls }) => {
      return { action, logprob, calls, key: space.key?.(state), terminal: space.isTerminal(state) };
    });
    this.#expanded.add(node.id);
    for (const [i, id] of this.tree.expand(node.id, offers).entries()) {
      if (id === this.states.length) this.states.push(offered[i].state);
    }
    return true;
  }

  #select(node: TreeNode, weight: number): TreeNode {
    const { nodes } = this.tree;
    const { fpu, score, skipClosed, random } = this.#o;
    const unvisited = fpu === "parent" ? meanValue(node) : fpu === "zero" ? 0 : Infinity;
    let best: TreeNode[] = [];
    let top = -Infinity;
    for (const id of node.children) {
      const child = nodes[id];
      if (skipClosed && child.closed) continue;
      const q = child.visits === 0 ? unvisited : meanValue(child);
      const value = score({ q, prior: child.prior, visits: child.visits, parentVisits: node.visits }, weight);
      if (value > top || best.length === 0) {
        top = value;
        best = [child];
      } else if (value === top) best.push(child);
    }
    return best.length === 1 ? best[0] : random.pick(best);
  }
}

/** Walks down from the root, at each node to the visited child with the highest key; equal keys, to the earliest. */
export function descend(nodes: readonly TreeNode[], key: (node: TreeNode) => number): TreeNode {
  let at = nodes[0];
  for (;;) {
    const visited = at.children.map((id) => nodes[id]).filter((child) => child.visits > 0);
    if (visited.length === 0) return at;
    at = visited.reduce((best, child) => (key(child) > key(best) ? child : best));
  }
}
