import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Evaluator, Guide, Reasoner } from "../../../core/contracts.ts";
import { random } from "../../../core/random.ts";
import { ask, type Task } from "../../../core/task.ts";
import { noCost } from "../../../core/call.ts";
import type { Model } from "../../../core/model.ts";
import type { Space } from "../../../core/space.ts";
import { Scripted } from "../../../engine/scripted.ts";
import { type CallStore, makeContext, memoryCalls } from "../../../evolution/context.ts";
import bits from "../../../task-creator/families/bits.ts";
import countdown from "../../../task-creator/families/countdown.ts";
import open from "../../../task-creator/families/open.ts";
import { reasonerSuite } from "../../suite.ts";
import { bitsSpace, playerPolicy, PolicyModel } from "../../testing.ts";
import alphamathSbs, { shrinkingBeams } from "./alphamath-sbs.ts";
import beamStep, { aggregate, beams } from "./beam-step.ts";
import dvts, { subtrees } from "./dvts.ts";
import { Frontier, top } from "./frontier.ts";
import hgs from "./hgs.ts";
import pavBeam, { effective } from "./pav-beam.ts";
import selfEvalBeam, { chances, drawn } from "./self-eval-beam.ts";
import totBfs, { countVotes } from "./tot-bfs.ts";
import totDfs, { depthFirst } from "./tot-dfs.ts";
import { labelSum, readLabel } from "./thoughts.ts";
import { readList } from "./proposals.ts";

/** BITS(n, s) as an abstract space, with an oracle that counts how often it is asked. */
function oracleBits(secret: string) {
  const space = bitsSpace(secret.length);
  const valued: string[] = [];
  const f: Frontier<string> = new Frontier<string>({
    space,
    merge: false,
    evaluate: (_, state) => {
      valued.push(state);
      return Promise.resolve(Number(secret.startsWith(state)));
    },
  });
  const best = (): string => f.states[f.tree.nodes.find((node) => node.terminal && node.value === 1)?.id ?? 0];
  return { space, valued, f, best };
}
const secrets = ["0000", "1011", "0110", "1111"];

/** A space whose states are listed: the i-th request for a state's children gives its i-th row. */
function listed(
  rows: Readonly<Record<string, readonly (readonly string[])[]>>,
  values: Readonly<Record<string, number>>,
) {
  const space: Space<string> = {
    root: "",
    expand: () => Promise.resolve([]),
    isTerminal: (state) => state.endsWith("."),
    solution: (state) => ({ id: state, taskId: "listed", text: state, steps: [], by: [], cost: noCost }),
    spent: () => noCost,
  };
  const asked: string[] = [];
  const f = new Frontier<string>({
    space,
    merge: false,
    evaluate: (_, state) => Promise.resolve(values[state] ?? 0),
    expand: (_, state, k, again) => {
      asked.push(state);
      const row = rows[state] ?? [];
      const given = k > (row[0]?.length ?? 0) ? row.flat() : (row[again] ?? []);
      return Promise.resolve(given.map((action) => ({ state: state + action, action, logprob: -1, calls: [] })));
    },
  });
  return { f, asked };
}

describe("beam-step", () => {
  it("finds the secret of BITS with one beam and two children, in two values a level", async () => {
    for (const secret of secrets) {
      const { f, valued, best } = oracleBits(secret);
      await beams(f, { width: 1, samples: 2, depth: 40, keep: (ids) => top(ids, 1, (id) => f.valueOf(id)) });
      expect(best()).toBe(secret);
      expect(valued).toHaveLength(2 * secret.length);
    }
  });

  it("takes complete replies out of the beam, and keeps its width", async () => {
    const rows = { "": [["a.", "b", "c", "d"]], b: [["x."]], c: [["y."]] };
    const { f, asked } = listed(rows, { "a.": 1, b: 0.5, c: 0.4, d: 0.3, "bx.": 0.2, "cy.": 0.9 });
    await beams(f, { width: 2, samples: 4, depth: 9, keep: (ids) => top(ids, 2, (id) => f.valueOf(id)) });
    expect(asked).toEqual(["", "b", "c"]);
    expect(f.tree.nodes.filter((node) => node.terminal)).toHaveLength(3);
  });

  it.each([
    ["last", 0.8],
    ["prod", 0.36],
    ["min", 0.5],
    ["mean", 0.7333],
  ] as const)("aggregates (.9, .5, .8) by %s to %d", (by, value) => {
    expect(aggregate([0.9, 0.5, 0.8], by)).toBeCloseTo(value, 4);
  });
});

