import { describe, expect, it } from "vitest";
import { UserError } from "../core/errors.ts";
import { pricing, readPrices } from "./price.ts";
import { apportion, estimateTokens, stopEnd, withoutPrefix } from "./remote.ts";

describe("prices", () => {
  const table = readPrices(
    '{"small*": {"input": 1, "cached": 0.5, "output": 4}, "small-2.5": {"input": 3, "output": 6}, "*": {"input": 8, "output": 8}}',
    "here",
  );
  it("are those of the longest name that fits, a million tokens each", () => {
    const of = (model: string) => pricing(table, model)?.({ input: 1000, cached: 400, output: 500 });
    expect(of("small-1")).toBeCloseTo((600 * 1 + 400 * 0.5 + 500 * 4) / 1e6, 12);
    expect(of("small-2.5")).toBeCloseTo((1000 * 3 + 500 * 6) / 1e6, 12);
    // The dot is a dot.
    expect(of("small-2x5")).toBe(of("small-1"));
    expect(of("large")).toBeCloseTo(1500 * 8e-6, 12);
    expect(pricing({ "a*": { input: 1, output: 1 } }, "ba")).toBeUndefined();
  });

  it("are refused where they are none", () => {
    for (const text of ["{", "[]", '{"m": {"input": -1, "output": 1}}', '{"m": {"input": 1}}']) {
      expect(() => readPrices(text, "prices.json"), text).toThrow(UserError);
    }
  });
});

describe("parts of a reply", () => {
  it("are apportioned so that they add up", () => {
    expect(apportion(10, [1, 1, 1])).toEqual([4, 3, 3]);
    expect(apportion(7, [0, 2, 5])).toEqual([0, 2, 5]);
    expect(apportion(3, [0, 0])).toEqual([2, 1]);
    expect(apportion(0, [])).toEqual([]);
  });

  it("are counted, cut at the first stop, and freed from what was said before", () => {
    expect([estimateTokens(""), estimateTokens("four"), estimateTokens("fives")]).toEqual([0, 1, 2]);
    expect([stopEnd("a.b!", ["!", "."]), stopEnd("ab", ["."]), stopEnd("ab", [""])]).toEqual([2, -1, -1]);
    expect(withoutPrefix(" one two three", "one two ")).toBe(" three");
    expect(withoutPrefix("three", "one two")).toBe("three");
    expect(withoutPrefix("three", " ")).toBe("three");
  });
});
