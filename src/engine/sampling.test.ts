import { describe, expect, it } from "vitest";
import { draw, endsWith, logSoftmax, shape } from "./sampling.ts";

const logits = (...p: number[]): Float64Array => Float64Array.from(p, Math.log);
const round = (logprobs: Float64Array): number[] => [...logprobs].map((log) => Math.round(Math.exp(log) * 1e9) / 1e9);

describe("shape", () => {
  it("raises probabilities to the power 1/temperature", () => {
    expect(round(shape(logits(0.2, 0.8), { temperature: 0.5 }))).toEqual([0.058823529, 0.941176471]);
    expect(round(shape(logits(0.2, 0.8), {}))).toEqual([0.2, 0.8]);
  });

  it("puts everything on the first of the most probable at temperature 0", () => {
    expect(round(shape(logits(0.2, 0.4, 0.4), { temperature: 0, topK: 2 }))).toEqual([0, 1, 0]);
  });

  it("keeps k tokens, the lower id among equals", () => {
    expect(round(shape(logits(0.25, 0.5, 0.25), { topK: 2 }))).toEqual([0.333333333, 0.666666667, 0]);
    expect(round(shape(logits(0.25, 0.5, 0.25), { topK: 9 }))).toEqual([0.25, 0.5, 0.25]);
  });

  it("keeps the smallest set that holds topP, of what top-k left", () => {
    expect(round(shape(logits(0.125, 0.5, 0.375), { topP: 0.5 }))).toEqual([0, 1, 0]);
    expect(round(shape(logits(0.125, 0.5, 0.375), { topP: 0.51 }))).toEqual([0, 0.571428571, 0.428571429]);
    expect(round(shape(logits(0.4, 0.35, 0.25), { topK: 2, topP: 0.5 }))).toEqual([1, 0, 0]);
    expect(round(shape(logits(0.5, 0.5), { topP: 1 }))).toEqual([0.5, 0.5]);
  });

  it("leaves forbidden tokens at 0 and huge logits finite", () => {
    expect(round(shape(Float64Array.of(-Infinity, 0, 0), { temperature: 2, topP: 0.9 }))).toEqual([0, 0.5, 0.5]);
    expect(round(logSoftmax(Float64Array.of(1000, 1000)))).toEqual([0.5, 0.5]);
  });
});

describe("draw", () => {
  it("lays tokens side by side in id order and never takes one of probability 0", () => {
    const logprobs = logSoftmax(logits(0, 0.25, 0, 0.75, 0));
    expect([0, 0.2499, 0.2501, 0.9999].map((u) => draw(logprobs, u))).toEqual([1, 1, 3, 3]);
    // Rounding can leave the sum below the number drawn.
    expect(draw(Float64Array.of(Math.log(0.4), Math.log(0.4), -Infinity), 0.9)).toBe(1);
  });
});

describe("endsWith", () => {
  it("compares the end with each stop", () => {
    expect(endsWith([1, 2, 3], [[9], [2, 3]])).toBe(true);
    expect(endsWith([1, 2, 3], [[1, 2]])).toBe(false);
    expect(endsWith([3], [[2, 3], []])).toBe(false);
  });
});