describe("dvts", () => {
  const rows = {
    "": [
      ["a", "b"],
      ["c", "d"],
    ],
  };
  const values = { a: 0.9, b: 0.8, c: 0.3, d: 0.2 };
  it("continues the best of each subtree, where the pooled beam takes the best of all", async () => {
    const divided = listed(rows, values);
    await subtrees(divided.f, { width: 2, samples: 2, depth: 2 }, (id) => divided.f.valueOf(id));
    expect(divided.asked).toEqual(["", "", "a", "c"]);
    const pooled = listed(rows, values);
    const keep = (ids: readonly number[]): number[] => top(ids, 2, (id) => pooled.f.valueOf(id));
    await beams(pooled.f, { width: 2, samples: 4, depth: 2, keep });
    expect(pooled.asked).toEqual(["", "a", "b"]);
  });
});

describe("alphamath-sbs", () => {
  it("has one beam fewer for every one that ends, and ends without", async () => {
    const rows = { "": [["a.", "b", "c"]], b: [["x.", "y"]], by: [["z."]], c: [["w."]] };
    const { f, asked } = listed(rows, { "a.": 0.9, b: 0.8, c: 0.7, "bx.": 0.5, by: 0.1 });
    await shrinkingBeams(f, { width: 2, samples: 3, depth: 9 });
    expect(asked).toEqual(["", "b"]);
  });
});

describe("tot-dfs", () => {
  it("never expands a wrong prefix of BITS with an oracle", async () => {
    for (const secret of secrets) {
      const { f, space, best } = oracleBits(secret);
      await depthFirst(f, { children: 2, threshold: 0.5, nodes: 100, depth: 40, accept: 1 });
      expect(best()).toBe(secret);
      expect(space.expanded.every((state) => secret.startsWith(state))).toBe(true);
      expect(space.expanded).toHaveLength(secret.length);
    }
  });

  it("goes back from a dead end to the next best, and stops at the first reply that is good enough", async () => {
    const rows = { "": [["a", "b", "c"]], a: [["x", "y"]], b: [["u."]], c: [["v."]] };
    const { f, asked } = listed(rows, { a: 0.9, b: 0.8, c: 0.7, ax: 0.1, ay: 0.2, "bu.": 0.95, "cv.": 1 });
    await depthFirst(f, { children: 3, threshold: 0.5, nodes: 100, depth: 9, accept: 0.9 });
    expect(asked).toEqual(["", "a", "b"]);
  });
});

describe("hgs", () => {
  it("takes the best negative step where no positive one is left, and tot-dfs does not", async () => {
    const rows = { "": [["a", "b", "c"]], a: [["x"]], b: [["u."]], c: [["v."]] };
    const values = { a: 0.9, b: 0.2, c: 0.4, ax: 0.1, "cv.": 0.7 };
    const o = { children: 3, threshold: 0.5, nodes: 100, depth: 9, accept: 0.5 };
    const greedy = listed(rows, values);
    await depthFirst(greedy.f, { ...o, relent: true });
    expect(greedy.asked).toEqual(["", "a", "c"]);
    const strict = listed(rows, values);
    await depthFirst(strict.f, o);
    expect(strict.asked).toEqual(["", "a"]);
  });
});

