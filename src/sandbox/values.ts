import type { Value } from "./contract.ts";
import { UserError } from "../core/errors.ts";

/** Deepest nesting and most nodes of a value that crosses; guests cut what is larger to `opaque`. */
export const valueLimits = { depth: 200, nodes: 500_000 } as const;

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const decimal = /^(0|-?[1-9][0-9]*)$/;
const hex = /^([0-9a-f]{2})*$/;
const specialFloats = new Set<unknown>(["nan", "inf", "-inf", "-0"]);

function isRecord(x: unknown): x is Record<string, unknown> {
  return typeof x === "object" && x !== null && !Array.isArray(x);
}

function isFloat(x: unknown): boolean {
  return (typeof x === "number" && Number.isFinite(x)) || specialFloats.has(x);
}

/** Whether something parsed from JSON is a Value within the limits. What comes out of a cage passes through here. */
export function isValue(x: unknown): x is Value {
  let nodes = 0;
  const check = (v: unknown, depth: number): boolean => {
    if (++nodes > valueLimits.nodes || depth > valueLimits.depth) return false;
    if (v === null || typeof v === "boolean" || typeof v === "string") return true;
    if (!isRecord(v)) return false;
    const keys = Object.keys(v);
    if (keys.length !== 1) return false;
    const body = v[keys[0]];
    const all = (items: unknown): boolean => Array.isArray(items) && items.every((item) => check(item, depth + 1));
    switch (keys[0]) {
      case "int":
        return typeof body === "string" && decimal.test(body);
      case "float":
        return isFloat(body);
      case "complex":
        return Array.isArray(body) && body.length === 2 && body.every((part) => isFloat(part));
      case "bytes":
        return typeof body === "string" && hex.test(body);
      case "list":
      case "tuple":
      case "set":
        return all(body);
      case "dict":
        return Array.isArray(body) && body.every((pair) => Array.isArray(pair) && pair.length === 2 && all(pair));
      case "undefined":
        return body === true;
      case "opaque":
        return typeof body === "string";
      default:
        return false;
    }
  };
  return check(x, 0);
}

/** A number as the Value of its kind: integers as `int`, everything else as `float`. */
export function numberValue(n: number): Value {
  if (Number.isInteger(n) && !Object.is(n, -0)) return { int: BigInt(n).toString() };
  return floatValue(n);
}

/** A number as a float: `-0`, NaN and infinities, which JSON lacks, by name. */
export function floatValue(n: number): Value {
  if (Number.isNaN(n)) return { float: "nan" };
  if (n === Infinity) return { float: "inf" };
  if (n === -Infinity) return { float: "-inf" };
  return { float: Object.is(n, -0) ? "-0" : n };
}

/** JSON as Values: integers become `int`, objects become dicts with string keys. */
export function fromJson(json: Json): Value {
  if (json === null || typeof json === "boolean" || typeof json === "string") return json;
  if (typeof json === "number") return numberValue(json);
  if (Array.isArray(json)) return { list: json.map((item: Json) => fromJson(item)) };
  return { dict: Object.entries(json).map(([key, item]) => [key, fromJson(item)]) };
}

/** A Value of live JavaScript data, for callers: BigInt, Map, Set and bytes included. UserError on anything else. */
export function toValue(x: unknown): Value {
  if (x === undefined) return { undefined: true };
  if (x === null || typeof x === "boolean" || typeof x === "string") return x;
  if (typeof x === "number") return numberValue(x);
  if (typeof x === "bigint") return { int: x.toString() };
  if (x instanceof Uint8Array) return { bytes: Buffer.from(x).toString("hex") };
  if (Array.isArray(x)) return { list: x.map((item: unknown) => toValue(item)) };
  if (x instanceof Set) return { set: [...x].map((item: unknown) => toValue(item)) };
  if (x instanceof Map) return { dict: [...x].map(([key, item]: [unknown, unknown]) => [toValue(key), toValue(item)]) };
  if (isRecord(x) && (Object.getPrototypeOf(x) === Object.prototype || Object.getPrototypeOf(x) === null)) {
    return { dict: Object.entries(x).map(([key, item]) => [key, toValue(item)]) };
  }
  throw new UserError(
    `a ${typeof x} cannot enter the sandbox`,
    "pass numbers, strings, booleans, null, bytes, lists, sets, maps and plain objects",
  );
}

/** A Value as Python writes it, cut to `most` characters: for messages. */
export function show(value: Value, most = 200): string {
  const text = literal(value, most);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function literal(value: Value, room: number): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return JSON.stringify(value);
  if ("int" in value) return value.int;
  if ("float" in value) {
    return typeof value.float === "number" && Number.isInteger(value.float) ? `${value.float}.0` : `${value.float}`;
  }
  if ("complex" in value) return `complex(${value.complex.join(", ")})`;
  if ("bytes" in value) return `bytes.fromhex(${JSON.stringify(value.bytes)})`;
  if ("undefined" in value) return "undefined";
  if ("opaque" in value) return `<${value.opaque}>`;
  if ("list" in value) return `[${series(value.list, room)}]`;
  if ("tuple" in value) return `(${series(value.tuple, room)}${value.tuple.length === 1 ? "," : ""})`;
  if ("set" in value) return value.set.length === 0 ? "set()" : `{${series(value.set, room)}}`;
  return `{${series(value.dict, room)}}`;
}

/** Members until the room is used up: a message needs no more, and a large value must not cost more. */
function series(items: readonly (Value | readonly [Value, Value])[], room: number): string {
  const parts: string[] = [];
  for (const item of items) {
    if (room <= 0) break;
    const part = isPair(item) ? `${literal(item[0], room)}: ${literal(item[1], room)}` : literal(item, room);
    parts.push(part);
    room -= part.length + 2;
  }
  return parts.join(", ");
}

function isPair(x: Value | readonly [Value, Value]): x is readonly [Value, Value] {
  return Array.isArray(x);
}
