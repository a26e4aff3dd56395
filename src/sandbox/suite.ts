/** What every language of every sandbox has to do, as tests. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Interpreter, Language, Limits, Sandbox, Value } from "./contract.ts";

/** One task written in each language. */
const programs = {
  python: {
    identity: "def f(x): return x",
    echo: "import sys\nprint(sys.stdin.read().upper(), end='')",
    firstLine: "print(input())",
    raise: "raise ValueError('bad thing')",
    raises: ["ValueError", "bad thing"],
    syntax: "def (",
    loop: "while True: pass",
    busyC: "sum(range(10**12))",
    greedy: "x = bytearray(200 * 2**20)",
    flood: "while True: print('x' * 1000)",
    remember: "secret = 41",
    recall: "secret + 1",
    write: "open('out.txt', 'w').write(open('in/a.txt').read() + '!')",
    leave: "open('/home/sandbox/left.txt', 'w').write('left'); open('/tmp/left.txt', 'w').write('left')",
    find: "import os; [os.path.exists(p) for p in ('/home/sandbox/left.txt', '/tmp/left.txt')]",
    recursion: "def deep(n): return deep(n + 1)\ndeep(0)",
    recursionError: "RecursionError",
    patch: "import builtins; builtins.len = lambda x: 7",
    patched: "len('ab')",
    ask: "[outside(i, 'x') for i in range(3)]",
    asked: { list: [{ int: "0" }, { int: "2" }, { int: "4" }] },
    askFails: "try:\n  broken()\nexcept ValueError as e:\n  print('caught', e)",
    method: "class Shelf:\n  def take(self, x): return [x, x]\nshelf = Shelf()",
  },
  javascript: {
    identity: "const f = (x) => x;",
    echo: "process.stdout.write(require('fs').readFileSync(0, 'utf8').toUpperCase())",
    firstLine: "console.log(readline())",
    raise: "throw new RangeError('bad thing')",
    raises: ["RangeError", "bad thing"],
    syntax: "function (",
    loop: "while (true);",
    busyC: "'a'.repeat(28).match(/^(a|aa|a?)*$b/); /^(a+)+$/.test('a'.repeat(40) + 'b')",
    greedy: "const all = []; for (let i = 0; i < 200; i++) all.push(new ArrayBuffer(2 ** 20));",
    flood: "while (true) console.log('x'.repeat(1000))",
    remember: "const secret = 41;",
    recall: "secret + 1",
    write: "const fs = require('fs'); fs.writeFileSync('out.txt', fs.readFileSync('in/a.txt', 'utf8') + '!')",
    leave: "require('fs').writeFileSync('left.txt', 'left'); globalThis.left = 1",
    find: "[require('fs').existsSync('left.txt'), 'left' in globalThis]",
    recursion: "const deep = (n) => deep(n + 1) + 1; deep(0)",
    recursionError: "InternalError",
    patch: "Array.isArray = () => 7",
    patched: "Array.isArray([]) === true ? 2 : 7",
    ask: "[0, 1, 2].map((i) => outside(i, 'x'))",
    asked: { list: [{ float: 0 }, { float: 2 }, { float: 4 }] },
    askFails: "try { broken() } catch (e) { console.log('caught', e.message) }",
    method: "class Shelf { take(x) { return [x, x] } }; const shelf = new Shelf();",
  },
} as const;

const shared: readonly Value[] = [
  null,
  true,
  "héllo 🎲 \u0000 \ud800",
  { float: 1.5 },
  { float: "nan" },
  { float: "-inf" },
  { float: "-0" },
  { int: "123456789012345678901234567890" },
  { int: "-9007199254740993" },
  { bytes: "00ff10" },
  { list: [{ float: 0.5 }, { list: [] }] },
  { dict: [["a", { list: ["b", null] }]] },
  { set: ["x"] },
];
/** What each language keeps as it is besides. */
const kept: Record<Language, readonly Value[]> = {
  python: [
    { int: "7" },
    { float: 2 },
    { complex: ["nan", -1.5] },
    { tuple: [{ int: "1" }, { tuple: [] }] },
    {
      dict: [
        [{ tuple: [{ int: "1" }, "k"] }, { set: [] }],
        [null, { dict: [] }],
      ],
    },
    { int: `1${"0".repeat(5000)}` },
  ],
  javascript: [
    { undefined: true },
    {
      dict: [
        [{ float: 1 }, "one"],
        ["two", { float: 2 }],
      ],
    },
  ],
};

