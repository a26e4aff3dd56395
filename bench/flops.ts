/**
 * Floating-point operations of a decoder, counted as is usual for language models (Chowdhery et al. 2022, appendix B):
 * matrix products only, two operations a multiply-add, scores of masked pairs included as they are computed too.
 */
import { parameterShapes, type DecoderConfig } from "../src/engine/embedded/config.ts";

/** Numbers in matrices that a token is multiplied with. The tied embedding counts once: looking a token up is free. */
export function matrixParameters(config: DecoderConfig): number {
  const matrices = Object.values(parameterShapes(config)).filter((shape) => shape.length > 1);
  return matrices.reduce((sum, [rows, columns]) => sum + rows * columns, 0);
}

/** Reading one token whose attention spans `span` positions: 2·(matrix parameters) + 4·layers·width·span. */
export function forwardFlops(config: DecoderConfig, span: number): number {
  return 2 * matrixParameters(config) + 4 * config.layers * config.width * span;
}

/**
 * One sequence of `length` ids, teacher-forced, by ids: of the `length` ids all but the last are read, and attention spans
 * them all.
 */
export function scoringFlops(config: DecoderConfig, length: number): number {
  return (forwardFlops(config, length - 1) * (length - 1)) / length;
}

/** The same trained on: the backward pass costs twice the forward one. */
export const trainingFlops = (config: DecoderConfig, length: number): number => 3 * scoringFlops(config, length);

/** One of `made` tokens sampled by each of `n` completions of a prompt, which is read once; the last token is not read. */
export function samplingFlops(config: DecoderConfig, o: { prompt: number; made: number; n: number }): number {
  let sum = 0;
  for (let span = 1; span <= o.prompt; span++) sum += forwardFlops(config, span);
  for (let span = o.prompt + 1; span < o.prompt + o.made; span++) sum += o.n * forwardFlops(config, span);
  return sum / (o.n * o.made);
}
