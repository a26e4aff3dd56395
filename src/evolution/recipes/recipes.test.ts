import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Json } from "../../core/json.ts";
import { ask } from "../../core/task.ts";
import { findMethod, registry } from "../../registry.ts";
import { heldOut } from "../evaluate.ts";
import { evolve } from "../evolve.ts";
import { recipeSchema, type Recipe } from "../recipe.ts";
import { instantiate } from "../resolver.ts";
import { optionsOf } from "../options.ts";
import { recipeOf, startRun } from "../start.ts";

/** Options by which recipes are made small; each recipe takes those that it has. */
const small: Readonly<Record<string, Json>> = {
  rounds: 1,
  baseSteps: 8,
  tasks: 6,
  samples: 2,
  group: 2,
  steps: 2,
  batch: 8,
  baseBatch: 8,
  tries: 2,
  layers: 1,
  width: 16,
  heads: 2,
  hidden: 16,
  heldOut: 8,
  probe: 4,
};

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "recipes-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ids = [...registry].flatMap(([id, { contract }]) => (contract === "recipe" ? [id] : []));

/** A run of the recipe made small; `change` sets options or fields on top. */
async function tiny(id: string, name: string, change: Readonly<Record<string, Json>> = {}) {
  const known = Object.keys(optionsOf(await findMethod(id)));
  const options = Object.fromEntries(Object.entries(small).filter(([key]) => known.includes(key)));
  const shrunk: Recipe = await recipeOf(findMethod, id, {
    ...options,
    "evaluation.sampled": 4,
    "evaluation.samples": 2,
    ...change,
  });
  const ledger = startRun(join(folder, name), shrunk, "1");
  const result = await evolve({ ledger, find: findMethod, threads: 1 });
  return { ledger, recipe: shrunk, result };
}

describe.each(ids)("recipe %s", (id) => {
  it("is valid as it stands", async () => {
    const recipe = recipeSchema.parse(await instantiate(findMethod, "recipe", { id, options: {} }));
    expect(recipe.id).toBe(id);
    const refs = recipe.phases.flatMap(({ tasks, reason, judge, process, build, train }) => [
      ...(tasks ? [["task-creator", tasks.creator] as const] : []),
      ...(reason ? [["reasoner", reason] as const] : []),
      ...judge.map((ref) => ["evaluator", ref] as const),
      ...process.map((ref) => ["post-processor", ref] as const),
      ...build.map((ref) => ["builder", ref] as const),
      ...train.map(({ objective }) => ["objective", objective] as const),
      ...train.flatMap(({ generators }) => Object.values(generators).map((ref) => ["generator", ref] as const)),
    ]);
    for (const [contract, ref] of refs) await instantiate(findMethod, contract, ref);
    expect(refs.length).toBeGreaterThan(2);
  });

  it("runs, small, on training tasks only, and measures itself", async () => {
    const { ledger, recipe, result } = await tiny(id, id);
    const family = await instantiate(findMethod, "family", recipe.family);
    expect(result.final?.tasks).toBe(recipe.evaluation.tasks);
    expect(ledger.rounds().map(({ phase }) => phase)).toEqual(
      recipe.phases.flatMap(({ rounds }, i) => Array.from({ length: rounds }, () => i)),
    );
    const held = new Set(heldOut(family, recipe.evaluation.difficulties, 300).map((task) => family.key(ask(task))));
    const seen = [...ledger.rows("tasks")].map((task) => family.key(ask(task)));
    expect(seen.filter((key) => held.has(key))).toEqual([]);
    ledger.close();
  });
});

/** Numbers so small that a small model gets some tasks right. */
const numbers = { high: 5, max: 20, low: 1, top: 20 };
const easy = {
  baseSteps: 240,
  baseBatch: 32,
  batch: 32,
  weightDecay: 0.01,
  width: 32,
  hidden: 64,
  baseLr: 1e-2,
  "family.options": numbers,
};

