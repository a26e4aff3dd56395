import { describe, expect, it } from "vitest";
import { random } from "../../../core/random.ts";
import { ask } from "../../../core/task.ts";
import { makeContext, memoryCalls } from "../../../evolution/context.ts";
import countdown from "../../../task-creator/families/countdown.ts";
import { type ContextFor, reasonerSuite } from "../../suite.ts";
import bits from "../../../task-creator/families/bits.ts";
import { bitsSpace, playerPolicy, PolicyModel } from "../../testing.ts";
import astar from "./astar.ts";
import { astarSearch } from "./astar-search.ts";
import { Frontier } from "./frontier.ts";
import pairwiseBon from "./pairwise-bon.ts";
import weightedBon from "./weighted-bon.ts";
import qStar, { aggregated, qstarSearch } from "./q-star.ts";
import { bestRolloutQ, completedQ, fittedQ, keyOf, tableGuide, type Transition } from "./q-values.ts";

/** A random directed graph: edges of each vertex with their costs. */
function graph(seed: number, n: number): { to: number; cost: number }[][] {
  const r = random(`graph ${seed}`);
  return Array.from({ length: n }, () =>
    Array.from({ length: 1 + r.int(4) }, () => ({ to: r.int(n), cost: r.next() })),
  );
}

/** Cheapest cost from each vertex to the goal, by relaxation of every edge until nothing changes. */
function toGoal(edges: readonly (readonly { to: number; cost: number }[])[], goal: number): number[] {
  const cost = edges.map((_, i) => (i === goal ? 0 : Infinity));
  for (let changed = true; changed;) {
    changed = false;
    for (const [i, row] of edges.entries()) {
      for (const { to, cost: step } of row) {
        if (step + cost[to] < cost[i] - 1e-15) {
          cost[i] = step + cost[to];
          changed = true;
        }
      }
    }
  }
  return cost;
}

describe("astar", () => {
  it("expands exactly n nodes of BITS(n) with a perfect heuristic", async () => {
    for (const secret of ["0000", "101101", "01100110"]) {
      const n = secret.length;
      const space = bitsSpace(n);
      const result = await astarSearch<string>({
        root: "",
        h: (state) => (secret.startsWith(state) ? n - state.length : Infinity),
        isGoal: (state) => state.length === n,
        expand: async (states) =>
          (await Promise.all(states.map((state) => space.expand(state, 2)))).map((children) =>
            children.map(({ state }) => ({ state, cost: 1 })),
          ),
        expansions: 1000,
      });
      expect(result).toEqual({ goal: secret, cost: n, expansions: n });
      expect(space.expanded).toHaveLength(n);
    }
  });

  it("finds the cheapest path of random graphs of 50 vertices with an admissible heuristic, consistent or not", async () => {
    let reachable = 0;
    let spared = 0;
    for (let seed = 0; seed < 300; seed++) {
      const edges = graph(seed, 50);
      const exact = toGoal(edges, 49);
      const r = random(`h ${seed}`);
      const shares = edges.map(() => r.next());
      const search = (h: (state: number) => number, width = 1) =>
        astarSearch<number>({
          root: 0,
          h,
          width,
          isGoal: (state) => state === 49,
          key: String,
          expand: (states) =>
            Promise.resolve(states.map((state) => edges[state].map(({ to, cost }) => ({ state: to, cost })))),
          expansions: 10_000,
        });
      const blind = await search(() => 0);
      // Random shares of the true cost are admissible but not consistent, so that states have to be opened again.
      const guided = await search((state) => (exact[state] === Infinity ? 0 : shares[state] * exact[state]));
      const perfect = await search((state) => exact[state]);
      const wide = await search((state) => (exact[state] === Infinity ? 0 : 0.5 * exact[state]), 4);
      if (exact[0] === Infinity) {
        for (const { goal } of [blind, guided, perfect, wide]) expect(goal).toBeUndefined();
        continue;
      }
      reachable++;
      for (const { cost } of [blind, guided, perfect, wide]) expect(cost).toBeCloseTo(exact[0], 9);
      spared += blind.expansions - perfect.expansions;
    }
    expect(reachable).toBeGreaterThan(200);
    expect(spared / reachable).toBeGreaterThan(10);
  });

  it("breaks ties for the deeper state", async () => {
    const order: string[] = [];
    await astarSearch<string>({
      root: "",
      h: (state) => 3 - state.length,
      isGoal: (state) => state.length === 3,
      expand: (states) =>
        Promise.resolve(
          states.map((state) => {
            order.push(state);
            return ["a", "b"].map((action) => ({ state: state + action, cost: 1 }));
          }),
        ),
      expansions: 100,
    });
    expect(order).toEqual(["", "a", "aa"]);
  });
});

