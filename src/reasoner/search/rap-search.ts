import type { CallId } from "../../core/call.ts";
import { pathTo, type TreeNode } from "../../core/tree.ts";
import { GrowingTree } from "./tree.ts";

/** A sub-question, as it was drawn. */
export interface SubQuestion<S> {
  readonly action: string;
  readonly logprob: number;
  readonly calls: readonly CallId[];
  /** The state after it, before the world answers; ended if the reply is over here. */
  readonly state: S;
  readonly ended: boolean;
}

/** What the world model makes of it. */
export interface Outcome<S> {
  readonly action: string;
  readonly calls: readonly CallId[];
  readonly state: S;
  readonly ended: boolean;
  /** How sure the world model is, in [0, 1]. */
  readonly confidence: number;
}

/** What the search is over. `undefined` means that the search is cut short. */
export interface World<S> {
  readonly root: S;
  ask(node: TreeNode, state: S): Promise<readonly SubQuestion<S>[] | undefined>;
  /** In [0, 1]; of a sub-question that is in the tree. */
  useful(node: TreeNode, state: S): Promise<number | undefined>;
  answer(node: TreeNode, state: S): Promise<Outcome<S> | undefined>;
}

export interface RapOptions {
  readonly depth: number;
  readonly w: number;
  readonly alpha: number;
  readonly q: "max" | "mean";
}

/** What is known of the edge into an action node. */
interface Edge {
  readonly useful: number;
  reward: number;
  /** The visits' mean rewards from here to the leaf. */
  readonly visits: number[];
}

/** Means of the rewards from each place to the end. */
export function meansToEnd(rewards: readonly number[]): number[] {
  return rewards.map((_, i) => rewards.slice(i).reduce((a, b) => a + b, 0) / (rewards.length - i));
}

/**
 * MCTS with a world model (Hao et al. 2023). Sub-questions and what the world makes of them are nodes of their own, in turn:
 * the world is asked once a sub-question, when it is first visited.
 */
export class RapSearch<S> {
  readonly tree = new GrowingTree();
  readonly states: S[];
  /** By the id of the sub-question's node. */
  readonly edges = new Map<number, Edge>();
  readonly #world: World<S>;
  readonly #o: RapOptions;
  readonly #asked = new Set<number>();

  constructor(world: World<S>, o: RapOptions) {
    this.#world = world;
    this.#o = o;
    this.states = [world.root];
  }

  /** One iteration. False if it was cut short, or if there is nothing to explore. */
  async iterate(): Promise<boolean> {
    const { tree } = this;
    if (tree.nodes[0].closed) return false;
    const path: number[] = [];
    let at = tree.nodes[0];
    while (!at.terminal && path.length < this.#o.depth) {
      if (!this.#asked.has(at.id) && !(await this.#expand(at))) return false;
      const action = this.#select(at);
      if (action === undefined) break;
      path.push(action.id);
      const next = await this.#step(action);
      if (next === undefined) return false;
      at = next;
    }
    const rewards = path.map((id) => this.edges.get(id)?.reward ?? 0);
    const means = meansToEnd(rewards);
    for (const [i, id] of path.entries()) this.edges.get(id)?.visits.push(means[i]);
    for (const id of pathTo(tree, at.id)) {
      const place = path.findIndex((edge) => edge === id || tree.nodes[id].parent === edge);
      tree.tally(id, 1, means[Math.max(0, place)] ?? 0);
    }
    if (at.terminal) tree.setValue(at.id, rewards.at(-1) ?? 0);
    // What is as deep as it may be is left, not explored.
    else if (at.children.length === 0 || path.length >= this.#o.depth) tree.close(at.id);
    return true;
  }

  async #expand(node: TreeNode): Promise<boolean> {
    const questions = await this.#world.ask(node, this.states[node.id]);
    if (questions === undefined) return false;
    this.#asked.add(node.id);
    const ids = this.tree.expand(
      node.id,
      questions.map(({ action, logprob, calls, ended }) => ({ action, logprob, calls, terminal: ended })),
    );
    for (const [i, id] of ids.entries()) if (id === this.states.length) this.states.push(questions[i].state);
    for (const id of node.children) {
      const useful = await this.#world.useful(this.tree.nodes[id], this.states[id]);
      if (useful === undefined) return false;
      this.edges.set(id, { useful, reward: useful, visits: [] });
    }
    return true;
  }

  /** The child of the highest Q + w·√(ln N/N'); one that was not visited has its usefulness as Q. */
  #select(node: TreeNode): TreeNode | undefined {
    const { w, q } = this.#o;
    let best: TreeNode | undefined;
    let top = -Infinity;
    for (const id of node.children) {
      const child = this.tree.nodes[id];
      const edge = this.edges.get(id);
      if (child.closed || edge === undefined) continue;
      const { visits, useful } = edge;
      const mean = visits.reduce((a, b) => a + b, 0) / Math.max(1, visits.length);
      const value = visits.length === 0 ? useful : q === "max" ? Math.max(...visits) : mean;
      const score = value + w * Math.sqrt(Math.log(Math.max(1, node.visits)) / Math.max(1, visits.length));
      if (score > top) [best, top] = [child, score];
    }
    return best;
  }

  /** The state that a sub-question leads to. */
  async #step(action: TreeNode): Promise<TreeNode | undefined> {
    if (action.terminal) return action;
    if (action.children.length > 0) return this.tree.nodes[action.children[0]];
    const outcome = await this.#world.answer(action, this.states[action.id]);
    if (outcome === undefined) return undefined;
    const { calls, ended, state, confidence } = outcome;
    const [id = 0] = this.tree.expand(action.id, [{ action: outcome.action, logprob: 0, calls, terminal: ended }]);
    this.states.push(state);
    const edge = this.edges.get(action.id);
    if (edge) edge.reward = edge.useful ** this.#o.alpha * confidence ** (1 - this.#o.alpha);
    return this.tree.nodes[id];
  }

  /** Sum of the rewards of all edges on the way to a terminal with the answer, each edge once. */
  weightOf(terminals: readonly number[]): number {
    const edges = new Set(terminals.flatMap((id) => pathTo(this.tree, id).filter((at) => this.edges.has(at))));
    return [...edges].reduce((sum, id) => sum + (this.edges.get(id)?.reward ?? 0), 0);
  }
}
