import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { RunEvent } from "../core/context.ts";
import type { Generator } from "../core/contracts.ts";
import { roles } from "../core/call.ts";
import { defineMethod } from "../core/method.ts";
import { ask } from "../core/task.ts";
import { findMethod } from "../registry.ts";
import { firstDifference } from "../store/digest.ts";
import { Ledger } from "../store/ledger.ts";
import addition from "../task-creator/families/addition.ts";
import { replyRow, tokenizerOf } from "../training/builders/rows.ts";
import { heldOut } from "./evaluate.ts";
import { evolve, type Evolved, type EvolveOptions } from "./evolve.ts";
import { Buffers } from "./learn.ts";
import { recipeSchema, type RecipeInput } from "./recipe.ts";
import type { FindMethod } from "./resolver.ts";
import { forkRun, parseRecipe, resumeRun, startRun } from "./start.ts";
import { practice, smallModel, smoke } from "./testing.ts";

const family = addition.create(addition.options.parse({}));
let folder = "";
let reference: Ledger;
let first: Evolved;

function create(name: string, recipe: RecipeInput = smoke(), seed = "1"): Ledger {
  return startRun(join(folder, name), parseRecipe(recipe, name), seed);
}
const run = (ledger: Ledger, o: Partial<EvolveOptions> = {}): Promise<Evolved> =>
  evolve({ ledger, find: findMethod, threads: 1, ...o });
