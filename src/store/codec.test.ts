import { describe, expect, it } from "vitest";
import { canonical } from "../core/json.ts";
import { pack, packNumbers, unpack, unpackNumbers } from "./codec.ts";

const numbers = (length: number, of: (i: number) => number): number[] => Array.from({ length }, (_, i) => of(i));

describe("packNumbers", () => {
  it.each([
    ["bytes", [0, 1, 255], 1],
    ["16 bits", [0, 256, 65535], 2],
    ["32 bits", [-1, 70000, -2147483648], 4],
    ["floats", [0.5, -0, NaN, Infinity, 16777216], 4],
    ["doubles", [0.1, 0.5], 8],
    ["integers that float32 would round, beside a fraction", [16777217, 0.5], 8],
    ["integers beyond 32 bits", [4294967297, 1], 8],
    ["nothing", [], 1],
  ])("holds %s exactly and no wider than needed", (_name, values, width) => {
    const bytes = packNumbers(values);
    expect(bytes.length).toBe(values.length * width + 1);
    expect(Array.from(unpackNumbers(bytes))).toStrictEqual(values);
  });

  it("refuses bytes it cannot have written", () => {
    expect(() => unpackNumbers(Uint8Array.of(1, 2, 9))).toThrow(RangeError);
    expect(() => unpackNumbers(new Uint8Array())).toThrow(RangeError);
  });
});

describe("pack", () => {
  it("returns what went in, long lists, NaN, −0, Float32Array and keys with $ included", () => {
    const value = {
      ids: numbers(20, (i) => i * 100),
      targets: numbers(15, (i) => (i % 2 === 0 ? NaN : i / 3)),
      short: [1, -0, NaN, Infinity, -Infinity, 0.1],
      perToken: Float32Array.of(0.1, NaN, -2),
      nested: [{ $: "n:0:3", $$: 1, $f: [null, true] }, { old: numbers(12, () => 0.25) }],
      text: 'a "$ \u0000 \ud83d\ude00 \n',
      nothing: null,
    };
    const packed = pack(value);
    expect(unpack(packed)).toStrictEqual(value);
    expect(packed.body.length).toBeLessThan(400);
  });

  it("writes equal values equally, whatever the order of their fields", () => {
    const list = numbers(30, (i) => i);
    const a = pack({ z: list, b: { d: 1, c: undefined, a: 2 } });
    const b = pack({ b: { a: 2, d: 1 }, z: list });
    expect(a).toStrictEqual(b);
    expect(pack({ b: [1, { y: "x", a: null }] }).body).toBe(canonical({ b: [1, { y: "x", a: null }] }));
  });

  it("refuses what it would lose", () => {
    expect(() => pack({ a: new Map() })).toThrow("Map");
    expect(() => pack({ a: 1n })).toThrow("bigint");
  });
});
