/**
 * Architecture of the embedded decoder: a Llama-shaped transformer (RMSNorm, rotary or no positions, grouped-query
 * attention, SwiGLU, tied embeddings) with optional output heads beside the language model.
 */
import * as z from "zod";
import { uniformAt } from "../../core/random.ts";
import type { StreamKey } from "../../core/random.ts";

const size = z.number().int().positive();

export const DecoderConfig = z
  .strictObject({
    vocab: size.describe("number of token ids"),
    layers: size,
    width: size.describe("size of the residual stream"),
    heads: size,
    kvHeads: size.optional().describe("key and value heads shared by groups of query heads; default: heads"),
    hidden: size.describe("inner size of the SwiGLU block"),
    context: size.describe("most tokens in a sequence"),
    positions: z.enum(["rope", "none", "coupled"]).default("rope").describe("coupled: see positionsOf"),
    ropeBase: z.number().positive().default(1000),
    normEps: z.number().positive().default(1e-5),
    dropout: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe("on what each block adds to the residual stream, and on embeddings"),
    gaps: z
      .number()
      .int()
      .nonnegative()
      .default(0)
      .describe(
        "most positions skipped at a time where training stretches positions at random (see stretched); 0: never",
      ),
    outputHeads: z
      .record(z.string().regex(/^[A-Za-z]\w*$/), size)
      .default({})
      .describe("name → number of classes; 1 is a scalar"),
    digitTokens: z.array(z.number().int().nonnegative()).default([]).describe("ids counted by coupled positions"),
  })
  .refine((c) => c.width % c.heads === 0, { error: "width must be a multiple of heads", path: ["width"] })
  .refine((c) => c.heads % (c.kvHeads ?? c.heads) === 0, {
    error: "heads must be a multiple of kvHeads",
    path: ["kvHeads"],
  })
  .refine((c) => c.positions === "none" || (c.width / c.heads) % 2 === 0, {
    error: "rotary positions need an even width per head",
    path: ["width"],
  })
  .refine((c) => c.digitTokens.every((id) => id < c.vocab), {
    error: "an id is not in the vocabulary",
    path: ["digitTokens"],
  });
export type DecoderConfig = z.output<typeof DecoderConfig>;

export const headWidth = (config: DecoderConfig): number => config.width / config.heads;
export const kvHeadsOf = (config: DecoderConfig): number => config.kvHeads ?? config.heads;

/** Names of one layer's parameters. */
export function layerNames(layer: number) {
  const at = `model.layers.${layer}`;
  return {
    inputNorm: `${at}.input_layernorm.weight`,
    q: `${at}.self_attn.q_proj.weight`,
    k: `${at}.self_attn.k_proj.weight`,
    v: `${at}.self_attn.v_proj.weight`,
    o: `${at}.self_attn.o_proj.weight`,
    mlpNorm: `${at}.post_attention_layernorm.weight`,
    gate: `${at}.mlp.gate_proj.weight`,
    up: `${at}.mlp.up_proj.weight`,
    down: `${at}.mlp.down_proj.weight`,
  };
}
export const EMBEDDING = "model.embed_tokens.weight";
export const FINAL_NORM = "model.norm.weight";
export const headNames = (head: string) => ({ weight: `head.${head}.weight`, bias: `head.${head}.bias` });

/** Every parameter with its shape, named as in Hugging Face Llama checkpoints; matrices are [out, in], y = x·Wᵀ. */
export function parameterShapes(config: DecoderConfig): Record<string, number[]> {
  const { vocab, width, hidden } = config;
  const kv = kvHeadsOf(config) * headWidth(config);
  const shapes: Record<string, number[]> = { [EMBEDDING]: [vocab, width] };
  for (let layer = 0; layer < config.layers; layer++) {
    const names = layerNames(layer);
    shapes[names.inputNorm] = [width];
    shapes[names.q] = [width, width];
    shapes[names.k] = [kv, width];
    shapes[names.v] = [kv, width];
    shapes[names.o] = [width, width];
    shapes[names.mlpNorm] = [width];
    shapes[names.gate] = [hidden, width];
    shapes[names.up] = [hidden, width];
    shapes[names.down] = [width, hidden];
  }
  shapes[FINAL_NORM] = [width];
  for (const [head, classes] of Object.entries(config.outputHeads)) {
    const names = headNames(head);
    shapes[names.weight] = [classes, width];
    shapes[names.bias] = [classes];
  }
  return shapes;
}

/**
 * Position id of the next token, given the position of the one before it (−1 at the start).
 *
 * - rope: 0, 1, 2, …
 * - coupled: digits count 1, 2, 3, … since the last other token, which has position 0, so that digits of equal
 *   significance in reversed numbers share an id (position coupling, Cho et al. 2024).
 * - none: 0.
 */
export function nextPosition(config: DecoderConfig, previous: number, id: number): number {
  if (config.positions === "rope") return previous + 1;
  if (config.positions === "none" || !config.digitTokens.includes(id)) return 0;
  return Math.max(previous, 0) + 1;
}

/** Position ids of a whole sequence; see nextPosition. */
export function positionsOf(config: DecoderConfig, ids: ArrayLike<number>): Int32Array {
  const positions = new Int32Array(ids.length);
  let position = -1;
  for (let t = 0; t < ids.length; t++) positions[t] = position = nextPosition(config, position, ids[t]);
  return positions;
}

/** Share of sequences that keep their positions, and the rate at which the others skip some. */
const kept = 0.25;
const skipRate = 0.15;

/**
 * Positions as training may see them: a strictly increasing map of the given ones, so that equal positions stay equal, with
 * up to `gaps` skipped here and there. Distances far beyond those of the data are thus seen in training, while what the next
 * and the same position mean stays (randomised positions, Ruoss et al. 2023, with gaps of one kept frequent). A function of
 * the key; never beyond the context.
 */
export function stretched(config: DecoderConfig, positions: Int32Array, key: StreamKey): Int32Array {
  if (uniformAt(key, 0) < kept) return positions;
  const last = positions.reduce((most, position) => Math.max(most, position), 0);
  const map = new Int32Array(last + 1);
  for (let p = 1; p <= last; p++) {
    const skipped = uniformAt(key, 2 * p) < skipRate ? Math.floor(uniformAt(key, 2 * p + 1) * (config.gaps + 1)) : 0;
    map[p] = Math.min(map[p - 1] + 1 + skipped, config.context - 1 - (last - p));
  }
  return positions.map((position) => map[position]);
}

/** cos and sin of position × base^(−2i/width), each [length, width / 2], row-major. */
export function ropeTables(config: DecoderConfig, length: number): { cos: Float32Array; sin: Float32Array } {
  const half = headWidth(config) / 2;
  const cos = new Float32Array(length * half);
  const sin = new Float32Array(length * half);
  for (let position = 0; position < length; position++) {
    for (let i = 0; i < half; i++) {
      const angle = position * config.ropeBase ** (-i / half);
      cos[position * half + i] = Math.cos(angle);
      sin[position * half + i] = Math.sin(angle);
    }
  }
  return { cos, sin };
}
