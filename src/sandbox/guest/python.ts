/** The child process of a Python cage: Pyodide without Node around it. */
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { capMemory } from "./heap.ts";
import { pythonHelper } from "./python-helper.ts";
import { fixedBytes, lockModules, strip } from "./realm.ts";
import { serve, type Guest, type Host } from "./serve.ts";
import { imageHashSize, type Boot } from "./wire.ts";

/** The parts of Pyodide in use; its own types bring in the DOM. */
interface Pyodide {
  runPython(code: string): unknown;
  makeMemorySnapshot(): Uint8Array;
  setStdin(o: { read(buffer: Uint8Array): number; isatty: boolean }): void;
  setStdout(o: { write(buffer: Uint8Array): number; isatty: boolean }): void;
  setStderr(o: { write(buffer: Uint8Array): number; isatty: boolean }): void;
}
type Modules = readonly [
  { readonly default: unknown },
  { readonly loadPyodide: (o: Readonly<Record<string, unknown>>) => Promise<Pyodide> },
];

const now = performance.now.bind(performance);

async function load(boot: Boot, chance: ReturnType<typeof fixedBytes>): Promise<{ python: Pyodide; left: string[] }> {
  const file = (name: string): string => join(boot.packages.pyodide, name);
  const files = new Map(["pyodide.asm.wasm", "python_stdlib.zip"].map((name) => [name, readFileSync(file(name))]));
  const lockFileContents = readFileSync(file("pyodide-lock.json"), "utf8");
  const snapshot = boot.snapshot === undefined ? undefined : readFileSync(boot.snapshot).subarray(0, -imageHashSize);
  const silent = (): void => {};
  // Pyodide takes this for the bare shell of a JavaScript engine: it asks for files by `readbuffer` and imports nothing.
  const left = strip({
    console: { log: silent, warn: silent, error: silent, info: silent, debug: silent },
    performance: { now },
    crypto: { getRandomValues: chance.fill },
    setTimeout: () => 0,
    clearTimeout: silent,
    read: silent,
    load: silent,
    readbuffer: (path: string) => files.get(path.slice(path.lastIndexOf("/") + 1)),
    WorkerGlobalScope: silent,
  });
  const loaded: unknown = await Promise.all(
    ["pyodide.asm.mjs", "pyodide.mjs"].map((name): Promise<unknown> => import(pathToFileURL(file(name)).href)),
  );
  if (!isModules(loaded)) throw new Error("not Pyodide");
  lockModules();
  const python = await loaded[1].loadPyodide({
    indexURL: "/",
    createPyodideModule: loaded[0].default,
    lockFileContents,
    env: { HOME: "/home/sandbox", USER: "sandbox", LOGNAME: "sandbox", PYTHONHASHSEED: "0" },
    enableRunUntilComplete: false,
    _sysExecutable: "python",
    _makeSnapshot: boot.make === true,
    _loadSnapshot: snapshot,
  });
  if (snapshot === undefined) {
    python.runPython(`
import sys, types
helper = sys.modules["sandbox_helper"] = types.ModuleType("sandbox_helper")
helper.__file__ = "sandbox_helper.py"
exec(compile(${JSON.stringify(pythonHelper)}, helper.__file__, "exec"), helper.__dict__)
del helper, sys, types`);
  }
  return { python, left };
}

function isModules(x: unknown): x is Modules {
  return Array.isArray(x) && x.length === 2 && typeof Reflect.get(Object(x[1]), "loadPyodide") === "function";
}

function callable(x: unknown): (...args: readonly unknown[]) => unknown {
  if (typeof x !== "function") throw new Error("the helper is not there");
  return (...args): unknown => Reflect.apply(x, undefined, args);
}

async function start(boot: Boot, host: Host): Promise<Guest> {
  const chance = fixedBytes();
  const { python, left } = await load(boot, chance);
  const member = (name: string): ((...args: readonly unknown[]) => unknown) =>
    callable(python.runPython(`import sys; sys.modules["sandbox_helper"].${name}`));
  const nothing = (): never => {
    throw new Error("not in this process");
  };
  if (boot.make === true) {
    return { left, image: () => python.makeMemorySnapshot(), handle: nothing, connect: nothing };
  }
  const cap = capMemory();
  let input: Uint8Array = new Uint8Array();
  python.setStdin({
    read: (buffer) => {
      const piece = input.subarray(0, buffer.length);
      buffer.set(piece);
      input = input.subarray(piece.length);
      return piece.length;
    },
    isatty: false,
  });
  const writer = (fd: 1 | 2) => ({
    write: (bytes: Uint8Array) => {
      host.output.write(fd, bytes);
      return bytes.length;
    },
    isatty: false,
  });
  python.setStdout(writer(1));
  python.setStderr(writer(2));
  const handle = member("handle");
  const connect = member("connect");
  member("enter")();
  // Starting from scratch draws from it, starting from an image does not: what the program draws is the same.
  chance.restart();
  return {
    left,
    handle: (text, request) => {
      cap(request.megabytes * 2 ** 20);
      input = Buffer.from(request.op === "run" ? request.stdin : "", "utf8");
      return String(handle(text));
    },
    connect: (names, ask) => {
      connect(ask, JSON.stringify(names));
    },
  };
}

await serve(start);
