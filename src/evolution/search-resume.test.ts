import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askedFile, searchRun } from "./testing-search.ts";

const url = JSON.stringify(new URL("testing-search.ts", import.meta.url).href);
const flags = ["--disable-warning=ExperimentalWarning", "--input-type=module", "--eval"];
const runner = `
  import { searchRun } from ${url};
  await searchRun(process.argv[1], process.argv[2]);`;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "search-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function open(name: string): string {
  const dir = join(folder, name);
  mkdirSync(dir);
  return dir;
}
const asked = (dir: string): string[] => readFileSync(join(dir, askedFile), "utf8").trim().split("\n");

describe("a search that is killed and resumed", () => {
  it.each([
    ["mcts", "search-commit#9"],
    ["mcts-parallel", "search-commit#5"],
    ["mcts-parallel", "ledger-flush#30"],
    ["ab-mcts", "search-commit#20"],
    ["mcts-g", "search-commit#3"],
  ])("%s, at %s: the same tree, and no answer is paid for twice", async (id, place) => {
    const whole = open(`${id} ${place} whole`);
    const tree = await searchRun(whole, id);
    const dir = open(`${id} ${place}`);
    const env = { ...process.env, AUTODIDACT_FAIL: `${place}:kill` };
    const { signal, stderr } = spawnSync(process.execPath, [...flags, runner, dir, id], { env, encoding: "utf8" });
    expect([signal, stderr]).toEqual(["SIGKILL", ""]);
    const before = asked(dir);
    expect(before.length).toBeGreaterThan(5);
    expect(before.length).toBeLessThan(asked(whole).length);
    expect(await searchRun(dir, id)).toBe(tree);
    const all = asked(dir);
    // A kill while an answer is being written loses that one call of up to four samples.
    const twice = all.length - new Set(all).size;
    expect(twice).toBeLessThanOrEqual(place.startsWith("ledger") ? 4 : 0);
    expect(new Set(all)).toEqual(new Set(asked(whole)));
  });
});
