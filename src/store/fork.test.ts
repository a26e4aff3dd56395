import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Tokenizer } from "../core/model.ts";
import { firstDifference } from "./digest.ts";
import { exportData } from "./export.ts";
import { forkInto } from "./fork.ts";
import { Ledger } from "./ledger.ts";
import { listRuns } from "./runs.ts";
import { tinyCall, tinyHead, tinyRun } from "./testing/tiny-run.ts";

let folder = "";
let source: Ledger;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "fork-"));
  Ledger.create(join(folder, "source"), tinyHead).close();
  await tinyRun(join(folder, "source"));
  source = Ledger.open(join(folder, "source"), { write: false });
});
afterAll(() => {
  source.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("forkInto", () => {
  it("has everything up to the round and nothing after, and goes on to the same end by the same recipe", async () => {
    const fork = forkInto(source, join(folder, "fork"), 2, { method: "other" });
    const upTo = { phase: 0, round: 2 };
    expect(fork.head).toMatchObject({
      recipe: { method: "other" },
      seed: tinyHead.seed,
      parent: { run: source.head.id, phase: 0, round: 2 },
    });
    expect(fork.digest({ head: false })).toBe(source.digest({ head: false, upTo }));
    expect(firstDifference(fork, source, { head: false, upTo })).toBeUndefined();
    expect(fork.getCall(tinyCall({ phase: 0, round: 3 }, 0).id)).toBeUndefined();
    expect(readdirSync(join(fork.dir, "checkpoints"))).toStrictEqual(["1", "2"]);
    expect(readFileSync(join(fork.checkpoint("2"), "model.json"), "utf8")).toBe('{"round":2}');
    fork.close();
    expect(await tinyRun(fork.dir)).toStrictEqual({ sampled: 5, replayed: 0 });
    const finished = Ledger.open(fork.dir, { write: false });
    expect(finished.digest({ head: false })).toBe(source.digest({ head: false }));
    expect(finished.digest()).not.toBe(source.digest());
    finished.close();
  });

  it("refuses a round that is not there and a directory that is taken, and leaves nothing then", () => {
    const target = join(folder, "never");
    expect(() => forkInto(source, target, 9, {})).toThrow("no finished round 9");
    expect(() => forkInto(source, target, { phase: 1, round: 1 }, {})).toThrow("no finished round 1.1");
    expect(() => forkInto(source, source.dir, 1, {})).toThrow("holds a run already");
    rmSync(source.checkpoint("1"), { recursive: true });
    expect(() => forkInto(source, target, 1, {})).toThrow("is gone");
    forkInto(source, join(folder, "later"), 2, {}).close();
    expect(existsSync(target)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.startsWith("."))).toStrictEqual([]);
  });
});

describe("listRuns", () => {
  it("says of each run what it is, how far it got and whether it is finished", () => {
    const runs = listRuns(folder);
    expect(runs.map((run) => run.dir)).toContain(join(folder, "source"));
    const run = runs.find(({ dir }) => dir === source.dir);
    expect(run).toMatchObject({ id: source.head.id, recipeId: "tiny", seed: "7", rounds: 3, state: "finished" });
    expect(run?.first).toStrictEqual({ "pass@1": 0.1, accepted: 2 });
    expect(run?.last?.["pass@1"]).toBeCloseTo(0.3, 12);
    expect(run?.bytes).toBeGreaterThan(4096);
    expect(listRuns(join(folder, "nowhere"))).toStrictEqual([]);
  });
});

describe("exportData", () => {
  const tokenizer: Tokenizer = {
    encode: (text) => text.split(" ").map(Number),
    decode: (ids) => ids.join(" "),
    size: 300,
    id: Number,
  };

  it("writes prompt and completion apart, by kind and source, oldest first", () => {
    const call = tinyCall({ phase: 0, round: 1 }, 0);
    const lines = [...exportData(source, tokenizer)];
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatchObject({
      kind: "sft",
      id: "sft-1",
      task: "task-1",
      prompt: "1 2 70000",
      completion: call.output.join(" "),
      weight: 1,
    });
    const [rl] = exportData(source, tokenizer, { kinds: ["rl"], ids: true });
    expect(rl).toMatchObject({
      segments: [{ prompt: "1 2 70000", completion: call.output.join(" ") }],
      reward: 1,
      rows: [{ from: 3, ids: [...call.prompt, ...call.output] }],
    });
    expect([...exportData(source, tokenizer, { sources: ["main"] })]).toHaveLength(3);
  });

  it("names texts and labels of every other kind as trainers read them", () => {
    const ledger = Ledger.create(join(folder, "kinds"), tinyHead);
    const [row, other] = [
      { ids: [1, 2, 3], from: 1 },
      { ids: [1, 9], from: 1 },
    ];
    const base = { id: "d", taskId: "t", source: "main", by: [] };
    ledger.commitRound({
      phase: 0,
      round: 1,
      name: "kinds",
      checkpoint: null,
      data: [
        { ...base, kind: "pair", chosen: row, rejected: other, margin: 0.5 },
        { ...base, kind: "unary", row, good: false },
        { ...base, kind: "ranked", rows: [row, other], rewards: [1, 0] },
        { ...base, kind: "value", row, targets: [NaN, 0.5, 1], head: "value" },
        { ...base, kind: "critique", row, label: 1 },
      ],
    });
    const lines = [...exportData(ledger, tokenizer)];
    ledger.close();
    expect(lines).toMatchObject([
      { prompt: "1", chosen: "2 3", rejected: "9", margin: 0.5 },
      { prompt: "1", completion: "2 3", label: false },
      { prompt: "1", completions: ["2 3", "9"], rewards: [1, 0] },
      { prompt: "1", completion: "2 3", targets: [null, 0.5, 1], head: "value" },
      { prompt: "1", completion: "2 3", label: 1 },
    ]);
  });
});
