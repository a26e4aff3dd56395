import { afterAll, describe, expect, it } from "vitest";
import { createSandbox } from "./pool.ts";
import { readProgram, runAll, runTests, type ProgramInput, type TestReport, type TestResult } from "./tests.ts";

const sandbox = createSandbox({ concurrency: 4 });
afterAll(() => sandbox.close());

type Options = Omit<Parameters<typeof runTests>[1], "sandbox">;
const run = (program: ProgramInput, o: Options = {}): Promise<TestReport> => runTests(program, { sandbox, ...o });
const python = (code: string, tests: ProgramInput["tests"], o?: Options) => run({ language: "python", code, tests }, o);
const javascript = (code: string, tests: ProgramInput["tests"], o?: Options) =>
  run({ language: "javascript", code, tests }, o);
const statuses = ({ results }: TestReport): TestResult["status"][] => results.map(({ status }) => status);

describe("cases that call", () => {
  it("compares what comes back by the language's equality, outside", async () => {
    const code = `
import collections
def same(x): return x
def pair(): return (1, 2)
def count(): return collections.Counter("aab")
def squares(n): return (i * i for i in range(n))
def lazy(): return object()
def bad(): raise ValueError("no")
class C:
    @staticmethod
    def f(): return 1`;
    const call = (name: string, ...args: (number | string)[]) => ({ call: { name, args } });
    const report = await python(code, {
      cases: [
        { ...call("same", 1), expect: { $float: 1 } },
        { ...call("pair"), expect: [1, 2] },
        { ...call("pair"), expect: { $tuple: [1, 2] } },
        { ...call("count"), expect: { a: 2, b: 1 } },
        { ...call("squares", 4), expect: [0, 1, 4, 9] },
        { ...call("same", 0.30000001), expect: 0.3, tolerance: 1e-6 },
        { ...call("same", 3), any: [2, 3] },
        { ...call("lazy"), expect: 1 },
        { ...call("bad"), raises: "ValueError" },
        { ...call("bad"), raises: "TypeError" },
        { ...call("bad"), expect: 1 },
        { ...call("C.f"), expect: 1 },
        { ...call("absent"), expect: 1, name: "not there" },
      ],
    });
    expect(statuses(report)).toEqual(
      "passed failed passed passed passed passed passed not-comparable passed failed error passed error"
        .split(" ")
        .map((status) => status.replace("-", " ")),
    );
    expect(report).toMatchObject({ passed: 8, total: 13, fraction: 8 / 13, status: "failed" });
    expect(report.results[1]).toMatchObject({ name: "pair()", got: "(1, 2)", expected: "[1, 2]" });
    expect(report.results[12]).toMatchObject({ name: "not there", message: expect.stringContaining("NameError") });
  });

  it("does so in JavaScript, promises included", async () => {
    const code =
      "const f = async (x) => x * 2; function g(x) { return { a: [x, null] }; } module.exports = { h: () => new Set([1]) };";
    const report = await javascript(code, {
      cases: [
        { call: { name: "f", args: [2] }, expect: 4 },
        { call: { name: "g", args: ["x"] }, expect: { a: ["x", null] } },
        { call: { name: "h" }, expect: { $set: [1] } },
        { call: { name: "g" }, expect: { a: [{ $undefined: true }, null] } },
        { call: { name: "f", args: [true] }, expect: true },
      ],
    });
    expect(statuses(report)).toEqual(["passed", "passed", "passed", "passed", "failed"]);
  });

  it("loads the program again after a test that killed it, and not without end", async () => {
    const code = "def f(x):\n    while x: pass\n    return x";
    const cases = [1, 0, 1, 0].map((x) => ({ call: { name: "f", args: [x] }, expect: 0 }));
    expect(statuses(await python(code, { cases }, { limits: { milliseconds: 300 } }))).toEqual([
      "timeout",
      "passed",
      "timeout",
      "passed",
    ]);
    const late = await python(code, { cases }, { limits: { milliseconds: 300, total: 250 } });
    expect(late.passed).toBeLessThan(4);
    expect(statuses(late).slice(1)).toEqual(["timeout", "timeout", "timeout"]);
    expect(statuses(await python("while True: pass", { cases }, { limits: { milliseconds: 300 } }))).toEqual(
      Array.from({ length: 4 }, () => "timeout"),
    );
  });

  it("skips the rest where told", async () => {
    const cases = [1, 2, 3].map((x) => ({ call: { name: "f", args: [x] }, expect: 1 }));
    const report = await python("def f(x): return x", { cases }, { stopEarly: true });
    expect(statuses(report)).toEqual(["passed", "failed", "skipped"]);
    expect(report).toMatchObject({ passed: 1, total: 3, status: "failed" });
  });
});

