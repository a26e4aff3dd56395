/** The decoder as a differentiable graph over whole sequences, teacher-forced. */
import { EMBEDDING, FINAL_NORM, headNames, headWidth, kvHeadsOf, layerNames, ropeTables } from "./config.ts";
import type { DecoderConfig } from "./config.ts";
import type { Tape } from "./autodiff.ts";
import type { Graph, Tensor } from "./graph.ts";
import { causalAttention, dropout, repeatHeads, rmsNormalise, rope, swiglu } from "./layers.ts";
import type { Rotation } from "./layers.ts";

export type Parameters = Readonly<Record<string, Tensor>>;

/** Sequences side by side, time-major: element t·batch + b is token t of sequence b. */
export interface Tokens {
  readonly length: number;
  readonly batch: number;
  /** int32 [length·batch]. */
  readonly ids: Tensor;
  /** int32 [length·batch]; absent without positions. */
  readonly positions?: Tensor;
  /** Dropout masks [length·batch, width], one for each of `dropoutSites`. */
  readonly masks?: readonly Tensor[];
}

/** Number of dropout masks: the embedding, and each layer's attention and MLP. */
export const dropoutSites = (config: DecoderConfig): number => 1 + 2 * config.layers;

function rotation(g: Graph, config: DecoderConfig, tokens: Tokens): Rotation | undefined {
  if (!tokens.positions) return undefined;
  const shape = [config.context, headWidth(config) / 2];
  const { cos, sin } = ropeTables(config, config.context);
  return {
    positions: g.reshape(g.cast(tokens.positions, "int64"), [tokens.length * tokens.batch, 1]),
    cos: g.constant(cos, shape),
    sin: g.constant(sin, shape),
    minusSin: g.constant(
      sin.map((x) => -x),
      shape,
    ),
  };
}

/**
 * Residual stream after the last layer, normalised but not yet scaled by the final norm's weight: [tokens, width].
 *
 * Every norm's learned scale is multiplied into the weights of the linear maps that read it, W·diag(scale): the same function,
 * with its gradient, over tensors of the size of the weights and not of the batch.
 */
export function hiddenStates(tape: Tape, config: DecoderConfig, parameters: Parameters, tokens: Tokens): Tensor {
  const { length, batch } = tokens;
  const { heads, normEps } = config;
  const kvHeads = kvHeadsOf(config);
  const angles = rotation(tape.graph, config, tokens);
  const turn = (x: Tensor, count: number): Tensor => (angles ? rope(tape, x, count, angles) : x);
  const repeat = (x: Tensor): Tensor => repeatHeads(tape, x, kvHeads, heads);
  const residual = (x: Tensor, y: Tensor, weight: Tensor, site: number): Tensor =>
    tokens.masks ? tape.add(x, dropout(tape, tape.linear(y, weight), tokens.masks[site])) : tape.linear(y, weight, x);

  let x = dropout(tape, tape.embedding(parameters[EMBEDDING], tokens.ids), tokens.masks?.[0]);
  for (let layer = 0; layer < config.layers; layer++) {
    const names = layerNames(layer);
    const scaled = (weight: string, norm: string): Tensor => tape.mul(parameters[weight], parameters[norm]);

    const a = rmsNormalise(tape, x, normEps);
    const q = turn(tape.linear(a, scaled(names.q, names.inputNorm)), heads);
    const k = repeat(turn(tape.linear(a, scaled(names.k, names.inputNorm)), kvHeads));
    const v = repeat(tape.linear(a, scaled(names.v, names.inputNorm)));
    x = residual(x, causalAttention(tape, q, k, v, length, batch, heads), parameters[names.o], 1 + 2 * layer);

    const m = rmsNormalise(tape, x, normEps);
    const gate = tape.linear(m, scaled(names.gate, names.mlpNorm));
    const up = tape.linear(m, scaled(names.up, names.mlpNorm));
    x = residual(x, swiglu(tape, gate, up), parameters[names.down], 2 + 2 * layer);
  }
  return rmsNormalise(tape, x, normEps);
}

/** Next-token logits [tokens, vocab] through the tied embedding. */
export function nextTokenLogits(tape: Tape, parameters: Parameters, hidden: Tensor): Tensor {
  return tape.linear(hidden, tape.mul(parameters[EMBEDDING], parameters[FINAL_NORM]));
}

/** An output head's values [tokens, classes]. */
export function headValues(tape: Tape, parameters: Parameters, head: string, hidden: Tensor): Tensor {
  const names = headNames(head);
  return tape.linear(hidden, tape.mul(parameters[names.weight], parameters[FINAL_NORM]), parameters[names.bias]);
}
