/**
 * Checkpoints in the Hugging Face layout: config.json, model.safetensors, tokenizer.json, generation_config.json, and
 * optimizer.safetensors where training is to go on. A model with rotary positions is a Llama; one without positions is a
 * SmolLM3 whose layers are all without rotary embedding (as a Llama it would load elsewhere and be silently wrong); one
 * with coupled positions has a model type of our own, which other tools refuse.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { failpoint } from "../../core/failpoint.ts";
import { messageOf, UserError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { Tokenizer } from "../../core/model.ts";
import { fromHuggingFace, toHuggingFace } from "../words.ts";
import { DecoderConfig, headWidth, kvHeadsOf, parameterShapes } from "./config.ts";
import { readSafetensors, writeSafetensors, type NamedTensor } from "./safetensors.ts";
import type { OptimizerState } from "./thread.ts";

const architectures = {
  rope: { architectures: ["LlamaForCausalLM"], model_type: "llama" },
  none: { architectures: ["SmolLM3ForCausalLM"], model_type: "smollm3" },
  coupled: { architectures: ["AutodidactForCausalLM"], model_type: "autodidact-coupled" },
} as const;

const configFile = z.object({
  model_type: z.string(),
  vocab_size: z.int(),
  num_hidden_layers: z.int(),
  hidden_size: z.int(),
  num_attention_heads: z.int(),
  num_key_value_heads: z.int().optional(),
  intermediate_size: z.int(),
  max_position_embeddings: z.int(),
  rope_theta: z.number().optional(),
  rms_norm_eps: z.number(),
  tie_word_embeddings: z.boolean().optional(),
  no_rope_layers: z.array(z.int()).optional(),
  eos_token_id: z.union([z.int(), z.array(z.int())]).nullish(),
  autodidact: z
    .object({
      version: z.string(),
      dropout: z.number().default(0),
      gaps: z.int().default(0),
      outputHeads: z.record(z.string(), z.int()).default({}),
      digitTokens: z.array(z.int()).default([]),
      family: z.json().optional(),
    })
    .optional(),
});

/** What a checkpoint holds beside weights. */
export interface Checkpoint {
  readonly config: DecoderConfig;
  readonly weights: Record<string, Float32Array>;
  readonly tokenizer: Tokenizer;
  readonly eos: readonly number[];
  /** Undefined for a checkpoint that another tool wrote. */
  readonly version?: string;
  /** The family it was trained on, as a method reference, if it says so. */
  readonly family?: Json;
  readonly optimizer?: OptimizerState;
}

export function saveCheckpoint(dir: string, c: Checkpoint): void {
  const { config } = c;
  mkdirSync(dir, { recursive: true });
  const write = (name: string, content: unknown): void =>
    writeFileSync(join(dir, name), `${JSON.stringify(content, null, 2)}\n`);
  write("config.json", {
    ...architectures[config.positions],
    vocab_size: config.vocab,
    num_hidden_layers: config.layers,
    hidden_size: config.width,
    num_attention_heads: config.heads,
    num_key_value_heads: kvHeadsOf(config),
    head_dim: headWidth(config),
    intermediate_size: config.hidden,
    hidden_act: "silu",
    max_position_embeddings: config.context,
    rope_theta: config.ropeBase,
    rms_norm_eps: config.normEps,
    ...(config.positions === "none" ? { no_rope_layers: Array.from({ length: config.layers }, () => 0) } : {}),
    tie_word_embeddings: true,
    attention_bias: false,
    mlp_bias: false,
    torch_dtype: "float32",
    bos_token_id: null,
    pad_token_id: null,
    eos_token_id: c.eos[0] ?? null,
    autodidact: {
      version: c.version,
      dropout: config.dropout,
      gaps: config.gaps,
      outputHeads: config.outputHeads,
      digitTokens: config.digitTokens,
      family: c.family,
    },
  });
  write("tokenizer.json", toHuggingFace(c.tokenizer));
  write("tokenizer_config.json", { tokenizer_class: "PreTrainedTokenizerFast", model_max_length: config.context });
  write("generation_config.json", { eos_token_id: c.eos, do_sample: true, temperature: 1 });
  failpoint("checkpoint-write");
  const shapes = parameterShapes(config);
  const named = (tensors: Record<string, Float32Array>, prefix = ""): [string, NamedTensor][] =>
    Object.entries(shapes).map(([name, shape]) => [prefix + name, { shape, data: tensors[name] }]);
  writeSafetensors(join(dir, "model.safetensors"), new Map(named(c.weights)));
  if (c.optimizer) {
    const { m, v, step } = c.optimizer;
    writeSafetensors(join(dir, "optimizer.safetensors"), new Map([...named(m, "m."), ...named(v, "v.")]), {
      step: String(step),
    });
  }
}

