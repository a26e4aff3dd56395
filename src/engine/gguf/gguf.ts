/** Models in GGUF files, run by llama.cpp (npm package node-llama-cpp, an optional peer). */
import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { basename } from "node:path";
import { z } from "zod";
import type { Ids } from "../../core/call.ts";
import { UserError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type {
  Capabilities,
  Completion,
  Cursor,
  Distribution,
  Model,
  Prompt,
  Sampling,
  Tokenizer,
  TokenScores,
} from "../../core/model.ts";
import { streamKey, uniformAt } from "../../core/random.ts";
import { choose } from "../embedded/choose.ts";
import { indicesOf } from "../remote.ts";
import { changesDistribution, checkSampling } from "../sampling.ts";
import { type Opened, openLlama } from "./binding.ts";
import { ownKeys } from "./export.ts";
import { greatest, logitsOf, logprobOf, type NextLogits, ofToken, spread } from "./logits.ts";
import { type GgufFile, readGguf } from "./read.ts";
import { type Texts, textsOf } from "./reading.ts";
import { type Reading, Sequences } from "./sequences.ts";

export const ggufOptions = z.strictObject({
  file: z.string().min(1),
  name: z.string().min(1).optional().describe("default: the file's name without its ending"),
  context: z.int().positive().optional().describe("most tokens of a text; default: what it was trained on, up to 8192"),
  sequences: z.int().positive().default(8).describe("texts read side by side; each takes a cache of `context` tokens"),
  reproducible: z
    .boolean()
    .default(false)
    .describe(
      "compute one token at a time, so that the last bits of log-probs do not depend on what is computed beside",
    ),
  candidates: z
    .int()
    .positive()
    .default(1024)
    .describe("a larger vocabulary is sampled from this many most probable tokens"),
  threads: z.int().positive().optional().describe("default: 1 for small files, else the machine's cores"),
  gpu: z.boolean().default(true).describe("use one if llama.cpp can"),
});
/** Threads wait for each other many times a token, which for models of fewer bytes takes longer than their work. */
const smallFile = 64e6;
export type GgufOptions = z.input<typeof ggufOptions>;

/** Opens a GGUF file. UserError if the file or the package cannot be used. */
export async function openGguf(o: GgufOptions): Promise<GgufModel> {
  const read = ggufOptions.safeParse(o);
  if (!read.success)
    throw new UserError(`options of a GGUF model: ${z.prettifyError(read.error)}`, "mend the named ones");
  const options = read.data;
  const sequences = options.reproducible ? 1 : options.sequences;
  const file = readGguf(options.file);
  const threads = options.threads ?? (statSync(options.file).size < smallFile ? 1 : undefined);
  const opened = await openLlama(options.file, { gpu: options.gpu });
  // Weights of 32 bits want a cache of 32 bits, which flash attention does not read as such.
  const exact = file.metadata.get("general.file_type") === 0;
  const cache = exact ? "F32" : "F16";
  try {
    const context = await opened.model.createContext({
      sequences,
      contextSize: options.context ?? { max: Math.min(opened.model.trainContextSize, 8192) },
      ...(options.reproducible ? { batchSize: 1 } : {}),
      ...(threads === undefined ? {} : { threads }),
      flashAttention: exact ? false : "auto",
      experimentalKvCacheKeyType: cache,
      experimentalKvCacheValueType: cache,
    });
    const length = Math.min(context.contextSize, opened.model.trainContextSize);
    const model = new GgufModel({ ...options, sequences }, file, opened, new Sequences(context, sequences), length);
    await model.next([{ ids: [0] }], 1);
    return model;
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/**
 * Draws depend on seed, position and log-probs. The last bits of log-probs depend on what else llama.cpp computes at the
 * same time, unless the model is opened as `reproducible`: a draw that falls within them of a border may then differ.
 */
export class GgufModel implements Model {
  readonly name: string;
  readonly version: string;
  readonly can: Capabilities;
  readonly tokenizer: Tokenizer;
  /** The task family that a model of ours was trained on, as a method reference. */
  readonly family: Json | undefined;
  readonly #texts: Texts;
  readonly #opened: Opened;
  readonly #sequences: Sequences;
  readonly #candidates: number;
  /** Most tokens of a text. */
  readonly #length: number;
  readonly #read = new WeakMap<Cursor, Ids>();

  constructor(o: z.output<typeof ggufOptions>, file: GgufFile, opened: Opened, sequences: Sequences, length: number) {
    this.name = o.name ?? basename(o.file).replace(/\.gguf$/, "");
    this.version = `${this.name}@${fingerprint(o.file, file)}`;
    this.can = { logprobs: true, next: true, score: true, train: false, ids: true, batch: o.sequences, outputs: [] };
    this.#texts = textsOf(file, opened);
    this.tokenizer = this.#texts.tokenizer;
    this.family = familyOf(file);
    this.#opened = opened;
    this.#sequences = sequences;
    this.#candidates = o.candidates;
    this.#length = length;
  }

  #idsOf(prompt: Prompt, more = 0): Ids {
    const ids = this.#texts.idsOf(prompt);
    if (ids.length + more <= this.#length) return ids;
    throw new UserError(
      `the text has ${ids.length + more} tokens, and the model's context is ${this.#length}`,
      "shorten the question, or open the model with a longer context",
    );
  }

  async sample(prompt: Prompt, o: Sampling): Promise<Completion[]> {
    checkSampling(o);
    const ids = this.#idsOf(prompt, 1);
    return Promise.all(
      indicesOf(o).map((i) => this.#sequences.use(ids, (reading) => this.#complete(reading, ids, i, o))),
    );
  }

  async #complete(reading: Reading, prompt: Ids, completion: number, o: Sampling): Promise<Completion> {
    const key = streamKey(`${o.seed}/${completion}`);
    const { size } = this.tokenizer;
    // A rule may want any token.
    const wanted = greatest(o.logits === undefined && size > this.#candidates ? this.#candidates : "all");
    const most = Math.min(o.maxTokens, this.#length - prompt.length);
    const ids = [...prompt];
    const output: number[] = [];
    const logprobs: number[] = [];
    const sampled: number[] = [];
    let text: string | undefined;
    let finish: Completion["finish"] | undefined;
    while (finish === undefined) {
      if (o.signal?.aborted) {
        finish = "abort";
        break;
      }
      const last = ids.length - 1;
      const told =
        output.length === 0
          ? await reading.text(ids, last, (i) => (i === last ? wanted : undefined))
          : await reading.more(ids.slice(-1), () => wanted);
      const next = logitsOf(told.get(last));
      const drawn = this.#draw(ids, next, uniformAt(key, ids.length), o);
      ids.push(drawn.id);
      output.push(drawn.id);
      logprobs.push(logprobOf(next, drawn.id));
      sampled.push(drawn.logprob);
      o.onToken?.(completion, drawn.id, this.tokenizer.decode([drawn.id]));
      text = this.#texts.stopped(output, o.stop ?? []);
      if (text !== undefined || this.#opened.model.isEogToken(drawn.id)) finish = "stop";
      else if (output.length >= most) finish = "length";
    }
    const cut = size > this.#candidates;
    return {
      text: text ?? this.tokenizer.decode(output),
      ids: output,
      logprobs: Float32Array.from(logprobs),
      ...(cut || changesDistribution(o) ? { sampledLogprobs: Float32Array.from(sampled) } : {}),
      finish,
      promptTokens: prompt.length,
    };
  }

  #draw(ids: Ids, next: NextLogits, u: number, o: Sampling): { id: number; logprob: number } {
    const choosing = { temperature: o.temperature ?? 1, topK: o.topK, topP: o.topP };
    if (o.logits === undefined) {
      const chosen = choose(next.logits, u, choosing);
      return { id: next.ids[chosen.id], logprob: chosen.logprob };
    }
    const logits = next.logits.slice();
    o.logits(ids, logits);
    return choose(logits, u, choosing);
  }

  async next(prompts: readonly Prompt[], top: number | "all"): Promise<Distribution[]> {
    const { size } = this.tokenizer;
    return Promise.all(
      prompts.map(async (prompt) => {
        const found = await this.#after(this.#idsOf(prompt), top === "all" || top >= size ? "all" : top);
        const logprobs = found.logits.map((logit) => logit - found.normaliser);
        if (top === "all") return { ids: found.ids, logprobs };
        const order = [...logprobs.keys()].sort((a, b) => logprobs[b] - logprobs[a] || a - b).slice(0, top);
        return {
          ids: order.map((i) => found.ids[i]),
          logprobs: Float32Array.from(order, (i) => logprobs[i]),
        };
      }),
    );
  }

  /** Logits of the next token after a text. */
  #after(ids: Ids, count: number | "all"): Promise<NextLogits> {
    const last = ids.length - 1;
    const wanted = greatest(count);
    return this.#sequences.use(ids, async (reading) =>
      logitsOf((await reading.text(ids, last, (i) => (i === last ? wanted : undefined))).get(last)),
    );
  }

  async score(rows: readonly { prompt: Prompt; ids: Ids }[]): Promise<TokenScores[]> {
    return Promise.all(
      rows.map(async ({ prompt, ids }) => {
        const before = this.#idsOf(prompt, ids.length);
        if (ids.length === 0) return new Float32Array();
        const first = before.length - 1;
        const text = [...before, ...this.#texts.idsOf({ ids })];
        // The last token is not read: nothing is asked after it.
        const read = text.slice(0, -1);
        const wanted = (i: number) => (i < first ? undefined : ofToken(text[i + 1]));
        const told = await this.#sequences.use(read, (reading) => reading.text(read, first, wanted));
        return Float32Array.from(ids, (id, t) => logprobOf(logitsOf(told.get(first + t)), id));
      }),
    );
  }

  /** A prefix is found again in the cache as long as no other text took its place; then it is read anew. */
  async extend(
    rows: readonly { parent: Cursor | null; ids: Ids }[],
  ): Promise<{ cursor: Cursor; logprobs: Float32Array }[]> {
    return Promise.all(
      rows.map(async (row) => {
        const before = row.parent === null ? [] : this.#read.get(row.parent);
        if (!before) throw new UserError("this prefix belongs to another model", "extend what the same model returned");
        const ids = this.#idsOf({ ids: [...before, ...this.#texts.idsOf({ ids: row.ids })] });
        const logprobs = spread(await this.#after(ids, "all"), this.tokenizer.size);
        const cursor = { length: ids.length };
        this.#read.set(cursor, ids);
        return { cursor, logprobs };
      }),
    );
  }

  async close(): Promise<void> {
    await this.#sequences.close();
    await this.#opened.close();
  }
}

function familyOf({ metadata }: GgufFile): Json | undefined {
  const family = metadata.get(ownKeys.family);
  return typeof family === "string" ? z.json().parse(JSON.parse(family)) : undefined;
}

/** What tells models apart: the head of the file, its size, and samples of the weights, which may be too many to read. */
function fingerprint(path: string, file: GgufFile): string {
  const own = file.metadata.get(ownKeys.version);
  const digest = createHash("sha256")
    .update(String(own ?? ""))
    .update(JSON.stringify([...file.tensors]));
  const fd = openSync(path, "r");
  try {
    const { size } = fstatSync(fd);
    const block = Buffer.alloc(1 << 16);
    const blocks = 64;
    for (let i = 0; i < blocks; i++) {
      const at = Math.floor((Math.max(0, size - block.length) * i) / (blocks - 1));
      digest.update(block.subarray(0, readSync(fd, block, 0, block.length, at)));
    }
    return digest.update(String(size)).digest("hex").slice(0, 24);
  } finally {
    closeSync(fd);
  }
}
