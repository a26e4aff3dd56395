/**
 * Runs inside QuickJS: its text is evaluated there, so that it may use nothing from outside of its own braces. Turns values
 * into tagged data and back, calls functions and keeps the timers. It holds on to what it needs before a candidate comes.
 */
import type { Outcome, Value } from "../contract.ts";

export interface Inside {
  encode(value: unknown): string;
  /** Type and message of something thrown, as JSON text. */
  describe(thrown: unknown): string;
  /** Calls what was found under the name, or what the module exports under it. Arguments as JSON text. */
  call(name: string, found: unknown, receiver: unknown, args: string): unknown;
  /** Runs the earliest timer; false where there is none. */
  tick(): boolean;
  connect(names: string, ask: (text: string) => string): void;
}

export function prelude(exported: () => unknown): Inside {
  const { stringify } = JSON;
  const parse: (json: string) => unknown = JSON.parse;
  // What the parent sends it has checked: these guards only name the shape.
  const isList = <T>(x: unknown): x is readonly T[] => isArray(x);
  const isReply = (x: unknown): x is { readonly outcome: Pick<Outcome, "status" | "value" | "error"> } =>
    typeof x === "object" && x !== null && "outcome" in x;
  const { isArray } = Array;
  const { is, keys, getPrototypeOf, prototype } = Object;
  const maxDepth = 150;
  const maxNodes = 400_000;
  const text = String;
  const toHex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");

  const isIterable = (v: object): v is Iterable<unknown> => Symbol.iterator in v;
  const opaque = (v: unknown): Value => {
    try {
      const name = typeof v === "object" ? (v?.constructor?.name ?? "object") : typeof v;
      return { opaque: `${name}: ${text(v)}`.slice(0, 200) };
    } catch {
      return { opaque: "object" };
    }
  };
  const float = (n: number): Value => {
    if (n !== n) return { float: "nan" };
    if (n === Infinity || n === -Infinity) return { float: n > 0 ? "inf" : "-inf" };
    return { float: is(n, -0) ? "-0" : n };
  };
  const encoder = (): ((v: unknown, depth: number) => Value) => {
    let nodes = 0;
    const path = new Set<unknown>();
    const encode = (v: unknown, depth: number): Value => {
      if (++nodes > maxNodes) throw new RangeError("the value is too large to leave the sandbox");
      if (v === undefined) return { undefined: true };
      if (v === null || typeof v === "boolean" || typeof v === "string") return v;
      if (typeof v === "number") return float(v);
      if (typeof v === "bigint") return { int: text(v) };
      if (typeof v !== "object") return opaque(v);
      if (v instanceof Uint8Array) return { bytes: toHex(v) };
      if (v instanceof ArrayBuffer) return { bytes: toHex(new Uint8Array(v)) };
      if (depth > maxDepth) return { opaque: "too deeply nested" };
      if (path.has(v)) return { opaque: "contains itself" };
      path.add(v);
      const down = (x: unknown): Value => encode(x, depth + 1);
      const done = inner(v, down);
      path.delete(v);
      return done;
    };
    const inner = (v: object, down: (x: unknown) => Value): Value => {
      // By index: a hole is undefined, and an array's own iterator is not asked.
      if (isArray(v)) return { list: Array.from({ length: v.length }, (_, i) => down(v[i])) };
      if (v instanceof Set) return { set: [...v].map(down) };
      if (v instanceof Map) return { dict: [...v].map((pair) => [down(pair[0]), down(pair[1])]) };
      if (ArrayBuffer.isView(v) && isIterable(v)) return { list: Array.from(v, down) };
      if (v instanceof Error || v instanceof Date || v instanceof RegExp || v instanceof Promise) return opaque(v);
      const proto: unknown = getPrototypeOf(v);
      const own = keys(v);
      // Instances of classes leave as their fields, as in deep equality.
      if (proto === prototype || proto === null || own.length > 0) {
        return { dict: own.map((key) => [key, down(Reflect.get(v, key))]) };
      }
      return opaque(v);
    };
    return encode;
  };
  const encodeValue = (v: unknown): Value => encoder()(v, 0);

  const number = (x: number | string): number =>
    typeof x === "number" ? x : x === "nan" ? NaN : x === "inf" ? Infinity : x === "-inf" ? -Infinity : -0;
  const decode = (v: Value): unknown => {
    if (v === null || typeof v !== "object") return v;
    if ("int" in v) return Number.isSafeInteger(Number(v.int)) ? Number(v.int) : BigInt(v.int);
    if ("float" in v) return number(v.float);
    if ("bytes" in v) return Uint8Array.from(v.bytes.match(/../g) ?? [], (pair) => parseInt(pair, 16));
    if ("list" in v) return v.list.map(decode);
    if ("tuple" in v) return v.tuple.map(decode);
    if ("complex" in v) return v.complex.map(number);
    if ("set" in v) return new Set(v.set.map(decode));
    if ("undefined" in v) return undefined;
    if ("opaque" in v) return Symbol(v.opaque);
    const pairs = v.dict.map((pair): [unknown, unknown] => [decode(pair[0]), decode(pair[1])]);
    return pairs.every(([key]) => typeof key === "string")
      ? Object.fromEntries(pairs.map(([key, item]) => [text(key), item]))
      : new Map(pairs);
  };

  interface Timer {
    readonly id: number;
    readonly at: number;
    readonly every: number | undefined;
    readonly run: () => void;
  }
  let timers: Timer[] = [];
  let now = 0;
  let count = 0;
  const later = (f: unknown, ms: unknown, repeat: boolean, args: unknown[]): number => {
    const wait = Math.max(1, Number(ms) || 0);
    const run = (): void => {
      if (typeof f === "function") Reflect.apply(f, undefined, args);
    };
    timers.push({ id: ++count, at: now + wait, every: repeat ? wait : undefined, run });
    return count;
  };
  const clear = (id: unknown): void => {
    timers = timers.filter((timer) => timer.id !== id);
  };
  Object.assign(globalThis, {
    setTimeout: (f: unknown, ms: unknown, ...args: unknown[]) => later(f, ms, false, args),
    setInterval: (f: unknown, ms: unknown, ...args: unknown[]) => later(f, ms, true, args),
    setImmediate: (f: unknown, ...args: unknown[]) => later(f, 0, false, args),
    queueMicrotask: (f: () => void) => void Promise.resolve().then(f),
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear,
  });

  const exportedBy = (name: string): unknown =>
    name.split(".").reduce((at: unknown, key) => (at === undefined ? at : Reflect.get(Object(at), key)), exported());
  const errors: Record<string, new (message: string) => Error> = {
    Error,
    RangeError,
    TypeError,
    SyntaxError,
    ReferenceError,
    URIError,
    EvalError,
  };
  const thrown = (type: string, message: string): Error => {
    if (type in errors) return new errors[type](message);
    const error = new Error(message);
    error.name = type;
    return error;
  };

  const stackOf = (error: Error): string => {
    const frames = text(error.stack ?? "")
      .split("\n")
      .filter((line) => line !== "" && !line.includes("prelude"));
    return frames
      .slice(0, 10)
      .map((line) => line.slice(0, 200) + "\n")
      .join("");
  };

  return {
    encode: (value) => stringify(encodeValue(value)),
    describe: (error) => {
      const fault = error instanceof Error;
      const type = fault ? text(error.name) : typeof error;
      const message = fault ? text(error.message) : text(error);
      return stringify({
        type: type.slice(0, 200),
        message: message.slice(0, 10_000),
        stack: fault ? stackOf(error) : "",
      });
    },
    call: (name, found, receiver, args) => {
      const f = found ?? exportedBy(name);
      if (f === undefined) throw new ReferenceError(`${name} is not defined`);
      if (typeof f !== "function") throw new TypeError(`${name} is not a function`);
      const given = parse(args);
      const result: unknown = Reflect.apply(f, receiver, isList<Value>(given) ? given.map(decode) : []);
      return result;
    },
    tick: () => {
      const next = timers.reduce<Timer | undefined>(
        (first, timer) => (first === undefined || timer.at < first.at ? timer : first),
        undefined,
      );
      if (next === undefined) return false;
      now = next.at;
      timers = timers.filter((timer) => timer !== next);
      if (next.every !== undefined) timers.push({ ...next, at: now + next.every });
      next.run();
      return true;
    },
    connect: (names, ask) => {
      const all = parse(names);
      for (const name of isList<string>(all) ? all : []) {
        Reflect.set(globalThis, name, (...args: unknown[]): unknown => {
          const reply = parse(ask(stringify({ name, args: args.map(encodeValue) })));
          if (!isReply(reply)) throw new Error("no answer");
          const { status, value, error } = reply.outcome;
          if (status === "ok") return value === undefined ? undefined : decode(value);
          throw thrown(error?.type ?? "Error", error?.message ?? status);
        });
      }
    },
  };
}
