import { describe, expect, it } from "vitest";
import { random } from "../../core/random.ts";
import { type Branch, levinSearch, type PolicyTree } from "./levin-search.ts";

interface Grown {
  readonly id: number;
  readonly depth: number;
  readonly logprob: number;
  readonly children: readonly Branch<Grown>[];
}

/** A random tree with a random policy, and one of its nodes as the goal. */
function randomTree(seed: number): { tree: PolicyTree<Grown>; goal: Grown; all: Grown[] } {
  const source = random(`tree ${seed}`);
  const all: Grown[] = [];
  const grow = (depth: number, logprob: number): Grown => {
    const children: Branch<Grown>[] = [];
    const node = { id: all.length, depth, logprob, children };
    all.push(node);
    const count = depth >= 7 || all.length > 120 ? 0 : source.int(4);
    const weights = Array.from({ length: count }, () => source.next() ** 3 + 1e-3);
    const sum = weights.reduce((a, b) => a + b, 0);
    for (const weight of weights) {
      const state = grow(depth + 1, logprob + Math.log(weight / sum));
      // Unnormalised on purpose: the search normalises.
      children.push({ state, logprob: Math.log(weight) });
    }
    return node;
  };
  const root = grow(0, 0);
  const goal = source.pick(all);
  const tree = {
    root,
    expand: (states: readonly Grown[]) => Promise.resolve(states.map((state) => state.children)),
    isGoal: (state: Grown) => state === goal,
  };
  return { tree, goal, all };
}

describe("levinSearch", () => {
  it("expands at most d₀/π(goal) nodes on 3000 random trees, and no more when goals are taken early", async () => {
    for (let seed = 0; seed < 3000; seed++) {
      const { tree, goal } = randomTree(seed);
      const bound = (goal.depth + 1) / Math.exp(goal.logprob);
      const exact = await levinSearch(tree, { expansions: 1000 });
      expect(exact.goal).toBe(goal);
      expect(exact.logprob).toBeCloseTo(goal.logprob, 9);
      expect(exact.expansions).toBeLessThanOrEqual(bound * (1 + 1e-12));
      const early = await levinSearch(tree, { expansions: 1000, early: true });
      expect(early.goal).toBe(goal);
      expect(early.expansions).toBeLessThanOrEqual(exact.expansions);
    }
  });

  it("expands in the order of d₀/π, and to the end without a goal", async () => {
    for (let seed = 0; seed < 50; seed++) {
      const { tree, all } = randomTree(seed);
      const order: Grown[] = [];
      const expand = (states: readonly Grown[]) => {
        order.push(...states);
        return tree.expand(states);
      };
      const result = await levinSearch({ ...tree, expand, isGoal: () => false }, { expansions: 1000 });
      expect(result).toEqual({ expansions: all.length });
      const cost = (node: Grown): number => Math.log(node.depth + 1) - node.logprob;
      for (const [i, node] of order.entries()) {
        // Each has the least cost among those whose parent came before it.
        const reached = new Set(order.slice(0, i).flatMap((at) => at.children.map((child) => child.state)));
        const open = i === 0 ? [tree.root] : order.slice(i).filter((at) => reached.has(at));
        expect(cost(node)).toBeLessThanOrEqual(Math.min(...open.map(cost)) + 1e-9);
      }
    }
  });

  it("stays within its expansions, also with a wide frontier, which finds the same goals", async () => {
    for (let seed = 0; seed < 300; seed++) {
      const { tree, goal } = randomTree(seed);
      for (const width of [2, 8]) {
        let expanded = 0;
        let widest = 0;
        const expand = (states: readonly Grown[]) => {
          expanded += states.length;
          widest = Math.max(widest, states.length);
          return tree.expand(states);
        };
        const whole = await levinSearch({ ...tree, expand }, { expansions: 1000, width });
        expect(whole.goal).toBe(goal);
        expect(widest).toBeLessThanOrEqual(width);
        expanded = 0;
        await levinSearch({ ...tree, expand, isGoal: () => false }, { expansions: 11, width });
        expect(expanded).toBeLessThanOrEqual(11);
      }
    }
  });

  it("expands a repeated state once, by its likeliest path", async () => {
    // Bits in any order: the state is how many ones and zeros were written.
    const seen: string[] = [];
    const tree: PolicyTree<string> = {
      root: "",
      expand: (states) => {
        seen.push(...states);
        return Promise.resolve(
          states.map((state) =>
            state.length === 8 ? [] : [0.7, 0.3].map((p, bit) => ({ state: `${state}${bit}`, logprob: Math.log(p) })),
          ),
        );
      },
      isGoal: () => false,
      key: (state) => [...state].sort().join(""),
    };
    await levinSearch(tree, { expansions: 10_000 });
    expect(seen.length).toBe(45);
  });

  it("does not expand a state that a likelier path has overtaken", async () => {
    // "x" is generated with π = .2, and before its turn again with π = .612.
    const edges: Record<string, [string, number][]> = {
      "": [
        ["x", 0.2],
        ["a", 0.8],
      ],
      a: [
        ["b", 0.9],
        ["y", 0.1],
      ],
      b: [
        ["x", 0.85],
        ["z", 0.15],
      ],
    };
    const seen: string[] = [];
    const tree: PolicyTree<string> = {
      root: "",
      expand: ([state]) => {
        seen.push(state);
        return Promise.resolve([(edges[state] ?? []).map(([next, p]) => ({ state: next, logprob: Math.log(p) }))]);
      },
      isGoal: () => false,
      key: (state) => state,
    };
    await levinSearch(tree, { expansions: 100 });
    expect(seen.slice(0, 4)).toEqual(["", "a", "b", "x"]);
    expect(seen.filter((state) => state === "x").length).toBe(1);
  });

  it("expands a repeated state again only when it comes with a higher probability", async () => {
    const visits = async (last: number): Promise<number> => {
      // "x" is cheap with π = .4 at depth 1, and reached again with π = .6 · last, later because it is deeper.
      const edges: Record<string, [string, number][]> = {
        "": [
          ["x", 0.4],
          ["a", 0.6],
        ],
        a: [["b", 1]],
        b: [["c", 1]],
        c: [
          ["x", last],
          ["y", 1 - last],
        ],
      };
      const seen: string[] = [];
      const tree: PolicyTree<string> = {
        root: "",
        expand: ([state]) => {
          seen.push(state);
          return Promise.resolve([(edges[state] ?? []).map(([next, p]) => ({ state: next, logprob: Math.log(p) }))]);
        },
        isGoal: () => false,
        key: (state) => state,
      };
      await levinSearch(tree, { expansions: 100 });
      expect(seen.indexOf("x")).toBeLessThan(seen.indexOf("c"));
      return seen.filter((state) => state === "x").length;
    };
    expect(await visits(0.9)).toBe(2);
    expect(await visits(0.5)).toBe(1);
  });
});
