import { describe, expect, it } from "vitest";
import { DecoderConfig } from "../src/engine/embedded/config.ts";
import { forwardFlops, matrixParameters, samplingFlops, scoringFlops, trainingFlops } from "./flops.ts";
import { median, ratioOf, takeTurns } from "./measure.ts";
import { jsonOf, lineOf, tableOf, type Results } from "./report.ts";

const config = DecoderConfig.parse({ vocab: 10, layers: 3, width: 4, heads: 2, kvHeads: 1, hidden: 6, context: 8 });

describe("floating-point operations", () => {
  it("counts every matrix once, key and value heads as many as there are", () => {
    const layer = 4 * 4 + 2 * (2 * 4) + 4 * 4 + 3 * (4 * 6);
    expect(matrixParameters(config)).toBe(10 * 4 + 3 * layer);
  });

  it("adds scores and weighted values to the products with matrices", () => {
    const span = 5;
    const products = 2 * matrixParameters(config);
    const attention = config.layers * config.heads * (2 + 2) * span * (config.width / config.heads);
    expect(forwardFlops(config, span)).toBe(products + attention);
  });

  it("does not count the last id of a row, which is not read, and counts training three times", () => {
    expect(scoringFlops(config, 6) * 6).toBeCloseTo(5 * forwardFlops(config, 5), 6);
    expect(trainingFlops(config, 6)).toBeCloseTo(3 * scoringFlops(config, 6), 6);
  });

  it("counts a prompt once for all its completions", () => {
    const spans = (from: number, to: number): number =>
      Array.from({ length: to - from }, (_, i) => forwardFlops(config, from + i)).reduce((sum, f) => sum + f, 0);
    const total = spans(1, 4) + 5 * spans(4, 6);
    expect(samplingFlops(config, { prompt: 3, made: 3, n: 5 }) * 15).toBeCloseTo(total, 6);
  });
});

describe("measuring", () => {
  it("lets contenders take turns", async () => {
    const order: string[] = [];
    const contender = (name: string, rate: number) => ({
      run: async () => {
        order.push(name);
        return rate + order.length;
      },
    });
    const rates = await takeTurns([contender("a", 10), contender("b", 20)], 2);
    expect(order).toEqual(["a", "b", "a", "b"]);
    expect(rates).toEqual([
      [11, 13],
      [22, 24],
    ]);
  });

  it("compares bests, and rounds in pairs", () => {
    // The third round was slow for both: the pair still says 2, as the others do.
    expect(ratioOf([40, 44, 4], [20, 11, 2])).toEqual({ ofBests: 2.2, paired: 2 });
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});

describe("the report", () => {
  const machine = {
    cpu: "x",
    cores: 2,
    threads: 2,
    device: "cpu",
    node: "24",
    onnxruntime: "1",
    torch: "2",
    load: [0, 1] as const,
  };
  const row = {
    what: "training",
    unit: "tokens",
    rates: [1000, 2000],
    flops: 3e6,
    torch: { eager: [1000, 500] },
    notes: ["n"],
  };
  const results: Results = { machine, peak: { best: 12, samples: [12, 8] }, rows: [row] };

  it("states the best rate as a fraction of the best peak", () => {
    expect(lineOf(row, 12)).toMatchObject({ best: 2000, median: 1500, gflops: 6, ofPeak: 0.5 });
    expect(lineOf({ ...row, flops: undefined }, 12).ofPeak).toBeUndefined();
  });

  it("shows it as a table and as JSON with all samples", () => {
    expect(tableOf(results)).toMatch(/training +2,000 +1,500 +tokens\/s +6 +50 % +1,000 +2\.00 \(2\.50\)/);
    expect(JSON.parse(jsonOf(results))).toMatchObject({
      peak: { best: 12 },
      rows: [{ ofPeak: 0.5, samples: { ours: [1000, 2000], eager: [1000, 500] } }],
    });
  });
});
