import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { createSandbox } from "./pool.ts";
import { readProgram, runAll, type Program, type TestReport } from "./tests.ts";

/** A part by default; `npm run test:sandbox` runs all 164 problems, each with a right and a wrong body. */
const all = process.env.npm_lifecycle_event === "test:sandbox";
const stride = all ? 1 : 32;
const file = fileURLToPath(new URL("../../../shared/data/HumanEval.jsonl.gz", import.meta.url));

const problem = z.object({
  task_id: z.string(),
  prompt: z.string(),
  canonical_solution: z.string(),
  entry_point: z.string(),
  test: z.string(),
});
const problems = existsSync(file)
  ? gunzipSync(readFileSync(file))
      .toString("utf8")
      .trim()
      .split("\n")
      .map((line) => problem.parse(JSON.parse(line)))
  : [];

/** The prompt stands before the tests too: what helpers it gives, the tests take from there and not from the program. */
const program = (p: z.output<typeof problem>, body: string): Program =>
  readProgram({
    id: p.task_id,
    language: "python",
    code: p.prompt + body,
    tests: { harness: { code: `${p.prompt}\n${p.test}`, entry: p.entry_point } },
    limits: { milliseconds: 30_000 },
  });

const sandbox = createSandbox();
afterAll(() => sandbox.close());

async function reports(programs: readonly Program[]): Promise<TestReport[]> {
  const found: TestReport[] = [];
  for await (const report of runAll(programs, { sandbox, concurrency: 2 })) found.push(report);
  return found;
}

describe.skipIf(problems.length === 0)("HumanEval", { timeout: 600_000 }, () => {
  const chosen = problems.filter((_, i) => i % stride === 0);
  const told = ({ id, results: [{ status, message }] }: TestReport): string => `${id}: ${status} ${message ?? ""}`;

  it(`has ${chosen.length} of 164 reference solutions pass`, async () => {
    expect(problems).toHaveLength(164);
    const found = await reports(chosen.map((p) => program(p, p.canonical_solution)));
    expect(found.filter(({ status }) => status !== "passed").map(told)).toEqual([]);
    expect(found.map(({ id }) => id)).toEqual(chosen.map((p) => p.task_id));
  });

  it("has no body `return None` pass", async () => {
    const found = await reports(chosen.map((p) => program(p, "    return None\n")));
    expect(found.filter(({ status }) => status === "passed").map(told)).toEqual([]);
  });

  it("has no program pass that answers with objects equal to everything", async () => {
    const liar = (p: z.output<typeof problem>): Program => program(p, lie(p.entry_point));
    const found = await reports(chosen.map(liar));
    expect(found.filter(({ status }) => status === "passed").map(told)).toEqual([]);
  });
});

const lie = (entry: string): string => `    return None

class Liar:
    def __getattr__(self, name): return self
    def __call__(self, *args, **kwargs): return self
    def __iter__(self): return iter(())
    def __len__(self): return 0
    def __bool__(self): return True
for name in "eq ne lt le gt ge contains".split():
    setattr(Liar, f"__{name}__", lambda *args: True)
for name in "sub rsub add radd mul abs round float int getitem neg".split():
    setattr(Liar, f"__{name}__", lambda self, *args: self)
def ${entry}(*args, **kwargs): return Liar()
`;
