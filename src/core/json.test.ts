import { describe, expect, it } from "vitest";
import { canonical, hash } from "./json.ts";

describe("canonical", () => {
  it("sorts keys at every depth, leaves undefined fields out and keeps the order of lists", () => {
    expect(canonical({ b: [{ z: 1, a: null }, "x"], a: undefined, A: true })).toBe(
      '{"A":true,"b":[{"a":null,"z":1},"x"]}',
    );
    expect(canonical({ a: [2, 1] })).not.toBe(canonical({ a: [1, 2] }));
  });

  it("is JSON that reads back to the value, whatever the characters", () => {
    const value = { 'a"b': ["\n", "é\u2028", "\ud83d\ude00"], __: 1e-7, n: -0.5 };
    expect(JSON.parse(canonical(value))).toEqual(value);
  });
});

describe("hash", () => {
  it("is the same for equal values and another for different ones", () => {
    expect(hash({ a: 1, b: 2 })).toBe(hash({ b: 2, a: 1, c: undefined }));
    const values = [{ a: 1 }, { a: "1" }, { a: [1] }, { a: { a: 1 } }, [1], "1", 1, true, null, {}, [], ""];
    expect(new Set(values.map((value) => hash(value))).size).toBe(values.length);
    expect(hash({ a: 1 })).toMatch(/^[0-9a-f]{24}$/u);
  });

  it("is SHA-256 of the canonical text: ledgers on disk depend on it", () => {
    // printf '{}' | sha256sum
    expect(hash({})).toBe("44136fa355b3678a1146ad16");
  });
});
