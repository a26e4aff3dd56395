import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UserError } from "../core/errors.ts";
import { Database, ledgerFile, onDisk } from "./database.ts";
import { firstDifference } from "./digest.ts";
import { Ledger } from "./ledger.ts";
import { tinyCall, tinyHead, tinyRound, tinyRun } from "./testing/tiny-run.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ledger-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(name: string, o?: Parameters<typeof tinyRun>[1]): Promise<string> {
  const dir = join(folder, name);
  Ledger.create(dir, tinyHead).close();
  await tinyRun(dir, o);
  return dir;
}

function read<T>(dir: string, look: (ledger: Ledger) => T): T {
  const ledger = Ledger.open(dir, { write: false });
  try {
    return look(ledger);
  } finally {
    ledger.close();
  }
}

function errorOf(work: () => unknown): UserError {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("Ledger", () => {
  it("returns every row of a round as it was, Float32Array, NaN and −Infinity included", async () => {
    const dir = await run("whole", { rounds: 2 });
    const at = { phase: 0, round: 2 };
    const calls = Array.from({ length: 5 }, (_, i) => tinyCall(at, i));
    const record = tinyRound(at, calls);
    read(dir, (ledger) => {
      expect(ledger.head).toMatchObject(tinyHead);
      const tables = [
        "tasks",
        "solutions",
        "groups",
        "judgements",
        "drops",
        "memory",
        "data",
        "updates",
        "trees",
      ] as const;
      for (const table of tables) expect([...ledger.rows(table, at)]).toStrictEqual(record[table]);
      expect([...ledger.rows("episodes", at)]).toStrictEqual(record.episodes);
      expect([...ledger.rows("events", at)]).toStrictEqual(record.events);
      expect([...ledger.rows("tasks")].map((task) => task.id)).toStrictEqual(["task-1", "task-2"]);
      expect(calls.map((call) => ledger.getCall(call.id))).toStrictEqual(calls);
      expect(ledger.getCall("unknown")).toBeUndefined();
      expect(ledger.rounds().map((round) => round.name)).toStrictEqual(["round 1", "round 2"]);
      expect(ledger.lastRound()).toMatchObject({ ...at, checkpoint: "2", metrics: { "pass@1": 0.2, accepted: 2 } });
      expect(ledger.lastRound()?.elapsed.sample).toBeGreaterThan(0);
    });
  });

  it("gives calls before and after they are written", () => {
    const ledger = Ledger.create(join(folder, "calls"), tinyHead);
    const request = { messages: ["hé\u0000llo"], ids: Array.from({ length: 20 }, () => 3) };
    const call = { ...tinyCall({ phase: 0, round: 1 }, 0), text: "a\u0000b 😀", request };
    const { logprobs: _, ...remote } = {
      ...call,
      id: "remote",
      prompt: [],
      text: "",
      cost: { ...call.cost, money: 0.5 },
    };
    ledger.putCall({ phase: 0, round: 1 }, call);
    ledger.putCall({ phase: 0, round: 1 }, remote);
    expect(ledger.getCall(call.id)).toStrictEqual(call);
    ledger.flush();
    ledger.putCall({ phase: 0, round: 2 }, { ...call, text: "another" });
    ledger.flush();
    expect(ledger.getCall(call.id)).toStrictEqual(call);
    expect(ledger.getCall("remote")).toStrictEqual(remote);
    ledger.close();
  });

  it("writes waiting calls by itself after a moment", async () => {
    const ledger = Ledger.create(join(folder, "timer"), tinyHead);
    const call = tinyCall({ phase: 0, round: 1 }, 0);
    ledger.putCall({ phase: 0, round: 1 }, call);
    await expect.poll(() => read(ledger.dir, (other) => other.getCall(call.id)), { timeout: 5000 }).toStrictEqual(call);
    ledger.close();
  });

  it("gives data newest first, by source, from a round on and up to a limit", async () => {
    const dir = await run("data");
    const ids = (o: Parameters<Ledger["data"]>[0]): string[] => read(dir, (l) => l.data(o)).map((datum) => datum.id);
    expect(ids({})).toStrictEqual(["rl-3", "sft-3", "rl-2", "sft-2", "rl-1", "sft-1"]);
    expect(ids({ sources: ["main"], limit: 2 })).toStrictEqual(["sft-3", "sft-2"]);
    expect(ids({ sources: ["main", "play"], from: { phase: 0, round: 3 } })).toStrictEqual(["rl-3", "sft-3"]);
    expect(ids({ sources: [] })).toStrictEqual([]);
  });

  it("refuses a round that is not after the last, and writing without the lock", async () => {
    const dir = await run("order", { rounds: 2 });
    const ledger = Ledger.open(dir, { write: true });
    expect(() => ledger.commitRound({ phase: 0, round: 2, name: "again", checkpoint: null })).toThrow(RangeError);
    ledger.commitRound({ phase: 1, round: 1, name: "next phase", checkpoint: null });
    ledger.close();
    read(dir, (reader) => {
      expect(reader.rounds().map(({ phase, round }) => [phase, round])).toStrictEqual([
        [0, 1],
        [0, 2],
        [1, 1],
      ]);
      expect(() => reader.putCall({ phase: 1, round: 2 }, tinyCall({ phase: 1, round: 2 }, 0))).toThrow("for reading");
    });
  });

  it("leaves nothing of a round that could not be written whole", async () => {
    const dir = await run("rollback", { rounds: 1 });
    const before = read(dir, (ledger) => ledger.digest());
    const ledger = Ledger.open(dir, { write: true });
    const broken = {
      event: "broken",
      get field(): string {
        throw new TypeError("broken");
      },
    };
    const record = tinyRound(
      { phase: 0, round: 2 },
      [0, 1].map((i) => tinyCall({ phase: 0, round: 2 }, i)),
    );
    expect(() => ledger.commitRound({ ...record, events: [broken] })).toThrow(TypeError);
    expect(ledger.digest()).toBe(before);
    ledger.commitRound(record);
    expect(ledger.rounds()).toHaveLength(2);
    ledger.close();
  });
});

describe("digest", () => {
  it("does not depend on the order of calls or on times, but on everything else", async () => {
    const a = await run("digest-a");
    const b = await run("digest-b", { reverse: true });
    const digest = (dir: string, o?: Parameters<Ledger["digest"]>[0]): string =>
      read(dir, (ledger) => ledger.digest(o));
    const differ = (): unknown => read(a, (x) => read(b, (y) => firstDifference(x, y)));
    expect(differ()).toBeUndefined();
    expect(digest(a)).toBe(digest(b));

    const change = (sql: string): void => {
      const db = new DatabaseSync(join(b, ledgerFile));
      db.exec(sql);
      db.close();
    };
    change("UPDATE rounds SET committed_time = 0, elapsed_time = NULL; UPDATE calls SET recorded_time = 0");
    expect(digest(a)).toBe(digest(b));
    change("UPDATE judgements SET score = 0.75 WHERE round = 3 AND position = 2");
    expect(digest(a)).not.toBe(digest(b));
    expect(differ()).toStrictEqual({ table: "judgements", row: "0.3.2", column: "score", a: 0.5, b: 0.75 });
    const upTo = { phase: 0, round: 2 };
    expect(digest(a, { upTo })).toBe(digest(b, { upTo }));
    change("DELETE FROM calls WHERE id = (SELECT max(id) FROM calls)");
    expect(differ()).toMatchObject({ table: "calls" });
  });

  it("leaves out the head on request", () => {
    const [a, b] = ["1", "2"].map((seed) => Ledger.create(join(folder, `head-${seed}`), { ...tinyHead, seed }));
    expect(a.head.id).not.toBe(b.head.id);
    expect(a.digest()).not.toBe(b.digest());
    expect(a.digest({ head: false })).toBe(b.digest({ head: false }));
    a.close();
    b.close();
  });

  it("ignores calls of an unfinished round, and of an interrupted one that nobody asks for again", async () => {
    const plain = await run("orphan-plain", { rounds: 2 });
    const dir = await run("orphan", { rounds: 1 });
    const ledger = Ledger.open(dir, { write: true });
    const before = ledger.digest();
    for (const i of [0, 99]) ledger.putCall({ phase: 0, round: 2 }, tinyCall({ phase: 0, round: 2 }, i));
    expect(ledger.digest()).toBe(before);
    ledger.close();
    expect(await tinyRun(dir, { rounds: 2 })).toStrictEqual({ sampled: 4, replayed: 1 });
    expect(read(dir, (a) => read(plain, (b) => firstDifference(a, b)))).toBeUndefined();
  });
});

describe("bad run directories", () => {
  it("refuses to create where something is, and takes over what a killed creation left", async () => {
    const dir = await run("taken", { rounds: 1 });
    const taken = errorOf(() => Ledger.create(dir, tinyHead));
    expect(taken.message).toContain("holds a run already");
    expect(taken.remedy).toContain(`--resume ${dir}`);
    const other = join(folder, "other");
    mkdirSync(other);
    writeFileSync(join(other, "thesis.tex"), "");
    expect(errorOf(() => Ledger.create(other, tinyHead)).message).toContain("thesis.tex");
    expect(errorOf(() => Ledger.create(join(other, "thesis.tex"), tinyHead)).message).toContain("is a file");
    const half = join(folder, "half");
    mkdirSync(join(half, ".tmp-1-1-ledger.sqlite"), { recursive: true });
    writeFileSync(join(half, "lock.sqlite"), "");
    Ledger.create(half, tinyHead).close();
    expect(existsSync(join(half, ".tmp-1-1-ledger.sqlite"))).toBe(false);
    expect(JSON.parse(readFileSync(join(half, "recipe.json"), "utf8"))).toStrictEqual(tinyHead.recipe);
  });

  it("names a directory without a run, a foreign database and a newer one", async () => {
    expect(errorOf(() => Ledger.open(folder, { write: false })).message).toContain("not a run directory");
    const foreign = join(folder, "foreign");
    mkdirSync(foreign);
    new DatabaseSync(join(foreign, ledgerFile)).exec("CREATE TABLE bookmarks (url)");
    expect(errorOf(() => Ledger.open(foreign, { write: true })).message).toContain("another program");
    const newer = await run("newer", { rounds: 1 });
    new DatabaseSync(join(newer, ledgerFile)).exec("PRAGMA user_version = 99");
    expect(errorOf(() => Ledger.open(newer, { write: true })).message).toContain("newer autodidact");
    new DatabaseSync(join(newer, ledgerFile)).exec("PRAGMA user_version = 1; DROP TABLE run");
    expect(errorOf(() => Ledger.open(newer, { write: true })).message).toContain("damaged");
  });

  it("says that a file is damaged, on opening or on reading", async () => {
    const garbage = await run("garbage", { rounds: 1 });
    writeFileSync(join(garbage, ledgerFile), "this is no database, and long enough to be read as one".repeat(40));
    expect(errorOf(() => Ledger.open(garbage, { write: true })).message).toContain("damaged");
    const short = await run("short", { rounds: 3 });
    truncateSync(join(short, ledgerFile), 3 * 4096);
    appendFileSync(join(short, ledgerFile), Buffer.alloc(90 * 4096, 7));
    expect(errorOf(() => read(short, (ledger) => ledger.digest())).message).toContain("damaged");
  });
});

it("turns SQLite's word for a full disk into advice, and loses nothing", () => {
  const db = new Database(join(folder, "full.sqlite"));
  db.exec("PRAGMA max_page_count = 20; CREATE TABLE t (x)");
  const insert = (bytes: number): void => {
    db.statement("INSERT INTO t VALUES (zeroblob(?))").run(bytes);
  };
  insert(1000);
  const error = errorOf(() => onDisk("recording calls", "runs/a", () => db.transaction(() => insert(1e6))));
  expect(error.message).toContain("no space left on device while recording calls in runs/a");
  expect(error.remedy).toBe("free some space and try again");
  expect(db.value("SELECT count(*) FROM t")).toBe(1);
  insert(1000);
  db.close();
});
