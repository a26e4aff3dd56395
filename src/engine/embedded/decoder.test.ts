import { describe, expect, it } from "vitest";
import { random } from "../../core/random.ts";
import { DecoderConfig, headNames, headWidth, kvHeadsOf, layerNames, parameterShapes, positionsOf } from "./config.ts";
import { Learner } from "./learner.ts";
import type { Weights } from "./learner.ts";

type Vector = number[];
const sum = (v: readonly number[]): number => v.reduce((a, b) => a + b, 0);
const apply = (matrix: Float32Array, x: Vector): Vector =>
  Array.from({ length: matrix.length / x.length }, (_, row) =>
    sum(x.map((value, i) => value * matrix[row * x.length + i])),
  );
const add = (a: Vector, b: Vector): Vector => a.map((value, i) => value + b[i]);

/** Llama as published (Touvron et al. 2023; Hugging Face's rotate-half layout), token by token in double precision. */
function plainDecoder(
  config: DecoderConfig,
  w: Weights,
  ids: readonly number[],
): { logits: Vector[]; hidden: Vector[] } {
  const size = headWidth(config);
  const group = config.heads / kvHeadsOf(config);
  const positions = positionsOf(config, ids);
  const norm = (x: Vector, weight: Float32Array): Vector => {
    const rms = Math.sqrt(sum(x.map((value) => value ** 2)) / x.length + config.normEps);
    return x.map((value, i) => (value / rms) * weight[i]);
  };
  const turn = (x: Vector, position: number): Vector =>
    x.map((value, i) => {
      if (config.positions === "none") return value;
      const [head, j] = [Math.floor(i / size) * size, i % size];
      const half = size / 2;
      const angle = position / config.ropeBase ** ((2 * (j % half)) / size);
      const partner = j < half ? -x[head + j + half] : x[head + j - half];
      return value * Math.cos(angle) + partner * Math.sin(angle);
    });
  const keys: Vector[][] = Array.from({ length: config.layers }, () => []);
  const values: Vector[][] = Array.from({ length: config.layers }, () => []);
  const table = w["model.embed_tokens.weight"];
  const hidden = ids.map((id, t) => {
    let x = [...table.subarray(id * config.width, (id + 1) * config.width)];
    for (let layer = 0; layer < config.layers; layer++) {
      const names = layerNames(layer);
      const a = norm(x, w[names.inputNorm]);
      const q = turn(apply(w[names.q], a), positions[t]);
      keys[layer].push(turn(apply(w[names.k], a), positions[t]));
      values[layer].push(apply(w[names.v], a));
      const mixed = q.map(() => 0);
      for (let head = 0; head < config.heads; head++) {
        const [own, shared] = [head * size, Math.floor(head / group) * size];
        const scores = keys[layer].map(
          (k) => sum(k.slice(shared, shared + size).map((value, i) => value * q[own + i])) / Math.sqrt(size),
        );
        const exponentials = scores.map(Math.exp);
        values[layer].forEach((v, s) => {
          for (let i = 0; i < size; i++) mixed[own + i] += (exponentials[s] / sum(exponentials)) * v[shared + i];
        });
      }
      x = add(x, apply(w[names.o], mixed));
      const m = norm(x, w[names.mlpNorm]);
      const up = apply(w[names.up], m);
      const gated = apply(w[names.gate], m).map((u, i) => (u / (1 + Math.exp(-u))) * up[i]);
      x = add(x, apply(w[names.down], gated));
    }
    return norm(x, w["model.norm.weight"]);
  });
  return { hidden, logits: hidden.map((h) => apply(table, h)) };
}

const r = random("weights");
const weightsOf = (config: DecoderConfig): Weights =>
  Object.fromEntries(
    Object.entries(parameterShapes(config)).map(([name, shape]) => [
      name,
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
        /norm/.test(name) ? 1 + 0.3 * r.normal() : 0.3 * r.normal(),
      ),
    ]),
  );

describe("decoder", () => {
  it.each([
    ["rotary positions", {}],
    ["no positions", { positions: "none" }],
    ["coupled positions", { positions: "coupled", digitTokens: [3, 4, 5, 6] }],
    ["grouped-query heads", { kvHeads: 2, ropeBase: 50 }],
  ])("agrees with a plain implementation: %s", async (_, settings) => {
    const config = DecoderConfig.parse({
      vocab: 11,
      layers: 2,
      width: 16,
      heads: 4,
      hidden: 20,
      context: 16,
      outputHeads: { kind: 3 },
      ...settings,
    });
    const weights = weightsOf(config);
    const learner = new Learner(config, weights, { threads: 1, device: "cpu" });
    const batch = [[1, 3, 4, 5, 2, 5, 5, 6, 0], [7, 8, 3], [10]].map((ids) => ({ ids }));
    const { logprob = [], "head:kind": kinds = [] } = await learner.forward(batch, ["logprob", "head:kind"]);
    batch.forEach(({ ids }, i) => {
      const { logits, hidden } = plainDecoder(config, weights, ids);
      ids.forEach((id, t) => {
        const before = logits[t - 1];
        if (before) expect(logprob[i][t]).toBeCloseTo(before[id] - Math.log(sum(before.map(Math.exp))), 4);
        const names = headNames("kind");
        add(apply(weights[names.weight], hidden[t]), [...weights[names.bias]]).forEach((value, c) =>
          expect(kinds[i][t * 3 + c]).toBeCloseTo(value, 4),
        );
      });
    });
    await learner.close();
  });
});
