import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Interpreter, Language, Limits, Outcome, Sandbox } from "./contract.ts";
import { nothingWorked, ways } from "./escapes-testing.ts";
import { createSandbox } from "./pool.ts";

/** In a file, in the environment and in the memory of this process: none of it may ever come out of a cage. */
const secret = `sentinel-${process.pid}-${process.hrtime.bigint()}`;
const folder = mkdtempSync(join(tmpdir(), "escapes-"));
const secretFile = join(folder, "secret");
const marker = join(folder, "was-here");

let sandbox: Sandbox;
let server: Server;
let port = 0;
let connections = 0;

beforeAll(async () => {
  writeFileSync(secretFile, secret);
  process.env.AUTODIDACT_SENTINEL = secret;
  sandbox = createSandbox({ concurrency: 6 });
  server = createServer((socket) => {
    connections++;
    socket.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
});
afterAll(async () => {
  await sandbox.close();
  server.close();
  delete process.env.AUTODIDACT_SENTINEL;
  rmSync(folder, { recursive: true });
});

/** Nothing of the host was touched, by whatever ran in the test. */
afterEach(() => {
  const effects = [
    ...readdirSync(folder).filter((name) => name !== "secret"),
    ...(existsSync(secretFile) ? [] : ["the file is gone"]),
    ...(connections === 0 ? [] : [`${connections} connections`]),
  ];
  if (effects.length > 0) throw new Error(`the host was touched: ${effects.join(", ")}`);
});

const limits: Limits = { milliseconds: 4000, megabytes: 128, output: 20_000 };
const prepared = (code: string): string =>
  code.replaceAll("SECRET", secretFile).replaceAll("MARKER", marker).replaceAll("PORT", String(port));

/** For attempts that change nothing where they fail. */
const opened = new Map<Language, Promise<Interpreter>>();
function shared(language: Language): Promise<Interpreter> {
  const one = opened.get(language) ?? sandbox.open(language, { limits });
  opened.set(language, one);
  return one;
}

/** Runs an attempt in an interpreter of its own, which must have been in order before. */
async function attempt(language: Language, code: string): Promise<Outcome> {
  const interpreter = await sandbox.open(language, { limits });
  try {
    expect(await interpreter.run("40 + 2")).toMatchObject({ status: "ok" });
    const outcome = await interpreter.run(prepared(code));
    expect(JSON.stringify(outcome)).not.toContain(secret);
    return outcome;
  } finally {
    await interpreter.close();
  }
}

const python = (code: string): Promise<Outcome> => attempt("python", code);
const javascript = (code: string): Promise<Outcome> => attempt("javascript", code);

describe("files", () => {
  it("a file of the host is not there", async () => {
    const tries = [
      'open("SECRET").read()',
      'os.stat("SECRET")',
      'os.listdir(os.path.dirname("SECRET"))',
      'pathlib.Path("SECRET").read_bytes()',
    ];
    expect(await python(ways("import os, pathlib", tries))).toMatchObject(nothingWorked);
  });

  it("the file system holds the interpreter's own files only", async () => {
    const outcome = await python(
      'import os; [p for p in ("/etc/passwd", "/root/.ssh", "/proc/1", "/tmp/bash_jobs", "/work") if os.path.exists(p)]',
    );
    expect(outcome).toMatchObject(nothingWorked);
  });

  it("a host folder cannot be mounted, nor a link led out", async () => {
    const tries = [
      'os.symlink("SECRET", "x") or open("x").read()',
      'os.link("SECRET", "y")',
      'os.open("/dev/../SECRET", 0)',
      'os.chroot("/")',
    ];
    expect(await python(ways("import os", tries))).toMatchObject(nothingWorked);
  });

  it("what is written stays inside", async () => {
    const outcome = await python(
      'import os\nos.makedirs(os.path.dirname("MARKER"), exist_ok=True)\nopen("MARKER", "w").write("x")',
    );
    expect(["ok", "error"]).toContain(outcome.status);
  });

  it("file names given from outside cannot climb out", async () => {
    const interpreter = await sandbox.open("python");
    await expect(interpreter.run("1", { files: { "../../etc/passwd": "x" } })).rejects.toThrow(/outside/u);
    await interpreter.close();
  });
});

describe("environment and processes", () => {
  it("no environment variable comes along", async () => {
    const outcome = await python("import os; sorted(os.environ.values())");
    expect(outcome.status).toBe("ok");
    expect(JSON.stringify(outcome)).not.toContain(process.env.PATH ?? "no path");
  });

  it("os.system, os.popen and subprocess start nothing", async () => {
    const tries = [
      'os.system("touch MARKER") == 0 or 1/0',
      'os.popen("touch MARKER").read() and 1',
      'subprocess.run(["touch", "MARKER"])',
      'os.posix_spawn("/bin/touch", ["touch", "MARKER"], {})',
    ];
    expect(await python(ways("import os, subprocess", tries))).toMatchObject(nothingWorked);
  });

  it("fork, exec and a fork bomb fail", async () => {
    const tries = [
      "os.fork()",
      'os.execv("/bin/touch", ["touch", "MARKER"])',
      "multiprocessing.Process(target=print).start()",
      "threading.Thread(target=print).start()",
    ];
    expect(await python(ways("import os, multiprocessing, threading", tries))).toMatchObject(nothingWorked);
    expect(await python("import os\nwhile True: os.fork()")).toMatchObject({ status: "error" });
  });

  it.each(["os.kill(os.getpid(), 9)", "os.kill(os.getppid(), 9)", "os.kill(1, 15)", "os.kill(-1, 9)", "os.abort()"])(
    "%s hurts at most itself",
    async (code) => {
      const outcome = await python(`import os\n${code}`);
      expect(["ok", "error", "killed"]).toContain(outcome.status);
    },
  );
});

describe("network", () => {
  it("sockets do not connect", async () => {
    const tries = [
      'socket.create_connection(("127.0.0.1", PORT), 1).send(b"x")',
      'socket.socket().connect(("127.0.0.1", PORT))',
      'socket.getaddrinfo("example.org", 80)',
    ];
    const outcome = await python(ways("import socket", tries.slice(0, 2)));
    expect(outcome).toMatchObject(nothingWorked);
  });

  it("neither urllib, http nor pyodide.http fetches", async () => {
    const outcome = await python(`
def attempts():
    worked = []
    for code in ("import urllib.request; urllib.request.urlopen('http://127.0.0.1:PORT', timeout=1).read()",
                 "import http.client; c = http.client.HTTPConnection('127.0.0.1', PORT, timeout=1); c.request('GET', '/'); c.getresponse()",
                 "import pyodide.http; pyodide.http.open_url('http://127.0.0.1:PORT')",
                 "import pyodide_js; pyodide_js.loadPackage('micropip')"):
        try:
            exec(code)
            worked.append(code)
        except Exception:
            pass
    return worked
attempts()`);
    expect(outcome).toMatchObject(nothingWorked);
  });
});

describe("out of QuickJS", () => {
  const none = (code: string): string => `(() => { try { return ${code}; } catch (e) { return undefined; } })()`;
  it.each([
    ["process", "typeof process === 'object' && process.version"],
    ["the host's Function", 'Function("return process")().version'],
    ["constructor.constructor", '[].constructor.constructor("return this.process")().version'],
    [
      "an error's constructor",
      '(() => { try { null.x } catch (e) { return e.constructor.constructor("return process")().binding } })()',
    ],
    ["require", "require('child_process').execSync('touch MARKER')"],
    ["require of files", "require('fs').readFileSync('SECRET', 'utf8').length"],
    ["process.binding", "process.binding('fs')"],
    ["the modules of qjs", "std.open('SECRET', 'r') ?? os.exec(['touch', 'MARKER'])"],
    ["a host function's constructor", 'console.log.constructor("return process")().pid'],
    ["a host object's prototype", 'Object.getPrototypeOf(console.log).constructor("return process")().pid'],
    ["fetch", "typeof fetch === 'function' && fetch('http://127.0.0.1:PORT')"],
    ["WebSocket and XMLHttpRequest", "(typeof WebSocket === 'function' || typeof XMLHttpRequest === 'function') && 1"],
    ["WebAssembly", "new WebAssembly.Memory({ initial: 1 })"],
  ])("%s does not lead out", async (_, code) => {
    const outcome = await (await shared("javascript")).run(prepared(none(code)));
    expect(JSON.stringify(outcome)).not.toContain(secret);
    expect(outcome.status).toBe("ok");
    expect([{ undefined: true }, false]).toContainEqual(outcome.value);
  });

  it("import() of Node's modules fails", async () => {
    const outcome = await javascript(
      "import('node:fs').then((fs) => fs.readFileSync('SECRET', 'utf8'), () => 'no module')",
    );
    expect(["ok", "error"]).toContain(outcome.status);
    if (outcome.status === "ok") expect(outcome.value).not.toHaveProperty("dict");
  });
});

describe("between candidates", () => {
  it("a file left behind is gone for the next", async () => {
    expect(await python("open('/tmp/left', 'w').write('x'); open('left', 'w').write('x')")).toMatchObject({
      status: "ok",
    });
    expect(await python("import os; [p for p in ('/tmp/left', 'left') if os.path.exists(p)]")).toMatchObject(
      nothingWorked,
    );
  });

  it("patched built-ins and modules are whole again for the next", async () => {
    expect(
      await python(
        "import builtins, json, math\nbuiltins.len = lambda x: 0\njson.dumps = None\nmath.pi = 3\nbuiltins.left = 1",
      ),
    ).toMatchObject({ status: "ok" });
    const next = await python("import math; [len('ab') != 2, math.pi == 3, 'left' in dir(__builtins__)]");
    expect(next).toMatchObject({ status: "ok", value: { list: [false, false, false] } });
    expect(await javascript("Array.prototype.map = () => 0; globalThis.left = 1; 0")).toMatchObject({ status: "ok" });
    expect(await javascript("[[1].map((x) => x).length, typeof left]")).toMatchObject({
      value: { list: [{ float: 1 }, "undefined"] },
    });
  });

  it("two at the same time do not see each other", async () => {
    const [one, two] = await Promise.all([sandbox.open("python"), sandbox.open("python")]);
    await one.run(`mine = ${JSON.stringify(secret)}; import os; os.environ["X"] = mine; open("x", "w").write(mine)`);
    const seen = await two.run(`
import gc, os
mine = ["sentinel", "${process.pid}"]
[os.environ.get("X"), os.path.exists("x"), [type(o).__name__ for o in gc.get_objects() if isinstance(o, dict) and any(type(v) is str and v.startswith("-".join(mine)) for v in o.values())]]`);
    await Promise.all([one.close(), two.close()]);
    expect(seen).toMatchObject({ status: "ok", value: { list: [null, false, { list: [] }] } });
  });
});
