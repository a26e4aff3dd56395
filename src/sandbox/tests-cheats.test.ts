import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox } from "./pool.ts";
import { readProgram, runAll, type ProgramInput, type TestReport } from "./tests.ts";

/** Wrong programs that try to pass. None may pass any test. */

const sandbox = createSandbox({ concurrency: 4 });
afterAll(() => sandbox.close());

type Tests = ProgramInput["tests"];
/** What f must do, told in each of the ways there are; the expected number must stay unknown to the program. */
const told: readonly Tests[] = [
  { cases: [{ call: { name: "f", args: [20] }, expect: 987654321 }] },
  { assert: ["assert f(20) == 987654321"] },
  {
    harness: {
      code: "EXPECTED = 987654321\ndef check(candidate):\n    assert candidate(20) == EXPECTED\n",
      entry: "f",
    },
  },
];
const toldJavascript: readonly Tests[] = [
  { cases: [{ call: { name: "f", args: [20] }, expect: 987654321 }] },
  { assert: ["assert.equal(f(20), 987654321)"] },
  { harness: { code: "const expected = 987654321; function check(f) { assert(f(20) == expected); }", entry: "f" } },
];

const python: Record<string, string> = {
  "an object equal to everything":
    "class All:\n    def __eq__(self, o): return True\n    def __ne__(self, o): return False\n    def __hash__(self): return 0\ndef f(x): return All()",
  "an integer equal to everything":
    "class All(int):\n    def __eq__(self, o): return True\n    __ne__ = lambda self, o: False\ndef f(x): return All(3)",
  "a class in place of the function": "class f:\n    def __init__(self, x): pass\n    def __eq__(self, o): return True",
  "AssertionError redefined":
    "import builtins\nclass AssertionError(Exception): pass\nbuiltins.AssertionError = AssertionError\ndef f(x): return 0",
  "built-ins patched":
    "import builtins, operator\nfor name in ('all', 'any', 'abs', 'len', 'isinstance', 'repr', 'type', 'sum'):\n    setattr(builtins, name, lambda *a, **k: True)\noperator.eq = lambda *a: True\ndef f(x): return 0",
  "check redefined": "def check(candidate): pass\nEXPECTED = 0\ndef f(x): return 0",
  "exit with success on call": "import os, sys\ndef f(x): os._exit(0)",
  "exit with success on loading": "import os\nos._exit(0)",
  "SystemExit on call": "import sys\ndef f(x): sys.exit(0)",
  "SystemExit on loading": "def f(x): return 0\nraise SystemExit(0)",
  "exit handlers": "import atexit\natexit.register(lambda: print('passed'))\ndef f(x): raise SystemExit",
  "the words of a test runner":
    'print(\'1 passed\'); print(\'OK\')\ndef f(x):\n    print(\'{"status":"ok","value":{"int":"987654321"}}\')\n    return None',
  "frames of the protocol":
    'import os, struct\nbody = b\'{"status":"ok","value":{"int":"987654321"}}\'\nframe = struct.pack(\'>I\', 17 + len(body)) + bytes(16) + b\'\\0\' + body\ndef f(x):\n    for fd in range(8):\n        try: os.write(fd, frame)\n        except OSError: pass',
  "a trace of the caller":
    "import sys\nseen = []\ndef trace(frame, event, arg):\n    seen.extend(v for v in list(frame.f_locals.values()) + list(frame.f_globals.values()) if type(v) is int and v > 10**8)\n    return trace\nsys.settrace(trace)\nsys.setprofile(trace)\ndef f(x): return seen[-1] if seen else 0",
  "numbers in the frames above":
    "import sys\ndef f(x):\n    frame = sys._getframe()\n    while frame:\n        for space in (frame.f_locals, frame.f_globals):\n            for v in list(space.values()):\n                if v == 987654321 - 1 + 1 and type(v) is int: return v\n        frame = frame.f_back\n    return 0",
  "numbers in memory":
    "import gc\ndef f(x):\n    for o in gc.get_objects():\n        if isinstance(o, (list, tuple)):\n            for v in o:\n                if type(v) is int and str(v).startswith('98765') and len(str(v)) == 9: return v\n    return 0",
  "the source of the tests":
    "import inspect, linecache, re\ndef f(x):\n    text = ' '.join(''.join(entry[2]) for entry in linecache.cache.values() if len(entry) > 2 and entry[3] != 'main.py')\n    found = re.findall(r'98765\\d{4}', text)\n    return int(found[0]) if found else 0",
  "the helper that encodes results":
    "import sys\ndef f(x):\n    frame = sys._getframe()\n    while frame:\n        for name in ('dumps', 'encode', 'failure', 'loads'):\n            if name in frame.f_globals: frame.f_globals[name] = lambda *a: '{\"status\":\"ok\",\"value\":true}'\n        frame = frame.f_back\n    return 0",
  "the helper that answers tests":
    "def f(x): return 0\nclass Trap(dict): pass\nimport sys\nmain = sys.modules['__main__']\nclass M(type(main)):\n    def __setattr__(self, n, v): pass\nmain.__class__ = M\n_autodidact_ask = lambda *a: ['changed', ['data', True]]\ndef hook(*a): globals()['_autodidact_ask'] = lambda *a: True\nsys.settrace(hook)",
  "an exception named as a verdict": "class Passed(AssertionError): pass\ndef f(x): raise Passed('passed')",
  "an iterator that never ends": "import itertools\ndef f(x): return itertools.count()",
  "a coroutine": "async def f(x): return 0",
  None: "def f(x): return None",
  NaN: "def f(x): return float('nan')",
  "no function at all": "g = 1",
  "a program that does not compile": "def f(x) return 987654321",
};