describe("rest-em", () => {
  it("keeps no more replies to a task than the cap, all right, and starts from the base each time", async () => {
    const { ledger } = await tiny("rest-em", "em", { ...easy, tasks: 20, samples: 16, cap: 2, rounds: 2 });
    const tasks = new Map([...ledger.rows("tasks")].map((task) => [task.id, task]));
    const family = await instantiate(findMethod, "family", { id: "countdown", options: numbers });
    const solutions = new Map([...ledger.rows("solutions")].map((solution) => [solution.by[0], solution]));
    const rows = [...ledger.rows("data")];
    expect(rows.length).toBeGreaterThan(3);
    const counts = Map.groupBy(rows, ({ taskId }) => taskId);
    expect(Math.max(...[...counts.values()].map((list) => list.length))).toBeLessThanOrEqual(2);
    for (const { taskId, by } of rows) {
      const [task, solution] = [tasks.get(taskId), solutions.get(by[0])];
      expect(task && solution && family.verify(task, solution.text, "short").correct).toBe(true);
    }
    const updates = [...ledger.rows("updates", { phase: 1, round: 2 })];
    expect(updates.map(({ from }) => from)).toEqual(
      [...ledger.rows("updates", { phase: 1, round: 1 })].map(({ from }) => from),
    );
    ledger.close();
  });
});

describe("star", () => {
  it("learns from rationalised replies without the hint, and longer each time", async () => {
    const { ledger } = await tiny("star", "rationalised", { ...easy, tasks: 40, steps: 5, rounds: 2 });
    const calls = [...ledger.rows("judgements")].filter(({ label }) => label === "rationalised");
    expect(calls.length).toBeGreaterThan(0);
    const family = await instantiate(findMethod, "family", { id: "countdown", options: numbers });
    const tasks = new Map([...ledger.rows("tasks")].map((task) => [task.id, task]));
    for (const datum of ledger.rows("data")) {
      const task = tasks.get(datum.taskId);
      if (datum.kind !== "sft" || task === undefined) throw new Error(`unexpected ${datum.kind}`);
      expect(datum.row.from).toBe(family.prompt(ask(task), "short").split(" ").length);
    }
    expect([...ledger.rows("updates")].filter((_, i) => i >= 4).map(({ steps }) => steps)).toEqual([5, 6]);
    ledger.close();
  });
});

describe("r1-zero", () => {
  it("rewards outcome and form, uses no supervised step in the loop, and reports tries", async () => {
    const { ledger, result } = await tiny("r1-zero", "zero", { rounds: 1, format: 0.25 });
    const rewards = new Set([...ledger.rows("data")].map((datum) => (datum.kind === "rl" ? datum.reward : NaN)));
    expect([...rewards].every((reward) => [0, 0.25, 1.25].includes(reward))).toBe(true);
    expect([...ledger.rows("updates")].map(({ objective }) => objective)).toEqual(["sft", "sft", "sft", "sft", "grpo"]);
    expect(result.final).toMatchObject({ attempts: expect.any(Number), solvedBy: expect.any(Array) });
    ledger.close();
  });
});

describe("length-generalise", () => {
  it.each(["checker", "vote"])("with a %s, labels are short and nothing in the loop sees the truth", async (filter) => {
    const { ledger, recipe } = await tiny("length-generalise", filter, { filter, labelled: 4, digits: 9, step: 2 });
    const [loop] = recipe.phases.slice(-1);
    const methods = [loop.reason, ...loop.judge, ...loop.process, ...loop.build].map((ref) => ref?.id);
    expect(methods).toEqual(
      filter === "vote"
        ? ["equivalents", "self-consistency", "filter-vote", "filter-length", "sft-rows"]
        : ["cot", "family-check", "filter-correct", "sft-rows"],
    );
    const generators = recipe.phases.flatMap(({ train }) => train.flatMap((spec) => Object.values(spec.generators)));
    expect(new Set(generators.map(({ id }) => id))).toEqual(new Set(["play"]));
    const most = generators.map(({ options: { difficulty } }) =>
      Array.isArray(difficulty) ? Number(difficulty[1]) : NaN,
    );
    expect([...new Set(most)]).toEqual([2, 3, 4]);
    const lengths = [...ledger.rows("tasks")].map(({ difficulty = 0 }) => difficulty);
    expect(Math.min(...lengths)).toBeGreaterThan(4);
    expect(Math.max(...lengths)).toBe(6);
    ledger.close();
  });
});
