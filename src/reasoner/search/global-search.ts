import { failpoint } from "../../core/failpoint.ts";
import type { Child, Space } from "../../core/space.ts";
import type { TreeNode } from "../../core/tree.ts";
import { LeafIndex } from "./leaf-index.ts";
import { type Flight, inOrder } from "./pipeline.ts";
import { GrowingTree } from "./tree.ts";

/** A child with its value, null where nothing is known, and the answer of a completion, where one was asked for. */
export interface Valued<S> {
  readonly child: Child<S>;
  readonly value: number | null;
  readonly answer?: string;
}

export interface GlobalOptions<S> {
  readonly space: Pick<Space<S>, "root" | "isTerminal" | "key">;
  /** The children of a node with their values; undefined where the search is cut short. `job` counts up. */
  readonly expand: (node: TreeNode, state: S, job: number) => Promise<readonly Valued<S>[] | undefined>;
  /** The values of new children in the light of all earlier ones; called in the order of the expansions. */
  readonly settle?: (children: readonly Valued<S>[]) => readonly number[];
  /** Weight of c·√(ln N_total/(1+N(s))); 0 is best-first by value. */
  readonly c: number;
  readonly merge: boolean;
}

/** Expands the best leaf of the whole tree, wherever it is; every new child is valued and its value backed up. */
export class GlobalSearch<S> {
  readonly tree: GrowingTree;
  readonly states: S[];
  readonly #o: GlobalOptions<S>;
  readonly #leaves = new LeafIndex();

  constructor(o: GlobalOptions<S>) {
    this.#o = o;
    this.tree = new GrowingTree({ merge: o.merge, rootKey: o.space.key?.(o.space.root) });
    this.states = [o.space.root];
    this.#leaves.add(0, 0, 0);
  }

  /** Up to so many expansions; gives their number. */
  run(o: { readonly expansions: number; readonly inFlight?: number; readonly stop?: () => boolean }): Promise<number> {
    let flying = 0;
    const launch = (job: number): Flight<readonly Valued<S>[] | undefined> | "wait" | undefined => {
      if (o.stop?.()) return undefined;
      const total = Math.log(Math.max(1, this.tree.nodes[0].visits));
      const id = this.#leaves.take((visits) => this.#o.c * Math.sqrt(total / (1 + visits)));
      if (id === undefined) return flying > 0 ? "wait" : undefined;
      flying++;
      const node = this.tree.nodes[id];
      return {
        work: this.#o.expand(node, this.states[id], job),
        cancel: () => flying--,
        commit: (children) => {
          flying--;
          if (children === undefined) return false;
          this.#grow(node, children);
          failpoint("search-commit");
          return true;
        },
      };
    };
    return inOrder({ count: o.expansions, inFlight: o.inFlight ?? 1, launch });
  }

  #grow(node: TreeNode, children: readonly Valued<S>[]): void {
    const { tree, states } = this;
    const { space, settle } = this.#o;
    const values = settle ? settle(children) : children.map(({ value }) => value ?? 0);
    const offers = children.map(({ child: { state, action, logprob, calls } }) => {
      return { action, logprob, calls, key: space.key?.(state), terminal: space.isTerminal(state) };
    });
    for (const [i, id] of tree.expand(node.id, offers).entries()) {
      if (id !== states.length) continue;
      states.push(children[i].child.state);
      tree.setValue(id, values[i]);
      tree.backup(id, values[i]);
      const { terminal, visits } = tree.nodes[id];
      if (!terminal) this.#leaves.add(id, values[i], visits);
    }
  }
}