/** @param limits of the sandbox; its memory limit must be at most 128 MiB */
export function sandboxSuite(language: Language, make: () => Sandbox, limits: Partial<Limits> = {}): void {
  const p = programs[language];

  describe(`sandbox: ${language}`, () => {
    let sandbox: Sandbox;
    // What does no harm shares one interpreter: starting one is most of a test's time.
    let one: Interpreter;
    beforeAll(async () => {
      sandbox = make();
      one = await sandbox.open(language, { limits });
    }, 120_000);
    afterAll(() => sandbox.close());
    const using = async <T>(work: (fresh: Interpreter) => Promise<T>): Promise<T> => {
      const fresh = await sandbox.open(language, { limits });
      try {
        return await work(fresh);
      } finally {
        await fresh.close();
      }
    };

    it("carries values in and out unchanged", async () => {
      expect((await one.run(p.identity)).status).toBe("ok");
      for (const value of [...shared, ...kept[language]]) {
        const { status, value: back } = await one.call("f", [value]);
        expect({ status, back }).toEqual({ status: "ok", back: value });
      }
    });

    it("gives stdin to the program and its output back, anew in each run", async () => {
      expect((await one.run(p.echo, { stdin: "añb\nc" })).stdout).toBe("AÑB\nC");
      expect((await one.run(p.firstLine, { stdin: "one\ntwo\n" })).stdout).toBe("one\n");
      expect((await one.run(p.firstLine, { stdin: "three" })).stdout).toBe("three\n");
    });

    it("keeps names between runs, and files within the working directory", async () => {
      await one.run(p.remember);
      const { value } = await one.run(p.recall);
      expect([{ int: "42" }, { float: 42 }]).toContainEqual(value);
      const { files } = await one.run(p.write, { files: { "in/a.txt": "hé" }, keepFiles: true });
      expect(files).toMatchObject({ "in/a.txt": "hé", "out.txt": "hé!" });
      expect((await one.run(p.recall)).files).toBeUndefined();
    });

    it("refuses files outside of the working directory", async () => {
      for (const path of ["../x", "/etc/x", "a/../../x", ""]) {
        await expect(one.run("1", { files: { [path]: "" } })).rejects.toThrow("outside of the working directory");
      }
    });

    it("tells errors with type and message, and lives on", async () => {
      const raised = await one.run(p.raise);
      expect(raised).toMatchObject({ status: "error", error: { type: p.raises[0], message: p.raises[1] } });
      expect(raised.stderr).toContain(`${p.raises[0]}: ${p.raises[1]}`);
      expect((await one.run(p.syntax)).error?.type).toBe("SyntaxError");
      expect((await one.run(p.recursion)).error?.type).toBe(p.recursionError);
      expect((await one.call("absent", [])).status).toBe("error");
      expect((await one.run(p.firstLine, { stdin: "still here" })).stdout).toBe("still here\n");
    });

    it("calls methods by dotted names, and nothing that is no name", async () => {
      await one.run(p.method);
      expect((await one.call("shelf.take", ["x"])).value).toEqual({ list: ["x", "x"] });
      for (const name of ["f()", "a b", "", "a..b", "__import__('os')"]) {
        await expect(one.call(name, [])).rejects.toThrow("not the name of a function");
      }
    });

    it.each(["loop", "busyC"] as const)("kills %s at the deadline", (endless) =>
      using(async (fresh) => {
        const { status, milliseconds } = await fresh.run(p[endless], { limits: { milliseconds: 300 } });
        expect(status).toBe("timeout");
        expect(milliseconds).toBeLessThan(10_000);
        expect((await fresh.run("1")).status).toBe("killed");
      }),
    );

    it("caps memory", () => using(async (fresh) => expect((await fresh.run(p.greedy)).status).toBe("memory")));

    it("ends a run that floods its output", () =>
      using(async (fresh) => {
        const { status, stdout } = await fresh.run(p.flood, { limits: { output: 50_000 } });
        expect(status).toBe("output");
        expect(stdout.length).toBeLessThanOrEqual(100_000);
      }));

    it("gives each candidate an interpreter of its own", async () => {
      await using(async (fresh) => {
        expect((await fresh.run(p.leave)).status).toBe("ok");
        expect((await fresh.run(p.patch)).status).toBe("ok");
      });
      await using(async (fresh) => {
        expect((await fresh.run(p.find)).value).toEqual({ list: [false, false] });
        expect([{ int: "2" }, { float: 2 }]).toContainEqual((await fresh.run(p.patched)).value);
      });
    });

    it("lets code inside call functions outside, and raises what they raise", async () => {
      const asked: unknown[] = [];
      const none = { stdout: "", stderr: "", milliseconds: 0 };
      const tester = await sandbox.open(language, {
        limits,
        bridge: {
          names: ["outside", "broken"],
          answer: async (name, args) => {
            asked.push([name, ...args]);
            const twice = args[0] === null || typeof args[0] !== "object" ? 0 : 2 * Number(Object.values(args[0])[0]);
            return name === "outside"
              ? { status: "ok", value: language === "python" ? { int: `${twice}` } : { float: twice }, ...none }
              : { status: "error", error: { type: "ValueError", message: "from outside" }, ...none };
          },
        },
      });
      expect((await tester.run(p.ask)).value).toEqual(p.asked);
      expect(asked).toHaveLength(3);
      expect((await tester.run(p.askFails)).stdout).toBe("caught from outside\n");
      await tester.close();
    });

    it("dies by its signal, also in the middle of a run", async () => {
      const stop = new AbortController();
      const doomed = await sandbox.open(language, { limits, signal: stop.signal });
      const running = doomed.run(p.loop);
      setTimeout(() => stop.abort(), 50);
      expect((await running).status).toBe("killed");
      await expect(sandbox.open(language, { signal: stop.signal })).rejects.toThrow("aborted");
    });
  });
}
