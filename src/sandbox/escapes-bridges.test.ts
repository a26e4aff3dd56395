import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { Interpreter, Outcome } from "./contract.ts";
import { nothingWorked, ways } from "./escapes-testing.ts";
import { createSandbox } from "./pool.ts";

const sandbox = createSandbox({ concurrency: 6 });
const marker = join(tmpdir(), `escapes-bridges-${process.pid}`);
afterAll(() => sandbox.close());
afterEach(() => {
  if (existsSync(marker)) throw new Error("a command was run on the host");
});

const limits = { milliseconds: 10_000, megabytes: 128, output: 20_000 };

/** For attempts that change nothing where they fail. */
let opened: Promise<Interpreter> | undefined;
const shared = (): Promise<Interpreter> => (opened ??= sandbox.open("python", { limits }));

/** Runs an attempt in an interpreter of its own. */
async function python(code: string): Promise<Outcome> {
  const interpreter = await sandbox.open("python", { limits });
  try {
    return await interpreter.run(code);
  } finally {
    await interpreter.close();
  }
}

describe("bridges from Python to JavaScript", () => {
  it.each([
    "js",
    "pyodide_js",
    "pyodide",
    "pyodide.ffi",
    "pyodide.code",
    "_pyodide",
    "_pyodide_core",
    "_pyodide._base",
    "micropip",
  ])("import %s fails", async (name) => {
    expect(await (await shared()).run(`import ${name}`)).toMatchObject({
      status: "error",
      error: { type: "ModuleNotFoundError" },
    });
  });

  /** The functions that turn objects into those of the other language, found in memory; E is an error of JavaScript. */
  const bridge = `
import gc
bridge = {}
for thing in gc.get_objects():
    if type(thing) is dict:
        for name in ("run_js", "to_js", "create_proxy", "JsProxy", "registerJsModule", "mountNodeFS"):
            if callable(thing.get(name)): bridge.setdefault(name, thing[name])
def function(): return bridge["to_js"]([1]).constructor.constructor
`;

  it("what the garbage collector knows of the bridge makes no code", async () => {
    const tries = [
      "bridge['run_js']('process.version')",
      "function()('return process')().version",
      "function()('return 1')()",
      "function().constructor('return globalThis')()",
      "bridge['to_js']([1]).map.constructor('return import(\"node:fs\")')()",
      "bridge['create_proxy'](print).constructor.constructor('return process')()",
      "bridge['JsProxy']().process",
      "bridge['mountNodeFS']('/mnt', '/')",
    ];
    expect(await python(ways(bridge, tries))).toMatchObject(nothingWorked);
  });

  it("none of the JavaScript objects that can be reached is the host's", async () => {
    const walk = `${bridge}
def walk():
    queue, seen, hits = [("array", bridge["to_js"]([1])), ("proxy", bridge["create_proxy"](print))], set(), []
    wanted = "process require binding mainModule env pid readFileSync readSync writeSync spawn fetch WebAssembly globalThis console".split()
    while queue and len(seen) < 3000:
        path, x = queue.pop(0)
        for name in dir(x):
            if name in wanted: hits.append(path + "." + name)
            if path.count(".") > 6: continue
            try:
                y = getattr(x, name)
                if "Js" in type(y).__name__ and y.js_id not in seen:
                    seen.add(y.js_id)
                    queue.append((path + "." + name, y))
            except BaseException:
                pass
    return hits
walk() if "to_js" in bridge and "create_proxy" in bridge else []`;
    expect(await python(walk)).toMatchObject(nothingWorked);
  });

  it("stack traces lead neither to the host's functions nor tell its paths", async () => {
    const trace = `${bridge}
found = []
def prepare(error, stack):
    for site in stack:
        for name in ("getThis", "getFunction", "getFileName"):
            x = getattr(site, name)()
            if callable(x) or "node_modules" in str(x) or "Instance" in str(x): found.append((name, str(x)[:80]))
    return "traced"
def attack():
    try:
        function()("return 1")
    except Exception as error:
        return error
try:
    error = attack()
    if "node_modules" in str(error.stack): found.append("stack")
    kind = bridge["to_js"]([1]).entries().next().constructor.getPrototypeOf(error.constructor)
    kind.stackTraceLimit = 50
    kind.prepareStackTrace = bridge["create_proxy"](prepare)
    str(attack().stack)
except Exception:
    pass
found`;
    expect(await python(trace)).toMatchObject(nothingWorked);
  });

  it("a bridge that is misused takes at most itself down", async () => {
    const outcome = await python(`${bridge}
bridge["to_js"]({}).constructor.getPrototypeOf(bridge["to_js"](lambda: 1)).constructor("return this")()`);
    expect(["error", "killed"]).toContain(outcome.status);
  });

  it("no subclass of object leads to a JavaScript object", async () => {
    const hunt = `
def walk(cls, seen):
    for sub in type.__subclasses__(cls):
        if sub not in seen:
            seen.add(sub)
            walk(sub, seen)
    return seen
def worked():
    out = []
    for cls in walk(object, set()):
        if "js" in cls.__name__.lower().split("proxy")[0] and "json" not in cls.__name__.lower():
            try:
                x = cls()
                out.append((cls.__name__, x.constructor.constructor("return process")().env.AUTODIDACT_SENTINEL))
            except Exception:
                pass
    return out
worked()`;
    expect(await python(hunt)).toMatchObject(nothingWorked);
  });

  it("modules cannot be brought back by loaders, reload or sys.modules", async () => {
    const tries = [
      '[sys.modules[name] for name in sys.modules if name.split(".")[0] in ("js", "pyodide_js", "pyodide", "_pyodide")][0]',
      'importlib.import_module("_pyodide_core")',
      'importlib.machinery.BuiltinImporter.load_module("_pyodide_core").JsProxy',
      'importlib.util.module_from_spec(importlib.machinery.BuiltinImporter.find_spec("_pyodide_core")).JsProxy',
      '[f for f in sys.meta_path if "pyodide" in type(f).__module__][0]',
      'sys.path_hooks[0]("/lib/python3.13/site-packages").load_module("pyodide")',
    ];
    expect(await python(ways("import sys, importlib, importlib.util, importlib.machinery", tries))).toMatchObject(
      nothingWorked,
    );
  });

  it("frames do not lead to the host", async () => {
    const walk = `
import sys
frame, found = sys._getframe(), []
while frame is not None:
    found += [f"{k}: {type(v).__name__}" for space in (frame.f_globals, frame.f_locals) for k, v in list(space.items()) if "js" in type(v).__name__.lower() and "json" not in type(v).__name__.lower()]
    frame = frame.f_back
found`;
    expect(await python(walk)).toMatchObject(nothingWorked);
  });

  it("ctypes runs neither a shell nor JavaScript", async () => {
    const outcome = await python(`
def worked():
    import ctypes
    library = ctypes.CDLL(None)
    out = []
    for name, argument in (("system", b"touch ${marker}"), ("emscripten_run_script", b"globalThis.x = 1"), ("emscripten_run_script_string", b"process.env.AUTODIDACT_SENTINEL"), ("popen", b"touch ${marker}")):
        try:
            function = getattr(library, name)
            function.restype = ctypes.c_char_p if name.endswith("string") else ctypes.c_int
            result = function(argument)
            if name == "emscripten_run_script_string" and result:
                out.append((name, result))
        except Exception:
            pass
    return out
try:
    found = worked()
except ImportError:
    found = []
found`);
    if (outcome.status === "ok") expect(outcome.value).toEqual({ list: [] });
    else expect(["error", "killed"]).toContain(outcome.status);
  });

  it("wild pointers crash at most itself", async () => {
    const outcome = await python("import ctypes\nfor i in range(0, 2**31, 2**20):\n    ctypes.memset(i, 0x41, 2**20)");
    expect(["error", "killed", "timeout", "memory"]).toContain(outcome.status);
  });
});