describe("tot-bfs", () => {
  it("finds the secret of BITS(4) with b = 1 after 4 expansions and 8 scores", async () => {
    for (const secret of secrets) {
      const { f, space, valued, best } = oracleBits(secret);
      await beams(f, { width: 1, samples: 2, depth: 40, keep: (ids) => top(ids, 1, (id) => f.valueOf(id)) });
      expect(best()).toBe(secret);
      expect([space.expanded.length, valued.length]).toEqual([4, 8]);
    }
  });

  it("sums labels: sure, likely, impossible make 21.001", () => {
    expect(labelSum(["sure", "likely", "impossible"])).toBeCloseTo(21.001, 9);
    expect(labelSum(["perhaps", undefined])).toBe(0);
    expect(readLabel("It is sure that 3 + 3 = 6.\nimpossible")).toBe("impossible");
    expect(readLabel("Likely, I think.\nThat is all.")).toBe("likely");
    expect(readLabel("unsure")).toBeUndefined();
  });

  it("counts votes and reads lists, however they are written", () => {
    expect(
      countVotes(["The best choice is 2", "Choice 1 fails. The best choice is **3**.", "2", "none", "9"], 3),
    ).toEqual([0, 2, 1]);
    expect(readList("Sure:\n1. 4 + 5 = 9\n2) 4 * 5 = 20\n- 4 + 5 = 9\n", 5)).toEqual(["4 + 5 = 9", "4 * 5 = 20"]);
    expect(readList("one\n\ntwo\nthree", 2)).toEqual(["one", "two"]);
  });

  const asked = open.create(open.options.parse({}));
  const question = asked.question("What is 2 + 3, doubled?");
  const contextOf = (model: Scripted) =>
    makeContext({
      models: { reasoner: model },
      families: new Map([["open", asked]]),
      calls: memoryCalls(),
      seed: "tot",
    });
  const steps = [
    { match: /^A problem:[^]*nothing yet[^]*different ways/u, replies: ["1. 2 + 3 = 5\n2. 2 + 3 = 6"] },
    { match: /^A problem:[^]*= 5[^]*different ways/u, replies: ["1. Doubled: \\boxed{10}"], cycle: true },
    { match: /^A problem:[^]*= 6[^]*different ways/u, replies: ["1. Doubled: \\boxed{12}"], cycle: true },
  ];

  it("proposes and values by prompts where there is no grammar, no Guide and no Evaluator", async () => {
    const model = new Scripted([
      ...steps,
      { match: /= 5[^]*Can this work/u, replies: ["fine\nsure"], cycle: true },
      { match: /= 6[^]*Can this work/u, replies: ["2 + 3 is 5\nimpossible"], cycle: true },
    ]);
    const c = contextOf(model);
    const method = totBfs.create(totBfs.options.parse({ generate: "propose", breadth: 1, children: 2 }));
    const { solutions, trees } = await method(question, c);
    expect(solutions[0]).toMatchObject({ answer: "10" });
    expect(solutions[0].error).toBeUndefined();
    expect(trees[0].nodes.map(({ value }) => value)).toEqual([null, 1, expect.closeTo(0.00005, 9), 1]);
    expect(trees[0].cost).toEqual(c.budget.spent);
  });

  it("votes on a level at once", async () => {
    const model = new Scripted([
      ...steps,
      { match: /Beginnings of a solution/u, replies: ["choice is 1"], cycle: true },
    ]);
    const options = { generate: "propose", evaluate: "vote", breadth: 1, children: 2, votes: 3 };
    const { solutions, trees } = await totBfs.create(totBfs.options.parse(options))(question, contextOf(model));
    expect(solutions[0]).toMatchObject({ answer: "10" });
    expect(trees[0].nodes.slice(1, 3).map(({ value }) => value)).toEqual([1, 0]);
    expect(model.log.filter(({ prompt }) => prompt.includes("Beginnings"))).toHaveLength(2);
  });
});

describe("self-eval-beam", () => {
  it("draws E = (.8, .4) at τ = .5 with .68997, or .8 by powers, without replacement", () => {
    expect(chances([0.8, 0.4], 0.5, "exp")[0]).toBeCloseTo(0.68997, 5);
    expect(chances([0.8, 0.4], 0.5, "power")[0]).toBeCloseTo(0.8, 9);
    const firsts = Array.from({ length: 4000 }, (_, i) => {
      const order = drawn([0.8, 0.4], { width: 5, tau: 0.5, select: "exp" }, random(i));
      expect(order.toSorted((a, b) => a - b)).toEqual([0, 1]);
      return order[0];
    });
    const share = firsts.filter((first) => first === 0).length / 4000;
    expect(Math.abs(share - 0.68997)).toBeLessThan(4 * Math.sqrt((0.68997 * 0.31003) / 4000));
    expect(chances([0, 0], 0.5, "power")).toEqual([0.5, 0.5]);
  });
});

describe("pav-beam", () => {
  it("credits progress under the prover: uniform on BITS(4), right bits gain, wrong bits lose, after an error nothing", () => {
    const o = { alpha: 0.5, prover: 4 };
    const q = (k: number): number => 2 ** -(4 - k);
    for (const k of [0, 1, 2, 3]) {
      expect(effective(q(k), q(k + 1), { alpha: 1, prover: 1 }) - q(k + 1)).toBeCloseTo(q(k + 1) - q(k), 12);
      expect(effective(q(k), q(k + 1), o)).toBeGreaterThan(q(k + 1));
      expect(effective(q(k), 0, o)).toBeLessThan(0);
    }
    expect(effective(0, 0, o)).toBe(0);
  });
});

const guessing = bits.create(bits.options.parse({}));
/** BITS as a family: a uniform policy and values that know the secret. */
function bitsFamily(n: number, seed: string) {
  const task = guessing.generate(random(seed), { difficulty: n, split: "train" });
  const secret = task.secret.answer ?? "";
  const prompt = guessing.prompt(ask(task), "short").split(" ").length;
  const model = new PolicyModel(guessing.words, (words) =>
    words.length - prompt < n ? { 0: 1, 1: 1 } : { [guessing.end]: 1 },
  );
  const guide: Guide = (nodes) =>
    Promise.resolve(
      nodes.map(({ node, steps }) => {
        const score = Number(secret.startsWith(steps.join("").replace(guessing.end, "")));
        return { of: String(node.id), by: "truth", level: "step", score, calls: [] };
      }),
    );
  const c = makeContext({
    models: { reasoner: model },
    families: new Map([[guessing.id, guessing]]),
    calls: memoryCalls(),
    seed,
    guide,
  });
  return { question: ask(task), secret, c };
}

