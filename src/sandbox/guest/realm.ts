/**
 * Takes from this process's JavaScript realm everything but the language: whoever breaks out of the interpreter finds no
 * process, no module, no socket and no timer.
 */
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const language = new Set<string | symbol>(
  `globalThis Infinity NaN undefined Object Function Array Number Boolean String Symbol BigInt Date Promise RegExp Proxy
  Reflect JSON Math Intl Atomics Iterator Map Set WeakMap WeakSet WeakRef FinalizationRegistry Error AggregateError
  EvalError RangeError ReferenceError SyntaxError TypeError URIError ArrayBuffer SharedArrayBuffer DataView Int8Array
  Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array BigInt64Array BigUint64Array Float16Array
  Float32Array Float64Array parseFloat parseInt isFinite isNaN decodeURI decodeURIComponent encodeURI encodeURIComponent
  escape unescape WebAssembly TextDecoder TextEncoder`.split(/\s+/),
);

/** Removes every other global and puts `extra` in place. Returns the names that could not be removed. */
export function strip(extra: Readonly<Record<string, unknown>>): string[] {
  const kept = Reflect.ownKeys(globalThis).filter(
    (name) => !language.has(name) && !Reflect.deleteProperty(globalThis, name),
  );
  for (const [name, value] of Object.entries(extra)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }
  return kept.map(String);
}

/** Finds packages by name in these folders and nowhere else. */
export function findPackages(folders: Readonly<Record<string, string>>): void {
  registerHooks({
    resolve: (specifier, context, next) => {
      const name = Object.keys(folders).find((each) => specifier === each || specifier.startsWith(`${each}/`));
      if (name === undefined) return next(specifier, context);
      // A package may name itself, whatever links lead to it.
      return next(specifier, { ...context, parentURL: pathToFileURL(join(folders[name], "package.json")).href });
    },
  });
}

/**
 * From now on no module can be imported or required, built-in ones included, and no error carries a stack, which would tell
 * this machine's paths.
 */
export function lockModules(): void {
  Object.defineProperty(Error, "stackTraceLimit", { value: 0, writable: false, configurable: false });
  Object.defineProperty(Error, "prepareStackTrace", { value: undefined, writable: false, configurable: false });
  registerHooks({
    resolve: (specifier) => {
      throw new Error(`no modules here: ${specifier}`);
    },
  });
}

/**
 * Stand-in for the machine's source of random bytes: a fixed xorshift stream, so that a program that seeds itself from
 * the system does the same in every run.
 */
export function fixedBytes(): { fill(view: Uint8Array): Uint8Array; restart(): void } {
  const start = 0x9e3779b9;
  let state = start;
  return {
    fill: (view) => {
      for (let i = 0; i < view.length; i++) {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        view[i] = state >>> 24;
      }
      return view;
    },
    restart: () => {
      state = start;
    },
  };
}
