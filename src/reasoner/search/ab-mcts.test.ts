import { describe, expect, it } from "vitest";
import { random } from "../../core/random.ts";
import { ask } from "../../core/task.ts";
import { makeContext, memoryCalls } from "../../evolution/context.ts";
import countdown from "../../task-creator/families/countdown.ts";
import { playerPolicy, PolicyModel } from "../testing.ts";
import abMcts from "./ab-mcts.ts";
import { adaptiveArms } from "./adaptive-arms.ts";
import { Branching } from "./branching.ts";
import { betaPosterior, normalPosterior } from "./posteriors.ts";

const priors = {
  normal: () => normalPosterior({ m: 0, kappa: 1, nu: 1, tau2: 0.1 }),
  beta: () => betaPosterior({ a: 0.5, b: 0.5 }),
};

/** A tree whose nodes never run out of children; their values depend on the depth alone. */
function grow(seed: string, posterior: keyof typeof priors, valueAt: (depth: number) => number, inFlight = 1) {
  const latency = random(`${seed} ${inFlight}`);
  return new Branching<string>({
    space: { root: "", isTerminal: () => false },
    arms: adaptiveArms(priors[posterior], random(seed)),
    generate: async (node, state, i) => {
      if (inFlight > 1) for (let turns = latency.int(5); turns > 0; turns--) await Promise.resolve();
      const child = { state: `${state}/${i}`, action: String(i), logprob: 0, calls: [] };
      return { child, value: valueAt(node.depth + 1) };
    },
    merge: false,
    patience: 8,
  });
}

describe("ab-mcts", () => {
  it.each(["normal", "beta"] as const)(
    "widens where depth 1 scores, deepens where depth 1 does not (%s)",
    async (name) => {
      for (let seed = 0; seed < 40; seed++) {
        const share = async (valueAt: (depth: number) => number): Promise<number> => {
          const search = grow(`ab ${seed}`, name, valueAt);
          expect(await search.run({ attempts: 100 })).toBe(100);
          expect(search.tree.nodes).toHaveLength(101);
          return search.tree.nodes.filter(({ depth }) => depth === 1).length / 100;
        };
        expect(await share((depth) => Number(depth === 1))).toBeGreaterThanOrEqual(0.9);
        expect(await share((depth) => Number(depth > 1))).toBeLessThanOrEqual(0.1);
      }
    },
  );

  it("counts every child as one visit of each node above it", async () => {
    const { tree, run } = (() => {
      const search = grow("counts", "normal", (depth) => depth / 10);
      return { tree: search.tree, run: search.run.bind(search) };
    })();
    await run({ attempts: 80 });
    for (const node of tree.nodes) {
      const below = node.children.reduce((sum, id) => sum + tree.nodes[id].visits, 0);
      expect(node.visits).toBe(below + (node.parent === null ? 0 : 1));
    }
  });

  it("grows the same tree whatever the latencies, with jobs in flight", async () => {
    const one = grow("flight", "normal", (depth) => 1 / depth, 4);
    const two = grow("flight", "normal", (depth) => 1 / depth, 4);
    await Promise.all([one.run({ attempts: 60, inFlight: 4 }), two.run({ attempts: 60, inFlight: 4 })]);
    expect(two.tree.nodes).toEqual(one.tree.nodes);
    expect(one.tree.nodes.every(({ id }) => one.tree.flying(id) === 0)).toBe(true);
  });

  it("gives a node up that yields nothing new, and ends when all are", async () => {
    const search = new Branching<string>({
      space: { root: "", isTerminal: (state) => state.length === 2 },
      arms: adaptiveArms(priors.normal, random("barren")),
      generate: (_, state, i) => {
        const action = String(i % 2);
        return Promise.resolve({ child: { state: state + action, action, logprob: 0, calls: [] }, value: 0.5 });
      },
      merge: false,
      patience: 3,
    });
    expect(await search.run({ attempts: 1000 })).toBeLessThan(30);
    expect(search.states.toSorted()).toEqual(["", "0", "00", "01", "1", "10", "11"]);
    expect(search.tree.nodes.every(({ closed }) => closed)).toBe(true);
  });

  it("gives the pen to the model whose children score", async () => {
    const family = countdown.create(countdown.options.parse({}));
    const task = family.generate(random("models"), { difficulty: 4, split: "eval" });
    const player = (skill: number, noise: number, version: string) =>
      new PolicyModel(family.words, playerPolicy(family, task, { skill, noise }), version);
    const [weak, strong] = [player(1, 0.9, "weak@1"), player(50, 0, "strong@1")];
    const c = makeContext({
      models: { reasoner: weak, evaluator: strong },
      families: new Map([[family.id, family]]),
      calls: memoryCalls(),
      seed: "1",
      guide: (nodes) =>
        Promise.resolve(
          nodes.map(({ node, steps }) => {
            const score = family.truth?.optimum(task, steps) ?? null;
            return { of: String(node.id), by: "truth", level: "step", score, calls: [] };
          }),
        ),
    });
    const o = { models: ["reasoner", "evaluator"], simulations: 80 };
    const { solutions, trees } = await abMcts.create(abMcts.options.parse(o))(ask(task), c);
    expect(family.verify(task, solutions[0].text, "short").correct).toBe(true);
    expect(strong.calls).toBeGreaterThan(2 * weak.calls);
    expect(weak.calls + strong.calls).toBe(80);
    expect(trees[0].cost).toEqual(c.budget.spent);
  });

  it("refuses models that cannot continue each other", async () => {
    const family = countdown.create(countdown.options.parse({}));
    const task = family.generate(random("models"), { difficulty: 3, split: "eval" });
    const models = {
      reasoner: new PolicyModel(family.words, () => ({ "=": 1 })),
      evaluator: new PolicyModel([...family.words, "more"], () => ({ "=": 1 })),
    };
    const c = makeContext({ models, families: new Map([[family.id, family]]), calls: memoryCalls(), seed: "1" });
    const method = abMcts.create(abMcts.options.parse({ models: ["reasoner", "evaluator"] }));
    await expect(method(ask(task), c)).rejects.toThrow(/their tokens differ/);
  });
});
