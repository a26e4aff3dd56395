/** Checkpoints of the embedded engine as GGUF files, which llama.cpp and what is built on it can run. */
import { UserError } from "../../core/errors.ts";
import type { Checkpoint } from "../embedded/checkpoint.ts";
import { EMBEDDING, FINAL_NORM, headWidth, kvHeadsOf, layerNames, parameterShapes } from "../embedded/config.ts";
import type { DecoderConfig } from "../embedded/config.ts";
import { wordsOf } from "../words.ts";
import type { TensorType, Value } from "./format.ts";
import { writeGguf, type TypedTensor } from "./write.ts";

/** What llama.cpp's unigram tokenizer has for a space. */
export const spaceMark = "\u2581";
/** Metadata of our own: the exact words are those of `tokenizer.ggml.tokens` without their space marks. */
export const ownKeys = {
  tokenizer: "autodidact.tokenizer",
  version: "autodidact.version",
  family: "autodidact.family",
} as const;

export interface GgufExportOptions {
  /** Of matrices; norms keep 32 bits. Default f32. */
  readonly precision?: TensorType;
  readonly name?: string;
}

export interface GgufExport {
  /** Of the file. */
  readonly bytes: number;
  readonly tensors: number;
  /** Output heads, which llama.cpp has no place for. */
  readonly leftOut: readonly string[];
}

/**
 * Writes a checkpoint as a GGUF file of the architecture `llama`. A model without positions is a Llama whose rotations are
 * slowed down until they vanish. Words become a unigram vocabulary of equal scores, each with its leading space, so that a
 * text of known words between spaces has exactly one reading; what is no word becomes the unknown token. Throws UserError for
 * coupled positions, which llama.cpp does not have, and for vocabularies that it could not keep apart.
 */
export function exportGguf(checkpoint: Checkpoint, file: string, o: GgufExportOptions = {}): GgufExport {
  const { config, weights } = checkpoint;
  if (config.positions === "coupled") {
    throw new UserError(
      "this model has coupled positions, which llama.cpp does not know",
      "export a model that was trained with rotary positions or with none",
    );
  }
  if (headWidth(config) % 2 !== 0) {
    throw new UserError(`its heads are ${headWidth(config)} wide, and llama.cpp needs an even width`, "train another");
  }
  const precision = o.precision ?? "f32";
  const tensors = new Map<string, TypedTensor>();
  const shapes = parameterShapes(config);
  for (const [theirs, ours, turned] of tensorNames(config)) {
    const shape = shapes[ours];
    const data = turned === true ? interleaved(weights[ours], headWidth(config), config.width) : weights[ours];
    tensors.set(theirs, { shape, data, type: shape.length > 1 ? precision : "f32" });
  }
  if (config.positions === "none") tensors.set("rope_freqs.weight", stillness(headWidth(config) / 2));
  const metadata = new Map([
    ...architecture(config, precision, o.name ?? "autodidact"),
    ...vocabulary(checkpoint),
    ...origin(checkpoint),
  ]);
  const bytes = writeGguf(file, metadata, tensors);
  return { bytes, tensors: tensors.size, leftOut: Object.keys(config.outputHeads) };
}

/** llama.cpp's names and ours, and whether the rows are turned by rotations. */
function* tensorNames(config: DecoderConfig): Generator<[theirs: string, ours: string, turned?: true]> {
  yield ["token_embd.weight", EMBEDDING];
  yield ["output_norm.weight", FINAL_NORM];
  for (let layer = 0; layer < config.layers; layer++) {
    const ours = layerNames(layer);
    const at = `blk.${layer}`;
    yield [`${at}.attn_norm.weight`, ours.inputNorm];
    yield [`${at}.attn_q.weight`, ours.q, true];
    yield [`${at}.attn_k.weight`, ours.k, true];
    yield [`${at}.attn_v.weight`, ours.v];
    yield [`${at}.attn_output.weight`, ours.o];
    yield [`${at}.ffn_norm.weight`, ours.mlpNorm];
    yield [`${at}.ffn_gate.weight`, ours.gate];
    yield [`${at}.ffn_up.weight`, ours.up];
    yield [`${at}.ffn_down.weight`, ours.down];
  }
}

