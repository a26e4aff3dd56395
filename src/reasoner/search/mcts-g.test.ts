import { describe, expect, it } from "vitest";
import { random } from "../../core/random.ts";
import { bitsSpace } from "../testing.ts";
import { GlobalSearch } from "./global-search.ts";
import { LeafIndex } from "./leaf-index.ts";

/** A search over bit strings whose values are given; the states that it expands, in order. */
function search(n: number, valueOf: (state: string) => number, c: number, latency?: string) {
  const space = bitsSpace(n);
  const waits = random(latency ?? "");
  const expanded: string[] = [];
  const found = new GlobalSearch<string>({
    space,
    c,
    merge: false,
    expand: async (_, state) => {
      expanded.push(state);
      const children = await space.expand(state, 2);
      for (let turns = latency === undefined ? 0 : waits.int(6); turns > 0; turns--) await Promise.resolve();
      return children.map((child) => ({ child, value: valueOf(child.state) }));
    },
  });
  return { found, expanded };
}

describe("mcts-g", () => {
  it("chooses a deep promising leaf outside the path that is greedy from the root", async () => {
    // 1 looks better than 0 at the root, and its children disappoint; below 0 lies the best leaf of all.
    const values: Record<string, number> = { 0: 0.5, 1: 0.6, 10: 0.1, 11: 0.1, "00": 0.95, "01": 0.2 };
    const { found, expanded } = search(4, (state) => values[state] ?? 0.3, 0.1);
    await found.run({ expansions: 4 });
    expect(expanded).toEqual(["", "1", "0", "00"]);
    const { nodes } = found.tree;
    const byVisits = nodes[0].children
      .map((id) => nodes[id])
      .toSorted((a, b) => b.total / b.visits - a.total / a.visits);
    expect(byVisits.map(({ action }) => action)).toEqual(["0", "1"]);
  });

  it("with c = 0 is best-first by value: with a process reward it expands n nodes of BITS(n)", async () => {
    const secret = "1011001";
    const { found, expanded } = search(7, (state) => Number(secret.startsWith(state)), 0);
    await found.run({ expansions: 7 });
    expect(expanded).toEqual([...secret].map((_, i) => secret.slice(0, i)));
    expect(found.tree.nodes.some(({ terminal, value }) => terminal && value === 1)).toBe(true);
  });

  it("backs every child's value up to all its ancestors", async () => {
    const { found } = search(6, (state) => parseInt(`1${state}`, 2) / 200, 1);
    await found.run({ expansions: 30 });
    const { nodes } = found.tree;
    for (const node of nodes) {
      const own = node.parent === null ? { visits: 0, total: 0 } : { visits: 1, total: node.value ?? 0 };
      const below = node.children.map((id) => nodes[id]);
      expect(node.visits).toBe(own.visits + below.reduce((sum, child) => sum + child.visits, 0));
      expect(node.total).toBeCloseTo(own.total + below.reduce((sum, child) => sum + child.total, 0), 9);
    }
  });

  it("grows the same tree whatever the latencies, and expands nothing twice", async () => {
    const trees = [];
    for (const latency of ["a", "b"]) {
      const { found, expanded } = search(7, (state) => random(state).next(), 0.5, latency);
      await found.run({ expansions: 60, inFlight: 5 });
      expect(new Set(expanded).size).toBe(60);
      trees.push(found.tree.nodes);
    }
    expect(trees[1]).toEqual(trees[0]);
  });
});

describe("LeafIndex", () => {
  it("takes what a search through all leaves would take", () => {
    const source = random("leaves");
    const index = new LeafIndex();
    let leaves: { id: number; value: number; visits: number }[] = [];
    for (let n = 0; n < 400; n++) {
      const leaf = { id: n, value: source.int(20) / 20, visits: source.int(4) };
      leaves.push(leaf);
      index.add(leaf.id, leaf.value, leaf.visits);
      if (source.next() < 0.4) {
        const bonus = (visits: number): number => 0.7 * Math.sqrt(Math.log(n + 2) / (1 + visits));
        const best = Math.max(...leaves.map(({ value, visits }) => value + bonus(visits)));
        const id = index.take(bonus);
        const taken = leaves.find((one) => one.id === id);
        expect(taken && taken.value + bonus(taken.visits)).toBe(best);
        leaves = leaves.filter((one) => one !== taken);
      }
      expect(index.size).toBe(leaves.length);
    }
  });
});
