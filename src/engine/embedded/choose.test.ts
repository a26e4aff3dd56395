import { describe, expect, it } from "vitest";
import { UserError } from "../../core/errors.ts";
import { choose, endsWith, pick } from "./choose.ts";
import type { Choosing } from "./choose.ts";

const logits = Float32Array.from([0.5, 0.2, 0.2, 0.06, 0.04], Math.log);
/** Share of each id over evenly spaced u: its probability, to within 1/draws. */
function shares(o: Choosing, draws = 2000): number[] {
  const counts = Array.from(logits, () => 0);
  for (let i = 0; i < draws; i++) counts[choose(logits, (i + 0.5) / draws, o).id] += 1 / draws;
  return counts;
}
const about = (expected: number[], digits = 2): unknown[] => expected.map((p): unknown => expect.closeTo(p, digits));

describe("choose", () => {
  it("draws from the softmax of logits / temperature", () => {
    expect(shares({ temperature: 1 })).toEqual(about([0.5, 0.2, 0.2, 0.06, 0.04]));
    const squared = [0.25, 0.04, 0.04, 0.0036, 0.0016];
    const sum = squared.reduce((a, b) => a + b, 0);
    expect(shares({ temperature: 0.5 })).toEqual(about(squared.map((p) => p / sum)));
  });

  it("keeps the k most probable tokens, ties by id", () => {
    expect(shares({ temperature: 1, topK: 2 })).toEqual(about([5 / 7, 2 / 7, 0, 0, 0]));
  });

  it("keeps the smallest set that reaches p, at least one token", () => {
    expect(shares({ temperature: 1, topP: 0.71 })).toEqual(about([5 / 9, 2 / 9, 2 / 9, 0, 0]));
    expect(shares({ temperature: 1, topP: 0.1 })).toEqual(about([1, 0, 0, 0, 0]));
    expect(shares({ temperature: 1, topP: 1 })).toEqual(about([0.5, 0.2, 0.2, 0.06, 0.04]));
    expect(shares({ temperature: 1, topK: 3, topP: 0.7 })).toEqual(about([5 / 7, 2 / 7, 0, 0, 0]));
  });

  it("gives the log-prob under what was drawn from", () => {
    for (const u of [0.1, 0.6, 0.97]) {
      const { id, logprob } = choose(logits, u, { temperature: 1 });
      expect(logprob).toBeCloseTo(logits[id], 6);
    }
    const { id, logprob } = choose(logits, 0.9, { temperature: 1, topK: 2 });
    expect([id, logprob]).toEqual(about([1, Math.log(2 / 7)], 6));
  });

  it("takes the most probable token at temperature 0, the lowest id among equals", () => {
    expect(choose(logits, 0.99, { temperature: 0 })).toEqual({ id: 0, logprob: 0 });
    expect(choose(Float32Array.of(-Infinity, 3, 3), 0.99, { temperature: 0 }).id).toBe(1);
  });

  it("never draws a token of no probability", () => {
    const some = Float32Array.of(-Infinity, 0, -Infinity, 0, -Infinity);
    for (const u of [0, 0.25, 0.5, 0.999999, 1 - 2 ** -32]) {
      expect([1, 3]).toContain(choose(some, u, { temperature: 1 }).id);
      expect([1, 3]).toContain(choose(some, u, { temperature: 0.1, topP: 0.9 }).id);
    }
  });

  it("says so when nothing can be chosen", () => {
    expect(() => choose(new Float32Array(3).fill(-Infinity), 0.5, { temperature: 1 })).toThrow(UserError);
    expect(() => choose(new Float32Array(3).fill(NaN), 0.5, { temperature: 1 })).toThrow(/not numbers/);
    expect(() => pick(new Float32Array(3).fill(NaN), 1, 0.5)).toThrow(UserError);
  });
});

describe("pick", () => {
  it("gives the last id of positive weight where rounding leaves the sum short", () => {
    expect(pick(Float32Array.of(0.5, 0.25, 0), 1, 0.9)).toBe(1);
  });
});

describe("endsWith", () => {
  it("compares the last ids with each sequence", () => {
    expect(endsWith([1, 2, 3], [[2, 3]])).toBe(true);
    expect(endsWith([1, 2, 3], [[9], [1, 2, 3]])).toBe(true);
    expect(endsWith([1, 2, 3], [[1, 2], [0, 1, 2, 3], []])).toBe(false);
  });
});
