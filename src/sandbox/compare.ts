/** Equality of values that came out of a cage, decided outside it. */
import type { Language, Value } from "./contract.ts";

export interface Equality {
  /** Python: 1 == 1.0 == True, a tuple is no list. JavaScript: `===`, looked at member by member; true is not 1. */
  readonly language: Language;
  /** Floats may differ by this much, absolutely or relative to the expected one. Integers, keys and set members never. */
  readonly tolerance?: number;
  /** A tuple equals a list of the same members. */
  readonly tuplesAsLists?: boolean;
}

/** Deeper values equal nothing: the comparison must end, whatever a program returns. */
const deepest = 400;

/**
 * Is what a program returned the value expected? NaN equals NaN, 0 equals -0, sets and dictionaries have no order, and
 * what could not leave its interpreter equals nothing.
 */
export function equalValues(got: Value, expected: Value, o: Equality, depth = 0): boolean {
  if (depth > deepest) return false;
  if (o.tolerance !== undefined && near(got, expected, o.tolerance)) return true;
  const [a, b] = [members(got, o), members(expected, o)];
  if (a !== undefined && b !== undefined)
    return (
      a.kind === b.kind &&
      a.items.length === b.items.length &&
      a.items.every((item, i) => equalValues(item, b.items[i], o, depth + 1))
    );
  const [one, other] = [entries(got), entries(expected)];
  if (one !== undefined && other !== undefined) {
    if (one.length !== other.length) return false;
    const found = new Map(one.map(([key, value]) => [keyOf(key, o, depth), value]));
    return other.every(([key, value]) => {
      const name = keyOf(key, o, depth);
      const mine = name === undefined ? undefined : found.get(name);
      return mine !== undefined && equalValues(mine, value, o, depth + 1);
    });
  }
  const key = keyOf(got, o, depth);
  return key !== undefined && key === keyOf(expected, o, depth);
}

function members(value: Value, o: Equality): { kind: "list" | "tuple"; items: readonly Value[] } | undefined {
  if (value === null || typeof value !== "object") return undefined;
  if ("list" in value) return { kind: "list", items: value.list };
  if ("tuple" in value) return { kind: o.tuplesAsLists === true ? "list" : "tuple", items: value.tuple };
  return undefined;
}

const entries = (value: Value): readonly (readonly [Value, Value])[] | undefined =>
  value !== null && typeof value === "object" && "dict" in value ? value.dict : undefined;

/** A float and a number, or two complex numbers, within the tolerance. */
function near(got: Value, expected: Value, tolerance: number): boolean {
  const [a, b] = [parts(got), parts(expected)];
  if (a === undefined || b === undefined || (a.exact && b.exact)) return false;
  const distance = Math.hypot(a.re - b.re, a.im - b.im);
  return Number.isFinite(distance) && distance <= tolerance * Math.max(1, Math.hypot(b.re, b.im));
}

function parts(value: Value): { re: number; im: number; exact: boolean } | undefined {
  if (value === null || typeof value !== "object") return undefined;
  if ("int" in value) return { re: Number(value.int), im: 0, exact: true };
  if ("float" in value) return { re: float(value.float), im: 0, exact: false };
  if ("complex" in value) return { re: float(value.complex[0]), im: float(value.complex[1]), exact: false };
  return undefined;
}

const specials = { nan: NaN, inf: Infinity, "-inf": -Infinity, "-0": -0 } as const;
const float = (n: number | keyof typeof specials): number => (typeof n === "number" ? n : specials[n]);

/** Equal numbers of any type give equal text. */
const keyOfFloat = (n: number): string => (Number.isInteger(n) ? `#${BigInt(n)}` : `#${n}`);

/** Text that two values share if and only if they are equal; undefined for what equals nothing. */
function keyOf(value: Value, o: Equality, depth: number): string | undefined {
  if (depth > deepest) return undefined;
  if (value === null) return "null";
  if (typeof value === "boolean") return o.language === "python" ? `#${Number(value)}` : String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if ("int" in value) return `#${value.int}`;
  if ("float" in value) return keyOfFloat(float(value.float));
  if ("complex" in value) {
    const [re, im] = value.complex.map(float);
    return im === 0 ? keyOfFloat(re) : `#${re}+${im}j`;
  }
  if ("bytes" in value) return `b${JSON.stringify(value.bytes)}`;
  if ("undefined" in value) return "undefined";
  if ("opaque" in value) return undefined;
  const inside = (items: readonly Value[]): string[] | undefined => {
    const keys = items.map((item) => keyOf(item, o, depth + 1));
    return keys.every((key) => key !== undefined) ? keys : undefined;
  };
  const sequence = members(value, o);
  if (sequence !== undefined) {
    const keys = inside(sequence.items);
    return keys && `${sequence.kind}(${keys.join()})`;
  }
  if ("set" in value) {
    const keys = inside(value.set);
    return keys && `set(${[...new Set(keys)].toSorted().join()})`;
  }
  const pairs = entries(value)?.map(([key, item]) => inside([key, item])?.join(":"));
  return pairs?.every((pair) => pair !== undefined) === true ? `dict(${pairs.toSorted().join()})` : undefined;
}

/**
 * Compares what a program wrote with what it should have: white space at the ends of lines and after the last line does
 * not count. With a tolerance, words that are both numbers may differ by it, absolutely or relatively.
 */
export function equalText(got: string, expected: string, tolerance?: number): boolean {
  const [a, b] = [linesOf(got), linesOf(expected)];
  if (a.length !== b.length) return false;
  return a.every((line, i) => line === b[i] || (tolerance !== undefined && nearLine(line, b[i], tolerance)));
}

const linesOf = (text: string): string[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => line.trimEnd());

function nearLine(got: string, expected: string, tolerance: number): boolean {
  const [a, b] = [got, expected].map((line) => line.trim().split(/\s+/));
  return (
    a.length === b.length &&
    a.every((word, i) => {
      if (word === b[i]) return true;
      const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
      if (!number.test(word) || !number.test(b[i])) return false;
      // Whole numbers are counts: no tolerance makes 1005 of 1000.
      if (/^[+-]?\d+$/.test(word) && /^[+-]?\d+$/.test(b[i])) return BigInt(word) === BigInt(b[i]);
      const distance = Math.abs(Number(word) - Number(b[i]));
      return Number.isFinite(distance) && distance <= tolerance * Math.max(1, Math.abs(Number(b[i])));
    })
  );
}