/** Reads a checkpoint; UserError if it is broken, or of an architecture that this engine does not have. */
export function loadCheckpoint(dir: string): Checkpoint {
  const bad = (what: string, cause?: unknown): UserError =>
    new UserError(
      `${dir} is not a checkpoint this engine can run: ${what}.`,
      "Give a directory with config.json, model.safetensors and tokenizer.json of a float32 Llama or position-free SmolLM3 with tied embeddings.",
      cause,
    );
  const json = (name: string): unknown => {
    try {
      return JSON.parse(readFileSync(join(dir, name), "utf8"));
    } catch (error) {
      throw bad(`${name}: ${messageOf(error)}`, error);
    }
  };
  const file = configFile.safeParse(json("config.json"));
  if (!file.success) throw bad(`config.json: ${z.prettifyError(file.error).replaceAll("\n", " ")}`);
  const f = file.data;
  const positions = Object.entries(architectures).find(([, a]) => a.model_type === f.model_type)?.[0];
  if (positions === undefined) throw bad(`its architecture is "${f.model_type}"`);
  if (positions === "none" && f.no_rope_layers?.some((rotary) => rotary !== 0) !== false)
    throw bad("some of its layers have rotary positions");
  if (f.tie_word_embeddings === false) throw bad("its output matrix is not tied to the embeddings");
  const config = DecoderConfig.safeParse({
    vocab: f.vocab_size,
    layers: f.num_hidden_layers,
    width: f.hidden_size,
    heads: f.num_attention_heads,
    kvHeads: f.num_key_value_heads,
    hidden: f.intermediate_size,
    context: f.max_position_embeddings,
    positions,
    ropeBase: f.rope_theta ?? 10_000,
    normEps: f.rms_norm_eps,
    dropout: f.autodidact?.dropout,
    gaps: f.autodidact?.gaps,
    outputHeads: f.autodidact?.outputHeads,
    digitTokens: f.autodidact?.digitTokens,
  });
  if (!config.success) throw bad(`config.json: ${z.prettifyError(config.error).replaceAll("\n", " ")}`);
  const tensors = readSafetensors(join(dir, "model.safetensors")).tensors;
  const take = (from: ReadonlyMap<string, NamedTensor>, prefix = ""): Record<string, Float32Array> =>
    Object.fromEntries(
      Object.entries(parameterShapes(config.data)).map(([name, shape]) => {
        const tensor = from.get(prefix + name);
        if (!tensor) throw bad(`the tensor ${prefix}${name} is missing`);
        if (tensor.shape.join() !== shape.join())
          throw bad(`${prefix}${name} has shape [${tensor.shape.join()}], not [${shape.join()}]`);
        return [name, tensor.data];
      }),
    );
  const eos = f.eos_token_id ?? [];
  return {
    config: config.data,
    weights: take(tensors),
    tokenizer: fromHuggingFace(json("tokenizer.json")),
    eos: typeof eos === "number" ? [eos] : eos,
    version: f.autodidact?.version,
    family: f.autodidact?.family,
    optimizer: optimizerOf(dir, take),
  };
}

function optimizerOf(
  dir: string,
  take: (from: ReadonlyMap<string, NamedTensor>, prefix: string) => Record<string, Float32Array>,
): OptimizerState | undefined {
  const file = join(dir, "optimizer.safetensors");
  if (!existsSync(file)) return undefined;
  const { tensors, metadata } = readSafetensors(file);
  return { step: Number(metadata["step"] ?? 0), m: take(tensors, "m."), v: take(tensors, "v.") };
}
