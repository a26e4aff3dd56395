/** The child process of a JavaScript cage: one QuickJS context. */
import { Buffer } from "node:buffer";
import type {
  QuickJSContext,
  QuickJSHandle,
  QuickJSWASMModule,
  newQuickJSWASMModuleFromVariant,
} from "quickjs-emscripten-core";
import { capMemory } from "./heap.ts";
import { nodeShim } from "./node-shim.ts";
import { prelude } from "./prelude.ts";
import { findPackages, lockModules, strip } from "./realm.ts";
import { serve, type Guest, type Host } from "./serve.ts";
import type { Boot, Call, Run } from "./wire.ts";

const stackBytes = 256 * 1024;
const { now } = Date;

/** Something that the program threw, still inside. */
class Thrown extends Error {
  readonly handle: QuickJSHandle;
  constructor(handle: QuickJSHandle) {
    super("thrown inside");
    this.handle = handle;
  }
}
type Variant = Extract<Parameters<typeof newQuickJSWASMModuleFromVariant>[0], { readonly type: "sync" }>;
function isVariant(x: unknown): x is Variant {
  return Reflect.get(Object(x), "type") === "sync";
}
interface Failure {
  readonly type: string;
  readonly message: string;
  readonly stack: string;
}

async function load(boot: Boot): Promise<QuickJSWASMModule> {
  findPackages(boot.packages);
  const { newQuickJSWASMModuleFromVariant } = await import("quickjs-emscripten-core");
  // Its types say that the default export holds another one; the file says that it is the variant itself.
  const variant: unknown = (await import("@jitl/quickjs-wasmfile-release-sync")).default;
  if (!isVariant(variant)) throw new Error("not QuickJS");
  return newQuickJSWASMModuleFromVariant(variant);
}

async function start(boot: Boot, host: Host): Promise<Guest> {
  const module = await load(boot);
  const silent = (): void => {};
  const left = strip({
    console: { log: silent, warn: silent, error: silent },
  });
  lockModules();
  const cap = capMemory();
  const runtime = module.newRuntime();
  runtime.setMaxStackSize(stackBytes);
  const vm = runtime.newContext();
  let deadline = Infinity;
  let interrupted = false;
  runtime.setInterruptHandler(() => {
    interrupted ||= now() > deadline;
    return interrupted;
  });

  const call = (f: QuickJSHandle, ...args: QuickJSHandle[]): QuickJSHandle =>
    value(vm.callFunction(f, vm.undefined, ...args));
  const text = (s: string): QuickJSHandle => vm.newString(s);
  const write = vm.newFunction("write", (fd, bytes) => {
    host.output.write(vm.getNumber(fd) === 1 ? 1 : 2, Buffer.from(vm.getString(bytes), "utf8"));
  });
  const evaluate = (code: string, file: string): QuickJSHandle => value(vm.evalCode(code, file, { type: "global" }));
  const shim = call(evaluate(`(${nodeShim.toString()})`, "node"), write);
  const shimPart = (name: keyof ReturnType<typeof nodeShim>): QuickJSHandle => vm.getProp(shim, name);
  const inside = call(evaluate(`(${prelude.toString()})`, "prelude"), shimPart("exported"));
  const part = (name: keyof ReturnType<typeof prelude>): QuickJSHandle => vm.getProp(inside, name);
  const [encode, describe, invoke, tick, connect] = [
    part("encode"),
    part("describe"),
    part("call"),
    part("tick"),
    part("connect"),
  ];
  const [begin, files, deliver, ended] = [shimPart("begin"), shimPart("files"), shimPart("deliver"), shimPart("ended")];

  /** Runs promise jobs and timers until none is left. */
  const drain = (): void => {
    do {
      const jobs = runtime.executePendingJobs();
      if (jobs.error) throw new Thrown(jobs.error);
    } while (vm.dump(call(tick)) === true);
  };
  const settled = (handle: QuickJSHandle): QuickJSHandle => {
    drain();
    const state = vm.getPromiseState(handle);
    if (state.type === "fulfilled") return state.value;
    if (state.type === "rejected") throw new Thrown(state.error);
    return value(vm.evalCode("throw new Error('the promise never settles')", "host"));
  };
  const run = (request: Run): QuickJSHandle => {
    call(begin, text(request.stdin), text(JSON.stringify(request.files)));
    const result = script(vm, request.code);
    drain();
    call(deliver);
    return settled(result);
  };
  // Global code sees the names that a script's let, const and class define; globalThis and module.exports have the others.
  const named = (name: string): QuickJSHandle => {
    const found = vm.evalCode(name, "call", { type: "global" });
    return found.error ? vm.undefined : found.value;
  };
  const invoked = ({ name, args }: Call): QuickJSHandle => {
    const receiver = name.includes(".") ? named(name.slice(0, name.lastIndexOf("."))) : vm.undefined;
    return call(invoke, text(name), named(name), receiver, text(JSON.stringify(args)));
  };
  const failure = (thrown: QuickJSHandle): string => {
    const described = vm.callFunction(describe, vm.undefined, thrown);
    // What cannot even say what it is ran out of memory.
    const parsed = described.error
      ? { type: "InternalError", message: "out of memory", stack: "" }
      : asFailure(vm.getString(described.value));
    if (interrupted) return JSON.stringify({ status: "timeout" });
    const { type, message, stack } = parsed;
    host.output.write(2, Buffer.from(`${type}: ${message}\n${stack}`, "utf8"));
    return JSON.stringify({
      status: type === "InternalError" && message === "out of memory" ? "memory" : "error",
      error: { type, message },
    });
  };
  const outcome = (work: () => QuickJSHandle): string => {
    try {
      return `{"status":"ok","value":${vm.getString(call(encode, work()))}}`;
    } catch (error) {
      if (!(error instanceof Thrown)) throw error;
      if (vm.dump(call(ended, error.handle)) === true) return `{"status":"ok","value":{"undefined":true}}`;
      return failure(error.handle);
    }
  };
  return {
    left,
    handle: (_text, request: Run | Call) => {
      cap(request.megabytes * 2 ** 20);
      deadline = now() + request.milliseconds;
      if (request.op === "call") {
        return outcome(() => settled(invoked(request)));
      }
      const done = outcome(() => run(request));
      if (!request.keepFiles) return done;
      const kept = vm.getString(call(files));
      return `${done.slice(0, -1)},"files":${Buffer.byteLength(kept) > request.output ? "{}" : kept}}`;
    },
    connect: (names, ask) => {
      const asking = vm.newFunction("ask", (question) => text(ask(vm.getString(question))));
      call(connect, text(JSON.stringify(names)), asking);
    },
  };
}

function value(result: ReturnType<QuickJSContext["evalCode"]>): QuickJSHandle {
  if (result.error) throw new Thrown(result.error);
  return result.value;
}

/** As a script; as a module where only that can be read (import, export, await at the top). */
function script(vm: QuickJSContext, code: string): QuickJSHandle {
  const result = vm.evalCode(code, "main.js", { type: "global" });
  if (!result.error) return result.value;
  const name: unknown = vm.dump(vm.getProp(result.error, "name"));
  if (name !== "SyntaxError" || !/\b(?:import|export|await)\b/.test(code)) throw new Thrown(result.error);
  return value(vm.evalCode(code, "main.mjs", { type: "module" }));
}

function asFailure(json: string): Failure {
  const parsed: unknown = JSON.parse(json);
  const field = (name: keyof Failure): string => String(Reflect.get(Object(parsed), name));
  return { type: field("type"), message: field("message"), stack: field("stack") };
}

await serve(start);
