/**
 * The graphs of decoding. A step: every row reads one token, attends to what its cache holds, and gives the distribution of
 * its next token. A prompt pass: prompts are read whole, each of their tokens as a row whose cache is made up of the other
 * tokens of its prompt. Sizes of batch and cache are symbolic, so one session serves all of them; the weights are constants,
 * which ONNX Runtime rearranges once for its products instead of at every one (a third faster at 64 rows, twice at 8).
 *
 * A token's result must not depend, to the last bit, on its neighbours, on how long the cache is, or on which of the two
 * graphs reads it. Four things see to that: the row's own key comes first among the scores, so that padding only ever
 * trails; the cache length is a multiple of CACHE_STEP, below which the kernels of ONNX Runtime round differently; both
 * graphs attend by the same products of one query; and the sessions run on one thread, because a product that is split among
 * threads sums in an order that depends on the number of rows.
 */
import { EMBEDDING, FINAL_NORM, headWidth, kvHeadsOf, layerNames, parameterShapes, ropeTables } from "./config.ts";
import type { DecoderConfig } from "./config.ts";
import { Graph } from "./graph.ts";
import type { Tensor } from "./graph.ts";

export type Weights = Readonly<Record<string, Float32Array>>;

/** Cache lengths are multiples of this. */
export const CACHE_STEP = 8;
/** Added to the scores of places that hold nothing: its exponential is nil beside any real score. */
export const MASKED = -1e9;

/** Names of a layer's cache inputs [rows, kvHeads, cache, headWidth]. */
export const cacheNames = (layer: number) => ({ keys: `cache.${layer}.keys`, values: `cache.${layer}.values` });

/** Parameters that decoding needs: all but the output heads. */
export const decodeParameters = (config: DecoderConfig): string[] =>
  Object.keys(parameterShapes(config)).filter((name) => !name.startsWith("head."));

/** The two products of one layer's attention with the cache. */
interface Cached {
  /** Scores [rows, kvHeads, group, cache] of queries [rows, kvHeads, group, headWidth]. */
  score(queries: Tensor): Tensor;
  /** Values mixed by weights [rows, kvHeads, group, cache]: [rows, kvHeads, group, headWidth]. */
  mix(weights: Tensor): Tensor;
}

/** Residual stream [rows, width] after the last layer; adds the output for new keys and values. */
function layers(
  g: Graph,
  config: DecoderConfig,
  parameter: (name: string) => Tensor,
  cached: (layer: number, keys: Tensor, values: Tensor) => Cached,
): Tensor {
  const { width, heads } = config;
  const size = headWidth(config);
  const kvHeads = kvHeadsOf(config);
  const group = heads / kvHeads;
  const linear = (x: Tensor, weight: string, o: { addend?: Tensor; alpha?: number } = {}): Tensor =>
    g.gemm(x, parameter(weight), { transB: true, ...o });
  const mask = g.input("mask", ["rows", 1, 1, "1+cache"]);
  let rotate = (x: Tensor): Tensor => x;
  if (config.positions !== "none") {
    const positions = g.input("positions", ["rows", 1], "int64");
    const { cos, sin } = ropeTables(config, config.context);
    const tables = [cos, sin].map((table) => g.constant(table, [config.context, size / 2]));
    rotate = (x) => g.op("RotaryEmbedding", [x, positions, ...tables], x.shape, {}, "float32", "com.microsoft");
  }

  const made: Tensor[] = [];
  let x = g.gather(parameter(EMBEDDING), g.input("ids", ["rows"], "int32"));
  for (let layer = 0; layer < config.layers; layer++) {
    const names = layerNames(layer);
    const h = normalise(g, config, x, parameter(names.inputNorm));
    const query = rotate(g.reshape(linear(h, names.q, { alpha: 1 / Math.sqrt(size) }), ["rows", heads, 1, size]));
    const q = group === 1 ? query : g.reshape(query, ["rows", kvHeads, group, size]);
    const k = rotate(g.reshape(linear(h, names.k), ["rows", kvHeads, 1, size]));
    const v = g.reshape(linear(h, names.v), ["rows", kvHeads, 1, size]);
    made.push(k, v);
    const { score, mix } = cached(layer, k, v);
    const own = g.reduce("ReduceSum", g.mul(q, k), [3]);
    const scores = g.op("Add", [g.concat([own, score(q)], 3), mask], ["rows", kvHeads, group, "1+cache"]);
    const weights = g.softmax(scores);
    const fromOwn = g.mul(g.slice(weights, 3, 0, 1, 1), v);
    const fromCache = mix(g.slice(weights, 3, 1, Number.MAX_SAFE_INTEGER, "cache"));
    x = linear(g.reshape(g.add(fromCache, fromOwn), ["rows", width]), names.o, { addend: x });
    const m = normalise(g, config, x, parameter(names.mlpNorm));
    const gate = linear(m, names.gate);
    const inner = g.mul(g.mul(gate, g.unary("Sigmoid", gate)), linear(m, names.up));
    x = linear(inner, names.down, { addend: x });
  }
  g.output(g.concat(made, 1), "keyValues");
  return x;
}

const normalise = (g: Graph, { normEps }: DecoderConfig, x: Tensor, scale: Tensor): Tensor =>
  g.op("SimplifiedLayerNormalization", [x, scale], x.shape, { axis: -1, epsilon: { float: normEps } });

/** The weights as constants of a graph. */
function constants(g: Graph, config: DecoderConfig, weights: Weights): (name: string) => Tensor {
  const shapes = parameterShapes(config);
  const known = new Map<string, Tensor>();
  return (name) => {
    const tensor = known.get(name) ?? g.weights(weights[name], shapes[name]);
    known.set(name, tensor);
    return tensor;
  };
}