/**
 * A query or key matrix [heads·size, width] for rotations of neighbours. Ours turns the pairs (i, i + size/2) of a head,
 * llama.cpp's architecture `llama` the pairs (2i, 2i + 1), by the same angles.
 */
function interleaved(matrix: Float32Array, size: number, width: number): Float32Array {
  const out = new Float32Array(matrix.length);
  for (let row = 0; row < matrix.length / width; row++) {
    const [head, i] = [Math.floor(row / size), row % size];
    const to = head * size + (i < size / 2 ? 2 * i : 2 * i - size + 1);
    out.set(matrix.subarray(row * width, (row + 1) * width), to * width);
  }
  return out;
}

/** Divisors of the angles, so large that nothing turns. */
function stillness(pairs: number): TypedTensor {
  return { shape: [pairs], data: new Float32Array(pairs).fill(1e30), type: "f32" };
}

const uint32 = (value: number): Value => ({ type: "uint32", value });
const float32 = (value: number): Value => ({ type: "float32", value });
const bool = (value: boolean): Value => ({ type: "bool", value });
const text = (value: string): Value => ({ type: "string", value });

function architecture(config: DecoderConfig, precision: TensorType, name: string): [string, Value][] {
  return [
    ["general.architecture", text("llama")],
    ["general.name", text(name)],
    ["general.file_type", uint32(precision === "f32" ? 0 : 1)],
    ["llama.vocab_size", uint32(config.vocab)],
    ["llama.context_length", uint32(config.context)],
    ["llama.embedding_length", uint32(config.width)],
    ["llama.block_count", uint32(config.layers)],
    ["llama.feed_forward_length", uint32(config.hidden)],
    ["llama.attention.head_count", uint32(config.heads)],
    ["llama.attention.head_count_kv", uint32(kvHeadsOf(config))],
    ["llama.attention.layer_norm_rms_epsilon", float32(config.normEps)],
    ["llama.rope.dimension_count", uint32(headWidth(config))],
    ["llama.rope.freq_base", float32(config.ropeBase)],
  ];
}

/** Types of tokens in llama.cpp. */
const normal = 1;
const unknown = 2;

function vocabulary({ tokenizer, eos }: Checkpoint): [string, Value][] {
  const words = wordsOf(tokenizer);
  const marked = words.find((word) => word.includes(spaceMark));
  if (marked !== undefined) {
    throw new UserError(`the word "${marked}" holds llama.cpp's mark for a space`, "train with another word for it");
  }
  if (eos.length !== 1) {
    throw new UserError(
      `the checkpoint has ${eos.length} tokens that end a text, and llama.cpp needs one`,
      "export a model that was trained on a task family",
    );
  }
  // What stands for unknown words must never stand twice in a row: llama.cpp would read it as once.
  const filler = words.findIndex((word) => /^<unused-\d+>$/.test(word));
  return [
    ["tokenizer.ggml.model", text("t5")],
    ["tokenizer.ggml.pre", text("default")],
    ["tokenizer.ggml.tokens", { type: "array", of: "string", value: words.map((word) => spaceMark + word) }],
    ["tokenizer.ggml.scores", { type: "array", of: "float32", value: words.map(() => -1) }],
    [
      "tokenizer.ggml.token_type",
      { type: "array", of: "int32", value: words.map((_, id) => (id === filler ? unknown : normal)) },
    ],
    ["tokenizer.ggml.eos_token_id", uint32(eos[0])],
    ["tokenizer.ggml.unknown_token_id", uint32(filler < 0 ? eos[0] : filler)],
    ["tokenizer.ggml.padding_token_id", uint32(eos[0])],
    ["tokenizer.ggml.add_space_prefix", bool(true)],
    ["tokenizer.ggml.remove_extra_whitespaces", bool(true)],
    ["tokenizer.ggml.add_bos_token", bool(false)],
    ["tokenizer.ggml.add_eos_token", bool(false)],
  ];
}

function origin({ version, family }: Checkpoint): [string, Value][] {
  return [
    [ownKeys.tokenizer, text("words")],
    ...(version === undefined ? [] : [[ownKeys.version, text(version)] satisfies [string, Value]]),
    ...(family === undefined ? [] : [[ownKeys.family, text(JSON.stringify(family))] satisfies [string, Value]]),
  ];
}
