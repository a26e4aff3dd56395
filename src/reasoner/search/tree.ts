import { addCost, type CallId, type Cost } from "../../core/call.ts";
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

type Growing = TreeNode & { logprob: number; key?: string };

/** Siblings up to which the one of a name is looked for among them, without an index. */
const few = 16;

/**
 * A search tree that only grows. Children of one parent with equal actions (up to white space) or equal keys are one
 * node, which keeps the calls of all. With `merge`, a state that is anywhere else in the tree already is not added
 * again. A terminal is closed once it has a value, an expanded node once its children are; this spreads upwards at once,
 * and so do proofs. Every operation costs the same at any size, but for the walk to the root where there is one.
 */
export class GrowingTree {
  readonly #nodes: Growing[] = [];
  /** Normalised actions, per node. */
  readonly #names: string[] = [];
  /** Children not yet closed, children not yet dead, and visits in flight, per node. */
  readonly #open: number[] = [];
  readonly #alive: number[] = [];
  readonly #flying: number[] = [];
  /** Children by name: of parents of many, and names that were merged into a sibling of another name. */
  readonly #index = new Map<number, Map<string, number>>();
  readonly #states = new Map<string, number>();
  /** Nodes that have children which were never added. */
  readonly #partial = new Set<number>();
  /** Nodes of which not all that can be reached is below them here, so that nothing is proved by what is. */
  readonly #cut = new Set<number>();
  readonly #merge: boolean;

  constructor(o: { readonly merge?: boolean; readonly rootKey?: string } = {}) {
    this.#merge = o.merge ?? false;
    this.#append(null, { action: "", logprob: 0, calls: [], key: o.rootKey, terminal: false }, "");
  }

  get nodes(): readonly TreeNode[] {
    return this.#nodes;
  }

  /** The first node of a key. */
  find(key: string): number | undefined {
    return this.#states.get(key);
  }

  #append(parent: Growing | null, offer: Offer, name: string): number {
    const id = this.#nodes.length;
    const { action, logprob, key, terminal } = offer;
    const node: Growing = {
      id,
      parent: parent === null ? null : parent.id,
      children: [],
      action,
      logprob,
      prior: 1,
      visits: 0,
      total: 0,
      value: null,
      depth: parent === null ? 0 : parent.depth + 1,
      terminal,
      closed: false,
      calls: [...offer.calls],
    };
    if (key !== undefined) {
      node.key = key;
      if (!this.#states.has(key)) this.#states.set(key, id);
    }
    this.#nodes.push(node);
    this.#names.push(name);
    this.#open.push(0);
    this.#alive.push(0);
    this.#flying.push(0);
    if (parent) {
      parent.children.push(id);
      this.#open[parent.id]++;
      this.#alive[parent.id]++;
      if (parent.children.length > few) this.#indexOf(parent).set(name, id);
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
    this.#normalise(parent);
    if (this.#open[parentId] === 0) this.#close(parent);
    return ids;
  }

  #normalise({ children }: Growing): void {
    const nodes = this.#nodes;
    let top = -Infinity;
    for (const id of children) top = Math.max(top, nodes[id].logprob);
    let sum = 0;
    for (const id of children) {
      const child = nodes[id];
      child.prior = top === -Infinity ? 1 : Math.exp(child.logprob - top);
      sum += child.prior;
    }
    for (const id of children) nodes[id].prior /= sum;
  }

  #indexOf(parent: Growing): Map<string, number> {
    let index = this.#index.get(parent.id);
    if (index === undefined) {
      index = new Map();
      this.#index.set(parent.id, index);
    }
    if (parent.children.length > few && index.size < parent.children.length) {
      for (const id of parent.children) index.set(this.#names[id], id);
    }
    return index;
  }

  #twin(parent: Growing, name: string): number | undefined {
    const known = this.#index.get(parent.id)?.get(name);
    if (known !== undefined || parent.children.length > few) return known;
    return parent.children.find((id) => this.#names[id] === name);
  }

  #place(parent: Growing, offer: Offer): number | undefined {
    const name = nameOf(offer.action);
    const twin = this.#twin(parent, name);
    if (twin !== undefined) {
      this.#nodes[twin].calls.push(...offer.calls);
      return twin;
    }
    const same = offer.key === undefined ? undefined : this.#states.get(offer.key);
    if (same !== undefined && this.#nodes[same].parent === parent.id) {
      const sibling = this.#nodes[same];
      sibling.calls.push(...offer.calls);
      sibling.logprob = logAdd(sibling.logprob, offer.logprob);
      this.#indexOf(parent).set(name, same);
      return same;
    }
    if (same !== undefined && this.#merge) {
      this.#cut.add(parent.id);
      return undefined;
    }
    return this.#append(parent, offer, name);
  }

  /** Marks a node as having nothing left to explore, which proves nothing. */
  close(id: number): void {
    if (this.#nodes[id].closed) return;
    this.#cut.add(id);
    this.#close(this.#nodes[id]);
  }

  #close(node: Growing): void {
    for (let at: Growing | null = node; at !== null;) {
      at.closed = true;
      const { parent, terminal, id }: Growing = at;
      if (at.proof === undefined && !terminal && this.#alive[id] === 0 && !this.#cut.has(id)) at.proof = "dead";
      if (parent === null) return;
      if (at.proof === "dead") this.#alive[parent]--;
      if (--this.#open[parent] > 0) return;
      at = this.#nodes[parent];
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

  /** Adds visits of a node itself, as they were counted in another tree. */
  tally(id: number, visits: number, total: number): void {
    const node = this.#nodes[id];
    node.visits += visits;
    node.total += total;
  }

  /** Counts a visit in flight on the way to a node, which `land` takes back. */
  launch(id: number): void {
    for (let at: number | null = id; at !== null; at = this.#nodes[at].parent) this.#flying[at]++;
  }

  land(id: number): void {
    for (let at: number | null = id; at !== null; at = this.#nodes[at].parent) this.#flying[at]--;
  }

  /** Visits in flight through a node. */
  flying(id: number): number {
    return this.#flying[id];
  }

  /**
   * Sets the first value that a node itself got; a terminal is closed by it. `proven`: the value of a terminal is that of
   * a judge who does not err, 1 right or 0 wrong, so that it proves its ancestors solved or helps to prove them dead.
   */
  setValue(id: number, value: number, proven = false): void {
    const node = this.#nodes[id];
    node.value ??= value;
    if (!node.terminal || node.closed) return;
    if (proven && node.value >= 1) this.#solve(node);
    if (proven && node.value <= 0) node.proof = "dead";
    this.#close(node);
  }

  #solve(node: Growing): void {
    for (let at: Growing | null = node; at !== null && at.proof !== "solved";) {
      at.proof = "solved";
      at = at.parent === null ? null : this.#nodes[at.parent];
    }
  }

  /** Adds to what a node cost. */
  charge(id: number, cost: Cost): void {
    const node = this.#nodes[id];
    node.cost = node.cost ? addCost(node.cost, cost) : cost;
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

/** An action without what white space tells apart. */
function nameOf(action: string): string {
  return /^\S*(?: \S+)*$/u.test(action) ? action : action.trim().replaceAll(/\s+/gu, " ");
}

/** log(e^a + e^b). */
function logAdd(a: number, b: number): number {
  const top = Math.max(a, b);
  return top === -Infinity ? top : top + Math.log(Math.exp(a - top) + Math.exp(b - top));
}
