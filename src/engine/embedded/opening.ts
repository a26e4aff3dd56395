/** Making and loading embedded models. */
import { availableParallelism } from "node:os";
import { z } from "zod";
import type { Ids, Version } from "../../core/call.ts";
import { UserError } from "../../core/errors.ts";
import { hash, type Json } from "../../core/json.ts";
import type { Tokenizer } from "../../core/model.ts";
import { loadCheckpoint, type Checkpoint } from "./checkpoint.ts";
import { DecoderConfig } from "./config.ts";
import { contentOf, EmbeddedModel } from "./embedded.ts";
import { initialWeights, type Numerals } from "./init.ts";
import { EngineThread, type Device } from "./thread.ts";

export interface EmbeddedOptions {
  readonly name?: string;
  /** Threads of a matrix product; default: the machine's cores. */
  readonly threads?: number;
  readonly device?: Device;
  readonly family?: Json;
}

/** A new model. `numerals`: see `initialWeights`. UserError names what is wrong with the configuration. */
export async function createEmbedded(
  o: EmbeddedOptions & {
    config: z.input<typeof DecoderConfig>;
    tokenizer: Tokenizer;
    eos: Ids;
    seed: string;
    numerals?: Numerals;
  },
): Promise<EmbeddedModel> {
  const parsed = DecoderConfig.safeParse(o.config);
  if (!parsed.success)
    throw new UserError(
      `The model's configuration is wrong: ${z.prettifyError(parsed.error).replaceAll("\n", " ")}.`,
      "Mend the named fields.",
    );
  const config = parsed.data;
  const version = hash(["init", { ...config }, o.seed, [...(o.numerals ?? [])].flat()]);
  return start(
    { config, weights: initialWeights(config, o.seed, o.numerals), tokenizer: o.tokenizer, eos: o.eos },
    version,
    o,
  );
}

/** The model of a checkpoint directory, optimizer state included. UserError if it is broken or foreign. */
export async function loadEmbedded(dir: string, o: EmbeddedOptions = {}): Promise<EmbeddedModel> {
  const checkpoint = loadCheckpoint(dir);
  const model = await start(checkpoint, checkpoint.version ?? contentOf(checkpoint.weights), {
    family: checkpoint.family,
    ...o,
  });
  if (checkpoint.optimizer) await model.load(dir);
  return model;
}

async function start(c: Checkpoint, version: Version, o: EmbeddedOptions): Promise<EmbeddedModel> {
  const thread = new EngineThread();
  try {
    const handle = await thread.ask("create", c.config, c.weights, {
      threads: o.threads ?? availableParallelism(),
      device: o.device ?? "cpu",
    });
    return new EmbeddedModel(
      {
        thread,
        handle,
        name: o.name ?? "embedded",
        config: c.config,
        tokenizer: c.tokenizer,
        eos: c.eos,
        family: o.family,
      },
      version,
    );
  } catch (error) {
    await thread.close();
    throw error;
  }
}