/** All strings of BITS(n), played to the end: reward 1 for the secret. */
function played(secret: string): Transition[][] {
  const n = secret.length;
  return Array.from({ length: 2 ** n }, (_, code) => {
    const text = code.toString(2).padStart(n, "0");
    return [...text].map((action, i) => {
      const state = [...text].slice(0, i).join(" ");
      const next = [...text].slice(0, i + 1).join(" ");
      return i + 1 < n ? { state, action, reward: 0, next } : { state, action, reward: Number(text === secret) };
    });
  });
}

describe("q-star", () => {
  const secret = "10110";
  const optimal = (state: string, action: string): number =>
    Number(secret.startsWith(state.replaceAll(" ", "") + action));

  it("expands n nodes of BITS(n) with R = 0 and the optimal Q, and all of them by g alone", async () => {
    for (const future of ["actions", "value"] as const) {
      const frontier = () =>
        new Frontier<string>({
          space: bitsSpace(5),
          merge: false,
          evaluate: (_, state) => Promise.resolve(Number(secret.startsWith(state))),
        });
      const o = { agg: "min", lambda: 1, future, children: 2, expansions: 1000, goals: 1, reward: () => 0 } as const;
      const f = frontier();
      expect(await qstarSearch(f, o)).toBe(5);
      expect(f.states).toContain(secret);
      // λ = 0 is best-first on g: with the value of a step as its reward it goes straight as well, without it depth first.
      const rewarded = frontier();
      expect(await qstarSearch(rewarded, { ...o, lambda: 0, reward: (id) => rewarded.valueOf(id) })).toBe(5);
      const blind = frontier();
      await qstarSearch(blind, { ...o, lambda: 0, goals: 32 });
      expect(blind.states).toHaveLength(63);
    }
  });

  it("aggregates rewards by min, max, sum and last", async () => {
    const fold = (by: "min" | "max" | "sum" | "last"): number | undefined =>
      [0.5, 0.2, 0.9].reduce((sofar: number | undefined, reward) => aggregated(sofar, reward, by), undefined);
    expect([fold("min"), fold("max"), fold("sum"), fold("last")]).toEqual([0.2, 0.9, expect.closeTo(1.6, 12), 0.9]);
    // Rewards (.9, .1) and (.5, .4): which of the two replies is reached first depends on the aggregate.
    const states: Record<string, [string, number][]> = {
      "": [
        ["a", 0.9],
        ["c", 0.5],
      ],
      a: [["ab", 0.1]],
      c: [["cd", 0.4]],
    };
    const rewards = new Map(Object.values(states).flat());
    const reached = async (agg: "min" | "max" | "sum" | "last"): Promise<string[]> => {
      const f = new Frontier<string>({
        space: {
          root: "",
          isTerminal: (state) => state.length === 2,
          expand: (state) =>
            Promise.resolve(states[state].map(([to]) => ({ state: to, action: to, logprob: -1, calls: [] }))),
        },
        merge: false,
        evaluate: () => Promise.resolve(1),
      });
      const reward = (id: number): number => rewards.get(f.states[id]) ?? 0;
      await qstarSearch(f, { agg, lambda: 0, future: "value", children: 2, expansions: 9, goals: 1, reward });
      return f.states.slice(3);
    };
    expect(await reached("min")).toEqual(["ab", "cd"]);
    expect(await reached("last")).toEqual(["ab", "cd"]);
    expect(await reached("max")).toEqual(["ab"]);
    expect(await reached("sum")).toEqual(["ab"]);
  });

  it("learns the optimal Q of BITS by fitted iteration and by the best of rollouts", () => {
    const rollouts = played(secret);
    const steps = rollouts.flat();
    const fitted = fittedQ(steps, { iterations: 5 });
    const best = bestRolloutQ(rollouts);
    for (const { state, action } of steps) {
      expect(best.get(keyOf(state, action))).toBe(optimal(state, action));
      // Equal steps were taken by many rollouts; at the last one all have the same reward.
      expect(fitted.get(keyOf(state, action))).toBeCloseTo(optimal(state, action), 12);
    }
    expect(fittedQ(steps, { iterations: 1 }).get(keyOf("", "1"))).toBe(0);
    expect(fittedQ(steps, { iterations: 5, gamma: 0.5 }).get(keyOf("", "1"))).toBeCloseTo(0.5 ** 4, 12);
  });

  const family = bits.create(bits.options.parse({}));
  const task = family.generate(random("q"), { difficulty: 6, split: "train" });
  const answer = task.secret.answer ?? "";
  const prompt = family.prompt(ask(task), "short").split(" ").length;
  const model = (p: (position: number) => Record<string, number>, name: string) =>
    new PolicyModel(family.words, (words) => (words.length - prompt < 6 ? p(words.length - prompt) : { ";": 1 }), name);
  const context = (q?: ReturnType<typeof bestRolloutQ>) =>
    makeContext({
      models: {
        reasoner: model(() => ({ 0: 1, 1: 1 }), "weak@1"),
        evaluator: model((at) => ({ [answer[at]]: 1 }), "strong@1"),
      },
      families: new Map([[family.id, family]]),
      calls: memoryCalls(),
      seed: "q",
      evaluator: (group) =>
        Promise.resolve(
          group.solutions.map((one) => {
            return { of: one.id, by: "t", level: "outcome", score: Number(one.answer === answer), calls: [] };
          }),
        ),
      ...(q ? { guide: tableGuide(q) } : {}),
    });

  it("learns it from a stronger model's completions, and finds the secret with what was learnt", async () => {
    const bit = answer[0] === "0" ? "1" : "0";
    const pairs = [
      { steps: [], action: answer[0] },
      { steps: [], action: bit },
      { steps: [answer[0]], action: answer[1] },
    ];
    const q = await completedQ(ask(task), pairs, context(), { role: "evaluator" });
    expect([...q.values()]).toEqual([1, 0, 1]);
    const options = { expand: "enumerate", reward: "none", children: 2 };
    const table = bestRolloutQ(played(answer));
    const { solutions } = await qStar.create(qStar.options.parse(options))(ask(task), context(table));
    expect(solutions[0].answer).toBe(answer);
    const straight = await astar.create(astar.options.parse({ expand: "enumerate", children: 2 }))(
      ask(task),
      context(table),
    );
    expect(straight.solutions.map((one) => one.answer)).toEqual([answer]);
    // Six bits and the ending, and the wrong sibling of each bit.
    expect(straight.trees[0].nodes).toHaveLength(1 + 6 * 2 + 1);
  });
});

