import { describe, expect, it } from "vitest";
import type { Json } from "../core/json.ts";
import { equalText, equalValues } from "./compare.ts";
import type { Value } from "./contract.ts";
import { valueOf } from "./tests-schema.ts";

const python = { language: "python" } as const;
const javascript = { language: "javascript" } as const;

const int = (n: bigint | number): Value => ({ int: String(n) });
const list = (...items: Value[]): Value => ({ list: items });
const tuple = (...items: Value[]): Value => ({ tuple: items });
const set = (...items: Value[]): Value => ({ set: items });
const opaque: Value = { opaque: "Liar: <Liar>" };

describe("Python's equality", () => {
  it.each<[Json, Json, boolean]>([
    [1, { $float: 1 }, true],
    [1, true, true],
    [0, false, true],
    [2, true, false],
    [{ $float: 0 }, { $float: "-0" }, true],
    [{ $float: "nan" }, { $float: "nan" }, true],
    [{ $float: "inf" }, { $float: "-inf" }, false],
    [{ $int: "9007199254740993" }, { $float: 9007199254740992 }, false],
    [{ $int: "123456789012345678901234567890" }, { $int: "123456789012345678901234567891" }, false],
    [{ $complex: [1, 0] }, 1, true],
    [{ $complex: [0, 1] }, { $complex: [0, 1] }, true],
    ["1", 1, false],
    ["a", { $bytes: "61" }, false],
    [null, false, false],
    [null, 0, false],
    [[1, 2], [1, 2], true],
    [[1, 2], { $tuple: [1, 2] }, false],
    [[1, 2], [2, 1], false],
    [[], null, false],
    [{ $set: [1, 2, 3] }, { $set: [3, 1, 2] }, true],
    [{ $set: [1] }, { $set: [{ $float: 1 }] }, true],
    [{ $set: [1] }, [1], false],
    [{ $set: [{ $tuple: [1, 2] }] }, { $set: [{ $tuple: [1, 2] }] }, true],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: null }, { b: null }, false],
    [{ $dict: [[1, "x"]] }, { $dict: [[{ $float: 1 }, "x"]] }, true],
    [{ $dict: [[1, "x"]] }, { "1": "x" }, false],
    [[{ a: [{ $tuple: [1, { $set: ["x"] }] }] }], [{ a: [{ $tuple: [true, { $set: ["x"] }] }] }], true],
  ])("%j and %j: %j", (a, b, equal) => {
    expect(equalValues(valueOf(a), valueOf(b), python)).toBe(equal);
    expect(equalValues(valueOf(b), valueOf(a), python)).toBe(equal);
    expect(equalValues(valueOf(a), valueOf(a), python)).toBe(true);
  });
});

describe("JavaScript's equality", () => {
  it.each<[Value, Value, boolean]>([
    [int(1), { float: 1 }, true],
    [int(1), true, false],
    [null, { undefined: true }, false],
    [{ undefined: true }, { undefined: true }, true],
    [{ float: "nan" }, { float: "nan" }, true],
    [{ float: "-0" }, int(0), true],
    ["1", int(1), false],
    [list(int(1)), list({ float: 1 }), true],
  ])("%j and %j: %j", (a, b, equal) => expect(equalValues(a, b, javascript)).toBe(equal));
});

describe("what can be forged equals nothing", () => {
  it("not even itself, nor anything that holds it", () => {
    for (const wrap of [(x: Value) => x, list, tuple, set, (x: Value): Value => ({ dict: [[int(1), x]] })]) {
      expect(equalValues(wrap(opaque), wrap(opaque), python)).toBe(false);
      expect(equalValues(wrap(opaque), wrap(int(1)), python)).toBe(false);
    }
  });

  it("a value nested without end is compared in no time, and is not equal", () => {
    let deep: Value = int(1);
    for (let i = 0; i < 100_000; i++) deep = list(deep);
    expect(equalValues(deep, deep, python)).toBe(false);
    expect(equalValues(set(deep), set(deep), python)).toBe(false);
  });
});

describe("tolerance", () => {
  const near = { ...python, tolerance: 1e-6 };
  it.each<[Value, Value, boolean]>([
    [{ float: 0.1 + 0.2 }, { float: 0.3 }, true],
    [{ float: 1e9 + 1 }, { float: 1e9 }, true],
    [{ float: 1.00001 }, { float: 1 }, false],
    [{ float: 1.0000001 }, int(1), true],
    [int(1_000_000_001), int(1_000_000_000), false],
    [list({ float: 0.3000000001 }), list({ float: 0.3 }), true],
    [{ dict: [["a", { float: 0.3000000001 }]] }, { dict: [["a", { float: 0.3 }]] }, true],
    [set({ float: 0.3000000001 }), set({ float: 0.3 }), false],
    [{ float: "nan" }, { float: 0 }, false],
    [{ float: "inf" }, { float: 1e300 }, false],
    [{ float: 1 }, { float: "inf" }, false],
    [{ float: "inf" }, { float: "inf" }, true],
  ])("%j and %j: %j", (a, b, equal) => expect(equalValues(a, b, near)).toBe(equal));
});

it("takes a tuple for a list where told, inside sets too", () => {
  const loose = { ...python, tuplesAsLists: true };
  expect(equalValues(tuple(int(1), tuple(int(2))), list(int(1), list(int(2))), loose)).toBe(true);
  expect(equalValues(set(tuple(int(1))), set(list(int(1))), loose)).toBe(true);
  expect(equalValues(tuple(int(1)), set(int(1)), loose)).toBe(false);
});

describe("output", () => {
  it.each<[string, string, number | undefined, boolean]>([
    ["3\n", "3", undefined, true],
    ["a \nb\t\n\n\n", "a\nb", undefined, true],
    ["a\r\nb\r\n", "a\nb", undefined, true],
    [" a", "a", undefined, false],
    ["a\n\nb", "a\nb", undefined, false],
    ["a b", "a  b", undefined, false],
    ["", "", undefined, true],
    ["0.30000001", "0.3", undefined, false],
    ["0.30000001", "0.3", 1e-6, true],
    ["x = 0.30000001 1", "x = 0.3 1", 1e-6, true],
    ["1005", "1000", 0.1, false],
    ["nan", "0.3", 1e-6, false],
    ["0x10", "16", 1e-6, false],
    ["1 2", "1", 1e-6, false],
    ["1", "1e999", 1e-6, false],
  ])("%j for %j, tolerance %j: %j", (got, expected, tolerance, equal) =>
    expect(equalText(got, expected, tolerance)).toBe(equal),
  );
});

describe("JSON as values", () => {
  it.each<[Json, Value]>([
    [1, int(1)],
    [1.5, { float: 1.5 }],
    [{ $tuple: [1] }, tuple(int(1))],
    [
      { $tuple: [1], x: 2 },
      {
        dict: [
          ["$tuple", list(int(1))],
          ["x", int(2)],
        ],
      },
    ],
    [{ $int: "x" }, { dict: [["$int", "x"]] }],
    [{ $undefined: true }, { undefined: true }],
  ])("%j", (json, value) => expect(valueOf(json)).toEqual(value));
});