const all: readonly [string, (o: object) => Reasoner, object][] = [
  ["beam-step", (o) => beamStep.create(beamStep.options.parse(o)), { width: 1, samples: 2 }],
  ["dvts", (o) => dvts.create(dvts.options.parse(o)), { width: 2, samples: 2 }],
  ["alphamath-sbs", (o) => alphamathSbs.create(alphamathSbs.options.parse(o)), { width: 1, samples: 2 }],
  ["pav-beam", (o) => pavBeam.create(pavBeam.options.parse(o)), { width: 1, samples: 2 }],
  [
    "self-eval-beam",
    (o) => selfEvalBeam.create(selfEvalBeam.options.parse(o)),
    { width: 2, samples: 2, select: "power" },
  ],
  ["tot-bfs", (o) => totBfs.create(totBfs.options.parse(o)), { breadth: 1, children: 2 }],
  ["tot-bfs sampling", (o) => totBfs.create(totBfs.options.parse(o)), { breadth: 1, children: 2, select: "sample" }],
  ["tot-dfs", (o) => totDfs.create(totDfs.options.parse(o)), { children: 2 }],
  ["hgs", (o) => hgs.create(hgs.options.parse(o)), { children: 2 }],
];

describe.each(all)("%s", (_, create, o) => {
  it("finds a secret of 8 bits with an exact guide, the same however many are at work", async () => {
    for (const seed of ["a", "b", "c"]) {
      const results = await Promise.all(
        [1, 64].map(async (inFlight) => {
          const { question, secret, c } = bitsFamily(8, seed);
          const { solutions, trees } = await create({ ...o, expand: "enumerate", inFlight })(question, c);
          expect(solutions[0].answer).toBe(secret);
          expect(trees[0].nodes.reduce((sum, { cost }) => sum + (cost?.outputTokens ?? 0), 0)).toBe(
            c.budget.spent.outputTokens,
          );
          return trees[0].nodes.map(({ action, value, parent }) => [action, value, parent]);
        }),
      );
      expect(results[0]).toEqual(results[1]);
    }
  });
});

const family = countdown.create(countdown.options.parse({}));
const task: Task = family.generate(random("suite"), { difficulty: 3, split: "eval" });
const asking = ask(task);
const policy = playerPolicy(family, task, { skill: 5, noise: 0.01 });
const evaluator: Evaluator = (group) =>
  Promise.resolve(
    group.solutions.map(({ id, text }) => {
      return { of: id, by: "check", level: "outcome", score: Number(family.check?.(asking, text)), calls: [] };
    }),
  );
const bench = {
  question: asking,
  context: (o: Parameters<Parameters<typeof reasonerSuite>[2]["context"]>[0]) =>
    makeContext({
      models: { reasoner: o.model },
      families: new Map([[family.id, family]]),
      calls: memoryCalls(),
      seed: o.seed ?? "1",
      budget: o.budget,
      signal: o.signal,
      evaluator,
    }),
  able: () => new PolicyModel(family.words, policy),
  garbage: () =>
    new PolicyModel(family.words, () => Object.fromEntries(family.words.map((word) => [word, 1])), "noise@1"),
};

describe.each(all)("%s", (_, create) => {
  it("grows the same tree whatever the latencies, and again from the ledger without a call", async () => {
    const run = async (model: Model, calls: CallStore) => {
      const c = makeContext({
        models: { reasoner: model },
        families: new Map([[family.id, family]]),
        calls,
        seed: "1",
        evaluator,
      });
      const { trees, solutions } = await create({})(asking, c);
      return { nodes: trees[0].nodes, solutions };
    };
    const ledger = memoryCalls();
    const first = await run(bench.able(), ledger);
    expect(first.nodes.length).toBeGreaterThan(3);
    const steady = bench.able();
    const lag = random("lag");
    const uneven: Model = {
      ...steady,
      tokenizer: steady.tokenizer,
      sample: async (prompt, o) => {
        await setTimeout(lag.int(4));
        return steady.sample(prompt, o);
      },
    };
    expect(await run(uneven, memoryCalls())).toEqual(first);
    const silent = bench.able();
    expect(await run(silent, ledger)).toEqual(first);
    expect(silent.calls).toBe(0);
  });
});
for (const [name, create] of all) reasonerSuite(name, create({}), { ...bench, inFlight: 25 * 12 });
reasonerSuite("beam-step looking ahead", beamStep.create(beamStep.options.parse({ lookahead: 2, rank: "min" })), {
  ...bench,
  inFlight: 16 * 12,
});