describe("cases of standard input and output", () => {
  const echo = "n = int(input())\nprint(n * 2, ' ')\nprint()";

  it("runs the program anew for each", async () => {
    const code = `${echo}\nprint("again" in globals())\nagain = 1\nimport os\nprint(os.listdir())\nopen("left", "w").write("x")`;
    const cases = [3, 4].map((n) => ({ stdin: `${n}\n`, stdout: `${2 * n}\n\nFalse\n[]` }));
    expect(statuses(await python(code, { cases }))).toEqual(["passed", "passed"]);
  });

  it("judges text, exits, errors and files", async () => {
    const report = await python(
      `import sys\n${echo}\nif n == 5: sys.exit(0)\nif n == 6: sys.exit(1)\nif n == 7: open("out.txt", "w").write(open("in.txt").read().upper())`,
      {
        cases: [
          { stdin: "3", stdout: "6" },
          { stdin: "3", stdout: ["7", "6\n"] },
          { stdin: "3", stdout: "7" },
          { stdin: "5", stdout: "10" },
          { stdin: "6", stdout: "12" },
          { stdin: "", stdout: "" },
          { stdin: "7", files: { "in.txt": "abc\n" }, leaves: { "out.txt": "ABC" } },
          { stdin: "7", files: { "in.txt": "abc" }, stdout: "14", leaves: { "out.txt": "abc" } },
          { stdin: "3", leaves: { "out.txt": "" } },
        ],
      },
    );
    expect(statuses(report)).toEqual([
      "passed",
      "passed",
      "failed",
      "passed",
      "error",
      "error",
      "passed",
      "failed",
      "failed",
    ]);
    expect(report.results[2]).toMatchObject({ got: expect.stringMatching(/^6/u), expected: "7" });
    expect(report.results[5].message).toMatch(/EOFError/u);
    expect(report.results[8].got).toBe("no file out.txt");
  });

  it("does so in JavaScript", async () => {
    const code =
      "const [a, b] = require('fs').readFileSync(0, 'utf8').trim().split(/\\s+/).map(Number); console.log(a / b);";
    const cases = [
      { stdin: "6 3\n", stdout: "2" },
      { stdin: "1 3", stdout: "0.333333", tolerance: 1e-5 },
      { stdin: "1 3", stdout: "0.333333" },
    ];
    expect(statuses(await javascript(code, { cases }))).toEqual(["passed", "passed", "failed"]);
  });
});

