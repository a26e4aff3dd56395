import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { startMockServer, type MockFault, type MockServer } from "../engine/testing/mock-server.ts";
import { cli } from "./testing.ts";

const dir = mkdtempSync(join(tmpdir(), "solve-"));
let server: MockServer;
let fault: ((request: number) => MockFault | undefined) | undefined;
beforeAll(async () => {
  // It adds rightly three times in four, by the seed.
  server = await startMockServer({
    reply: (prompt, seed) => {
      const [, a, b] = /(\d+) plus (\d+)/.exec(prompt) ?? [];
      const off = seed % 4 === 0 ? 1 : 0;
      return `First I add.\n\nThe answer is \\boxed{${Number(a) + Number(b) + off}}`;
    },
    latency: 2,
    fault: (request) => fault?.(request),
  });
});
beforeEach(() => (fault = undefined));
afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true });
});

const file = join(dir, "questions.jsonl");
const rows = Array.from({ length: 12 }, (_, i) => ({
  id: `q${i}`,
  question: `What is ${i} plus ${2 * i}?`,
  answer: 3 * i,
}));
writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
const solve = (...args: string[]) => ["solve", "--model", `openai:adder@${server.url}`, ...args];
const line = z.object({ id: z.string(), answer: z.string().optional(), correct: z.boolean().nullable() });
const lines = (out: string) =>
  readFileSync(join(out, "solutions.jsonl"), "utf8")
    .split("\n")
    .filter(Boolean)
    .map((text) => line.parse(JSON.parse(text)));

describe("solve with a server's model", () => {
  it("answers a question in anyone's words by a settled vote", async () => {
    const { code, stdout, stderr } = await cli(solve("--json", "What is 20 plus 22?"));
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("error")]);
    expect(JSON.parse(stdout)).toMatchObject({ answer: "42", reasoner: "adaptive" });
  });

  it("works through a file, judges it, and keeps solutions and calls", async () => {
    const out = join(dir, "whole");
    const { code, stderr } = await cli(solve("--file", file, "--out", out));
    expect(code).toBe(0);
    expect(stderr).toMatch(/12 questions, \d+\.\d % right/);
    expect(
      lines(out)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(rows.map(({ id }) => id).toSorted());
    expect(lines(out).filter(({ correct }) => correct).length).toBeGreaterThan(9);
    const before = server.requests.length;
    const again = await cli(solve("--file", file, "--out", out));
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining("12 of 12 questions are done already") });
    expect(server.requests.length).toBe(before);
  });

  it("goes on after Ctrl-C to the same answers, and pays for no answer twice", async () => {
    const whole = join(dir, "uninterrupted");
    const cut = join(dir, "interrupted");
    const args = (out: string): string[] => solve("--file", file, "--out", out, "--width", "3", "--seed", "7");
    await cli(args(whole));
    server.reset();
    await cli(args(whole.replace("uninterrupted", "counted")));
    const needed = server.requests.length;
    server.reset();
    const stopped = await cli(args(cut), { stopAt: "q4" });
    expect(stopped).toMatchObject({ code: 130, stderr: expect.stringContaining("go on with the same command") });
    const first = server.requests.length;
    expect(first).toBeLessThan(needed);
    expect(await cli(args(cut))).toMatchObject({ code: 0 });
    const sorted = (out: string) => lines(out).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    expect(sorted(cut).map(({ id, answer }) => [id, answer])).toEqual(
      sorted(whole).map(({ id, answer }) => [id, answer]),
    );
    // What was in flight when the user stopped it may be asked again: at most the batches of three questions.
    expect(server.requests.length).toBeLessThanOrEqual(needed + 3 * 4);
  });

  it("ends at its caps with the best so far, and says so", async () => {
    const { code, stdout } = await cli(
      solve("--json", "--reasoner", "bon", "--set", "n=8", "--budget", "calls=8,seconds=20", "What is 1 plus 2?"),
    );
    expect(code).toBe(0);
    const { cost } = z.object({ cost: z.object({ calls: z.number() }) }).parse(JSON.parse(stdout));
    expect(cost.calls).toBeLessThanOrEqual(8);
  });

  it("goes on where the server fails now and then", async () => {
    fault = (request) => (request % 3 === 0 ? { status: 500 } : request % 7 === 0 ? "half" : undefined);
    const out = join(dir, "faults");
    const { code } = await cli(solve("--file", file, "--out", out));
    expect([code, lines(out).length]).toEqual([0, 12]);
  });

  it.each([
    ["no model", ["solve", "why?"], "no model is named"],
    ["neither question nor file", () => solve(), "one question or a file"],
    ["a cap that is none", () => solve("--budget", "patience=3", "why?"), "Write caps of"],
    ["an unknown reasoner", () => solve("--reasoner", "oracle", "why?"), "oracle"],
    ["a file that is not there", () => solve("--file", join(dir, "none")), "cannot read"],
    [
      "a server that is not there",
      ["solve", "--model", "openai:x@http://127.0.0.1:9/v1?attempts=1", "why?"],
      "127.0.0.1:9",
    ],
    [
      "the directory of other work",
      () => solve("--file", file, "--out", join(dir, "whole"), "--seed", "2"),
      "another command",
    ],
  ])("refuses %s in one line", async (_, args, hint) => {
    const { code, stdout, stderr } = await cli(typeof args === "function" ? args() : args);
    expect(code).not.toBe(0);
    expect(stdout).toBe("");
    expect(stderr).toContain(hint);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});
