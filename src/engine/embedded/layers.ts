/**
 * The decoder's own layers as differentiable operations: composites whose gradients are written out because they pass
 * over memory less often than those of their parts.
 *
 * Rows are time-major: row t·batch + b of a [tokens, …] matrix is token t of sequence b. So [tokens, heads·size] viewed as
 * [length, batch·heads, size] is what batched products need, and ONNX Runtime folds the transpositions into them.
 */
import { logSumExp, oneHot } from "./autodiff.ts";
import type { Tape } from "./autodiff.ts";
import type { Tensor } from "./graph.ts";

/** x / √(mean x² + eps) over the last axis of x [n, width]. The learned scale belongs to the linear maps that follow. */
export function rmsNormalise(tape: Tape, x: Tensor, eps: number): Tensor {
  const g = tape.graph;
  const width = Number(x.shape[1]);
  const meanSquare = g.reduce("ReduceMean", g.mul(x, x), [1]);
  const inverse = g.unary("Reciprocal", g.unary("Sqrt", g.add(meanSquare, g.scalar(eps))));
  const y = g.mul(x, inverse);
  return tape.record(y, [x], (d, into) => {
    const radial = g.scale(g.reduce("ReduceSum", g.mul(d, y), [1]), 1 / width);
    into.add(x, g.mul(g.sub(d, g.mul(y, radial)), inverse));
  });
}

/** SiLU(gate)·up (Shazeer 2020), both [n, hidden]. */
export function swiglu(tape: Tape, gate: Tensor, up: Tensor): Tensor {
  const g = tape.graph;
  const sigmoid = g.unary("Sigmoid", gate);
  const active = g.mul(gate, sigmoid);
  return tape.record(g.mul(active, up), [gate, up], (d, into) => {
    into.add(up, g.mul(d, active));
    // SiLU' = σ + silu·(1 − σ)
    const slope = g.add(sigmoid, g.sub(active, g.mul(active, sigmoid)));
    into.add(gate, g.mul(g.mul(d, up), slope));
  });
}

/** Tables of `ropeTables` and the position id of each token. */
export interface Rotation {
  /** int64 [tokens, 1]. */
  readonly positions: Tensor;
  readonly cos: Tensor;
  readonly sin: Tensor;
  readonly minusSin: Tensor;
}

/** Rotary position embedding (Su et al. 2021), rotate-half convention of Hugging Face Llama, of x [tokens, heads·size]. */
export function rope(tape: Tape, x: Tensor, heads: number, rotation: Rotation): Tensor {
  const g = tape.graph;
  const [tokens, width] = x.shape;
  const rotate = (a: Tensor, sin: Tensor): Tensor => {
    const rows = g.reshape(a, [tokens, 1, width]);
    const inputs = [rows, rotation.positions, rotation.cos, sin];
    const rotated = g.op(
      "RotaryEmbedding",
      inputs,
      rows.shape,
      { num_heads: heads, interleaved: 0 },
      "float32",
      "com.microsoft",
    );
    return g.reshape(rotated, x.shape);
  };
  // A rotation's transpose is the rotation by minus the angle.
  return tape.record(rotate(x, rotation.sin), [x], (d, into) => into.add(x, rotate(d, rotation.minusSin)));
}

/** Repeats each of the key or value heads for its group of query heads: [tokens, kvHeads·size] → [tokens, heads·size]. */
export function repeatHeads(tape: Tape, x: Tensor, kvHeads: number, heads: number): Tensor {
  if (kvHeads === heads) return x;
  const g = tape.graph;
  const tokens = Number(x.shape[0]);
  const size = Number(x.shape[1]) / kvHeads;
  const grouped = [tokens, kvHeads, heads / kvHeads, size];
  const wide = g.op("Expand", [g.reshape(x, [tokens, kvHeads, 1, size]), g.ints(grouped)], grouped);
  return tape.record(g.reshape(wide, [tokens, heads * size]), [x], (d, into) =>
    into.add(x, g.reshape(g.reduce("ReduceSum", g.reshape(d, grouped), [2]), x.shape)),
  );
}

