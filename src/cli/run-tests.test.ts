import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cli } from "./testing.ts";

const good = {
  id: "good",
  language: "javascript",
  code: "const f = (x) => x + 1;",
  tests: { cases: [{ call: { name: "f", args: [1] }, expect: 2 }] },
};
const half = {
  ...good,
  id: "half",
  code: "const f = (x) => 2;",
  tests: { assert: ["assert.equal(f(1), 2)", "assert.equal(f(2), 3)"] },
};
const slow = { ...good, id: undefined, code: "function f() { for (;;); }", limits: { milliseconds: 200 } };

let folder = "";
const file = (name: string, ...lines: (object | string)[]): string => {
  const path = join(folder, name);
  writeFileSync(path, lines.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join("\n"));
  return path;
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "run-tests-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("run-tests", () => {
  it("tells every program in the order of the file, as JSON lines", async () => {
    const { code, stdout, stderr } = await cli(["run-tests", file("a.jsonl", slow, good, "", half), "--json"]);
    expect([code, stderr]).toEqual([0, ""]);
    const reports: unknown[] = stdout
      .trim()
      .split("\n")
      .map((text): unknown => JSON.parse(text));
    expect(reports).toMatchObject([
      { passed: 0, total: 1, fraction: 0, status: "timeout" },
      { id: "good", passed: 1, total: 1, fraction: 1, status: "passed" },
      { id: "half", passed: 1, total: 2, fraction: 0.5, status: "failed" },
    ]);
    expect(reports[0]).not.toHaveProperty("id");
  });

  it("names broken lines, judges the others and ends with exit code 1", async () => {
    const path = file("b.jsonl", "{", good, { ...good, language: "cobol" });
    const { code, stdout, stderr } = await cli(["run-tests", path]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✓ good  1\/1\n\n1 of 1 programs pass/u);
    expect(stderr).toMatch(/^line 1: .*\nline 3: language: .*\nerror: .*2 lines are broken and left out: 1, 3 — /u);
  });

  it("shows people what went wrong", async () => {
    const { stdout } = await cli(["run-tests", file("c.jsonl", half), "--stop-early"]);
    expect(stdout).toMatch(
      /✗ half  1\/2  failed\n {4}assert\.equal\(f\(2\), 3\): it is not equal\n\n0 of 1 .* 50\.0 %\n$/u,
    );
  });

  it("stops when the user does", async () => {
    const path = file("d.jsonl", good, { ...slow, limits: { milliseconds: 20_000 } });
    const { code, stderr } = await cli(["run-tests", path, "--concurrency", "1"], { stopAt: "good" });
    expect([code, stderr]).toEqual([130, "interrupted; 1 programs were judged; run it again for the others\n"]);
  });

  it.each([
    ["no file", ["nowhere.jsonl"], /nowhere\.jsonl is no file — /u],
    ["an unknown limit", ["x", "--limits", "secs=1"], /limits: .*secs/u],
    ["a limit that is none", ["x", "--limits", "milliseconds=soon"], /milliseconds/u],
    ["an unknown layer", ["x", "--allow", "moat"], /no layer .*moat.* — choose from: permission/u],
  ])("error: %s", async (_, args, message) => {
    const { code, stderr } = await cli(["run-tests", ...args]);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });
});
