import { describe, expect, it } from "vitest";
import { type Datum, responseTokens, type Row, rowsOf, weightAt } from "./datum.ts";

const base = { id: "d", taskId: "t", source: "s", by: [] };
const row = (...ids: number[]): Row => ({ ids, from: 1 });
const [a, b, c] = [row(1, 2), row(1, 3), row(1, 4, 5)];

describe("rowsOf", () => {
  it("gives the sequences of every kind in a fixed order", () => {
    const data: [Datum, Row[]][] = [
      [{ ...base, kind: "sft", row: a, weight: 1 }, [a]],
      [{ ...base, kind: "pair", chosen: b, rejected: a }, [b, a]],
      [{ ...base, kind: "unary", row: c, good: false }, [c]],
      [{ ...base, kind: "ranked", rows: [c, a, b], rewards: [2, 1, 0] }, [c, a, b]],
      [{ ...base, kind: "rl", segments: [b, c], group: "g", reward: 1 }, [b, c]],
      [{ ...base, kind: "value", row: a, targets: [NaN, 0.5], head: "value" }, [a]],
      [{ ...base, kind: "critique", row: b, label: 1 }, [b]],
    ];
    for (const [datum, rows] of data) expect(rowsOf(datum)).toEqual(rows);
  });
});

describe("weights of tokens", () => {
  const masked: Row = { ids: [1, 2, 3, 4, 5], from: 2, mask: [1, 1, 0.5, 0] };

  it("are 0 in the prompt whatever the mask says, the mask's in the response, and 1 without one", () => {
    expect(masked.ids.map((_, t) => weightAt(masked, t))).toEqual([0, 0, 0.5, 0, 1]);
    expect([0, 1, 2].map((t) => weightAt(c, t))).toEqual([0, 1, 1]);
  });

  it("decide which response tokens count", () => {
    expect(responseTokens(masked)).toBe(2);
    expect(responseTokens(c)).toBe(2);
    expect(responseTokens({ ids: [1, 2], from: 2 })).toBe(0);
  });
});
