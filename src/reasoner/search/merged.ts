import type { Written } from "./space.ts";
import { GrowingTree } from "./tree.ts";

export interface Grown {
  readonly tree: GrowingTree;
  readonly states: readonly Written[];
}

/** One tree of several with the same root: visits, totals and costs of equal children are added up, the first value is kept. */
export function mergedTree(parts: readonly Grown[]): Grown {
  const tree = new GrowingTree();
  const states = [parts[0].states[0]];
  for (const part of parts) {
    const places: number[] = [];
    for (const node of part.tree.nodes) {
      const { parent, action, logprob, calls, key, terminal, visits, total, value, cost } = node;
      const offer = { action, logprob, calls, terminal, ...(key === undefined ? {} : { key }) };
      const id = parent === null ? 0 : (tree.expand(places[parent], [offer], true)[0] ?? 0);
      if (id === states.length) states.push(part.states[node.id]);
      places.push(id);
      tree.tally(id, visits, total);
      if (value !== null) tree.setValue(id, value);
      if (cost) tree.charge(id, cost);
    }
  }
  return { tree, states };
}