/** Causal softmax attention of q, k, v [length·batch, heads·size], time-major; so is the result. */
export function causalAttention(
  tape: Tape,
  q: Tensor,
  k: Tensor,
  v: Tensor,
  length: number,
  batch: number,
  heads: number,
): Tensor {
  const g = tape.graph;
  const size = Number(q.shape[1]) / heads;
  const split = (x: Tensor): Tensor => g.reshape(x, [length, batch * heads, size]);
  const rows = (x: Tensor): Tensor => g.transpose(split(x), [1, 0, 2]);
  const columns = (x: Tensor): Tensor => g.transpose(split(x), [1, 2, 0]);
  const join = (x: Tensor): Tensor => g.reshape(g.transpose(x, [1, 0, 2]), q.shape);
  const scale = 1 / Math.sqrt(size);
  const future = Float32Array.from({ length: length * length }, (_, i) =>
    i % length > Math.floor(i / length) ? -1e9 : 0,
  );
  const scores = g.scale(g.matmul(rows(q), columns(k)), scale);
  const weights = g.softmax(g.add(scores, g.constant(future, [length, length])));
  const y = join(g.matmul(weights, rows(v)));
  return tape.record(y, [q, k, v], (d, into) => {
    into.add(v, join(g.matmul(g.transpose(weights, [0, 2, 1]), rows(d))));
    // Σ_j weights·dWeights of a row equals d·y, which is shorter than the row for long sequences (Dao et al. 2022).
    const dot = g.reduce("ReduceSum", split(g.mul(d, y)), [2]);
    const change = g.sub(g.matmul(rows(d), columns(v)), g.transpose(dot, [1, 0, 2]));
    const dScores = g.mul(weights, change);
    into.add(q, join(g.scale(g.matmul(dScores, rows(k)), scale)));
    into.add(k, join(g.scale(g.matmul(g.transpose(dScores, [0, 2, 1]), rows(q)), scale)));
  });
}

/** Inverted dropout by a given mask of 0 and 1/(1 − p). */
export function dropout(tape: Tape, x: Tensor, mask: Tensor | undefined): Tensor {
  return mask ? tape.mul(x, mask) : x;
}

/** Next-token distributions: what the statistics below share. */
export interface Prediction {
  readonly logits: Tensor;
  readonly probabilities: Tensor;
  /** [n, 1] */
  readonly logNormaliser: Tensor;
}

export function prediction(tape: Tape, logits: Tensor): Prediction {
  const probabilities = tape.graph.softmax(logits);
  return { logits, probabilities, logNormaliser: logSumExp(tape.graph, logits, probabilities) };
}

/** log p of the targets int32 [n], as [n, 1]. */
export function targetLogprob(tape: Tape, p: Prediction, targets: Tensor): Tensor {
  const g = tape.graph;
  const hot = oneHot(g, targets, Number(p.logits.shape[1]));
  const chosen = g.reduce("ReduceSum", g.mul(p.logits, hot), [1]);
  return tape.record(g.sub(chosen, p.logNormaliser), [p.logits], (d, into) =>
    into.add(p.logits, g.mul(g.sub(hot, p.probabilities), d)),
  );
}

/** −Σ p log p, as [n, 1]. */
export function entropy(tape: Tape, p: Prediction): Tensor {
  const g = tape.graph;
  const meanLogit = g.reduce("ReduceSum", g.mul(p.probabilities, p.logits), [1]);
  const value = g.sub(p.logNormaliser, meanLogit);
  // ∂H/∂logit = −p·(log p + H) = p·(mean logit − logit)
  return tape.record(value, [p.logits], (d, into) =>
    into.add(p.logits, g.mul(g.mul(p.probabilities, g.sub(meanLogit, p.logits)), d)),
  );
}

/** KL(p ‖ reference) over the vocabulary, as [n, 1]; the reference's logits are constants. */
export function klDivergence(tape: Tape, p: Prediction, referenceLogits: Tensor): Tensor {
  const g = tape.graph;
  const q = prediction(tape, referenceLogits);
  const ratio = g.sub(g.sub(p.logits, referenceLogits), g.sub(p.logNormaliser, q.logNormaliser));
  const value = g.reduce("ReduceSum", g.mul(p.probabilities, ratio), [1]);
  // ∂KL/∂logit = p·(log p − log q − KL)
  return tape.record(value, [p.logits], (d, into) =>
    into.add(p.logits, g.mul(g.mul(p.probabilities, g.sub(ratio, value)), d)),
  );
}
