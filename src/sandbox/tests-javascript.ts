/** The JavaScript halves of a test run, in the roles of those in tests-python.ts. */

export const candidate = String.raw`
(() => {
  const objects = [];
  const { getPrototypeOf } = Object;
  const evaluate = globalThis.eval;

  const data = (x, depth, left) => {
    if (--left.nodes < 0 || depth > 150) return false;
    if (x === null || x === undefined || ["boolean", "string", "number", "bigint"].includes(typeof x)) return true;
    if (typeof x !== "object") return false;
    const all = (items) => items.every((item) => data(item, depth + 1, left));
    if (Array.isArray(x)) return all([...x]);
    if (x instanceof Set) return all([...x]);
    if (x instanceof Map) return all([...x].flat(1));
    if (x instanceof Uint8Array) return true;
    const prototype = getPrototypeOf(x);
    return (prototype === Object.prototype || prototype === null) && all(Object.values(x));
  };
  const handle = (x) => {
    const kind = typeof x === "function" ? "function" : "object";
    return ["handle", objects.push(x) - 1, x?.constructor?.name ?? typeof x, kind];
  };
  const pack = (x) => (data(x, 0, { nodes: 300_000 }) ? ["data", x] : handle(x));
  const unpack = (x) => {
    if (Array.isArray(x)) return x.length === 2 && x[0] === "\0handle" ? objects[x[1]] : x.map(unpack);
    if (x !== null && typeof x === "object" && getPrototypeOf(x) === Object.prototype)
      return Object.fromEntries(Object.entries(x).map(([key, item]) => [key, unpack(item)]));
    return x;
  };
  const named = (name) => {
    const exported = globalThis.module?.exports;
    if (exported !== null && typeof exported === "object" && Object.hasOwn(exported, name)) return exported[name];
    if (typeof exported === "function" && exported.name === name) return exported;
    return evaluate(name);
  };
  const ifNamed = (name) => {
    try {
      return [[name, pack(named(name))]];
    } catch {
      return [];
    }
  };
  const called = async (f, self, args) => {
    args = unpack(args);
    const result = await f.apply(self, args);
    if (result === undefined && args.some((arg) => arg !== null && typeof arg === "object")) return ["changed", pack(args)];
    return pack(result);
  };
  const does = {
    name: (name) => pack(named(name)),
    names: (names) => names.flatMap(ifNamed),
    call: (i, args) => called(objects[i], undefined, args),
    method: (i, name, args) => called(objects[i][name], objects[i], args),
    construct: (i, args) => pack(new objects[i](...unpack(args))),
    get: (i, name) => pack(objects[i][name]),
    set: (i, name, value) => pack(void (objects[i][name] = unpack(value))),
    iterate: (i) => handle(objects[i][Symbol.iterator]()),
    next: (i) => {
      const { done, value } = objects[i].next();
      return done ? ["end"] : pack(value);
    },
    text: (i) => pack(String(objects[i])),
  };
  globalThis._autodidact_ask = (what, ...args) => does[what](...args);
})();
`;