describe("asserts and harnesses, against stand-ins", () => {
  it("reach functions, closures, iterators, objects, exceptions and constants", async () => {
    const code = `
SIZE = 3
class Empty(Exception): pass
class Stack:
    def __init__(self, *items): self.items = list(items)
    def push(self, x): self.items.append(x)
    def pop(self):
        if not self.items: raise Empty("empty")
        return self.items.pop()
    def __len__(self): return len(self.items)
    def __getitem__(self, i): return self.items[i]
def adder(n, *, twice=False): return lambda x: x + n * (2 if twice else 1)
def naturals():
    i = 0
    while True:
        yield i
        i += 1
def order(items): items.sort()
def join(stack): return "".join(stack.items)`;
    const report = await python(code, {
      setup: "import itertools\nfrom math import isclose",
      assert: [
        "assert SIZE == 3",
        "s = Stack(1); s.push(2); assert (s.pop(), len(s), s[0], s.items) == (2, 1, 1, [1])",
        "try:\n    Stack().pop()\n    assert False\nexcept Empty as e:\n    assert str(e) == 'empty'",
        "assert adder(2, twice=True)(1) == 5",
        "assert list(itertools.islice(naturals(), 3)) == [0, 1, 2]",
        "x = [3, 1]; assert order(x) is None and x == [1, 3]",
        "assert isinstance(Stack(), Stack) and not isinstance(3, Stack)",
        "assert join(Stack('a', 'b')) == 'ab'",
        "assert isclose(adder(0.1)(0.2), 0.3)",
        "assert naturals.__name__ == 'naturals'",
      ],
    });
    expect(statuses(report).slice(0, 9)).toEqual(Array.from({ length: 9 }, () => "passed"));
    expect(report.passed).toBe(9);
  });

  it("pass nothing that is not data", async () => {
    const code =
      "class All:\n    def __eq__(self, o): return True\n    def __bool__(self): return True\n    def __sub__(self, o): return self\n    __add__ = __rsub__ = __radd__ = __sub__\n    def __abs__(self): return 0\ndef f(*a): return All()";
    const report = await python(code, {
      assert: [
        "assert f() == 1",
        "assert 1 == f()",
        "assert f() != 2",
        "assert f()",
        "assert abs(f() - 0.5) < 1e-6",
        "assert f() in [1, 2]",
        "assert not [f()] == [1] or True",
        "try:\n    f() == 1\nexcept BaseException:\n    pass",
        "assert f(lambda x: x) is not None",
        "assert {f()}",
        "assert sorted([f(), f()])",
        "assert f() is not None and hasattr(f, 'x') is False",
      ],
    });
    expect(statuses(report)).toEqual([...Array.from({ length: 11 }, () => "not comparable"), "passed"]);
  });

  it("do not take built-ins or modules of the library from the program", async () => {
    const code =
      "class math:\n    isclose = staticmethod(lambda *a: True)\ndef abs(x): return 0\ndef all(x): return True\ndef f(x): return x";
    const report = await python(code, {
      assert: [
        "assert math.isclose(f(1), 2)",
        "assert abs(f(1) - 5) < 1",
        "assert all([f(0)])",
        "assert math.isclose(f(2), 2)",
      ],
    });
    expect(statuses(report)).toEqual(["failed", "failed", "failed", "passed"]);
  });

  it("blame the program for its end, and the tests for theirs", async () => {
    const code =
      "import os\ndef f(x):\n    if x == 1:\n        while True: pass\n    if x == 2: return bytearray(10**10)\n    return x";
    const assert = [
      "try:\n    f(1)\nexcept BaseException:\n    pass",
      "f(2)",
      "assert f(3) == 3",
      "while True: pass",
      "assert f(4) == 4",
      "assert",
      "assert undefined_name == 1",
      "assert f(5) == 5",
    ];
    const report = await python(code, { assert }, { limits: { milliseconds: 500 } });
    expect(statuses(report)).toEqual(["timeout", "error", "passed", "timeout", "passed", "error", "error", "passed"]);
  });

  it("take a harness with its entry, the program's helpers left out", async () => {
    const harness = {
      code: "def helper(x): return x + 1\ndef check(candidate):\n    for i in range(20):\n        assert candidate(i) == helper(i), f'at {i}'\n",
      entry: "f",
    };
    const right = await python("def helper(x): return 0\ndef f(x): return x + 1", { harness });
    expect(right.results).toMatchObject([{ name: "check(f)", ok: true }]);
    const wrong = await python("def f(x): return x + 1 if x < 7 else 0", { harness });
    expect(wrong.results).toMatchObject([{ status: "failed", message: "at 7" }]);
    const absent = await python("def g(x): return x + 1", { harness });
    expect(absent.results).toMatchObject([{ status: "error", message: expect.stringContaining("'f' is not defined") }]);
  });

  it("do not run the program as a main program", async () => {
    const code = "def f(): return 1\nif __name__ == '__main__':\n    print(input())";
    expect(await python(code, { assert: ["assert f() == 1"] })).toMatchObject({ passed: 1 });
  });

  it("work in JavaScript", async () => {
    const code = `
class Stack { constructor() { this.items = []; } push(x) { this.items.push(x); } pop() { return this.items.pop(); } get size() { return this.items.length; } }
const adder = (n) => (x) => x + n;
function* naturals() { let i = 0; for (;;) yield i++; }
async function later(x) { return x; }
function order(items) { items.sort((a, b) => a - b); }
function fails() { throw new RangeError("no"); }
const all = () => ({ valueOf: () => 1, toString: () => "1" });`;
    const assert = [
      "const s = new Stack(); s.push(2); assert.deepStrictEqual([s.size, s.pop()], [1, 2])",
      "assert.strictEqual(adder(2)(1), 3)",
      "let out = []; for (const n of naturals()) { if (n > 2) break; out.push(n); } assert.deepEqual(out, [0, 1, 2])",
      "assert.equal(await later(4), 4)",
      "const x = [10, 9]; order(x); assert.deepEqual(x, [9, 10])",
      "assert.throws(() => fails(), RangeError)",
      "assert.throws(() => adder(1), RangeError)",
      "assert(all() == 1)",
      "assert.equal(all(), 1)",
      "if (adder(1)(1) !== 2) throw new Error('wrong')",
      "absent()",
    ];
    const expected = "passed passed passed passed passed passed failed not-comparable not-comparable passed error";
    expect(statuses(await javascript(code, { assert }))).toEqual(expected.split(" ").map((s) => s.replace("-", " ")));
    const harness = { code: "function check(f) { assert.equal(f(2), 3); }", entry: "adder" };
    expect(await javascript("const adder = (x) => x + 1", { harness })).toMatchObject({ passed: 1 });
    expect(await javascript("const adder = (x) => x", { harness })).toMatchObject({ status: "failed" });
  });
});

