import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { firstDifference } from "../store/digest.ts";
import { Ledger } from "../store/ledger.ts";
import { cli, tiny } from "./testing.ts";

let folder = "";
let run = "";
let events: Record<string, unknown>[] = [];

const eventsOf = (stdout: string): Record<string, unknown>[] =>
  stdout
    .trimEnd()
    .split("\n")
    .map((text) => z.record(z.string(), z.unknown()).parse(JSON.parse(text)));

/** Runs the command line in a process of its own. */
function child(args: readonly string[], env: Record<string, string> = {}) {
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  return spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...args], {
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
}

/** One line that says what is wrong and, after the dash, the way out. */
const oneError = (wrong: string): unknown =>
  expect.stringMatching(new RegExp(`^error: [^\\n]*${wrong}[^\\n]* — [^\\n]+\\n$`));

/** The first difference of a finished run from the one that all tests share. */
function sameAsRun(dir: string): unknown {
  const [a, b] = [run, dir].map((path) => Ledger.open(path, { write: false }));
  try {
    expect(b.rounds()).toHaveLength(6);
    return firstDifference(a, b);
  } finally {
    a.close();
    b.close();
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cli-"));
  run = join(folder, "run");
  const { code, stdout, stderr } = await cli(["evolve", ...tiny, "--out", run, "--json"]);
  if (code !== 0) throw new Error(stderr);
  events = eventsOf(stdout);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("evolve --json", () => {
  it("tells every round as an event", () => {
    const rounds = events
      .filter(({ event }) => event === "round")
      .map(({ phase, round }) => `${String(phase)} ${String(round)}`);
    expect(rounds).toStrictEqual(["base 1", "base 2", "base 3", "base 4", "loop 1", "loop 2"]);
    expect(events[0]).toMatchObject({
      event: "start",
      recipe: "expert-iter",
      family: "countdown",
      seed: "1",
      run,
      device: "cpu",
    });
  });

  it("ends with the result, and nothing else in it", () => {
    const share = z.number().min(0).max(1);
    const measures = z.strictObject({ greedy: share, "pass@1": share, "pass@16": share });
    const done = z.strictObject({
      event: z.literal("done"),
      run: z.literal(run),
      seconds: z.number().positive(),
      first: measures,
      final: measures,
    });
    expect(done.safeParse(events.at(-1)).error).toBeUndefined();
  });

  it("leaves a picture in the run's directory", () => {
    expect(readFileSync(join(run, "curve.svg"), "utf8")).toContain("pass@16");
  });
});

describe("bad input", () => {
  it.each([
    ["an unknown recipe", ["evolve", "expert-itre"], 'no method "expert-itre"'],
    ["a method that is no recipe", ["evolve", "cot"], '"cot" is a reasoner'],
    ["an option out of range", ["evolve", "expert-iter", "--set", "numbers=9"], "numbers: Too big"],
    ["an unknown option of a recipe", ["evolve", "expert-iter", "--set", "numbrs=3"], 'no option "numbrs"'],
    ["an unknown field of a recipe", ["evolve", "expert-iter", "--set", "phases.1.rouns=3"], "rouns"],
    ["nothing to evolve", ["evolve"], "evolve what"],
    ["no run", ["evolve", "--resume", "nowhere"], "nowhere is no run directory"],
    ["a fork without a round", ["fork", "nowhere"], "which round"],
    ["an unknown method", ["methods", "cott"], 'no method "cott"'],
    ["no checkpoint", ["eval", "nowhere"], "nowhere is no run directory"],
  ])("%s", async (_, args, wrong) => {
    expect(await cli(args)).toStrictEqual({ code: 1, stdout: "", stderr: oneError(wrong) });
  });

  it.each([
    ["an unknown command", ["evolv"], "evolve"],
    ["an unknown flag", ["evolve", "--foo"], "evolve --help"],
    ["a value that is no number", ["eval", "x", "--n", "many"], "eval --help"],
    ["a setting without a value", ["evolve", "x", "--set", "rounds"], "key=value"],
    ["a missing argument", ["eval"], "checkpoint"],
    ["an unknown device", ["evolve", "x", "--device", "abacus"], "webgpu"],
  ])("usage: %s", async (_, args, hint) => {
    expect(await cli(args)).toStrictEqual({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(new RegExp(`^error: [^\\n]*${hint}[^\\n]*\\n$`)),
    });
  });

  it("a recipe file that is broken, or has a field that no recipe has", async () => {
    const file = join(folder, "bad.json");
    writeFileSync(file, "{ not json");
    expect(await cli(["evolve", file])).toMatchObject({ code: 1, stderr: oneError("bad.json") });
    const recipe = z.record(z.string(), z.json()).parse(JSON.parse(readFileSync(join(run, "recipe.json"), "utf8")));
    writeFileSync(file, JSON.stringify({ ...recipe, phasse: [] }));
    expect(await cli(["evolve", file])).toMatchObject({ code: 1, stderr: oneError("phasse") });
  });

  it("a run directory that is taken: by this run, by another recipe, by other files", async () => {
    expect(await cli(["evolve", ...tiny, "--out", run])).toMatchObject({
      code: 1,
      stderr: oneError("holds this run already"),
    });
    expect(await cli(["evolve", ...tiny, "--set", "rounds=3", "--out", run])).toMatchObject({
      code: 1,
      stderr: oneError("another recipe"),
    });
    expect(await cli(["evolve", ...tiny, "--out", folder])).toMatchObject({ code: 1, stderr: oneError("not empty") });
  });

  it("resuming with another recipe, seed or settings", async () => {
    for (const [args, wrong] of [
      [["star"], "star"],
      [["--seed", "2"], "--seed"],
      [["--set", "rounds=3"], "--set"],
      [["--out", "x"], "--out"],
    ] as const) {
      expect(await cli(["evolve", ...args, "--resume", run])).toMatchObject({ code: 1, stderr: oneError(wrong) });
    }
  });

  it("a second process on the same run", async () => {
    const held = Ledger.open(run, { write: true });
    expect(await cli(["evolve", "--resume", run])).toMatchObject({
      code: 1,
      stderr: oneError(`in use by process ${process.pid}`),
    });
    held.close();
  });

  it("a broken or foreign checkpoint, and one of another family", async () => {
    const broken = join(folder, "broken");
    cpSync(join(run, "checkpoints", "loop-2", "policy"), broken, { recursive: true });
    expect(await cli(["eval", broken, "--family", "nim", "--threads", "1"])).toMatchObject({
      code: 1,
      stderr: oneError("nim"),
    });
    writeFileSync(join(broken, "model.safetensors"), "short");
    expect(await cli(["eval", broken])).toMatchObject({ code: 1, stderr: oneError("model.safetensors") });
    writeFileSync(join(broken, "config.json"), '{"model_type":"gpt2"}');
    expect(await cli(["eval", broken])).toMatchObject({ code: 1, stderr: oneError("config.json") });
    expect(await cli(["eval", tmpdir()])).toMatchObject({ code: 1, stderr: oneError("neither a checkpoint") });
  });

  it("no space left: what is finished is kept, and a resumed run ends like an uninterrupted one", async () => {
    const dir = join(folder, "full");
    const failed = child(["evolve", ...tiny, "--out", dir], { AUTODIDACT_FAIL: "ledger-commit-before#6:enospc" });
    expect([failed.status, failed.stderr]).toStrictEqual([1, oneError("no space left")]);
    const resumed = await cli(["evolve", "--resume", dir, "--threads", "1", "--json"]);
    expect(resumed.code).toBe(0);
    expect(sameAsRun(dir)).toBeUndefined();
  });

  it("interrupted: exit code 130 and the way to go on, to the end of an uninterrupted run", async () => {
    const dir = join(folder, "stopped");
    const { code, stdout, stderr } = await cli(["evolve", ...tiny, "--out", dir], { stopAt: "loop 1/2" });
    expect([code, stderr]).toStrictEqual([130, `interrupted; resume with: autodidact evolve --resume ${dir}\n`]);
    expect(stdout).not.toContain("loop 2/2");
    expect((await cli(["evolve", "--resume", dir, "--threads", "1"])).code).toBe(0);
    expect(sameAsRun(dir)).toBeUndefined();
  });
});

describe("fork", () => {
  it("keeps the rounds up to one, and changes what comes after by the recipe's own options", async () => {
    const dir = join(folder, "fork");
    const { code, stdout } = await cli([
      "fork",
      `${run}@1`,
      "--set",
      "samples=3",
      "--out",
      dir,
      "--threads",
      "1",
      "--json",
    ]);
    expect(code).toBe(0);
    expect(eventsOf(stdout).filter(({ event, past }) => event === "round" && past !== true)).toMatchObject([
      { phase: "loop", round: 2 },
    ]);
    const [a, b] = [run, dir].map((path) => Ledger.open(path, { write: false }));
    const upTo = { phase: 1, round: 1 };
    expect(firstDifference(a, b, { head: false, upTo })).toBeUndefined();
    expect(firstDifference(a, b, { head: false })).toBeDefined();
    expect([...b.rows("groups", { phase: 1, round: 2 })].map(({ solutions }) => solutions.length)).toContain(3);
    a.close();
    b.close();
  });

  it("@0 is the base model; a round that is not there is refused with those that are", async () => {
    expect(await cli(["fork", `${run}@7`])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("no finished round 7 — it has 0 to 2"),
    });
    const dir = join(folder, "fork0");
    const { stdout } = await cli(["fork", `${run}@0`, "--out", dir, "--set", "rounds=1", "--threads", "1", "--json"]);
    expect(eventsOf(stdout).filter(({ event, past }) => event === "round" && past === true)).toHaveLength(4);
  });
});

describe("a trained model", () => {
  it("is measured with intervals around the values", async () => {
    const { code, stdout } = await cli(["eval", `${run}@2`, "--n", "5", "--k", "1,2", "--threads", "1", "--json"]);
    const estimate = { value: z.number(), low: z.number(), high: z.number() };
    const parsed = z
      .object({
        tasks: z.literal(5),
        family: z.literal("countdown"),
        greedy: z.strictObject(estimate),
        pass: z.array(z.strictObject({ k: z.number(), ...estimate })),
      })
      .safeParse(JSON.parse(stdout));
    expect([code, parsed.error, parsed.data?.pass.map(({ k }) => k)]).toStrictEqual([0, undefined, [1, 2]]);
  });

  it.each([["cot"], ["self-consistency"], ["mcts"], ["levin"]])("answers by %s", async (reasoner) => {
    const args = [
      "solve",
      "--checkpoint",
      run,
      "--reasoner",
      reasoner,
      "--tokens",
      "60",
      "--threads",
      "1",
      "--json",
      "make 22 from 3, 5 and 7",
    ];
    const { code, stdout, stderr } = await cli(args);
    expect([code, stderr]).toStrictEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ question: "3 5 7 > 22", accepted: false, reasoner });
  });

  it("shows its reply once, streamed or not", async () => {
    const args = ["solve", "--checkpoint", run, "--reasoner", "cot", "--threads", "1", "3 5 7 > 22"];
    const [piped, shown] = [await cli(args), await cli(args, { tty: true })];
    expect(shown.stdout).toBe(piped.stdout);
    expect(piped.stdout).toMatch(/^.*\n✗ the rules do not accept it.*, \d+ tokens\n$/);
  });

  it("does not guess at a question that it cannot read", async () => {
    expect(await cli(["solve", "--checkpoint", run, "--threads", "1", "why?"])).toMatchObject({
      code: 1,
      stderr: oneError(""),
    });
  });
});

