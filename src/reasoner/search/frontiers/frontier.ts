import { failpoint } from "../../../core/failpoint.ts";
import type { Child, Space } from "../../../core/space.ts";
import { pathTo, type TreeNode } from "../../../core/tree.ts";
import { inOrder } from "../pipeline.ts";
import { GrowingTree } from "../tree.ts";

export interface FrontierOptions<S> {
  readonly space: Pick<Space<S>, "root" | "expand" | "isTerminal" | "key">;
  /** In place of space.expand, where it matters which node asks. A node asked `again` is to give other children. */
  readonly expand?: (node: TreeNode, state: S, k: number, again: number) => Promise<readonly Child<S>[]>;
  /** Value of a node's state in [0, 1], or null if undecided, which counts as 0. */
  readonly evaluate: (node: TreeNode, state: S) => Promise<number | null>;
  /** A state that is anywhere in the tree is not added again. */
  readonly merge: boolean;
  /** Nodes expanded, or valued, at a time. */
  readonly inFlight?: number;
  /** Values of terminals come from a judge who does not err: the search is over once one is accepted. */
  readonly early?: boolean;
  /** True where no children, or no value, mean that the search was cut short, not that there are none. */
  readonly halted?: () => boolean;
}

/**
 * A tree of which a policy says what to expand: beams, breadth- and depth-first search. Nodes handed over together are
 * worked on side by side and change the tree in the order in which they were given, so that it is the same whatever the
 * latencies.
 */
export class Frontier<S> {
  readonly tree: GrowingTree;
  /** The state of each node. */
  readonly states: S[];
  /** Nodes expanded so far. */
  expanded = 0;
  readonly #o: FrontierOptions<S>;

  constructor(o: FrontierOptions<S>) {
    this.#o = o;
    this.tree = new GrowingTree({ merge: o.merge, rootKey: o.space.key?.(o.space.root) });
    this.states = [o.space.root];
  }

  /** Nothing further is to be done: the root is solved, or the search was cut short. */
  get over(): boolean {
    return this.tree.nodes[0].proof === "solved" || this.#halted();
  }

  #halted(): boolean {
    return this.#o.halted?.() ?? false;
  }

  node(id: number): TreeNode {
    return this.tree.nodes[id];
  }

  /**
   * Children of each node, at most k; equal ones once. With `again`, how often each node was asked before: nodes may then
   * be expanded more than once.
   */
  async expand(ids: readonly number[], k: number, again?: readonly number[]): Promise<number[][]> {
    const { space, inFlight = Infinity, expand } = this.#o;
    const grown = ids.map((): number[] => []);
    const work = (id: number, turn = 0): Promise<readonly Child<S>[]> =>
      expand ? expand(this.node(id), this.states[id], k, turn) : space.expand(this.states[id], k);
    await inOrder<readonly Child<S>[]>({
      count: ids.length,
      inFlight,
      launch: (i) =>
        this.#halted()
          ? undefined
          : {
              work: work(ids[i], again?.[i]),
              cancel: () => {},
              commit: (offered) => {
                if (offered.length === 0 && this.#halted()) return false;
                this.expanded++;
                grown[i] = this.add(ids[i], offered, again !== undefined);
                failpoint("search-commit");
                return true;
              },
            },
    });
    return grown;
  }

  /** Adds children of a node; gives those that the tree took, equal ones once. With `partial` others may come later. */
  add(id: number, offered: readonly Child<S>[], partial = false): number[] {
    const { space } = this.#o;
    const offers = offered.map(({ state, action, logprob, calls }) => {
      return { action, logprob, calls, key: space.key?.(state), terminal: space.isTerminal(state) };
    });
    const placed = this.tree.expand(id, offers, partial);
    for (const [i, child] of placed.entries()) {
      if (child === this.states.length) this.states.push(offered[i].state);
    }
    return [...new Set(placed.filter((child) => child !== undefined))];
  }

  /** Values nodes that have no value yet; gives those of them all that have one then. */
  async value(ids: readonly number[]): Promise<number[]> {
    const { evaluate, inFlight = Infinity } = this.#o;
    const fresh = ids.filter((id) => this.node(id).value === null);
    await inOrder<number | null>({
      count: fresh.length,
      inFlight,
      launch: (i) =>
        this.#halted()
          ? undefined
          : {
              work: evaluate(this.node(fresh[i]), this.states[fresh[i]]),
              cancel: () => {},
              commit: (value) => {
                if (value === null && this.#halted()) return false;
                this.assign(fresh[i], value ?? 0);
                return true;
              },
            },
    });
    return ids.filter((id) => this.node(id).value !== null);
  }

  /** Sets the value of a node that has none yet. */
  assign(id: number, value: number): void {
    this.tree.setValue(id, value, this.#o.early ?? false);
    this.tree.backup(id, value);
  }

  /** The node's value; 0 without one. */
  valueOf(id: number): number {
    return this.node(id).value ?? 0;
  }

  /** The values on the way to a node, its own the last, that of the root left out. */
  pathValues(id: number): number[] {
    return pathTo(this.tree, id)
      .slice(1)
      .map((at) => this.valueOf(at));
  }
}

/** The nodes with the highest keys, at most `width`, highest first; equal keys keep their order. */
export function top(ids: readonly number[], width: number, key: (id: number) => number): number[] {
  return ids
    .map((id) => ({ id, key: key(id) }))
    .sort((a, b) => b.key - a.key)
    .slice(0, Math.max(0, width))
    .map(({ id }) => id);
}
