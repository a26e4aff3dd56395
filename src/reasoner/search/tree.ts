import type { CallId, Cost } from "../../core/call.ts";
import { pathTo, type Tree, type TreeNode } from "../../core/tree.ts";

/** An offered child: what Space.expand gives, with what the tree has to know of its state. */
export interface Offer {
  readonly action: string;
  /** log π(action | parent). */
  readonly logprob: number;
  readonly calls: readonly CallId[];
  /** Transposition key of the state it leads to. */
  readonly key?: string;
  readonly terminal: boolean;
}

type Growing = TreeNode & { logprob: number };

/**
 * A search tree that only grows. Children of one parent with equal actions (up to white space) or equal keys are one
 * node, which keeps the calls of all. With `merge`, a state that is anywhere else in the tree already is not added
 * again. A terminal is closed once it has a value, an expanded node once its children are; this spreads upwards at once.
 */
export class GrowingTree {
  readonly #nodes: Growing[] = [];
  /** Children not yet closed, per node. */
  readonly #open: number[] = [];
  readonly #children = new Map<string, number>();
  readonly #states = new Map<string, number>();
  /** Nodes that have children which were never added. */
  readonly #partial = new Set<number>();
  readonly #merge: boolean;

  constructor(o: { readonly merge?: boolean; readonly rootKey?: string } = {}) {
    this.#merge = o.merge ?? false;
    this.#append(null, { action: "", logprob: 0, calls: [], key: o.rootKey, terminal: false });
  }

  get nodes(): readonly TreeNode[] {
    return this.#nodes;
  }

  #append(parent: Growing | null, offer: Offer): number {
    const id = this.#nodes.length;
    const { action, logprob, key, terminal } = offer;
    this.#nodes.push({
      id,
      parent: parent?.id ?? null,
      children: [],
      action,
      ...(key === undefined ? {} : { key }),
      logprob,
      prior: 1,
      visits: 0,
      total: 0,
      value: null,
      depth: parent === null ? 0 : parent.depth + 1,
      terminal,
      closed: false,
      calls: [...offer.calls],
    });
    this.#open.push(0);
    if (key !== undefined && !this.#states.has(key)) this.#states.set(key, id);
    if (parent) {
      parent.children.push(id);
      this.#open[parent.id]++;
    }
    return id;
  }

  /**
   * Adds the children of a node, in order: the id of each, or undefined where the state is elsewhere in the tree. Priors
   * are the probabilities of all children of the node, normalised. A node that gets no child is closed; with `partial`
   * there are others that may come later, so that it stays open. Throws RangeError on a terminal or closed parent.
   */
  expand(parentId: number, offers: readonly Offer[], partial = false): (number | undefined)[] {
    const parent = this.#nodes[parentId];
    if (parent.closed || parent.terminal) throw new RangeError(`node ${parentId} cannot have children`);
    if (partial && !this.#partial.has(parentId)) {
      this.#partial.add(parentId);
      this.#open[parentId]++;
    }
    const ids = offers.map((offer) => this.#place(parent, offer));
    const children = parent.children.map((id) => this.#nodes[id]);
    const top = Math.max(...children.map((child) => child.logprob));
    const weights = children.map((child) => (top === -Infinity ? 1 : Math.exp(child.logprob - top)));
    const sum = weights.reduce((a, b) => a + b, 0);
    for (const [i, child] of children.entries()) child.prior = weights[i] / sum;
    if (this.#open[parentId] === 0) this.#close(parent);
    return ids;
  }

  #place(parent: Growing, offer: Offer): number | undefined {
    const action = `${parent.id} ${offer.action.trim().replaceAll(/\s+/gu, " ")}`;
    const twin = this.#children.get(action);
    if (twin !== undefined) {
      this.#nodes[twin].calls.push(...offer.calls);
      return twin;
    }
    const same = offer.key === undefined ? undefined : this.#states.get(offer.key);
    if (same !== undefined && this.#nodes[same].parent === parent.id) {
      const sibling = this.#nodes[same];
      sibling.calls.push(...offer.calls);
      sibling.logprob = logAdd(sibling.logprob, offer.logprob);
      this.#children.set(action, same);
      return same;
    }
    if (same !== undefined && this.#merge) return undefined;
    const id = this.#append(parent, offer);
    this.#children.set(action, id);
    return id;
  }

  /** Marks a node as having nothing left to explore. */
  close(id: number): void {
    if (!this.#nodes[id].closed) this.#close(this.#nodes[id]);
  }

  #close(node: Growing): void {
    for (let at: Growing | null = node; at !== null;) {
      at.closed = true;
      if (at.parent === null || --this.#open[at.parent] > 0) return;
      at = this.#nodes[at.parent];
    }
  }

  /** Counts a visit of a node with a value, for it and its ancestors; each level up multiplies the value by gamma. */
  backup(id: number, value: number, gamma = 1): void {
    let share = value;
    for (let at: number | null = id; at !== null; at = this.#nodes[at].parent) {
      const node: Growing = this.#nodes[at];
      node.visits++;
      node.total += share;
      share *= gamma;
    }
  }

  /** Sets the first value that a node itself got; a terminal is closed by it. */
  setValue(id: number, value: number): void {
    const node = this.#nodes[id];
    node.value ??= value;
    if (node.terminal) this.close(id);
  }

  /** Names the solution of a terminal. */
  setSolution(id: number, solution: string): void {
    this.#nodes[id].solution = solution;
  }

  /** The actions from the root to a node. */
  actions(id: number): string[] {
    return pathTo({ nodes: this.#nodes }, id)
      .slice(1)
      .map((at) => this.#nodes[at].action);
  }

  /** A finished copy. */
  finish(o: {
    readonly id: string;
    readonly taskId: string;
    readonly by: string;
    readonly cost: Cost;
    readonly oracle: boolean;
  }): Tree {
    return {
      ...o,
      nodes: this.#nodes.map((node) => ({ ...node, children: [...node.children], calls: [...node.calls] })),
    };
  }
}

/** Mean value of the visits; 0 without any. */
export function meanValue(node: TreeNode): number {
  return node.visits === 0 ? 0 : node.total / node.visits;
}

/** log(e^a + e^b). */
function logAdd(a: number, b: number): number {
  const top = Math.max(a, b);
  return top === -Infinity ? top : top + Math.log(Math.exp(a - top) + Math.exp(b - top));
}
