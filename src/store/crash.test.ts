import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UserError } from "../core/errors.ts";
import { firstDifference } from "./digest.ts";
import { writeDirAtomically } from "./files.ts";
import { Ledger } from "./ledger.ts";
import { lockHolder } from "./lock.ts";
import { summarise } from "./runs.ts";
import { tinyHead, tinyRun } from "./testing/tiny-run.ts";

const url = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);
const flags = ["--disable-warning=ExperimentalWarning", "--input-type=module", "--eval"];
const runner = `
  import { tinyRun } from ${url("./testing/tiny-run.ts")};
  try { await tinyRun(process.argv[1]); } catch (error) { console.log(JSON.stringify({ ...error, message: error.message })); }`;
const holder = `
  import { Ledger } from ${url("./ledger.ts")};
  Ledger.open(process.argv[1], { write: true });
  console.log("open");
  process.stdin.resume();`;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "crash-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function create(name: string): string {
  const dir = join(folder, name);
  Ledger.create(dir, tinyHead).close();
  return dir;
}

function runInChild(dir: string, fail: string): { signal: string | null; stdout: string; stderr: string } {
  const env = { ...process.env, AUTODIDACT_FAIL: fail };
  return spawnSync(process.execPath, [...flags, runner, dir], { env, encoding: "utf8" });
}

function differenceFromUninterrupted(dir: string): unknown {
  const [a, b] = [dir, join(folder, "uninterrupted")].map((d) => Ledger.open(d, { write: false }));
  try {
    return firstDifference(a, b) ?? (a.digest() === b.digest() ? undefined : "digests");
  } finally {
    a.close();
    b.close();
  }
}

describe("a run that fails and is resumed ends as an uninterrupted one", () => {
  beforeAll(async () => {
    await tinyRun(create("uninterrupted"));
  });

  // Each round has two flushes (after the third call, and at the commit), one checkpoint and one commit. The columns:
  // rounds finished by the failure, and calls of the unfinished round on record.
  it.each([
    ["ledger-flush", 0, 0],
    ["ledger-flush#4", 1, 3],
    ["checkpoint-before#2", 1, 3],
    ["checkpoint-after#2", 1, 3],
    ["ledger-commit-before#2", 1, 5],
    ["ledger-commit-after#2", 2, 0],
  ])("%s: SIGKILL", async (place, rounds, recorded) => {
    const dir = create(`kill-${place}`);
    expect(runInChild(dir, `${place}:kill`).signal).toBe("SIGKILL");
    expect(summarise(dir)).toMatchObject({ state: "interrupted", rounds });
    expect(await tinyRun(dir)).toStrictEqual({ sampled: (3 - rounds) * 5 - recorded, replayed: recorded });
    expect(differenceFromUninterrupted(dir)).toBeUndefined();
    expect(readdirSync(join(dir, "checkpoints"))).toStrictEqual(["1", "2", "3"]);
  });

  it.each(["ledger-flush#3", "ledger-commit-before#2", "checkpoint-before#2"])("%s: no space left", async (place) => {
    const dir = create(`full-${place}`);
    const { stdout, stderr, signal } = runInChild(dir, `${place}:enospc`);
    expect([stderr, signal]).toStrictEqual(["", null]);
    const error: unknown = JSON.parse(stdout);
    expect(error).toMatchObject({
      name: "UserError",
      message: expect.stringContaining("no space left on device while"),
    });
    expect(error).toMatchObject({ remedy: expect.stringMatching(`--resume ${dir}$`) });
    expect(summarise(dir)).toMatchObject({ state: "interrupted", rounds: 1 });
    await tinyRun(dir);
    expect(differenceFromUninterrupted(dir)).toBeUndefined();
  });

  it("a failpoint that is not written as one is refused", () => {
    expect(runInChild(create("misspelt"), "ledger-flush:explode").stdout).toContain("AUTODIDACT_FAIL");
  });
});

describe("the lock", () => {
  it("keeps a second process out, names the first, and ends with it", async () => {
    const dir = create("locked");
    const child = spawn(process.execPath, [...flags, holder, dir], { stdio: ["pipe", "pipe", "inherit"] });
    try {
      await new Promise((resolve) => child.stdout.once("data", resolve));
      expect(() => Ledger.open(dir, { write: true })).toThrow(
        expect.objectContaining({ name: "UserError", message: expect.stringContaining(`process ${child.pid}`) }),
      );
      expect(lockHolder(dir)).toBe(child.pid);
      expect(summarise(dir)).toMatchObject({ state: "running", pid: child.pid });
    } finally {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
    }
    expect(lockHolder(dir)).toBeUndefined();
    const ledger = Ledger.open(dir, { write: true });
    expect(() => Ledger.open(dir, { write: true })).toThrow(UserError);
    expect(lockHolder(dir)).toBe(process.pid);
    ledger.close();
    expect(lockHolder(dir)).toBeUndefined();
  });
});

describe("writeDirAtomically", () => {
  it("replaces a directory as a whole, and leaves the old one when filling fails", async () => {
    const dir = join(folder, "atomic", "a");
    const fill = (name: string) => async (temporary: string) => writeFileSync(join(temporary, name), "x");
    await writeDirAtomically(dir, fill("one"));
    await writeDirAtomically(dir, fill("two"));
    expect(readdirSync(dir)).toStrictEqual(["two"]);
    const failing = writeDirAtomically(dir, async (temporary) => {
      await fill("three")(temporary);
      throw Object.assign(new Error("full"), { code: "ENOSPC" });
    });
    await expect(failing).rejects.toThrow(UserError);
    expect(readdirSync(join(folder, "atomic"))).toStrictEqual(["a"]);
    expect(existsSync(join(dir, "two"))).toBe(true);
  });
});
