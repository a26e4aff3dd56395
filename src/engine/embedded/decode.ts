/**
 * The graph of one decoding step: every row reads one token, attends to what its cache holds, and gives the distribution
 * of its next token. Sizes of batch and cache are symbolic, so one session serves all of them.
 *
 * A row's result must not depend, to the last bit, on its neighbours or on how long the cache is. Three things see to that:
 * the row's own key comes first among the scores, so that padding only ever trails; the cache length is a multiple of
 * CACHE_STEP, below which the kernels of ONNX Runtime round differently; and the session runs on one thread, because a
 * product that is split among threads sums in an order that depends on the number of rows.
 */
import { EMBEDDING, FINAL_NORM, headWidth, kvHeadsOf, layerNames, parameterShapes, ropeTables } from "./config.ts";
import type { DecoderConfig } from "./config.ts";
import { Graph } from "./graph.ts";
import type { Tensor } from "./graph.ts";

/** Cache lengths are multiples of this. */
export const CACHE_STEP = 8;
/** Added to the scores of places that hold nothing: its exponential is nil beside any real score. */
export const MASKED = -1e9;

/** Names of a layer's cache inputs [rows, kvHeads, cache, headWidth] and outputs of the new token [rows, kvHeads, 1, headWidth]. */
export const cacheNames = (layer: number) => ({
  keys: `cache.${layer}.keys`,
  values: `cache.${layer}.values`,
  newKeys: `new.${layer}.keys`,
  newValues: `new.${layer}.values`,
});

/** Parameters that a step reads: all but the output heads. */
export const stepParameters = (config: DecoderConfig): Record<string, number[]> =>
  Object.fromEntries(Object.entries(parameterShapes(config)).filter(([name]) => !name.startsWith("head.")));

/**
 * Inputs: the parameters, `ids` [rows] int32, `positions` [rows, 1] int64 (unless the model has none), `mask`
 * [rows, 1, 1, 1 + cache] (the row's own token first), the caches. Outputs: `logits` [rows, vocab] of the next token, less
 * their greatest, their `exponentials` [rows, vocab] and the `sums` [rows, 1] of those; every layer's new keys and values.
 * The logarithm of the sums is left to the caller: ONNX Runtime's rounds differently at the end of an array.
 */
export function decodeProgram(config: DecoderConfig): Uint8Array {
  const { width, heads, hidden } = config;
  const size = headWidth(config);
  const kvHeads = kvHeadsOf(config);
  const group = heads / kvHeads;
  const g = new Graph();
  const parameters = new Map(
    Object.entries(stepParameters(config)).map(([name, shape]) => [name, g.input(name, shape)]),
  );
  const parameter = (name: string): Tensor => {
    const tensor = parameters.get(name);
    if (!tensor) throw new RangeError(`no parameter ${name}`);
    return tensor;
  };
  const normalise = (x: Tensor, scale: string): Tensor =>
    g.op("SimplifiedLayerNormalization", [x, parameter(scale)], x.shape, {
      axis: -1,
      epsilon: { float: config.normEps },
    });
  const linear = (x: Tensor, weight: string, o: { addend?: Tensor; alpha?: number } = {}): Tensor =>
    g.gemm(x, parameter(weight), { transB: true, ...o });

  const ids = g.input("ids", ["rows"], "int32");
  const mask = g.input("mask", ["rows", 1, 1, "1+cache"]);
  let rotate = (x: Tensor): Tensor => x;
  if (config.positions !== "none") {
    const positions = g.input("positions", ["rows", 1], "int64");
    const { cos, sin } = ropeTables(config, config.context);
    const tables = [cos, sin].map((table) => g.constant(table, [config.context, size / 2]));
    rotate = (x) => g.op("RotaryEmbedding", [x, positions, ...tables], x.shape, {}, "float32", "com.microsoft");
  }

  let x = g.gather(parameter(EMBEDDING), ids);
  for (let layer = 0; layer < config.layers; layer++) {
    const names = layerNames(layer);
    const cache = cacheNames(layer);
    const keys = g.input(cache.keys, ["rows", kvHeads, "cache", size]);
    const values = g.input(cache.values, ["rows", kvHeads, "cache", size]);
    const h = normalise(x, names.inputNorm);
    const query = rotate(g.reshape(linear(h, names.q, { alpha: 1 / Math.sqrt(size) }), ["rows", heads, 1, size]));
    const q = group === 1 ? query : g.reshape(query, ["rows", kvHeads, group, size]);
    const k = rotate(g.reshape(linear(h, names.k), ["rows", kvHeads, 1, size]));
    const v = g.reshape(linear(h, names.v), ["rows", kvHeads, 1, size]);
    g.output(k, cache.newKeys);
    g.output(v, cache.newValues);
    const own = g.reduce("ReduceSum", g.mul(q, k), [3]);
    const cached = g.matmul(q, g.transpose(keys, [0, 1, 3, 2]));
    const scores = g.op("Add", [g.concat([own, cached], 3), mask], ["rows", kvHeads, group, "1+cache"]);
    const weights = g.softmax(scores);
    const fromOwn = g.mul(g.slice(weights, 3, 0, 1, 1), v);
    const fromCache = g.matmul(g.slice(weights, 3, 1, Number.MAX_SAFE_INTEGER, "cache"), values);
    x = linear(g.reshape(g.add(fromCache, fromOwn), ["rows", width]), names.o, { addend: x });
    const m = normalise(x, names.mlpNorm);
    const gate = linear(m, names.gate);
    const inner = g.mul(g.mul(gate, g.unary("Sigmoid", gate)), linear(m, names.up));
    x = linear(g.reshape(inner, ["rows", hidden]), names.down, { addend: x });
  }

  const { logits, vocab } = evenLogits(g, normalise(x, FINAL_NORM), parameter(EMBEDDING));
  const centred = g.sub(logits, g.reduce("ReduceMax", logits, [1]));
  const exponentials = g.unary("Exp", centred);
  const real = (rows: Tensor): Tensor => (rows.shape[1] === vocab ? rows : g.slice(rows, 1, 0, vocab));
  g.output(real(centred), "logits");
  g.output(real(exponentials), "exponentials");
  g.output(g.reduce("ReduceSum", exponentials, [1]), "sums");
  return g.build();
}

/** Row sums round differently where rows are not aligned: an odd vocabulary is filled up with impossible tokens. */
function evenLogits(g: Graph, x: Tensor, embedding: Tensor): { logits: Tensor; vocab: number } {
  const [vocab, width] = embedding.shape.map(Number);
  const missing = (16 - (vocab % 16)) % 16;
  if (missing === 0) return { logits: g.gemm(x, embedding, { transB: true }), vocab };
  const filled = g.concat([embedding, g.constant(new Float32Array(missing * width), [missing, width])], 0);
  const addend = g.constant(new Float32Array(vocab + missing).fill(MASKED, vocab), [vocab + missing]);
  return { logits: g.gemm(x, filled, { transB: true, addend }), vocab };
}