export const tester = String.raw`
(() => {
  const ask_ = globalThis._ask;
  class Gone extends Error {}
  class NotComparable extends Error {}
  class AssertionError extends Error {}
  const known = { Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError };
  const remotes = new WeakMap();

  const ask = (...question) => {
    const [tag, ...answer] = ask_(...question);
    if (tag === "gone") throw new Gone();
    if (tag === "error") {
      const error = new (known[answer[0]] ?? Error)(answer[1]);
      error.name = answer[0];
      throw error;
    }
    return answer[0];
  };
  const refuse = (what) => {
    ask_("incomparable", what);
    throw new NotComparable(what);
  };
  const unpack = (packed) => (packed[0] === "data" ? packed[1] : remote(...packed.slice(1)));
  const pack = (x) => {
    if (remotes.has(x)) return ["\0handle", remotes.get(x).id];
    if (Array.isArray(x)) return x.map(pack);
    if (x !== null && typeof x === "object" && Object.getPrototypeOf(x) === Object.prototype)
      return Object.fromEntries(Object.entries(x).map(([key, item]) => [key, pack(item)]));
    return x;
  };
  /** Functions that return nothing may have changed their arguments. */
  const settled = (answer, args) => {
    if (answer[0] !== "changed") return unpack(answer);
    if (answer[1][0] === "data") answer[1][1].forEach((theirs, i) => change(args[i], theirs));
    return undefined;
  };
  const change = (mine, theirs) => {
    if (Array.isArray(mine) && Array.isArray(theirs)) mine.splice(0, mine.length, ...theirs);
    else if (mine !== null && typeof mine === "object" && Object.getPrototypeOf(mine) === Object.prototype) {
      for (const key of Object.keys(mine)) if (!Object.hasOwn(theirs, key)) delete mine[key];
      Object.assign(mine, theirs);
    }
  };
  function* iterate(id) {
    const iterator = ask("iterate", id)[1];
    for (;;) {
      const answer = ask("next", iterator);
      if (answer[0] === "end") return;
      yield unpack(answer);
    }
  }
  function remote(id, type, kind) {
    const proxy = new Proxy(kind === "function" ? function () {} : {}, {
      apply: (_, self, args) =>
        settled(ask("call", id, args.map(pack)), args),
      construct: (_, args) => unpack(ask("construct", id, args.map(pack))),
      get: (_, name) => {
        if (name === Symbol.iterator) return () => iterate(id);
        if (name === Symbol.toPrimitive) return (hint) => (hint === "string" ? unpack(ask("text", id)) : refuse("value of a " + type));
        if (typeof name === "symbol" || name === "then") return undefined;
        const packed = ask("get", id, name);
        if (packed[0] !== "handle" || packed[3] !== "function") return unpack(packed);
        return (...args) => settled(ask("method", id, name, args.map(pack)), args);
      },
      set: (_, name, value) => (ask("set", id, name, pack(value)), true),
    });
    remotes.set(proxy, { id, type });
    return proxy;
  }

  const comparable = (x) => (remotes.has(x) ? refuse("comparison of a " + remotes.get(x).type) : x);
  const same = (a, b, equal) => {
    comparable(a);
    comparable(b);
    if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return equal(a, b);
    if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
    if (a instanceof Set || a instanceof Map) {
      const [x, y] = [[...a], [...b]];
      return x.length === y.length && x.every((item) => y.some((other) => same(item, other, equal)));
    }
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && (!Array.isArray(a) || a.length === b.length) &&
      keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key], equal));
  };
  const loosely = (a, b) => a == b || (a !== a && b !== b);
  const plain = (a, b) => loosely(comparable(a), comparable(b));
  const strict = (a, b) => Object.is(comparable(a), comparable(b));
  const fail = (message, otherwise) => {
    if (message instanceof Error) throw message;
    throw new AssertionError(message ?? otherwise);
  };
  const assert = (value, message) => void (comparable(value) || fail(message, "it is not true"));
  Object.assign(assert, {
    AssertionError,
    ok: assert,
    fail: (message) => fail(message, "fail() was called"),
    equal: (a, b, message) => void (plain(a, b) || fail(message, "it is not equal")),
    notEqual: (a, b, message) => void (!plain(a, b) || fail(message, "it is equal")),
    strictEqual: (a, b, message) => void (strict(a, b) || fail(message, "it is not equal")),
    notStrictEqual: (a, b, message) => void (!strict(a, b) || fail(message, "it is equal")),
    deepEqual: (a, b, message) => void (same(a, b, loosely) || fail(message, "it is not equal")),
    notDeepEqual: (a, b, message) => void (!same(a, b, loosely) || fail(message, "it is equal")),
    deepStrictEqual: (a, b, message) => void (same(a, b, Object.is) || fail(message, "it is not equal")),
    notDeepStrictEqual: (a, b, message) => void (!same(a, b, Object.is) || fail(message, "it is equal")),
    throws: (f, kind, message) => {
      let thrown;
      try {
        f();
      } catch (error) {
        if (error instanceof Gone || error instanceof NotComparable) throw error;
        thrown = { error };
      }
      if (thrown === undefined) fail(message, "nothing was thrown");
      if (kind instanceof RegExp && !kind.test(String(thrown.error))) fail(message, "another error was thrown");
      if (typeof kind === "function" && !(thrown.error instanceof kind)) fail(message, "another error was thrown");
    },
  });
  assert.strict = assert;
  globalThis.assert = assert;
  globalThis.require = (name) => {
    if (/^(node:)?assert(\/strict)?$/.test(name)) return assert;
    throw new Error("no module " + name + " in tests");
  };

  const Code = async function () {}.constructor;
  globalThis._autodidact_test = async (setup, source, entry, check) => {
    try {
      const space = {};
      const words = new Set((setup + "\n" + source).match(/[A-Za-z_$][\w$]*/g) ?? []);
      if (entry === null) {
        const free = [...words].filter((word) => !(word in globalThis) && !/^_a(utodidact_|sk$)/.test(word));
        for (const [name, packed] of ask("names", free)) space[name] = unpack(packed);
      } else space[entry] = unpack(ask("name", entry));
      const names = Object.keys(space);
      const then = entry === null ? "" : "\nif (typeof " + check + " === 'function') return await " + check + "(_entry);";
      const body = "return await (async () => {\n" + setup + "\n" + source + then + "\n})();";
      await new Code("_entry", ...names, body)(space[entry], ...names.map((name) => space[name]));
    } catch (error) {
      if (error instanceof AssertionError || error instanceof Gone || error instanceof NotComparable)
        return ["failed", error.message];
      return ["error", String(error)];
    }
    return ["passed", ""];
  };
})();
`;
