import { failpoint } from "../../core/failpoint.ts";
import type { Random } from "../../core/random.ts";
import type { Child, Space } from "../../core/space.ts";
import type { TreeNode } from "../../core/tree.ts";
import { dirichlet } from "./draws.ts";
import { type Flight, inOrder } from "./pipeline.ts";
import type { Score } from "./scores/score.ts";
import { GrowingTree, meanValue } from "./tree.ts";

export interface MonteCarloOptions<S> {
  readonly space: Space<S>;
  /** In place of space.expand, where it matters which node asks. */
  readonly expand?: (node: TreeNode, state: S, k: number) => Promise<readonly Child<S>[]>;
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
  /** Do not enter subtrees that are proved to hold no solution, as far as there are others. */
  readonly skipDead?: boolean;
  /** Values of terminals come from a judge who does not err: they prove nodes solved or dead. */
  readonly proves?: boolean;
  /** Nothing is left to do once the root is proved solved. */
  readonly early?: boolean;
  /** A state that is anywhere in the tree is not added again. */
  readonly merge: boolean;
  /** A state that has a value elsewhere in the tree gets the same one. */
  readonly shareValues?: boolean;
  /** What a visit in flight takes from the total of the nodes on its way, besides counting as a visit. */
  readonly virtualLoss?: number;
  /** Mixes Dirichlet(alpha) into the priors of the root's children with this share (AlphaZero's self-play). */
  readonly noise?: { readonly alpha: number; readonly share: number };
  /** Breaks ties of scores. */
  readonly random: Random;
  /** True where no children, or no value, mean that the search was cut short, not that there are none. */
  readonly halted: () => boolean;
}

/** What working on a leaf gave; no value if it was cut short. */
interface Worked<S> {
  readonly offered?: readonly Child<S>[];
  readonly value: number | null;
}

export interface Simulations {
  readonly simulations: number;
  /** Simulations at a time. */
  readonly inFlight?: number;
  /** Scales the exploration of simulation m. */
  readonly weight?: (m: number) => number;
  /** Asked before each simulation. */
  readonly stop?: () => boolean;
}

/**
 * The four phases of Monte-Carlo tree search (Browne et al. 2012); leaves are valued as in AlphaZero, not rolled out.
 * Simulations in flight repel others by their virtual loss and change the tree in the order of their launch, so that it
 * is the same whatever the latencies; one that arrives at a leaf in flight waits for it.
 */
export class MonteCarlo<S> {
  readonly tree: GrowingTree;
  /** The state of each node. */
  readonly states: S[];
  readonly #o: MonteCarloOptions<S>;
  readonly #expanded = new Set<number>();
  /** Leaves in flight. */
  readonly #busy = new Set<number>();
  /** Values by key, where equal states share them. */
  readonly #known = new Map<string, number>();
  readonly #loss: number;

  constructor(o: MonteCarloOptions<S>) {
    this.#o = o;
    this.#loss = o.virtualLoss ?? 1;
    this.tree = new GrowingTree({ merge: o.merge, rootKey: o.space.key?.(o.space.root) });
    this.states = [o.space.root];
  }

  /**
   * Selection, expansion, evaluation of the selected node itself, backup. `weight` scales exploration. False if
   * nothing was counted: everything is explored (with skipClosed), or the budget ended.
   */
  async simulate(weight = 1): Promise<boolean> {
    return (await this.run({ simulations: 1, weight: () => weight })) === 1;
  }

