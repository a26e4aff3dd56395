import { describe, expect, it } from "vitest";
import { fromJson, isValue, show, toValue, valueLimits } from "./values.ts";

describe("values", () => {
  it("are told from anything else", () => {
    const good = [null, true, "", { int: "-10" }, { float: "nan" }, { bytes: "00ff" }, { dict: [["a", { set: [] }]] }];
    for (const value of good) expect(isValue(value), JSON.stringify(value)).toBe(true);
    const bad = [
      1,
      undefined,
      [],
      {},
      { int: 1 },
      { int: "01" },
      { int: "-0" },
      { int: "1", float: 1 },
      { float: "NaN" },
      { float: Infinity },
      { bytes: "0" },
      { bytes: "0G" },
      { list: [1] },
      { list: "ab" },
      { dict: [["a"]] },
      { dict: { a: null } },
      { complex: [1] },
      { undefined: false },
      { code: "x" },
    ];
    for (const value of bad) expect(isValue(value), JSON.stringify(value)).toBe(false);
  });

  it("are bounded in depth and number", () => {
    const nested = (depth: number): unknown => (depth === 0 ? null : { list: [nested(depth - 1)] });
    expect(isValue(nested(valueLimits.depth))).toBe(true);
    expect(isValue(nested(valueLimits.depth + 1))).toBe(false);
    expect(isValue({ list: new Array(valueLimits.nodes).fill(null) })).toBe(false);
  });

  it("come from JSON and from JavaScript's own data", () => {
    expect(fromJson({ a: [1, 1.5, -0, 1e300, "x", null] })).toEqual({
      dict: [
        ["a", { list: [{ int: "1" }, { float: 1.5 }, { float: "-0" }, { int: BigInt(1e300).toString() }, "x", null] }],
      ],
    });
    expect(toValue(new Map<unknown, unknown>([[1n, new Set([undefined])]]))).toEqual({
      dict: [[{ int: "1" }, { set: [{ undefined: true }] }]],
    });
    expect(toValue(new Uint8Array([255, 0]))).toEqual({ bytes: "ff00" });
    expect(() => toValue(() => 1)).toThrow("cannot enter the sandbox");
    expect(() => toValue(new Date(0))).toThrow("cannot enter the sandbox");
  });

  it("are shown as Python writes them, cut", () => {
    const value = { dict: [["a", { tuple: [{ int: "1" }] }] as const, [{ float: 2 }, { set: [] }] as const] };
    expect(show(value)).toBe('{"a": (1,), 2.0: set()}');
    expect(show({ list: new Array<null>(100_000).fill(null) }, 20)).toHaveLength(20);
    expect(show({ opaque: "f: <function>" })).toBe("<f: <function>>");
  });
});
