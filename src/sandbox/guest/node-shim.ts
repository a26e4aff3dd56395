/**
 * Runs inside QuickJS: its text is evaluated there, so that it may use nothing from outside of its own braces. Stand-ins
 * for what programs of the stdin-to-stdout kind use of Node: console, process, and of `require` the modules fs, readline,
 * util and assert. Output of nested values follows Node's for what fits on one line.
 */
export interface Shim {
  begin(stdin: string, files: string): void;
  /** Text files by path, as JSON text. */
  files(): string;
  exported(): unknown;
  /** Delivers standard input to who listens; to be called when a script has run. */
  deliver(): void;
  /** Whether this was thrown by `process.exit(0)`. */
  ended(thrown: unknown): boolean;
}

export function nodeShim(write: (fd: number, text: string) => void): Shim {
  const { stringify } = JSON;
  const parse: (json: string) => unknown = JSON.parse;
  let input = "";
  const store = new Map<string, string>();
  let listeners: { event: string; run: (data: string) => void }[] = [];
  let lineReaders: { event: string; run: (line: string) => void }[] = [];

  const quote = (s: string): string =>
    s.includes("'")
      ? s.includes('"')
        ? `\`${s}\``
        : stringify(s)
      : `'${stringify(s).slice(1, -1).replaceAll('\\"', '"')}'`;
  const inspect = (v: unknown, depth: number, seen: readonly unknown[]): string => {
    if (typeof v === "string") return quote(v);
    if (typeof v === "bigint") return `${v}n`;
    if (Object.is(v, -0)) return "-0";
    if (typeof v === "symbol") return v.toString();
    if (typeof v === "function") return v.name === "" ? "[Function (anonymous)]" : `[Function: ${v.name}]`;
    if (typeof v !== "object" || v === null) return String(v);
    if (seen.includes(v)) return "[Circular *1]";
    if (v instanceof Error) return v.stack ? `${v}\n${v.stack.trimEnd()}` : `[${v}]`;
    if (v instanceof Date) return v.toISOString();
    if (v instanceof RegExp) return `${v}`;
    if (depth > 2) return Array.isArray(v) ? "[Array]" : "[Object]";
    const inner = (x: unknown): string => inspect(x, depth + 1, [...seen, v]);
    const around = (open: string, parts: readonly string[], close: string): string => {
      if (parts.length === 0) return open + close;
      const line = `${open} ${parts.join(", ")} ${close}`;
      if (line.length <= 76 && !line.includes("\n")) return line;
      const indent = "  ".repeat(depth + 1);
      return `${open}\n${parts.map((part) => indent + part).join(",\n")}\n${"  ".repeat(depth)}${close}`;
    };
    if (Array.isArray(v)) return around("[", v.map(inner), "]");
    if (v instanceof Map)
      return around(
        `Map(${v.size}) {`,
        [...v].map(([k, x]) => `${inner(k)} => ${inner(x)}`),
        "}",
      );
    if (v instanceof Set) return around(`Set(${v.size}) {`, [...v].map(inner), "}");
    const label = v.constructor === Object || v.constructor === undefined ? "" : `${v.constructor.name} `;
    const key = (k: string): string => (/^[A-Za-z_$][\w$]*$/.test(k) ? k : quote(k));
    return around(
      `${label}{`,
      Object.entries(v).map(([k, x]) => `${key(k)}: ${inner(x)}`),
      "}",
    );
  };
  const plain = (v: unknown): string => (typeof v === "string" ? v : inspect(v, 0, []));
  const format = (...args: unknown[]): string => {
    const rest = [...args];
    if (typeof rest[0] !== "string" || rest.length < 2) return rest.map(plain).join(" ");
    const pattern = String(rest.shift());
    const head = pattern.replace(/%[sdifjoO%]/g, (mark) => {
      if (mark === "%%") return "%";
      if (rest.length === 0) return mark;
      const v = rest.shift();
      if (mark === "%s") return plain(v);
      if (mark === "%d") return String(Number(v));
      if (mark === "%i") return String(Math.trunc(Number(v)));
      if (mark === "%f") return String(Number.parseFloat(String(v)));
      return mark === "%j" ? (stringify(v) ?? "undefined") : inspect(v, 0, []);
    });
    return [head, ...rest.map(plain)].join(" ");
  };
  const log =
    (fd: number) =>
    (...args: unknown[]) =>
      write(fd, `${format(...args)}\n`);
  const [out, err] = [log(1), log(2)];

  const lines = (): string[] => {
    const all = input.split("\n").map((line) => line.replace(/\r$/, ""));
    if (all.at(-1) === "") all.pop();
    input = "";
    return all;
  };
  const readLine = (): string | null => {
    if (input === "") return null;
    const end = input.indexOf("\n");
    const line = end < 0 ? input : input.slice(0, end);
    input = end < 0 ? "" : input.slice(end + 1);
    return line.replace(/\r$/, "");
  };
  const readAll = (): string => {
    const all = input;
    input = "";
    return all;
  };
  const buffer = (text: string): object => ({
    length: text.length,
    toString: () => text,
    trim: () => text.trim(),
    split: (by: string) => text.split(by),
  });
  const missing = (path: unknown): Error =>
    Object.assign(new Error(`ENOENT: no such file or directory, open '${String(path)}'`), { code: "ENOENT" });
  const clean = (path: unknown): string => String(path).replace(/^\.\//, "");
  const fs = {
    readFileSync: (path: unknown, encoding?: unknown) => {
      const text = path === 0 || path === "/dev/stdin" ? readAll() : store.get(clean(path));
      if (text === undefined) throw missing(path);
      return encoding === undefined ? buffer(text) : text;
    },
    writeFileSync: (path: unknown, text: unknown) => {
      if (path === 1 || path === "/dev/stdout") write(1, String(text));
      else if (path === 2 || path === "/dev/stderr") write(2, String(text));
      else store.set(clean(path), String(text));
    },
    appendFileSync: (path: unknown, text: unknown) =>
      store.set(clean(path), (store.get(clean(path)) ?? "") + String(text)),
    existsSync: (path: unknown) => store.has(clean(path)),
    unlinkSync: (path: unknown) => store.delete(clean(path)),
    readdirSync: () => [...store.keys()],
  };
  const readline = {
    createInterface: () => {
      const own = {
        on: (event: string, run: (line: string) => void) => {
          lineReaders.push({ event, run });
          return own;
        },
        once: (event: string, run: (line: string) => void) => own.on(event, run),
        close: () => {},
        question: (prompt: string, run: (line: string) => void) => {
          write(1, prompt);
          run(readLine() ?? "");
        },
        *[Symbol.iterator]() {
          yield* lines();
        },
        async *[Symbol.asyncIterator]() {
          yield* lines();
        },
      };
      return own;
    },
  };
  const assert = Object.assign(
    (condition: unknown, message?: string) => {
      if (!condition) throw Object.assign(new Error(message ?? "assertion failed"), { name: "AssertionError" });
    },
    {
      strictEqual: (a: unknown, b: unknown) => assert(Object.is(a, b), `${inspect(a, 0, [])} !== ${inspect(b, 0, [])}`),
      deepStrictEqual: (a: unknown, b: unknown) =>
        assert(inspect(a, -9, []) === inspect(b, -9, []), `${inspect(a, 0, [])} is not ${inspect(b, 0, [])}`),
    },
  );
  const modules: Record<string, unknown> = {
    fs,
    readline,
    assert,
    util: { inspect: (v: unknown) => inspect(v, 0, []), format },
    os: { EOL: "\n" },
  };
  class Exit {
    readonly code: unknown;
    constructor(code: unknown) {
      this.code = code;
    }
  }
  const stdin = {
    setEncoding: () => stdin,
    resume: () => stdin,
    on: (event: string, run: (data: string) => void) => {
      listeners.push({ event, run });
      return stdin;
    },
    fd: 0,
    async *[Symbol.asyncIterator]() {
      yield readAll();
    },
  };
  const module = { exports: {} };
  // The same numbers in every run: a program that draws them can be judged again.
  let state = 0x9e3779b9;
  Object.assign(Math, {
    random: () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) / 4294967296;
    },
  });
  Object.assign(globalThis, {
    console: { log: out, info: out, debug: out, error: err, warn: err, trace: err, table: out, dir: out },
    print: out,
    readline: readLine,
    module,
    exports: module.exports,
    require: (name: string) => {
      const found = modules[name.replace(/^node:/, "")];
      if (found === undefined)
        throw Object.assign(new Error(`Cannot find module '${name}'`), { code: "MODULE_NOT_FOUND" });
      return found;
    },
    process: {
      stdin,
      stdout: { write: (text: unknown) => write(1, String(text)) },
      stderr: { write: (text: unknown) => write(2, String(text)) },
      argv: ["node", "main.js"],
      env: {},
      platform: "sandbox",
      exit: (code: unknown) => {
        throw new Exit(code);
      },
      nextTick: (f: (...args: unknown[]) => void, ...args: unknown[]) => void Promise.resolve().then(() => f(...args)),
      hrtime: { bigint: () => BigInt(Date.now()) * 1_000_000n },
      on: () => {},
    },
  });
  return {
    begin: (text, files) => {
      input = text;
      listeners = [];
      lineReaders = [];
      const given = parse(files);
      if (typeof given === "object" && given !== null) {
        for (const path of Object.keys(given)) store.set(path, String(Reflect.get(given, path)));
      }
    },
    files: () => stringify(Object.fromEntries(store)),
    exported: () => module.exports,
    deliver: () => {
      if (listeners.length > 0 && input !== "") {
        const all = readAll();
        for (const { event, run } of listeners) if (event === "data") run(all);
      }
      for (const { event, run } of listeners) if (event === "end" || event === "close") run("");
      if (lineReaders.length > 0) {
        for (const line of lines()) for (const { event, run } of lineReaders) if (event === "line") run(line);
        for (const { event, run } of lineReaders) if (event === "close") run("");
      }
      listeners = [];
      lineReaders = [];
    },
    ended: (thrown) => thrown instanceof Exit && (thrown.code === undefined || thrown.code === 0),
  };
}
