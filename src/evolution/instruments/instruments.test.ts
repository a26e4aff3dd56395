import { describe, expect, it } from "vitest";
import { random } from "../../core/random.ts";
import convergeMethod, { convergeDetect, slopeInterval } from "./converge-detect.ts";
import diversityMethod, { clusterEntropy, distinctN, rougeL } from "./diversity-metrics.ts";
import passMethod, { bestAtK, majorityAtK, passAtK } from "./pass-at-k.ts";

describe("pass-at-k", () => {
  it("has the closed forms of the specification", () => {
    expect(passAtK(10, 3, 5)).toBeCloseTo(0.916667, 6);
    expect(passAtK(10, 3, 1)).toBeCloseTo(0.3, 12);
    expect(passAtK(10, 6, 5)).toBe(1);
    expect(passAtK(10, 0, 10)).toBe(0);
  });

  it("equals the share of k-subsets that hold a right sample", () => {
    for (let c = 0; c <= 6; c++) {
      for (let k = 1; k <= 6; k++) {
        const subsets = Array.from({ length: 64 }, (_, bits) => bits).filter(
          (bits) => bits.toString(2).replaceAll("0", "").length === k,
        );
        const hits = subsets.filter((bits) => (bits & ((1 << c) - 1)) !== 0).length;
        expect(passAtK(6, c, k)).toBeCloseTo(hits / subsets.length, 12);
      }
    }
  });

  it("stays accurate for many samples and refuses impossible counts", () => {
    expect(passAtK(10_000, 1, 100)).toBeCloseTo(0.01, 10);
    for (const [n, c, k] of [
      [5, 6, 1],
      [5, 1, 6],
      [5, 1, 0],
      [5, -1, 1],
    ])
      expect(() => passAtK(n, c, k)).toThrow(RangeError);
  });

  it("gives majority and best-of-k of the first k", () => {
    const sampled = {
      correct: [true, false, false, true],
      answers: ["1", "2", "2", "1.0"],
      scores: [0.1, 0.9, 0.2, 1],
    };
    expect([1, 3, 4].map((k) => majorityAtK(sampled, k))).toEqual([1, 0, 1]);
    expect([1, 3, 4].map((k) => bestAtK(sampled, k))).toEqual([1, 0, 1]);
    const curve = passMethod.create({ k: [1, 2] })([sampled, { correct: [false, false] }]);
    expect(curve).toEqual([
      { k: 1, pass: 0.25 },
      { k: 2, pass: expect.closeTo(5 / 12, 12) },
    ]);
  });
});

describe("diversity-metrics", () => {
  const measure = diversityMethod.create(diversityMethod.options.parse({}));

  it("has the cluster entropy of the specification", () => {
    expect(clusterEntropy([2, 1, 1])).toBeCloseTo(1.0397, 4);
    expect(measure([{ texts: [], answers: ["1", "1.0", "2", "3"] }]).answerEntropy).toBeCloseTo(1.0397, 4);
    expect(clusterEntropy([5])).toBe(0);
  });

  it("counts n-grams, equations and answers", () => {
    expect(distinctN(["a b a b", "a b"], 2)).toBe(0.5);
    expect(distinctN(["a"], 2)).toBe(0);
    const found = measure([
      { texts: ["1 + 2 = 3", "so 1+2 = 3", "2 + 1 = 3", "none"], answers: ["3", "3", "3", undefined] },
    ]);
    expect([found.equationLists, found.answers]).toEqual([2, 1]);
  });

  it("measures wording by the longest common subsequence and entropy by what was sampled", () => {
    expect(rougeL("a b c d", "a c d e f g")).toBeCloseTo(0.6, 12);
    expect(rougeL("x y", "x y")).toBe(1);
    const same = measure([{ texts: ["a b", "a b", "a b"], logprobs: [[-1, -2], [-3]] }]);
    expect([same.distance, same.tokenEntropy]).toEqual([0, 2]);
    expect(measure([{ texts: ["a", "b"] }]).distance).toBe(1);
  });
});

describe("converge-detect", () => {
  const series = [0.5, 0.6, 0.65, 0.652, 0.651, 0.653];
  const detect = (o: object) => convergeMethod.create(convergeMethod.options.parse(o));

  it("stops at the sixth of the specification's series, not before", () => {
    const o = { window: 3, epsilon: 0.005 };
    expect(series.map((_, i) => convergeDetect(series.slice(0, i + 1), o))).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
    expect(detect({})(series).gain).toBeCloseTo(0.003, 12);
    expect(detect({})(series.slice(0, 5)).gain).toBeCloseTo(0.052, 12);
  });

  it("finds a flat noisy series by its slope only when asked", () => {
    const noisy = [0.5, 0.6, 0.52, 0.61, 0.5, 0.62];
    expect(detect({ epsilon: 0 })(noisy).stop).toBe(false);
    expect(detect({ epsilon: 0, slope: true })(noisy)).toMatchObject({ stop: true, reason: "flat" });
    expect(detect({ epsilon: 0, slope: true })([0, 0.1, 0.2, 0.3, 0.4, 0.5])).toMatchObject({ stop: false });
  });

  it("stops when diversity falls without any gain", () => {
    const flat = [0.6, 0.5, 0.5, 0.5, 0.5];
    const rule = detect({ epsilon: 0, diversity: 0.2 });
    expect(rule(flat, [1, 1, 1, 0.9, 0.7])).toMatchObject({ stop: true, reason: "diversity" });
    expect(rule(flat, [1, 1, 1, 0.9, 0.9]).stop).toBe(false);
    expect(rule([0.6, 0.5, 0.5, 0.5, 0.7], [1, 1, 1, 0.9, 0.7]).stop).toBe(false);
  });

  it("covers the true slope about 95 times in 100", () => {
    const r = random("slopes");
    const covered = Array.from({ length: 2000 }, () => {
      const { slope, half } = slopeInterval(Array.from({ length: 6 }, (_, i) => 0.3 * i + r.normal()));
      return Math.abs(slope - 0.3) <= half;
    }).filter(Boolean).length;
    expect(covered / 2000).toBeCloseTo(0.95, 1);
    expect(covered).toBeLessThan(1960);
  });
});