describe("many programs", () => {
  it("are reported in their order, whichever ends first", async () => {
    const program = (id: string, seconds: number) =>
      readProgram({
        id,
        language: "python",
        code: `import time\ntime.sleep(${seconds})\ndef f(): return 1`,
        tests: { assert: ["assert f() == 1"] },
      });
    const ids: (string | undefined)[] = [];
    for await (const { id, passed } of runAll([program("slow", 0.6), program("fast", 0), program("last", 0)], {
      sandbox,
      concurrency: 2,
    })) {
      expect(passed).toBe(1);
      ids.push(id);
    }
    expect(ids).toEqual(["slow", "fast", "last"]);
  });

  it("are stopped by a signal", async () => {
    const stop = new AbortController();
    const code = "while True: pass";
    const running = python(code, { assert: ["assert 1"] }, { signal: stop.signal, limits: { milliseconds: 20_000 } });
    setTimeout(() => stop.abort(new Error("stopped")), 300);
    await expect(running).rejects.toThrow("stopped");
  });
});

describe("a program that cannot be read", () => {
  it.each<[unknown, RegExp]>([
    [{ language: "cobol", code: "", tests: { assert: ["1"] } }, /language/u],
    [{ language: "python", tests: { assert: ["1"] } }, /code/u],
    [{ language: "python", code: "", tests: { cases: [] } }, /tests\.cases/u],
    [{ language: "python", code: "", tests: { cases: [{ call: { name: "f" } }] } }, /tests\.cases\.0: give one of/u],
    [{ language: "python", code: "", tests: { cases: [{ stdin: "" }] } }, /tests\.cases\.0: give stdout/u],
    [{ language: "python", code: "", tests: { harness: { code: "x", entry: "f()" } } }, /tests\.harness\.entry/u],
    [{ language: "python", code: "", tests: { assert: ["1"] }, limits: { seconds: 1 } }, /limits.*seconds/u],
    ["text", /object/u],
  ])("%j", (json, message) => expect(() => readProgram(json, "line 7")).toThrow(message));
});
