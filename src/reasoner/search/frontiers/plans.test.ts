import { describe, expect, it } from "vitest";
import { random } from "../../../core/random.ts";
import { ask } from "../../../core/task.ts";
import { makeContext, memoryCalls } from "../../../evolution/context.ts";
import countdown from "../../../task-creator/families/countdown.ts";
import { type ContextFor, reasonerSuite } from "../../suite.ts";
import { bitsSpace, playerPolicy, PolicyModel } from "../../testing.ts";
import levin from "../levin.ts";
import { Frontier } from "./frontier.ts";
import { commonLength, futureCost, mixedCost, stepCost } from "./plan-costs.ts";
import toolchainStar, { toolchainSearch } from "./toolchain-star.ts";

const family = countdown.create(countdown.options.parse({}));
const task = family.generate(random("suite"), { difficulty: 3, split: "eval" });
const question = ask(task);
const bench = {
  question,
  context: (o: ContextFor) =>
    makeContext({
      models: { reasoner: o.model },
      families: new Map([[family.id, family]]),
      calls: memoryCalls(),
      seed: o.seed ?? "1",
      budget: o.budget,
      signal: o.signal,
    }),
  able: () => new PolicyModel(family.words, playerPolicy(family, task, { skill: 5, noise: 0.01 })),
  garbage: () =>
    new PolicyModel(family.words, () => Object.fromEntries(family.words.map((word) => [word, 1])), "noise@1"),
  inFlight: 8 * 12,
};

describe("toolchain-star", () => {
  it("costs (1 − .5)^.5 · (1 − .75)^.5 = .35355 a step", () => {
    expect(mixedCost(0.5, 0.75, 0.5)).toBeCloseTo(0.35355, 5);
    // Half of the shorter of plan and memory is common: g₁ = ½.
    expect(stepCost(["a", "x"], [["a", "b", "c"], ["y"]], 0.75, 0.5)).toBeCloseTo(0.35355, 5);
    expect(stepCost(["a"], [], 0.75, 0.5)).toBeCloseTo(0.5, 12);
  });

  it("knows how far a plan has come by memory and imagination", () => {
    // "b" is 2nd of 4 and 1st of 2 in memory: ½; 2 of 8 imagined steps are done.
    const memory = [["a", "b", "c", "d"], ["b", "e"], ["f"]];
    expect(futureCost(["a", "b"], memory, 8, 0.5)).toBeCloseTo(Math.sqrt(0.5 * 0.75), 12);
    expect(futureCost(["z"], memory, undefined, 0.5)).toBe(1);
  });

  it("finds the longest common subsequence", () => {
    const text = (s: string): string[] => [...s];
    expect(commonLength(text("XMJYAUZ"), text("MZJAWXU"))).toBe(4);
    expect(commonLength([], text("a"))).toBe(0);
  });

  it("solves the same task at a lower cost the second time", async () => {
    const secret = "1011";
    const solve = (memory: readonly (readonly string[])[]) => {
      const f = new Frontier<string>({
        space: bitsSpace(4),
        merge: false,
        evaluate: (_, state) => Promise.resolve(Number(state === secret)),
      });
      return toolchainSearch(f, memory, undefined, { alpha: 0.5, beta: 0.5, children: 2, expansions: 99, accept: 1 });
    };
    const first = await solve([]);
    expect(first.plan?.join("")).toBe(secret);
    const second = await solve([first.plan ?? []]);
    expect(second.plan).toEqual(first.plan);
    expect(second.cost).toBeLessThan(first.cost ?? 0);
    expect(second.expansions).toBeLessThan(first.expansions);
  });

  it("remembers what it solved, and imagines how a plan goes on", async () => {
    const reasoner = toolchainStar.create(toolchainStar.options.parse({ children: 8 }));
    const runs = [];
    for (let again = 0; again < 2; again++) {
      const c = bench.context({ model: bench.able() });
      const { solutions, trees } = await reasoner(question, c);
      expect(family.verify(task, solutions[0].text, "short").correct).toBe(true);
      expect(trees[0].cost).toEqual(c.budget.spent);
      runs.push(c.budget.spent.calls);
    }
    expect(runs[1]).toBeLessThan(runs[0]);
  });
});
const toolchain = () => toolchainStar.create(toolchainStar.options.parse({}));
// A fresh method for every question: memory would tell runs apart.
reasonerSuite("toolchain-star", (asked, c) => toolchain()(asked, c), bench);

describe("levin over steps", () => {
  it("finds a right reply with any model that can be sampled, within its expansions", async () => {
    for (const seed of ["a", "b", "c"]) {
      const c = bench.context({ model: bench.able(), seed });
      const method = levin.create(levin.options.parse({ over: "steps", children: 8 }));
      const { solutions, trees } = await method(question, c);
      expect(family.verify(task, solutions[0].text, "short").correct).toBe(true);
      expect(trees[0].nodes.filter(({ children }) => children.length > 0).length).toBeLessThanOrEqual(64);
    }
  });
});
reasonerSuite("levin over steps", levin.create(levin.options.parse({ over: "steps" })), bench);