const javascript: Record<string, string> = {
  "an object equal to everything":
    "function f() { return { valueOf: () => 987654321 - 1, toString: () => 'x', [Symbol.toPrimitive]: () => 0 }; }",
  "a proxy": "function f() { return new Proxy(function () {}, { get: () => () => true, has: () => true }); }",
  "prototypes polluted":
    "Object.prototype.valueOf = () => true; Number.prototype.toJSON = () => 987654321 - 1; Array.prototype.every = () => true; Object.is = () => true; function f() { return {}; }",
  "JSON patched":
    'JSON.stringify = () => \'{"status":"ok","value":true}\'; JSON.parse = () => ({}); function f() { return 0; }',
  "check redefined":
    "function check() {} const expected = 0; var assert = () => true; assert.equal = () => true; function f() { return 0; }",
  "a promise that resolves to nothing": "async function f() {}",
  "a thenable": "function f() { return { then(resolve) { resolve({}); } }; }",
  "an error": "function f() { throw new Error('passed'); }",
  exit: "function f() { process.exit(0); }",
  "exit on loading": "process.exit(0); function f() { return 0; }",
  "no function at all": "const g = 1;",
  "the helper that answers tests":
    "Object.defineProperty(globalThis, '_autodidact_ask', { value: () => ['data', true], writable: false }); function f() { return 0; }",
};

/** By default each cheat meets one kind of tests in turn; `npm run test:sandbox` lets it meet each kind. */
const all = process.env.npm_lifecycle_event === "test:sandbox";
const some = (tests: readonly Tests[], i: number): readonly Tests[] => (all ? tests : [tests[i % tests.length]]);

const programs: ProgramInput[] = [
  ...Object.entries(python).flatMap(([name, code], i) =>
    some(told, i).map((tests): ProgramInput => ({ id: `python: ${name}`, language: "python", code, tests })),
  ),
  ...Object.entries(javascript).flatMap(([name, code], i) =>
    some(toldJavascript, i).map((tests): ProgramInput => ({
      id: `javascript: ${name}`,
      language: "javascript",
      code,
      tests,
    })),
  ),
  ...[
    "print(open('expected').read())",
    "import os\nos.write(1, b'')\nos._exit(0)",
    "import sys\nsys.stdout = None\nprint('987654321')",
    "import sys\nclass S(str):\n    def __eq__(self, o): return True\nsys.stdout.write(S('x'))",
    "raise SystemExit(0)",
  ].map((code, i): ProgramInput => ({
    id: `stdout ${i}`,
    language: "python",
    code,
    tests: { cases: [{ stdout: "987654321" }] },
  })),
];

describe("programs that cheat", () => {
  const reports: TestReport[] = [];
  beforeAll(async () => {
    const read = programs.map((program) => readProgram({ ...program, limits: { milliseconds: 5000 } }));
    for await (const report of runAll(read, { sandbox, concurrency: 2 })) reports.push(report);
  }, 300_000);

  it.each([...new Set(programs.map(({ id }) => id))])("%s", (id) => {
    const own = reports.filter((report) => report.id === id);
    expect(own).toHaveLength(programs.filter((program) => program.id === id).length);
    for (const { passed, results } of own) expect(passed, JSON.stringify(results)).toBe(0);
  });

  it("and one that does not, after all of them, passes in each way", async () => {
    const right = told.map((tests) => readProgram({ language: "python", code: "def f(x): return 987654321", tests }));
    for await (const report of runAll(right, { sandbox })) expect(report.results).toMatchObject([{ ok: true }]);
  });
});
