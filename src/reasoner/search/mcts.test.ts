import { describe, expect, it } from "vitest";
import type { Evaluator, Guide } from "../../core/contracts.ts";
import { random } from "../../core/random.ts";
import { ask, type Task } from "../../core/task.ts";
import type { TreeNode } from "../../core/tree.ts";
import { makeContext, memoryCalls } from "../../evolution/context.ts";
import countdown from "../../task-creator/families/countdown.ts";
import { playerPolicy, PolicyModel } from "../testing.ts";
import bits from "../../task-creator/families/bits.ts";
import mcts from "./mcts.ts";
import { outputs, ranked } from "./rank.ts";
import { explorationAt, selectionOptions } from "./selection.ts";
import vRollout from "./values/v-rollout.ts";

const family = countdown.create(countdown.options.parse({}));
const taskOf = (seed: string, difficulty: number): Task => family.generate(random(seed), { difficulty, split: "eval" });
const check: Evaluator = (group) =>
  Promise.resolve(
    group.solutions.map(({ id, text }) => {
      const { id: taskId, family: of, text: asked } = group.task;
      const score = Number(family.check?.({ id: taskId, family: of, text: asked }, text));
      return { of: id, by: "check", level: "outcome", score, calls: [] };
    }),
  );

function contextOf(
  task: Task,
  policy: { skill: number; noise: number },
  parts: { evaluator?: Evaluator; guide?: Guide } = {},
) {
  const model = new PolicyModel(family.words, playerPolicy(family, task, policy));
  return makeContext({
    models: { reasoner: model },
    families: new Map([[family.id, family]]),
    calls: memoryCalls(),
    seed: "1",
    ...parts,
  });
}
const optimum =
  (task: Task): Guide =>
  (nodes) =>
    Promise.resolve(
      nodes.map(({ node, steps }) => {
        const score = family.truth?.optimum(task, steps) ?? null;
        return { of: String(node.id), by: "truth", level: "step", score, calls: [] };
      }),
    );

const nodeOf = (id: number): TreeNode => ({
  id,
  parent: null,
  children: [],
  action: "",
  logprob: 0,
  prior: 1,
  visits: 0,
  total: 0,
  value: null,
  depth: 0,
  terminal: false,
  closed: false,
  calls: [],
});

describe("v-rollout", () => {
  it("is the exact probability of success, within its confidence interval, and exact at terminals", async () => {
    const task = taskOf("value", 3);
    const question = ask(task);
    const c = contextOf(task, { skill: 2, noise: 0 }, { evaluator: check });
    const policy = (_: unknown, steps: readonly string[], moves: readonly string[]): Promise<Float64Array> => {
      const weights = moves.map((move) => (family.truth?.optimum(task, [...steps, move]) === 1 ? 2 : 1));
      const sum = weights.reduce((a, b) => a + b, 0);
      return Promise.resolve(Float64Array.from(weights, (weight) => Math.log(weight / sum)));
    };
    const m = 3000;
    const guide = vRollout.create({ m, temperature: 1 });
    const moves = family.truth?.moves(question, []) ?? [];
    const prefixes = [[], ...moves.slice(0, 3).map((move) => [move])];
    const judged = await guide(
      prefixes.map((steps, id) => ({ node: nodeOf(id), question, steps, terminal: false })),
      c,
    );
    for (const [i, steps] of prefixes.entries()) {
      const exact = (await family.truth?.value(task, steps, policy)) ?? Number.NaN;
      // Four standard errors.
      expect(Math.abs((judged[i].score ?? Number.NaN) - exact)).toBeLessThanOrEqual(
        4 * Math.sqrt((exact * (1 - exact)) / m),
      );
      expect(judged[i]).toMatchObject({ of: String(i), by: "v-rollout", level: "step" });
      expect(judged[i].calls.length).toBe(m);
    }
    expect(judged.some(({ score }) => (score ?? 0) > 0.05 && (score ?? 0) < 0.95)).toBe(true);
    const right = family.solve(task, random("right")) ?? "";
    const wrong = moves.slice(0, 1);
    const ends = await guide(
      [right.split(/(?<=,) /), wrong].map((steps, id) => ({ node: nodeOf(id), question, steps, terminal: true })),
      c,
    );
    expect(ends.map(({ score, calls }) => [score, calls.length])).toEqual([
      [1, 0],
      [0, 0],
    ]);
  });
});