describe("methods, runs, help", () => {
  it("methods --json lists ids of the specification, with defaults from the schemas", async () => {
    const known = new Set(
      z
        .array(z.object({ id: z.string() }))
        .parse(JSON.parse(readFileSync(new URL("../ids.json", import.meta.url), "utf8")))
        .map(({ id }) => id),
    );
    const option = z.strictObject({
      type: z.string().min(1),
      default: z.json().optional(),
      description: z.string().optional(),
      required: z.literal(true).optional(),
    });
    const info = z.strictObject({
      id: z.string(),
      kind: z.string(),
      section: z.string(),
      about: z.string(),
      options: z.record(z.string(), option),
    });
    const infos = z.array(info).parse(JSON.parse((await cli(["methods", "--json"])).stdout));
    const ownIds = infos.filter(({ id }) => !known.has(id));
    // Named in the specification's text, without an entry of their own.
    const named = new Set(["lang-consistency", "prm-last-vote", "prm-min-vote"]);
    const unlisted = ownIds.filter(
      ({ id, kind, section }) => section !== "design" && kind !== "family" && !named.has(id),
    );
    expect(unlisted).toStrictEqual([]);
    expect(infos.length - ownIds.length).toBeGreaterThan(20);
    expect(infos.find(({ id }) => id === "expert-iter")?.options["samples"]).toMatchObject({
      type: "int > 0",
      default: 8,
      description: "attempts at each",
    });
  });

  it("runs tells the state of each", async () => {
    const { stdout } = await cli(["runs", folder, "--json"]);
    expect(JSON.parse(stdout)).toContainEqual(
      expect.objectContaining({ dir: run, state: "finished", recipeId: "expert-iter", rounds: 6 }),
    );
    expect((await cli(["runs", folder])).stdout).toMatch(/run +finished +expert-iter +1 +6 /);
  });

  it("every command has an example in its help", async () => {
    const names = readdirSync(new URL(".", import.meta.url)).map((name) => /^(\w+)\.ts$/.exec(name)?.[1] ?? "");
    const commands = names.filter((name) => /^(demo|evolve|fork|eval|solve|methods|runs)$/.test(name));
    expect(commands).toHaveLength(7);
    for (const command of commands)
      expect((await cli([command, "--help"])).stdout, command).toMatch(new RegExp(`Example[^]*autodidact ${command}`));
  });

  it("--version is the package's", async () => {
    expect(await cli(["--version"])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });
});

describe("at the end of a run", () => {
  it("a person sees before and after, the curve, and tasks that were not chosen", async () => {
    const dir = join(folder, "shown");
    cpSync(run, dir, { recursive: true });
    const { code, stdout } = await cli(["evolve", "--resume", dir, "--threads", "1"], { tty: true });
    expect(code).toBe(0);
    for (const part of [
      "base 4/4",
      "loop 2/2",
      "before",
      "pass@16",
      "100 % ┤",
      "The first 5 held-out tasks",
      "curve.svg",
    ])
      expect(stdout).toContain(part);
    expect(existsSync(join(dir, "curve.svg"))).toBe(true);
  });
});