async function finished(name: string, recipe?: RecipeInput, seed?: string): Promise<Ledger> {
  const ledger = create(name, recipe, seed);
  await run(ledger);
  return ledger;
}
const sameRun = (ledger: Ledger): void => {
  expect(firstDifference(ledger, reference)).toBeUndefined();
  expect(ledger.digest()).toBe(reference.digest());
};
const work = (ledger: Ledger): string => ledger.digest({ head: false });
const weights = (ledger: Ledger, checkpoint: string, model: string): string =>
  readFileSync(join(ledger.checkpoint(checkpoint), model, "model.safetensors"), "base64");

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "evolve-"));
  reference = create("reference");
  first = await run(reference);
}, 60_000);
afterAll(() => {
  reference.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("a run", () => {
  it("does every round of every phase, measures before and after, and trains in both ways", () => {
    expect(reference.rounds().map(({ name }) => name)).toEqual(["base 1", "loop 1", "loop 2"]);
    expect(first).toMatchObject({ rounds: 3, first: { tasks: 12, samples: { n: 4 } }, final: { tasks: 12 } });
    expect(first.stopped).toBeUndefined();
    const updates = [...reference.rows("updates")];
    expect(updates.map(({ objective }) => objective)).toEqual(["sft", "sft", "grpo", "sft", "grpo"]);
    expect(updates.every(({ steps, from, to }) => steps > 0 && from !== to)).toBe(true);
    expect(updates.slice(1).map(({ from }) => from)).toEqual(updates.slice(0, -1).map(({ to }) => to));
  });

  it("gives the same digest for the same seed and another for another", async () => {
    const again = await finished("again");
    sameRun(again);
    again.close();
    const other = await finished("other", smoke(), "2");
    expect(work(other)).not.toBe(work(reference));
    other.close();
  });

  it("never trains on what it is evaluated on", () => {
    const held = new Set(heldOut(family, [2], 500).map((task) => family.key(ask(task))));
    const tasks = new Map([...reference.rows("tasks")].map((task) => [task.id, family.key(ask(task))]));
    const trained = [...reference.rows("data")].map(({ taskId }) => tasks.get(taskId));
    expect(held.size).toBeGreaterThan(100);
    expect(trained.length).toBeGreaterThan(10);
    expect(trained.filter((key) => key === undefined || held.has(key))).toEqual([]);
  });

  it("stops in time, in full measure, and agrees on the rounds it finished", async () => {
    const ledger = create("bounded");
    const bounded = await run(ledger, { seconds: 1e-6 });
    expect(bounded).toMatchObject({ stopped: "time", rounds: 1, final: { tasks: 12, samples: { n: 4 } } });
    const upTo = { phase: 0, round: 1 };
    expect(ledger.digest({ upTo })).toBe(reference.digest({ upTo }));
    await run(ledger);
    sameRun(ledger);
    ledger.close();
  });

  it.each(["reason", "train", "evaluate"])(
    "keeps finished rounds when aborted in the stage %s of the next",
    async (stage) => {
      const ledger = create(`abort-${stage}`);
      const controller = new AbortController();
      let rounds = 0;
      const emit = ({ event, stage: at }: RunEvent): void => {
        if (event === "round") rounds++;
        if (rounds === 2 && event === "progress" && at === stage) controller.abort(new Error("enough"));
      };
      await expect(run(ledger, { signal: controller.signal, emit })).rejects.toThrow("enough");
      expect(ledger.rounds()).toHaveLength(2);
      await run(ledger);
      sameRun(ledger);
      ledger.close();
    },
  );
});

describe("a killed run", () => {
  const url = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);
  const flags = ["--disable-warning=ExperimentalWarning", "--input-type=module", "--eval"];
  const child = `
    import { evolve } from ${url("./evolve.ts")};
    import { resumeRun } from ${url("./start.ts")};
    import { findMethod } from ${url("../registry.ts")};
    const { ledger } = resumeRun(process.argv[1]);
    await evolve({ ledger, find: findMethod, threads: 1 });`;

  // One run, killed again and again: the place, and the rounds that are finished by then.
  const kills: [string, number][] = [
    ["training", 0],
    ["checkpoint-write", 0],
    ["ledger-commit-after", 1],
    ["reasoned", 1],
    ["ledger-flush", 1],
    ["built", 1],
    ["training", 1],
    ["training#2", 1],
    ["trained", 1],
    ["checkpoint-before", 1],
    ["checkpoint-write", 1],
    ["checkpointed", 1],
    ["ledger-commit-before", 1],
    ["round-committed", 2],
    ["reasoned", 2],
    ["ledger-commit-after", 3],
  ];

  it("ends as an uninterrupted one, wherever it was killed", async () => {
    const dir = join(folder, "killed");
    create("killed").close();
    for (const [place, done] of kills) {
      const env = { ...process.env, AUTODIDACT_FAIL: `${place}:kill` };
      const { signal, stderr } = spawnSync(process.execPath, [...flags, child, dir], { env, encoding: "utf8" });
      expect(signal, `${place}: ${stderr}`).toBe("SIGKILL");
      const ledger = Ledger.open(dir, { write: false });
      const upTo = ledger.lastRound();
      expect(ledger.rounds(), place).toHaveLength(done);
      if (upTo) expect(firstDifference(ledger, reference, { upTo }), place).toBeUndefined();
      ledger.close();
    }
    const { ledger } = resumeRun(dir);
    const { first: measured, final } = await run(ledger);
    expect({ measured, final }).toEqual({ measured: first.first, final: first.final });
    sameRun(ledger);
    ledger.close();
  }, 300_000);
});

describe("a fork", () => {
  it("shares what came before, and differs only downstream of what was changed", async () => {
    const at = { phase: 1, round: 1 };
    const fork = forkRun(reference, at, join(folder, "fork"), parseRecipe(smoke({ lr: 1e-4 }), "fork"));
    await run(fork);
    expect(fork.digest({ upTo: at, head: false })).toBe(reference.digest({ upTo: at, head: false }));
    const last = { phase: 1, round: 2 };
    for (const table of ["tasks", "solutions", "judgements", "data"] as const) {
      expect([...fork.rows(table, last)], table).toEqual([...reference.rows(table, last)]);
    }
    const [updates, before] = [fork, reference].map((ledger) => [...ledger.rows("updates", last)]);
    expect(updates[0].from).toBe(before[0].from);
    expect(updates[0].to).not.toBe(before[0].to);
    fork.close();
  });
});

describe("training", () => {
  const models = {
    "task-creator": smallModel,
    reasoner: smallModel,
    evaluator: smallModel,
    "post-processor": smallModel,
  };
  const own = Object.fromEntries(roles.map((role) => [role, role]));

  it("changes the listed modules only, for all 15 subsets of them", async () => {
    const subsets = Array.from({ length: 15 }, (_, i) => roles.filter((role) => ((i + 1) >> roles.indexOf(role)) & 1));
    const phases = subsets.map((subset, i) => ({
      name: `subset-${i}`,
      train: subset.map((module) => ({ ...practice, steps: 1, module })),
    }));
    const ledger = await finished("subsets", smoke({ models, roles: own, phases }));
    subsets.forEach((subset, i) => {
      if (i === 0) return;
      const changed = roles.filter(
        (role) => weights(ledger, `subset-${i}-1`, role) !== weights(ledger, `subset-${i - 1}-1`, role),
      );
      expect(changed).toEqual(subset);
    });
    ledger.close();
  });

  it("starts from a phase's end where told, each time, and leaves a model that is not listed alone", async () => {
    const input = smoke({
      models: { policy: smallModel, critic: smallModel },
      roles: { reasoner: "policy", evaluator: "critic" },
    });
    const still = { objective: "sft", init: "base", steps: 1, batch: 8, lr: 0 };
    const train = [{ ...practice }, still];
    const ledger = await finished("restart", { ...input, phases: [input.phases[0], { ...input.phases[1], train }] });
    const base = weights(ledger, "base-1", "policy");
    expect([weights(ledger, "loop-1", "policy"), weights(ledger, "loop-2", "policy")]).toEqual([base, base]);
    expect(weights(ledger, "loop-2", "critic")).toBe(weights(ledger, "base-1", "critic"));
    expect([...ledger.rows("updates")].map(({ role, steps }) => [role, steps])).toEqual(
      [40, 4, 1, 4, 1].map((steps) => ["reasoner", steps]),
    );
    ledger.close();
  });

  it("moves schedules over the phase, or over each training by itself", async () => {
    const after = async (span: "phase" | "training", rounds: number): Promise<string> => {
      const phases = [{ name: "only", rounds, train: [{ ...practice, lr: [1e-2, 0] as [number, number], span }] }];
      const ledger = await finished(`${span}-${rounds}`, smoke({ phases }));
      const result = weights(ledger, "only-1", "policy");
      ledger.close();
      return result;
    };
    const whole = await after("phase", 1);
    expect(await after("phase", 2)).not.toBe(whole);
    expect(await after("training", 2)).toBe(whole);
  });

  it("draws from all rows so far, or from the newest collection only", () => {
    const { phases } = recipeSchema.parse(smoke());
    const data = [...reference.rows("data", { phase: 1, round: 1 })].filter(({ kind }) => kind === "sft");
    const sizes = (fresh: boolean): number[] => {
      const streams = { solved: { capacity: 100, recent: 0, fresh } };
      const buffers = new Buffers({ ...phases[1], train: [{ ...phases[1].train[0], streams }] });
      return [data.slice(0, 3), data.slice(3, 5), []].map((batch) => {
        buffers.add(batch);
        return buffers.streams(0).get("solved")?.size ?? 0;
      });
    };
    expect([sizes(false), sizes(true)]).toEqual([
      [3, 5, 5],
      [3, 2, 0],
    ]);
  });

  it("takes back a round after which accuracy fell too far, and only then", async () => {
    const [task] = heldOut(family, [2], 1);
    const learned: Generator = (r, c) => {
      const row = replyRow(
        family.prompt(ask(task), "short"),
        family.solve(task, r) ?? "",
        tokenizerOf(c.model("reasoner")),
      );
      return { kind: "sft", id: "known", taskId: task.id, source: "known", by: [], row, weight: 1 };
    };
    const about = {
      kind: "builder",
      contract: "generator",
      section: "test",
      about: "the one reply",
      source: "test",
    } as const;
    const known = defineMethod({ id: "known", ...about, options: z.object({}), create: () => learned });
    const train = [{ ...practice, steps: 40, generators: { known: "known" } }];
    const spoil = (name: string, rollback: number) => ({ name, rollback, train: [{ ...practice, lr: 1 }] });
    const phases = [{ name: "base", train }, spoil("kept", 0.5), spoil("spoilt", 1)];
    const evaluation = { difficulties: [2], tasks: 1, sampled: 0 };
    const ledger = create("fall", smoke({ phases, evaluation }));
    const find: FindMethod = async (id) => (id === "known" ? known : findMethod(id));
    expect(await run(ledger, { find })).toMatchObject({ final: { greedy: 0 } });
    expect(ledger.rounds().map(({ metrics }) => metrics["rejected"])).toEqual([
      undefined,
      expect.objectContaining({ greedy: 0 }),
      undefined,
    ]);
    const [base, kept, spoilt] = ["base-1", "kept-1", "spoilt-1"].map((name) => weights(ledger, name, "policy"));
    expect([kept === base, spoilt === base]).toEqual([true, false]);
    ledger.close();
  });

  it("changes fields of the phase in its inner steps, training's too", async () => {
    const inner = [{}, { "build.0.options.cap": 1, "train.0.steps": 2 }, { judge: [] }];
    const input = smoke();
    const loop = {
      ...input.phases[1],
      rounds: 1,
      inner,
      build: [{ id: "sft-rows", options: { cap: 8 } }],
      train: [{ ...practice, steps: 5 }],
    };
    const ledger = await finished("inner", { ...input, phases: [input.phases[0], loop] });
    expect([...ledger.rows("updates", { phase: 1, round: 1 })].map(({ steps }) => steps)).toEqual([5, 2, 5]);
    const tasks = new Set([...ledger.rows("data")].map(({ taskId }) => taskId)).size;
    expect([...ledger.rows("data")].length).toBeGreaterThan(2 * tasks);
    ledger.close();
  });

  it("ends a phase whose accuracy stands still, also when resumed", async () => {
    const input = smoke();
    const still = { ...input.phases[1], rounds: 6, train: [], evalEvery: 1, stop: { window: 1, epsilon: 0.01 } };
    const ledger = create("still", { ...input, phases: [input.phases[0], still] });
    expect(await run(ledger)).toMatchObject({ stopped: "converged", rounds: 3 });
    expect(await run(ledger)).toMatchObject({ stopped: "converged", rounds: 3 });
    ledger.close();
  });
});
