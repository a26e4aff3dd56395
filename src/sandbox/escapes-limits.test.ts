import { afterAll, describe, expect, it } from "vitest";
import type { Language, Limits, Outcome } from "./contract.ts";
import { createSandbox } from "./pool.ts";

const sandbox = createSandbox();
afterAll(() => sandbox.close());

/** Runs an attempt in an interpreter of its own, after which the next one must be in order. */
async function attempt(language: Language, code: string, o: Partial<Limits> = {}): Promise<Outcome> {
  const limits = { milliseconds: 4000, megabytes: 128, output: 20_000, ...o };
  const interpreter = await sandbox.open(language, { limits });
  try {
    expect(await interpreter.run("40 + 2")).toMatchObject({ status: "ok" });
    return await interpreter.run(code);
  } finally {
    await interpreter.close();
  }
}

describe("limits hold", () => {
  it.each([
    ["a loop", "while True: pass"],
    ["a loop that catches everything", "while True:\n  try:\n    while True: pass\n  except BaseException: pass"],
    ["sum(range(10**12)), in C", "sum(range(10**12))"],
    ["a power of a power, in C", "len(str(10 ** 10 ** 8))"],
    ["a regular expression that backtracks, in C", "import re; re.match(r'(a+)+$', 'a' * 40 + 'b')"],
    ["sorting with itself as key", "import itertools; max(itertools.count(), key=lambda x: -1)"],
    ["sleep", "import time; time.sleep(100)"],
    [
      "a patched clock",
      "import time\ntime.time = time.monotonic = time.perf_counter = lambda: 0\nwhile True: time.sleep(0)",
    ],
    [
      "a signal handler",
      "import signal\nfor s in range(1, 32):\n  try: signal.signal(s, lambda *a: None)\n  except Exception: pass\nwhile True: pass",
    ],
    ["input that never comes", "import sys\nwhile True: sys.stdin.read()"],
  ])("time, in Python: %s", async (_, code) => {
    const outcome = await attempt("python", code, { milliseconds: 300 });
    expect(outcome.status).toBe("timeout");
    expect(outcome.milliseconds).toBeLessThan(4000);
  });

  it.each([
    ["a loop", "for (;;);"],
    ["a loop in try and finally", "for (;;) { try { for (;;); } catch {} finally { continue; } }"],
    ["promises without end", "(function f() { return Promise.resolve().then(f); })()"],
    ["timers without end", "(function f() { setTimeout(f, 0); })()"],
    ["a regular expression that backtracks", "/^(a+)+$/.test('a'.repeat(40) + 'b')"],
    ["a big integer's power", "let x = 3n; for (;;) x = x ** 9n % (2n ** 100000n)"],
    ["a sort that never decides", "Array.from({length: 1e5}, (_, i) => i).sort(() => { for (;;); })"],
    ["a getter of what it returns", "({ get x() { for (;;); } })"],
    ["toString of what it throws", "throw { toString() { for (;;); } }"],
    ["a patched clock", "Date.now = () => 0; for (;;);"],
  ])("time, in JavaScript: %s", async (_, code) => {
    const outcome = await attempt("javascript", code, { milliseconds: 300 });
    expect(outcome.status).toBe("timeout");
    expect(outcome.milliseconds).toBeLessThan(4000);
  });

  it.each<[Language, string]>([
    ["python", "x = 'a' * 10**10"],
    ["python", "x = []\nwhile True: x.append(bytearray(10**6))"],
    ["python", "x = [0]\nwhile True: x = x + x"],
    ["javascript", "const x = []; for (;;) x.push(new Array(1e5).fill(1))"],
    ["javascript", "let x = 'a'; for (;;) x = x + x + x.length"],
    ["javascript", "new ArrayBuffer(2 ** 31)"],
  ])("memory, in %s: %s", async (language, code) => {
    const before = process.memoryUsage().rss;
    const outcome = await attempt(language, code);
    expect(["memory", "error", "killed"]).toContain(outcome.status);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20);
  });

  it.each<[Language, string]>([
    ["python", "while True: print('x' * 1000)"],
    ["python", "import os\nwhile True: os.write(2, b'y' * 1000)"],
    ["javascript", "for (;;) console.log('x'.repeat(1000))"],
  ])("output, in %s: %s", async (language, code) => {
    const outcome = await attempt(language, code);
    expect(outcome.status).toBe("output");
    expect(outcome.stdout.length + outcome.stderr.length).toBeLessThanOrEqual(20_000);
  });

  it.each<[Language, string]>([
    ["python", "import sys\nsys.setrecursionlimit(10**9)\ndef f(): return f()\nf()"],
    ["python", "x = []\nfor _ in range(10**6): x = [x]\nx"],
    ["javascript", "(function f() { return f() + 1; })()"],
    ["javascript", "let x = []; for (let i = 0; i < 1e5; i++) x = [x]; x"],
  ])("depth, in %s: %s", async (language, code) => {
    const outcome = await attempt(language, code);
    expect(["ok", "error", "killed", "memory"]).toContain(outcome.status);
    if (outcome.status === "ok") expect(JSON.stringify(outcome.value)).toContain("opaque");
  });
});

it("leaves the sandbox in order", async () => {
  expect(await attempt("python", "sum([1, 2])")).toMatchObject({ status: "ok", value: { int: "3" } });
  expect(await attempt("javascript", "1 + 2")).toMatchObject({ status: "ok", value: { float: 3 } });
});
