import { failpoint } from "../../core/failpoint.ts";
import type { Child, Space } from "../../core/space.ts";
import { pathTo, type TreeNode } from "../../core/tree.ts";
import { type Flight, inOrder } from "./pipeline.ts";
import { GrowingTree } from "./tree.ts";

/** How a search goes down in which every node may get further children at any time. Paths begin at the root. */
export interface Arms {
  /** A child to go on to, or "here": the node gets a further child. One of the two is possible. */
  choose(node: TreeNode, children: readonly TreeNode[], mayGenerate: boolean): TreeNode | "here";
  /** A job to generate at the end of the path has begun, or is over. */
  launched?(path: readonly number[]): void;
  landed?(path: readonly number[]): void;
  /** What a job generated at the end of the path, if anything, and its reward. */
  learn(path: readonly number[], child: number | undefined, reward: number, job: number): void;
}

/** A further child and its value. */
export interface Generated<S> {
  readonly child?: Child<S>;
  readonly value: number;
}

export interface BranchingOptions<S> {
  readonly space: Pick<Space<S>, "root" | "isTerminal" | "key">;
  readonly arms: Arms;
  /**
   * The i-th further child of a node, and its value; none where the attempt came to nothing, undefined where the search
   * is cut short. `job` counts up over the whole search.
   */
  readonly generate: (node: TreeNode, state: S, i: number, job: number) => Promise<Generated<S> | undefined>;
  readonly merge: boolean;
  /** Attempts in a row without a new child after which a node gets no further ones. */
  readonly patience: number;
  /** The reward is 1 for a new node and else 0, whatever the values (Xin et al. 2024). */
  readonly intrinsic?: boolean;
}

/** A tree that grows by one child at a time; jobs in flight commit in the order of their launch. */
export class Branching<S> {
  readonly tree: GrowingTree;
  readonly states: S[];
  readonly #o: BranchingOptions<S>;
  /** Attempts at further children, and those since the last new one, per node. */
  readonly #tried: number[] = [0];
  readonly #barren: number[] = [0];
  #jobs = 0;

  constructor(o: BranchingOptions<S>) {
    this.#o = o;
    this.tree = new GrowingTree({ merge: o.merge, rootKey: o.space.key?.(o.space.root) });
    this.states = [o.space.root];
  }

  /** Up to so many attempts, `inFlight` at a time; gives the number that were counted. */
  run(o: { readonly attempts: number; readonly inFlight?: number; readonly stop?: () => boolean }): Promise<number> {
    const launch = (): Flight<Generated<S> | undefined> | undefined => (o.stop?.() ? undefined : this.#launch());
    return inOrder({ count: o.attempts, inFlight: o.inFlight ?? 1, launch });
  }

  #launch(): Flight<Generated<S> | undefined> | undefined {
    const { tree } = this;
    const { arms, generate, patience } = this.#o;
    const [root] = tree.nodes;
    if (root.closed) return undefined;
    let node = root;
    for (;;) {
      const children = node.children.map((id) => tree.nodes[id]).filter((child) => !child.closed);
      const chosen = arms.choose(node, children, this.#barren[node.id] < patience);
      if (chosen === "here") break;
      node = chosen;
    }
    const path = pathTo(tree, node.id);
    tree.launch(node.id);
    arms.launched?.(path);
    const land = (): void => {
      tree.land(node.id);
      arms.landed?.(path);
    };
    const job = this.#jobs++;
    return {
      work: generate(node, this.states[node.id], this.#tried[node.id]++, job),
      cancel: land,
      commit: (made) => {
        land();
        if (made === undefined) return false;
        this.#commit(node, path, made, job);
        failpoint("search-commit");
        return true;
      },
    };
  }

  #commit(node: TreeNode, path: readonly number[], { child, value }: Generated<S>, job: number): void {
    const { tree } = this;
    const { arms, space, patience, intrinsic } = this.#o;
    const size = tree.nodes.length;
    let id: number | undefined;
    // Another job may have closed the node in the meantime.
    if (child && !node.closed) {
      const { action, logprob, calls, state } = child;
      [id] = tree.expand(
        node.id,
        [{ action, logprob, calls, key: space.key?.(state), terminal: space.isTerminal(state) }],
        true,
      );
      if (id === size) {
        this.states.push(state);
        this.#tried.push(0);
        this.#barren.push(0);
      }
    }
    const added = tree.nodes.length > size;
    const reward = intrinsic ? Number(added) : id === undefined ? 0 : (tree.nodes[id].value ?? value);
    if (id !== undefined) tree.setValue(id, value);
    tree.backup(id ?? node.id, reward);
    arms.learn(path, id, reward, job);
    this.#barren[node.id] = added ? 0 : this.#barren[node.id] + 1;
    for (let at: TreeNode | null = node; at && !at.closed && this.#barren[at.id] >= patience;) {
      if (at.children.some((below) => !tree.nodes[below].closed)) return;
      tree.close(at.id);
      at = at.parent === null ? null : tree.nodes[at.parent];
    }
  }
}