const numbers = countdown.create(countdown.options.parse({}));
const sum = numbers.generate(random("suite"), { difficulty: 3, split: "eval" });
const bench = {
  question: ask(sum),
  context: (o: ContextFor) =>
    makeContext({
      models: { reasoner: o.model },
      families: new Map([[numbers.id, numbers]]),
      calls: memoryCalls(),
      seed: o.seed ?? "1",
      budget: o.budget,
      signal: o.signal,
    }),
  able: () => new PolicyModel(numbers.words, playerPolicy(numbers, sum, { skill: 5, noise: 0.01 })),
  garbage: () =>
    new PolicyModel(numbers.words, () => Object.fromEntries(numbers.words.map((word) => [word, 1])), "noise@1"),
  inFlight: 16 * 12,
};
reasonerSuite("astar", astar.create(astar.options.parse({})), bench);
reasonerSuite("astar, 4 wide", astar.create(astar.options.parse({ width: 4, cost: "steps", goals: 2 })), bench);
reasonerSuite("q-star", qStar.create(qStar.options.parse({})), bench);
reasonerSuite("q-star by actions", qStar.create(qStar.options.parse({ future: "actions", children: 3 })), bench);
reasonerSuite("weighted-bon", weightedBon.create(weightedBon.options.parse({ n: 8 })), bench);
reasonerSuite("pairwise-bon", pairwiseBon.create(pairwiseBon.options.parse({})), bench);
