import { describe, expect, it } from "vitest";
import { random } from "../../core/random.ts";
import { beta, dirichlet, gamma, indexBy, logitSoftmax } from "./draws.ts";
import { betaPosterior, normalPosterior } from "./posteriors.ts";

const n = 20_000;
function moments(draw: () => number): { mean: number; variance: number } {
  const drawn = Array.from({ length: n }, draw);
  const mean = drawn.reduce((sum, x) => sum + x, 0) / n;
  return { mean, variance: drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n };
}

describe("draws", () => {
  it.each([0.3, 1, 4.5])("gamma of shape %d has mean and variance of its shape", (shape) => {
    const source = random(`gamma ${shape}`);
    const { mean, variance } = moments(() => gamma(source, shape));
    // Five standard errors; the fourth central moment of a gamma is 3k² + 6k.
    expect(Math.abs(mean - shape)).toBeLessThan(5 * Math.sqrt(shape / n));
    expect(Math.abs(variance - shape)).toBeLessThan(5 * Math.sqrt((2 * shape ** 2 + 6 * shape) / n));
    expect(() => gamma(source, 0)).toThrow(RangeError);
  });

  it("beta has its mean and variance, and stays in [0, 1] when its parameters are tiny", () => {
    const source = random("beta");
    const [a, b] = [2, 5];
    const { mean, variance } = moments(() => beta(source, a, b));
    const exact = (a * b) / ((a + b) ** 2 * (a + b + 1));
    expect(Math.abs(mean - a / (a + b))).toBeLessThan(5 * Math.sqrt(exact / n));
    expect(variance / exact).toBeCloseTo(1, 1);
    const tiny = moments(() => beta(source, 1e-4, 3e-4));
    expect(Math.abs(tiny.mean - 0.25)).toBeLessThan(5 * Math.sqrt(0.1875 / n));
  });

  it("a Dirichlet sums to 1, and is flatter the larger alpha is", () => {
    const spread = (alpha: number): number => {
      const source = random("dirichlet");
      const draws = Array.from({ length: 500 }, () => dirichlet(source, alpha, 4));
      for (const draw of draws) expect(draw.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
      return draws.reduce((sum, draw) => sum + Math.max(...draw), 0) / draws.length;
    };
    expect(spread(0.1)).toBeGreaterThan(spread(10) + 0.3);
  });

  it("an index comes as often as its weight", () => {
    const source = random("index");
    const counts = [0, 0, 0];
    for (let i = 0; i < n; i++) counts[indexBy(source, [0.2, 0, 0.8])]++;
    expect(counts[1]).toBe(0);
    expect(Math.abs(counts[0] / n - 0.2)).toBeLessThan(5 * Math.sqrt(0.16 / n));
  });

  it("logits of process rewards .5 and .8 weigh .2 and .8; 0 and 1 stay finite", () => {
    const [low, high] = logitSoftmax([0.5, 0.8]);
    expect([low, high]).toEqual([expect.closeTo(0.2, 12), expect.closeTo(0.8, 12)]);
    expect(logitSoftmax([0, 0])).toEqual([0.5, 0.5]);
    expect(logitSoftmax([0, 1])[1]).toBeCloseTo(1, 12);
  });
});

describe("posteriors", () => {
  it("of a normal, in closed form: Student's t with the updated parameters", () => {
    const scores = [0.2, 0.9, 0.4, 0.7, 0.6];
    const posterior = normalPosterior({ m: 0, kappa: 1, nu: 1, tau2: 0.1 });
    for (const score of scores) posterior.observe(score);
    const mean = scores.reduce((a, b) => a + b, 0) / 5;
    const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0);
    const [kappa, nu] = [6, 6];
    const scale = (0.1 + squares + (5 / 6) * mean ** 2) / nu;
    const source = random("normal");
    const drawn = moments(() => posterior.draw(source));
    const variance = ((scale / kappa) * nu) / (nu - 2);
    expect(Math.abs(drawn.mean - (5 * mean) / 6)).toBeLessThan(5 * Math.sqrt(variance / n));
    expect(drawn.variance / variance).toBeCloseTo(1, 1);
  });

  it("of a beta: a success adds to a, a failure to b, a score to both", () => {
    const posterior = betaPosterior({ a: 0.5, b: 0.5 });
    for (const score of [1, 1, 0, 0.25]) posterior.observe(score);
    const source = random("beta posterior");
    const { mean } = moments(() => posterior.draw(source));
    expect(mean).toBeCloseTo(2.75 / 5, 2);
  });
});