  /** Up to so many simulations; fewer if nothing is left to explore or the search is cut short. Gives their number. */
  run({ simulations, inFlight = 1, weight = () => 1, stop = () => false }: Simulations): Promise<number> {
    return inOrder({ count: simulations, inFlight, launch: (m) => (stop() ? undefined : this.#launch(weight(m))) });
  }

  #launch(weight: number): Flight<Worked<S>> | "wait" | undefined {
    const { tree } = this;
    const { skipClosed, early, gamma, proves, shareValues } = this.#o;
    const [root] = tree.nodes;
    if ((skipClosed && root.closed) || (early && root.proof === "solved")) return undefined;
    let at = root;
    while (at.children.length > 0) at = this.#select(at, weight);
    const node = at;
    if (this.#busy.has(node.id)) return "wait";
    const toExpand = !node.terminal && !this.#expanded.has(node.id);
    const working = toExpand || node.value === null;
    if (working) this.#busy.add(node.id);
    tree.launch(node.id);
    const land = (): void => {
      this.#busy.delete(node.id);
      tree.land(node.id);
    };
    return {
      work: working ? this.#work(node, toExpand) : Promise.resolve({ value: node.value ?? 0 }),
      cancel: land,
      commit: (worked) => {
        land();
        if (worked.offered) this.#grow(node, worked.offered);
        if (worked.value === null) return false;
        const dead = toExpand && node.children.length === 0;
        if (node.value === null) tree.setValue(node.id, dead ? 0 : worked.value, proves);
        if (shareValues && node.key !== undefined) this.#known.set(node.key, node.value ?? 0);
        tree.backup(node.id, node.value ?? 0, gamma);
        failpoint("search-commit");
        return true;
      },
    };
  }

  async #work(node: TreeNode, toExpand: boolean): Promise<Worked<S>> {
    const { space, children, halted, evaluate, shareValues, merge } = this.#o;
    const { tree } = this;
    const state = this.states[node.id];
    const size = tree.nodes.length;
    const twin = shareValues && node.key !== undefined ? this.#known.get(node.key) : undefined;
    let offered: readonly Child<S>[] | undefined;
    if (toExpand) {
      offered = await (this.#o.expand ? this.#o.expand(node, state, children) : space.expand(state, children));
      if (offered.length === 0 && halted()) return { value: null };
      // What was in the tree at the launch is all that may decide, lest it depend on latencies.
      const gone = (child: Child<S>): boolean => {
        const key = space.key?.(child.state);
        return key !== undefined && (tree.find(key) ?? size) < size;
      };
      // Without a way on, no visit of the node can succeed.
      if (merge ? offered.every(gone) : offered.length === 0) return { offered, value: 0 };
    }
    const known = node.value ?? twin;
    if (known !== undefined) return { offered, value: known };
    const value = await evaluate(node, state);
    return { offered, value: value ?? (halted() ? null : 0) };
  }

  #grow(node: TreeNode, offered: readonly Child<S>[]): void {
    const { space, noise, random } = this.#o;
    const offers = offered.map(({ state, action, logprob, calls }) => {
      return { action, logprob, calls, key: space.key?.(state), terminal: space.isTerminal(state) };
    });
    this.#expanded.add(node.id);
    for (const [i, id] of this.tree.expand(node.id, offers).entries()) {
      if (id === this.states.length) this.states.push(offered[i].state);
    }
    if (noise === undefined || node.parent !== null) return;
    const mixed = dirichlet(random.fork("noise"), noise.alpha, node.children.length);
    for (const [i, id] of node.children.entries()) {
      const child = this.tree.nodes[id];
      child.prior = (1 - noise.share) * child.prior + noise.share * mixed[i];
    }
  }

  #select(node: TreeNode, weight: number): TreeNode {
    const { tree } = this;
    const { nodes } = tree;
    const { fpu, score, skipClosed, skipDead, random } = this.#o;
    const unvisited = fpu === "parent" ? meanValue(node) : fpu === "zero" ? 0 : Infinity;
    const parentVisits = node.visits + tree.flying(node.id);
    const spared = skipDead === true && node.proof !== "dead";
    let best = node;
    let ties: TreeNode[] | undefined;
    let top = -Infinity;
    for (const id of node.children) {
      const child = nodes[id];
      if (skipClosed && child.closed) continue;
      if (spared && child.proof === "dead") continue;
      const flying = tree.flying(id);
      const visits = child.visits + flying;
      const q = visits === 0 ? unvisited : (child.total - this.#loss * flying) / visits;
      const value = score({ q, prior: child.prior, visits, parentVisits }, weight);
      if (value > top || best === node) {
        top = value;
        best = child;
        ties = undefined;
      } else if (value === top) (ties ??= [best]).push(child);
    }
    return ties ? random.pick(ties) : best;
  }
}

/** Walks down from the root, at each node to the visited child with the highest key; equal keys, to the earliest. */
export function descend(nodes: readonly TreeNode[], key: (node: TreeNode) => number): TreeNode {
  let at = nodes[0];
  for (;;) {
    let best: TreeNode | undefined;
    for (const id of at.children) {
      const child = nodes[id];
      if (child.visits > 0 && (best === undefined || key(child) > key(best))) best = child;
    }
    if (best === undefined) return at;
    at = best;
  }
}
