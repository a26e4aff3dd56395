import { describe, expect, it } from "vitest";
import { valueAt } from "./schedule.ts";

describe("valueAt", () => {
  const at = (schedule: Parameters<typeof valueAt>[0]) =>
    [0, 0.05, 0.1, 0.5, 0.6, 0.8, 1].map((p) => Number(valueAt(schedule, p).toFixed(6)));

  it("is constant, or linear from end to end and held beyond", () => {
    expect(at(3)).toEqual([3, 3, 3, 3, 3, 3, 3]);
    expect(at([1, 0])).toEqual([1, 0.95, 0.9, 0.5, 0.4, 0.2, 0]);
    expect([valueAt([1, 0], -1), valueAt([1, 0], 2)]).toEqual([1, 0]);
  });

  it("warms up, holds the peak, and falls linearly or by a cosine", () => {
    expect(at({ kind: "warmup-linear", peak: 2, end: 0.2, warmup: 0.1, hold: 0.6 })).toEqual([0, 1, 2, 2, 2, 1.1, 0.2]);
    expect(at({ kind: "cosine", peak: 1, end: 0, warmup: 0.1, hold: 0.6 })).toEqual([0, 0.5, 1, 1, 1, 0.5, 0]);
    expect(at({ kind: "cosine", peak: 1, end: 0, warmup: 0 })[3]).toBe(0.5);
  });
});
