/**
 * The decoder again, in plain loops and double precision, for tests: independent of graphs, caches and batches. Slow.
 */
import { EMBEDDING, FINAL_NORM, headWidth, kvHeadsOf, layerNames, positionsOf } from "./config.ts";
import type { DecoderConfig } from "./config.ts";

type Weights = Readonly<Record<string, Float32Array>>;
type Vector = number[];

const dot = (a: ArrayLike<number>, b: ArrayLike<number>, offset = 0): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[offset + i];
  return sum;
};

/** y = x·Wᵀ with W [out, in]. */
const linear = (x: Vector, weight: Float32Array): Vector =>
  Array.from({ length: weight.length / x.length }, (_, row) => dot(x, weight, row * x.length));

const plus = (a: Vector, b: Vector): Vector => a.map((value, i) => value + b[i]);

function rmsNorm(x: Vector, scale: Float32Array, eps: number): Vector {
  const inverse = 1 / Math.sqrt(dot(x, x) / x.length + eps);
  return x.map((value, i) => value * inverse * scale[i]);
}

/** Rotates each head's pairs (i, i + size/2) by position·base^(−2i/size). */
function rope(x: Vector, size: number, position: number, base: number): Vector {
  const half = size / 2;
  return x.map((value, j) => {
    const i = (j % size) % half;
    const angle = position * base ** (-i / half);
    const partner = j % size < half ? -x[j + half] : x[j - half];
    return value * Math.cos(angle) + partner * Math.sin(angle);
  });
}

const softmax = (scores: Vector): Vector => {
  const max = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - max));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
};

/** Log-probs of the next token after every prefix: one array of `vocab` numbers a token of ids. */
export function referenceLogprobs(config: DecoderConfig, weights: Weights, ids: readonly number[]): Vector[] {
  const size = headWidth(config);
  const group = config.heads / kvHeadsOf(config);
  const positions = positionsOf(config, ids);
  const turn = (x: Vector, t: number): Vector =>
    config.positions === "none" ? x : rope(x, size, positions[t], config.ropeBase);
  let states = ids.map((id) => Array.from(weights[EMBEDDING].subarray(id * config.width, (id + 1) * config.width)));
  for (let layer = 0; layer < config.layers; layer++) {
    const names = layerNames(layer);
    const normed = states.map((x) => rmsNorm(x, weights[names.inputNorm], config.normEps));
    const queries = normed.map((x, t) => turn(linear(x, weights[names.q]), t));
    const keys = normed.map((x, t) => turn(linear(x, weights[names.k]), t));
    const values = normed.map((x) => linear(x, weights[names.v]));
    states = states.map((x, t) => {
      const mixed: Vector = [];
      for (let head = 0; head < config.heads; head++) {
        const own = head * size;
        const shared = Math.floor(head / group) * size;
        const query = queries[t].slice(own, own + size);
        const attention = softmax(keys.slice(0, t + 1).map((key) => dot(query, key, shared) / Math.sqrt(size)));
        for (let j = 0; j < size; j++)
          mixed.push(attention.reduce((sum, weight, s) => sum + weight * values[s][shared + j], 0));
      }
      const y = plus(x, linear(mixed, weights[names.o]));
      const m = rmsNorm(y, weights[names.mlpNorm], config.normEps);
      const up = linear(m, weights[names.up]);
      const inner = linear(m, weights[names.gate]).map((gate, i) => (gate / (1 + Math.exp(-gate))) * up[i]);
      return plus(y, linear(inner, weights[names.down]));
    });
  }
  return states.map((x) =>
    softmax(linear(rmsNorm(x, weights[FINAL_NORM], config.normEps), weights[EMBEDDING])).map((p) => Math.log(p)),
  );
}
