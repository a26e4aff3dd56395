/** Initial weights. */
import { random } from "../../core/random.ts";
import type { DecoderConfig } from "./config.ts";
import { parameterShapes } from "./config.ts";

/** Numbers that tokens stand for, by token id: their embeddings start as features of the number. */
export type Numerals = ReadonlyMap<number, number>;

/** Periods of the Fourier features of a number, and of its logarithm. */
const periods = [2, 3, 4, 5, 7, 10, 20, 25, 50, 100, 200];
const logPeriods = [0.35, 0.7, 1.4, 2.8, 5];

function features(n: number): number[] {
  const linear = periods.flatMap((p) => [Math.cos((2 * Math.PI * n) / p), Math.sin((2 * Math.PI * n) / p)]);
  const size = Math.log(n + 1);
  const logarithmic = logPeriods.flatMap((p) => [
    Math.cos((2 * Math.PI * size) / p),
    Math.sin((2 * Math.PI * size) / p),
  ]);
  return [...linear, n / 50 - 1, size / 2 - 1, ...logarithmic];
}

/**
 * Normal weights of standard deviation 1/√fan-in; what writes to the residual stream is scaled down by √(2·layers)
 * (Radford et al. 2019), norms are 1, biases and heads 0. Embeddings have standard deviation `embedding`; those of
 * numerals are mostly a random projection of Fourier features of the number, so that near and congruent numbers start
 * out alike (after Zhou et al. 2024, who find such features in trained models).
 */
export function initialWeights(
  config: DecoderConfig,
  seed: string,
  numerals: Numerals = new Map(),
  embedding = 0.1,
): Record<string, Float32Array> {
  const weights: Record<string, Float32Array> = {};
  for (const [name, shape] of Object.entries(parameterShapes(config))) {
    const data = new Float32Array(shape.reduce((product, dim) => product * dim, 1));
    const source = random(`${seed}/${name}`);
    const fill = (std: number): void => {
      for (let i = 0; i < data.length; i++) data[i] = std * source.normal();
    };
    if (name.startsWith("head.")) data.fill(0);
    else if (shape.length === 1) data.fill(1);
    else if (name === "model.embed_tokens.weight") fill(embedding);
    else fill((/o_proj|down_proj/.test(name) ? 1 / Math.sqrt(2 * config.layers) : 1) / Math.sqrt(shape[1]));
    weights[name] = data;
  }
  placeNumerals(weights["model.embed_tokens.weight"], config.width, seed, numerals, embedding);
  return weights;
}

function placeNumerals(table: Float32Array, width: number, seed: string, numerals: Numerals, embedding: number): void {
  const count = features(0).length;
  const source = random(`${seed}/numerals`);
  const std = embedding / Math.sqrt(count / 2);
  const projection = Float32Array.from({ length: count * width }, () => std * source.normal());
  for (const [id, n] of numerals) {
    const f = features(n);
    for (let j = 0; j < width; j++) {
      let sum = 0.3 * table[id * width + j];
      for (let i = 0; i < count; i++) sum += f[i] * projection[i * width + j];
      table[id * width + j] = sum;
    }
  }
}
