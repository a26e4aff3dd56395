import { Heap } from "../heap.ts";

/** An edge: what it leads to, and its cost, which is not negative. */
export interface Edge<S> {
  readonly state: S;
  readonly cost: number;
}

export interface AstarOptions<S> {
  readonly root: S;
  /** The edges of each state, in order. */
  expand(states: readonly S[]): Promise<readonly (readonly Edge<S>[])[]>;
  isGoal(state: S): boolean;
  /** Cost still to come, Infinity where no goal can be reached. Admissible: never more than it is. */
  readonly h: (state: S) => number;
  /** States with equal keys are one. */
  readonly key?: (state: S) => string | undefined;
  /** Expansions after which the search gives up. */
  readonly expansions: number;
  /** States expanded side by side; 1 is the exact order. */
  readonly width?: number;
  /** Asked before each expansion. */
  readonly halted?: () => boolean;
  /** Told a goal that was popped: true ends the search. Default: the first ends it. */
  readonly accept?: (goal: S, cost: number) => boolean;
}

export interface AstarResult<S> {
  readonly goal?: S;
  readonly cost?: number;
  readonly expansions: number;
}

interface Open<S> {
  readonly state: S;
  readonly g: number;
  readonly depth: number;
}

/** Keys in order of f; equal f, but for the last bits of sums, the deeper first. */
const deeper = (f: number, depth: number): number => f - depth * 1e-12 * Math.max(1, Math.abs(f));

/**
 * A* (Hart et al. 1968): the open state of the lowest f = g + h first, equal ones the deeper first. A state reached more
 * cheaply than before is opened again; the search ends when a goal is popped.
 */
export async function astarSearch<S>(o: AstarOptions<S>): Promise<AstarResult<S>> {
  const open = new Heap<Open<S>>();
  const cheapest = new Map<string, number>();
  const push = (node: Open<S>): void => {
    const f = node.g + o.h(node.state);
    if (!(f < Infinity)) return;
    const key = o.key?.(node.state);
    if (key !== undefined) {
      if ((cheapest.get(key) ?? Infinity) <= node.g) return;
      cheapest.set(key, node.g);
    }
    open.push(deeper(f, node.depth), node);
  };
  const outdone = ({ state, g }: Open<S>): boolean => {
    const key = o.key?.(state);
    return key !== undefined && (cheapest.get(key) ?? g) < g;
  };
  push({ state: o.root, g: 0, depth: 0 });
  let expansions = 0;
  while (open.size > 0 && expansions < o.expansions && !o.halted?.()) {
    const batch: Open<S>[] = [];
    while (batch.length < Math.min(o.width ?? 1, o.expansions - expansions)) {
      const node = open.pop();
      if (node === undefined) break;
      if (outdone(node)) continue;
      if (!o.isGoal(node.state)) batch.push(node);
      else if (batch.length > 0) {
        // What came before it may lead to a cheaper one.
        open.push(deeper(node.g + o.h(node.state), node.depth), node);
        break;
      } else if (o.accept?.(node.state, node.g) ?? true) return { goal: node.state, cost: node.g, expansions };
    }
    if (batch.length === 0) break;
    expansions += batch.length;
    const edges = await o.expand(batch.map(({ state }) => state));
    for (const [i, { g, depth }] of batch.entries()) {
      for (const { state, cost } of edges[i]) push({ state, g: g + cost, depth: depth + 1 });
    }
  }
  return { expansions };
}
