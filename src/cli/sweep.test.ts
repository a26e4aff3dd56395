import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startMockServer, type MockServer } from "../engine/testing/mock-server.ts";
import { kept, methodOf } from "./sweep.ts";
import { cli } from "./testing.ts";

const dir = mkdtempSync(join(tmpdir(), "sweep-"));
let server: MockServer;
beforeAll(async () => {
  // Right two times in three, otherwise wrong in three different ways: votes help.
  server = await startMockServer({
    reply: (prompt, seed) => {
      const [, a, b] = /(\d+) plus (\d+)/.exec(prompt) ?? [];
      const off = seed % 3 === 0 ? 1 + (seed % 7) : 0;
      return `The answer is \\boxed{${Number(a) + Number(b) + off}}`;
    },
  });
});
afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true });
});
const file = join(dir, "sums.jsonl");
const rows = Array.from({ length: 40 }, (_, i) => ({ question: `What is ${i} plus ${3 * i + 1}?`, answer: 4 * i + 1 }));
writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));

describe("sweep", () => {
  it("reads methods as they are written", () => {
    expect(methodOf("levin")).toEqual({ reasoner: { id: "levin", options: {} } });
    expect(methodOf("bon:n=8,temperature=0.7@self-consistency")).toEqual({
      reasoner: { id: "bon", options: { n: 8, temperature: 0.7 } },
      evaluator: { id: "self-consistency", options: {} },
    });
  });

  it("tells what each method gets within each cap, draws it, and keeps finished cells", async () => {
    const [out, svg] = [join(dir, "cells.json"), join(dir, "chart.svg")];
    const family = JSON.stringify({ file, evalShare: 0.8, maxTokens: 24 });
    const args = [
      "sweep",
      `openai:adder@${server.url}`,
      "--options",
      family,
      "--n",
      "20",
      "--tokens",
      "6,300",
      "--out",
      out,
    ];
    const methods = ["--method", "cot", "--method", "bon:n=12@self-consistency"];
    const { code, stdout, stderr } = await cli([...args, ...methods, "--svg", svg]);
    expect([code, stderr.split("\n").length]).toEqual([0, 5]);
    expect(stdout).toMatch(/within tokens +6 +300/);
    const { cells } = kept.parse(JSON.parse(readFileSync(out, "utf8")));
    const of = (method: string, tokens: number): number =>
      cells.find((cell) => cell.method.startsWith(method) && cell.tokens === tokens)?.solved.value ?? -1;
    expect(of("bon", 300)).toBeGreaterThan(of("bon", 6));
    expect(of("bon", 300)).toBeGreaterThan(of("cot", 300));
    for (const cell of cells) expect(cell.spent).toBeLessThanOrEqual(cell.tokens + 24);
    const picture = readFileSync(svg, "utf8");
    expect(picture.match(/<polyline/g)).toHaveLength(2);
    const before = server.requests.length;
    const again = await cli([...args, ...methods, "--json"]);
    expect(kept.parse(JSON.parse(again.stdout)).cells).toEqual(cells);
    expect(server.requests.length).toBe(before);
    expect(await cli([...args, "--seed", "2"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("another sweep"),
    });
    expect(existsSync(out)).toBe(true);
  });
});