/** The distribution of the next token from the residual stream x [rows, width]. */
function predict(g: Graph, config: DecoderConfig, x: Tensor, parameter: (name: string) => Tensor): void {
  const { vocab, width } = config;
  const embedding = parameter(EMBEDDING);
  const normed = normalise(g, config, x, parameter(FINAL_NORM));
  // Row sums round differently where rows are not aligned: an odd vocabulary is filled up with impossible tokens.
  const missing = (16 - (vocab % 16)) % 16;
  const filledUp = (): Tensor => {
    const rows = g.concat([embedding, g.constant(new Float32Array(missing * width), [missing, width])], 0);
    const addend = g.constant(new Float32Array(vocab + missing).fill(MASKED, vocab), [vocab + missing]);
    return g.gemm(normed, rows, { transB: true, addend });
  };
  const logits = missing === 0 ? g.gemm(normed, embedding, { transB: true }) : filledUp();
  const centred = g.sub(logits, g.reduce("ReduceMax", logits, [1]));
  const exponentials = g.unary("Exp", centred);
  const real = (rows: Tensor): Tensor => (missing === 0 ? rows : g.slice(rows, 1, 0, vocab));
  g.output(real(centred), "logits");
  g.output(real(exponentials), "exponentials");
  g.output(g.reduce("ReduceSum", exponentials, [1]), "sums");
}

/**
 * Inputs: `ids` [rows] int32, `positions` [rows, 1] int64 (unless the model has none), `mask` [rows, 1, 1, 1 + cache] (the
 * row's own token first), the caches. Outputs: `logits` [rows, vocab] of the next token, less their greatest, their
 * `exponentials` [rows, vocab] and the `sums` [rows, 1] of those; the token's `keyValues` [rows, layers·2·kvHeads, 1,
 * headWidth]. The logarithm of the sums is left to the caller: ONNX Runtime's rounds differently at the end of an array.
 */
export function stepProgram(config: DecoderConfig, weights: Weights): Uint8Array {
  const g = new Graph();
  const parameter = constants(g, config, weights);
  const shape = ["rows", kvHeadsOf(config), "cache", headWidth(config)];
  const x = layers(g, config, parameter, (layer) => {
    const keys = g.input(cacheNames(layer).keys, shape);
    const values = g.input(cacheNames(layer).values, shape);
    return {
      score: (queries) => g.matmul(queries, g.transpose(keys, [0, 1, 3, 2])),
      mix: (mixing) => g.matmul(mixing, values),
    };
  });
  predict(g, config, x, parameter);
  return g.build();
}

/** Shapes that a prompt pass is told, for so many prompts of so many tokens. */
export const promptShapes = (config: DecoderConfig, prompts: number, tokens: number): Record<string, number[]> => {
  const kvHeads = kvHeadsOf(config);
  const group = config.heads / kvHeads;
  return {
    "shape.cache": [prompts, tokens, kvHeads, headWidth(config)],
    "shape.queries": [prompts, tokens, kvHeads, group, headWidth(config)],
    "shape.scores": [prompts * tokens, kvHeads, group, tokens],
    "shape.weights": [prompts, tokens, kvHeads, group, tokens],
  };
};

/**
 * Inputs like a step's, with rows = prompts × tokens (a row's cache are the tokens of its prompt, of which the mask opens
 * those before it), but no caches; moreover `promptShapes`, and `last` [prompts] int32, the rows that end a prompt. Outputs
 * like a step's, with distributions of those rows only.
 */
export function promptProgram(config: DecoderConfig, weights: Weights): Uint8Array {
  const g = new Graph();
  const parameter = constants(g, config, weights);
  const size = headWidth(config);
  const kvHeads = kvHeadsOf(config);
  const group = config.heads / kvHeads;
  const told = (name: string, rank: number): Tensor => g.input(`shape.${name}`, [rank], "int64");
  const shapes = {
    cache: told("cache", 4),
    queries: told("queries", 5),
    scores: told("scores", 4),
    weights: told("weights", 5),
  };
  const x = layers(g, config, parameter, (_layer, k, v) => {
    const cache = (own: Tensor): Tensor => {
      const tokens = g.op("Reshape", [own, shapes.cache], ["prompts", "cache", kvHeads, size]);
      const byHead = g.transpose(tokens, [0, 2, 1, 3]);
      return g.op("Unsqueeze", [byHead, g.ints([1])], ["prompts", 1, kvHeads, "cache", size]);
    };
    const [keys, values] = [cache(k), cache(v)];
    return {
      score: (queries) => {
        // Named, since a transposition might be merged with that of `cache`, and then another kernel would do this product.
        const q = g.op("Reshape", [queries, shapes.queries], ["prompts", "cache", kvHeads, group, size]);
        const scores = g.op(
          "FusedMatMul",
          [q, keys],
          ["prompts", "cache", kvHeads, group, "cache"],
          { transB: 1 },
          "float32",
          "com.microsoft",
        );
        return g.op("Reshape", [scores, shapes.scores], ["rows", kvHeads, group, "cache"]);
      },
      mix: (mixing) => {
        const w = g.op("Reshape", [mixing, shapes.weights], ["prompts", "cache", kvHeads, group, "cache"]);
        return g.reshape(g.matmul(w, values), ["rows", kvHeads, group, size]);
      },
    };
  });
  predict(g, config, g.gather(x, g.input("last", ["prompts"], "int32")), parameter);
  return g.build();
}
