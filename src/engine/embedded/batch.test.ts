import { describe, expect, it } from "vitest";
import { chunks, packMasks, packSeeds, packTokens } from "./batch.ts";
import { DecoderConfig } from "./config.ts";
import { floatsOf } from "./sessions.ts";

const config = DecoderConfig.parse({ vocab: 9, layers: 1, width: 4, heads: 1, hidden: 4, context: 600, dropout: 0.25 });
const of = (...lengths: number[]) => lengths.map((length) => ({ ids: Array.from({ length }, (_, i) => 1 + (i % 8)) }));

describe("chunks", () => {
  it("keeps a batch that fits whole, in one bucket", () => {
    expect(chunks(of(...Array<number>(100).fill(25)), ["logprob"])).toEqual([
      { bucket: { batch: 128, length: 24 }, rows: Array.from({ length: 100 }, (_, i) => i) },
    ]);
  });

  it("counts the last token only where a head reads it", () => {
    expect(chunks(of(9), ["logprob"])[0].bucket.length).toBe(8);
    expect(chunks(of(9), ["logprob", "head:value"])[0].bucket.length).toBe(10);
  });

  it("divides by sequences and by tokens, long ones first, each row once", () => {
    const lengths = [...Array<number>(300).fill(10), 513, 500];
    const passes = chunks(of(...lengths), ["logprob"]);
    expect(passes[0].rows.slice(0, 2)).toEqual([300, 301]);
    expect(passes[0].bucket).toEqual({ batch: 16, length: 512 });
    expect(passes.flatMap((pass) => pass.rows).toSorted((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
    for (const { bucket, rows } of passes) {
      expect(bucket.batch * bucket.length).toBeLessThanOrEqual(8192);
      expect(rows.length).toBeLessThanOrEqual(bucket.batch);
    }
  });
});

describe("packing", () => {
  const sequences = [{ ids: [5, 6] }, { ids: [1, 2, 3] }];
  const [chunk] = chunks(sequences, ["logprob"]);
  it("lays tokens time-major, each beside the one that follows", () => {
    expect(chunk).toEqual({ bucket: { batch: 2, length: 8 }, rows: [1, 0] });
    const { ids, targets, positions } = packTokens(config, chunk, sequences, true);
    expect([...ids.data].map(Number).slice(0, 8)).toEqual([1, 5, 2, 6, 3, 0, 0, 0]);
    expect([...targets.data].map(Number).slice(0, 8)).toEqual([2, 6, 3, 0, 0, 0, 0, 0]);
    expect([...positions.data].map(Number).slice(0, 8)).toEqual([0, 0, 1, 1, 2, 0, 0, 0]);
  });

  it("moves a prediction's gradient to the token before, and drops that of the first", () => {
    const seeds = [Float32Array.of(9, 1), Float32Array.of(9, 2, 3)];
    expect([...packSeeds(config, chunk, sequences, "logprob", seeds)].slice(0, 6)).toEqual([2, 1, 3, 0, 0, 0]);
  });

  it("stretches positions only under a seed, by a sequence's index in the batch, however it is divided", () => {
    const gapped = DecoderConfig.parse({ ...config, gaps: 5 });
    const long = of(30, 30, 30, 30, 30, 30);
    const at = (among: number[], seed?: number) => {
      const bucket = { batch: among.length, length: 32 };
      const { positions } = packTokens(gapped, { bucket, rows: among }, long, true, seed);
      return Array.from({ length: 29 }, (_, t) => Number(positions.data[t * among.length + among.indexOf(1)]));
    };
    const plain = Array.from({ length: 29 }, (_, t) => t);
    expect(at([1])).toEqual(plain);
    const seeds = Array.from({ length: 20 }, (_, seed) => seed);
    for (const seed of seeds) expect(at([1], seed)).toEqual(at([4, 1, 0], seed));
    expect(seeds.filter((seed) => at([1], seed).join() !== plain.join()).length).toBeGreaterThan(5);
  });

  it("draws a sequence's dropout masks by its index in the batch, however it is divided and padded", () => {
    const seen = (among: number[]) => {
      const bucket = { batch: 2 * among.length, length: 8 * among.length };
      const masks = packMasks(config, { bucket, rows: among }, 7);
      return Object.values(masks).map((mask) =>
        Array.from({ length: 8 }, (_, t) => {
          const start = (t * bucket.batch + among.indexOf(1)) * config.width;
          return [...floatsOf(mask).subarray(start, start + config.width)];
        }),
      );
    };
    expect(seen([1])).toEqual(seen([2, 0, 1]));
    const values = seen([1]).flat(2);
    expect(new Set(values)).toEqual(new Set([0, Math.fround(4 / 3)]));
    expect(values.filter((x) => x === 0).length / values.length).toBeGreaterThan(0.1);
    expect(values.filter((x) => x === 0).length / values.length).toBeLessThan(0.4);
  });
});
