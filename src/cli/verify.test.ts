import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { cli } from "./testing.ts";

let folder = "";
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "verify-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, lines: readonly unknown[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join("\n"));
  return path;
}

const verdict = z.strictObject({
  id: z.union([z.string(), z.number()]),
  equal: z.boolean().nullable(),
  how: z.string().min(1),
});
const verdicts = (stdout: string): z.output<typeof verdict>[] =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => verdict.parse(JSON.parse(line)));

const good = [
  { id: "a", gold: "1/2", answer: "The answer is \\boxed{0.5}." },
  { id: "b", gold: "10 cm", answer: "10 m" },
  { id: 3, gold: "28\\%", answer: "0.28" },
];

describe("verify", () => {
  it("writes a verdict for every line, in order, and a summary", async () => {
    const { code, stdout, stderr } = await cli(["verify", file("good.jsonl", good), "--json"]);
    expect(code).toBe(0);
    expect(verdicts(stdout).map(({ id, equal }) => [id, equal])).toStrictEqual([
      ["a", true],
      ["b", false],
      [3, true],
    ]);
    expect(stderr).toMatch(/^2 equal, 1 different, 0 undecided in \d+ s, .* pairs\/s\n$/u);
  });

  it("writes for people at a terminal", async () => {
    const { stdout } = await cli(["verify", file("tty.jsonl", good)], { tty: true });
    expect(stdout.split("\n").map((line) => line.slice(0, 4).trim())).toStrictEqual(["= a", "≠ b", "= 3", ""]);
  });

  it("names bad lines, judges the rest, and fails", async () => {
    const path = file("bad.jsonl", [
      good[0],
      "{",
      "",
      { id: 1, gold: "2" },
      { gold: "2", answer: "2" },
      [],
      { id: "c", gold: 2, answer: "2" },
    ]);
    const { code, stdout, stderr } = await cli(["verify", path]);
    expect(code).toBe(1);
    expect(verdicts(stdout).map(({ id, equal }) => [id, equal])).toStrictEqual([
      ["a", true],
      ["c", true],
    ]);
    const lines = stderr.trimEnd().split("\n");
    expect(lines[0]).toMatch(/bad\.jsonl:2: no JSON/u);
    expect(lines.slice(1, 4)).toStrictEqual([
      `${path}:4: "answer" is missing`,
      `${path}:5: "id" is missing`,
      `${path}:6: no object`,
    ]);
    expect(lines.at(-1)).toMatch(/^error: 4 of 6 lines could not be read — /u);
  });

  it("refuses a number that JSON has rounded", async () => {
    const path = file("rounded.jsonl", ['{"id": 1, "gold": 12345678901234567890, "answer": "12345678901234567891"}']);
    const { code, stderr } = await cli(["verify", path]);
    expect(code).toBe(1);
    expect(stderr).toContain('"gold" has too many digits for a JSON number');
  });

  it("takes a policy", async () => {
    const path = file("policy.jsonl", [good[2], { id: 4, gold: "28%", answer: "28" }]);
    const { stdout } = await cli(["verify", path, "--policy", "percent=number", "--policy", "places=3"]);
    expect(verdicts(stdout).map(({ equal }) => equal)).toStrictEqual([false, true]);
  });

  it.each([
    ["an unknown policy", ["--policy", "percents=value"], /no policy "percents" — choose from percent, units, /u],
    ["a value that a policy has not", ["--policy", "percent=maybe"], /policy percent: /u],
    ["a value of another type", ["--policy", "places=many"], /policy places: /u],
  ])("%s", async (_, args, message) => {
    const { code, stdout, stderr } = await cli(["verify", file("p.jsonl", good), ...args]);
    expect({ code, stdout }).toStrictEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(message);
  });

  it.each([
    ["no file", "nowhere.jsonl"],
    ["a directory", "."],
  ])("%s", async (_, path) => {
    const { code, stderr } = await cli(["verify", join(folder, path)]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .* — name a file of JSON lines, or - for standard input\n$/u);
  });

  it("lists verdicts that depend on writing", async () => {
    const path = file("audit.jsonl", [{ id: "a", gold: "1234567", answer: "1234567" }]);
    const { code, stdout, stderr } = await cli(["verify", path, "--audit", "--policy", "separators=comma"]);
    expect(code).toBe(0);
    const finding = z.strictObject({
      id: z.literal("a"),
      side: z.enum(["gold", "answer"]),
      rewrite: z.string(),
      before: z.boolean(),
      after: z.boolean(),
      text: z.string(),
    });
    const findings = stdout
      .trimEnd()
      .split("\n")
      .map((line) => finding.parse(JSON.parse(line)));
    expect(findings.map(({ rewrite }) => rewrite)).toContain("thousands grouped");
    expect(stderr).toContain(`${findings.length} verdicts changed by rewriting`);
  });

  it("stops when asked to, with what was judged written", async () => {
    const path = file(
      "long.jsonl",
      Array.from({ length: 1000 }, (_, id) => ({ id, gold: "7", answer: "7" })),
    );
    const { code, stdout, stderr } = await cli(["verify", path], { stopAt: '"id":10,' });
    expect(code).toBe(130);
    expect(verdicts(stdout)).toHaveLength(64);
    expect(stderr).toBe("interrupted; 64 pairs were judged\n");
  });

  it("reads standard input, however long, without keeping it", () => {
    const main = fileURLToPath(new URL("./main.ts", import.meta.url));
    const input = Array.from({ length: 20_000 }, (_, id) =>
      JSON.stringify({ id, gold: "7", answer: `${id % 10}` }),
    ).join("\n");
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", main, "verify", "-"],
      { input, encoding: "utf8", maxBuffer: 1 << 26 },
    );
    expect(status, stderr).toBe(0);
    const all = verdicts(stdout);
    expect(all.map(({ id }) => id)).toStrictEqual(Array.from({ length: 20_000 }, (_, id) => id));
    expect(all.filter(({ equal }) => equal === true)).toHaveLength(2000);
    expect(stderr).toContain("2000 equal, 18000 different, 0 undecided");
  });
});