/** BITS(n, s) as a family: a uniform policy, and values that know the secret. */
function bitsBench(n: number, seed: string) {
  const guessing = bits.create(bits.options.parse({}));
  const task = guessing.generate(random(seed), { difficulty: n, split: "train" });
  const secret = task.secret.answer ?? "";
  const prompt = guessing.prompt(ask(task), "short").split(" ").length;
  const model = new PolicyModel(guessing.words, (words) =>
    words.length - prompt < n ? { 0: 1, 1: 1 } : { [guessing.end]: 1 },
  );
  const evaluator: Evaluator = (group) =>
    Promise.resolve(
      group.solutions.map(({ id, answer }) => ({
        of: id,
        by: "truth",
        level: "outcome",
        score: Number(answer === secret),
        calls: [],
      })),
    );
  const prm: Guide = (nodes) =>
    Promise.resolve(
      nodes.map(({ node, steps }) => {
        const score = Number(secret.startsWith(steps.join("").replace(guessing.end, "")));
        return { of: String(node.id), by: "truth", level: "step", score, calls: [] };
      }),
    );
  const context = (guide?: Guide) =>
    makeContext({
      models: { reasoner: model },
      families: new Map([[guessing.id, guessing]]),
      calls: memoryCalls(),
      seed,
      evaluator,
      guide,
    });
  return { task, secret, prm, context };
}

describe("BITS", () => {
  it("v-rollout is 2^-(n-k) from a right prefix and 0 from a wrong one", async () => {
    const { task, secret, context } = bitsBench(6, "rollout");
    const m = 2000;
    const flip = (bit: string): string => (bit === "0" ? "1" : "0");
    const prefixes = [...secret].map((_, k) => secret.slice(0, k).split(""));
    const nodes = [...prefixes, [flip(secret[0])], [secret[0], flip(secret[1])]].map((steps, id) => ({
      node: nodeOf(id),
      question: ask(task),
      steps,
      terminal: false,
    }));
    const judged = await vRollout.create({ m, temperature: 1 })(nodes, context());
    for (const k of prefixes.keys()) {
      const exact = 2 ** -(6 - k);
      expect(Math.abs((judged[k].score ?? Number.NaN) - exact)).toBeLessThan(4 * Math.sqrt((exact * (1 - exact)) / m));
    }
    expect(judged.slice(prefixes.length).map(({ score }) => score)).toEqual([0, 0]);
  });

  it("mcts over the family finds the secret with a process reward model, whatever the seed and the fpu", async () => {
    for (const fpu of ["parent", "zero", "infinity"]) {
      const method = mcts.create(mcts.options.parse({ expand: "enumerate", children: 2, simulations: 66, fpu }));
      for (let seed = 0; seed < 10; seed++) {
        const { task, secret, prm, context } = bitsBench(8, `${fpu} ${seed}`);
        const { solutions } = await method(ask(task), context(prm));
        expect(solutions[0].answer).toBe(secret);
      }
    }
  });
});

describe("mcts", () => {
  it("finds solutions that its policy rarely samples, with a good guide", async () => {
    const weak = { skill: 1, noise: 0.02 };
    let found = 0;
    for (let i = 0; i < 5; i++) {
      const task = taskOf(`guided ${i}`, 4);
      const c = contextOf(task, weak, { guide: optimum(task), evaluator: check });
      const method = mcts.create(mcts.options.parse({ children: 60, simulations: 100 }));
      const { solutions, trees } = await method(ask(task), c);
      found += Number(family.verify(task, solutions[0].text, "short").correct);
      const [tree] = trees;
      expect(tree.nodes[0].visits).toBe(100);
      for (const node of tree.nodes) {
        if (node.terminal) continue;
        expect(node.total).toBeCloseTo(
          (node.value ?? 0) + node.children.reduce((sum, id) => sum + tree.nodes[id].total, 0),
          9,
        );
      }
      const terminals = tree.nodes.filter((node) => node.terminal);
      expect(new Set(terminals.map((node) => node.solution))).toEqual(new Set(solutions.map(({ id }) => id)));
      expect(terminals).toHaveLength(solutions.length);
    }
    expect(found).toBeGreaterThanOrEqual(4);
  });

  it("rolls out where there is no guide, and needs something to judge with", async () => {
    const task = taskOf("rollout", 3);
    const c = contextOf(task, { skill: 5, noise: 0.02 });
    const { solutions, trees } = await mcts.create(mcts.options.parse({ rollouts: 2, simulations: 40 }))(ask(task), c);
    expect(family.verify(task, solutions[0].text, "short").correct).toBe(true);
    expect(trees[0].cost).toEqual(c.budget.spent);
    const { check: _, ...unchecked } = family;
    const blind = makeContext({
      models: { reasoner: c.model("reasoner") },
      families: new Map([[family.id, unchecked]]),
      calls: memoryCalls(),
      seed: "1",
    });
    await expect(mcts.create(mcts.options.parse({}))(ask(task), blind)).rejects.toThrow(/no Guide, no Evaluator/);
  });

  it("lowers exploration as scheduled", () => {
    const at = (schedule: string, progress: number): number =>
      explorationAt(selectionOptions.parse({ schedule }), progress);
    expect([0, 0.5, 1].map((progress) => at("constant", progress))).toEqual([1, 1, 1]);
    expect([0, 0.5, 1].map((progress) => at("linear", progress))).toEqual([1, 0.55, expect.closeTo(0.1, 12)]);
    expect([0, 0.5, 1].map((progress) => at("exponential", progress))).toEqual([
      1,
      expect.closeTo(Math.sqrt(0.1), 12),
      0.1,
    ]);
  });

  it("accepts every score and schedule", async () => {
    const task = taskOf("scores", 3);
    for (const score of ["ucb-survey", "puct", "uct", "alphazero", "ducb"]) {
      // ducb adds one child a simulation.
      const more = score === "ducb" ? { simulations: 256, output: "max-terminal" } : {};
      for (const schedule of ["constant", "linear", "exponential"]) {
        const c = contextOf(task, { skill: 5, noise: 0.02 }, { guide: optimum(task), evaluator: check });
        const { solutions } = await mcts.create(mcts.options.parse({ score, schedule, ...more }))(ask(task), c);
        expect(family.verify(task, solutions[0].text, "short").correct).toBe(true);
      }
    }
  });
});

