import { describe, expect, it } from "vitest";
import { random, streamKey, uniform, uniformAt } from "./random.ts";

/** Pearson's χ² of counts against equal expectations. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}
/** χ² of f degrees of freedom exceeds f + 4√(2f) less than once in a thousand times, for f as large as here. */
const bound = (freedom: number): number => freedom + 4 * Math.sqrt(2 * freedom);

const draws = (from: { next(): number }, n: number): number[] => Array.from({ length: n }, () => from.next());
const correlation = (a: readonly number[], b: readonly number[]): number =>
  (12 * a.reduce((sum, x, i) => sum + (x - 0.5) * (b[i] - 0.5), 0)) / a.length;

describe("uniform", () => {
  it("gives the same numbers on every machine and in every version: recorded runs depend on them", () => {
    expect([uniform("a/0", 0), uniform("a/0", 1), uniform("17/countdown/3", 4096)]).toEqual([
      0.9054700022097677, 0.3390499062370509, 0.004836467327550054,
    ]);
  });

  it("is the stream of random(seed) at a position", () => {
    const source = random("x");
    expect(draws(source, 3)).toEqual([0, 1, 2].map((position) => uniform("x", position)));
    expect(uniformAt(streamKey("x"), 2)).toBe(uniform("x", 2));
  });

  it("fills [0, 1) evenly along positions and along seeds", () => {
    const n = 64_000;
    for (const at of [
      (i: number) => uniform("even", i),
      (i: number) => uniform(`even/${i}`, 0),
      (i: number) => uniform(`s/${i}`, i),
    ]) {
      const counts = Array.from({ length: 64 }, () => 0);
      for (let i = 0; i < n; i++) counts[Math.floor(at(i) * 64)]++;
      expect(chiSquare(counts)).toBeLessThan(bound(63));
    }
  });

  it("is even in pairs of successive positions and of neighbouring seeds", () => {
    const pairs = [
      (i: number) => [uniform("p", 2 * i), uniform("p", 2 * i + 1)],
      (i: number) => [uniform(`${i}`, 5), uniform(`${i + 1}`, 5)],
    ];
    for (const pair of pairs) {
      const counts = Array.from({ length: 256 }, () => 0);
      for (let i = 0; i < 64_000; i++) {
        const [a, b] = pair(i);
        counts[Math.floor(a * 16) * 16 + Math.floor(b * 16)]++;
      }
      expect(chiSquare(counts)).toBeLessThan(bound(255));
    }
  });
});

describe("random", () => {
  it("gives integers and picks evenly, in range", () => {
    const source = random("int");
    const counts = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 10_000; i++) counts[source.int(10)]++;
    expect(chiSquare(counts)).toBeLessThan(bound(9));
    expect(new Set(Array.from({ length: 100 }, () => source.pick(["a", "b"])))).toEqual(new Set(["a", "b"]));
    expect(() => source.pick([])).toThrow(RangeError);
  });

  it("gives standard normal numbers", () => {
    const source = random("normal");
    const values = Array.from({ length: 20_000 }, () => source.normal());
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
    expect(values.filter((x) => Math.abs(x) > 1.96).length / values.length).toBeCloseTo(0.05, 2);
  });

  it("shuffles a copy, every order as often as any other", () => {
    const source = random("shuffle");
    const items = ["a", "b", "c", "d"];
    const counts = new Map<string, number>();
    for (let i = 0; i < 12_000; i++) {
      const order = source.shuffle(items).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(items).toEqual(["a", "b", "c", "d"]);
    expect(counts.size).toBe(24);
    expect(chiSquare([...counts.values()])).toBeLessThan(bound(23));
  });

  it("forks by label only, whatever was drawn before, into streams that do not resemble each other", () => {
    const fresh = random("root").fork("child");
    const used = random("root");
    draws(used, 100);
    expect(draws(used.fork("child"), 5)).toEqual(draws(fresh, 5));
    const streams = [
      random("root"),
      random("root").fork(0),
      random("root").fork(1),
      random("root").fork("1").fork(0),
    ].map((source) => draws(source, 20_000));
    for (const [i, a] of streams.entries()) {
      for (const b of streams.slice(i + 1)) expect(Math.abs(correlation(a, b))).toBeLessThan(4 / Math.sqrt(20_000));
    }
    expect(random("root").fork(7).seed).toBe("root/7");
  });
});