describe("mcts, its options", () => {
  it("takes its values from the source named, and needs no other judge then", async () => {
    const task = taskOf("named", 3);
    const model = new PolicyModel(family.words, playerPolicy(family, task, { skill: 5, noise: 0 }));
    const { check: _, ...unchecked } = family;
    const families = new Map([[family.id, unchecked]]);
    const c = makeContext({ models: { reasoner: model }, families, calls: memoryCalls(), seed: "1" });
    const { trees } = await mcts.create(mcts.options.parse({ source: "v-conf", simulations: 12 }))(ask(task), c);
    const values = trees[0].nodes.flatMap(({ value }) => value ?? []);
    expect(values.length).toBeGreaterThan(5);
    expect(values.some((value) => value > 0 && value < 1)).toBe(true);
    expect(() => mcts.options.parse({ source: "v-nothing" })).toThrow(/source/);
  });

  it("stops at the first reply that an exact check accepts, and says which nodes it proves", async () => {
    const task = taskOf("early", 4);
    const o = { early: true, skipDead: true, simulations: 500, inFlight: 4 };
    const c = contextOf(task, { skill: 3, noise: 0.02 }, { guide: optimum(task), evaluator: check });
    const { solutions, trees } = await mcts.create(mcts.options.parse(o))(ask(task), c);
    expect(family.verify(task, solutions[0].text, "short").correct).toBe(true);
    const [root] = trees[0].nodes;
    expect(root.proof).toBe("solved");
    expect(root.visits).toBeLessThan(500);
  });
});

describe("ranked", () => {
  const rows: [parent: number, visits: number, total: number, answer?: string][] = [
    [-1, 20, 0],
    [0, 9, 4.5],
    [0, 5, 4],
    [0, 6, 3.6, "x"],
    [1, 8, 4, "y"],
    [2, 3, 2.7, "z"],
    [2, 1, 1, "x"],
    [1, 0, 0, "w"],
  ];
  const nodes = rows.map(([parent, visits, total, answer], id): TreeNode => ({
    id,
    parent: parent < 0 ? null : parent,
    children: rows.flatMap((row, child) => (row[0] === id ? [child] : [])),
    action: "",
    logprob: 0,
    prior: 1,
    visits,
    total,
    value: null,
    depth: 0,
    terminal: answer !== undefined,
    closed: false,
    calls: [],
  }));
  const solutions = new Map(
    rows.flatMap(([, , , answer], id) =>
      answer === undefined
        ? []
        : [
            [
              id,
              {
                id: String(id),
                taskId: "t",
                text: "",
                steps: [],
                answer,
                by: [],
                cost: { calls: 0, inputTokens: 0, outputTokens: 0 },
              },
            ] as const,
          ],
    ),
  );
  it.each([
    // The most visited path ends in 4; 2 is the most valued child and 6 its best; by answer x has 4.6, y 4, z 2.7.
    ["max-visit", ["4", "3", "5", "6", "7"]],
    ["max-q", ["6", "5", "3", "4", "7"]],
    ["max-terminal", ["6", "5", "3", "4", "7"]],
    ["aggregate", ["6", "3", "4", "5", "7"]],
  ] as const)("by %s", (output, order) => {
    expect(outputs).toContain(output);
    expect(ranked(nodes, solutions, output).map(({ id }) => id)).toEqual(order);
  });
});
