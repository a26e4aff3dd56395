/**
 * The key-value cache of many rows and the sessions that extend it, all on one thread: small products gain little from being
 * split among threads (and would no longer be reproducible, see decode.ts), whole batches gain everything.
 */
import ort from "onnxruntime-node";
import type { InferenceSession } from "onnxruntime-node";
import { headWidth, kvHeadsOf } from "./config.ts";
import type { DecoderConfig } from "./config.ts";
import { CACHE_STEP, MASKED, cacheNames, promptProgram, promptShapes, stepProgram } from "./decode.ts";
import type { Weights } from "./decode.ts";
import { sizeOf } from "./graph.ts";
import { floats, floatsOf, integers, openSession } from "./sessions.ts";
import type { Feeds, Hardware } from "./sessions.ts";

/** Keys and values of consecutive tokens, [layers, 2, kvHeads, tokens, headWidth]. */
export type KeyValues = Float32Array;

export interface Step {
  /** Cache length, a multiple of CACHE_STEP, more than every entry of `lengths`. */
  readonly cache: number;
  /** For each row: the token it reads, its position id, and how many tokens of its cache count (−1: the row rests). */
  readonly ids: Int32Array;
  readonly positions: Int32Array;
  readonly lengths: Int32Array;
  /** Done before the step, in this order: rows that take another's place, then rows whose cache is filled from outside. */
  readonly moves: readonly { readonly from: number; readonly to: number }[];
  readonly loads: readonly { readonly row: number; readonly at: number; readonly keyValues: KeyValues }[];
  /** Rows whose new keys and values are wanted. */
  readonly keep: readonly number[];
}

/** Distributions of next tokens, row-major [≥ rows, vocab], [≥ rows, vocab], [≥ rows]; see `Prediction`. */
export interface Distributions {
  readonly logits: Float32Array;
  readonly exponentials: Float32Array;
  readonly sums: Float32Array;
}

/** One token for each row of `keep`. */
export type Stepped = Distributions & { readonly keyValues: readonly KeyValues[] };

export interface Prompt {
  readonly ids: ArrayLike<number>;
  /** Position ids. */
  readonly positions: ArrayLike<number>;
}

/** Floats that one token takes in the caches of all layers. */
export const tokenSize = (config: DecoderConfig): number => config.layers * 2 * kvHeadsOf(config) * headWidth(config);

/** Rows that are computed for n rows in use: few distinct sizes. */
export const rowsFor = (n: number): number => (n <= 2 ? 2 : n <= 4 ? 4 : Math.ceil(n / 8) * 8);

/** Places that are computed for n tokens of a prompt. */
export const placesFor = (n: number): number => Math.ceil(n / CACHE_STEP) * CACHE_STEP;

interface Inputs {
  readonly ids: Int32Array;
  readonly positions: BigInt64Array;
  readonly tensors: Feeds;
}

const int64 = (values: BigInt64Array, dims: readonly number[]) => new ort.Tensor("int64", values, dims);

export class DecodeSession {
  readonly #config: DecoderConfig;
  readonly #device: Hardware["device"];
  #weights: Weights = {};
  #stepping: InferenceSession | undefined;
  #prompting: InferenceSession | undefined;
  /** Keys and values of each layer in turn, [rows, kvHeads, cache, headWidth]. */
  #caches: Float32Array[] = [];
  #rows = 0;
  #cache = 0;
  #mask = new Float32Array(0);
  /** How many places of each row's mask are open; −2 where the mask must be written anew. */
  #open = new Int32Array(0);
  #inputs = new Map<number, Inputs>();

  constructor(config: DecoderConfig, device: Hardware["device"]) {
    this.#config = config;
    this.#device = device;
  }

  /** The weights from now on. Sessions are opened when first needed: UserError if the device is not to be had. */
  async load(weights: Weights): Promise<void> {
    await this.close();
    this.#weights = weights;
  }

  async close(): Promise<void> {
    await this.#stepping?.release();
    await this.#prompting?.release();
    this.#stepping = undefined;
    this.#prompting = undefined;
  }

  #openSession(program: typeof stepProgram): Promise<InferenceSession> {
    return openSession(program(this.#config, this.#weights), { threads: 1, device: this.#device });
  }

  /** Every row reads a token. */
  async step(step: Step): Promise<Stepped> {
    const session = (this.#stepping ??= await this.#openSession(stepProgram));
    const n = step.ids.length;
    const rows = rowsFor(n);
    this.#resize(Math.max(rows, this.#rows), step.cache);
    for (const { from, to } of step.moves) this.#move(from, to);
    for (const { row, at, keyValues } of step.loads) this.#load(row, at, keyValues);
    const inputs = this.#inputsFor(rows);
    for (let row = 0; row < rows; row++) {
      inputs.ids[row] = row < n ? step.ids[row] : 0;
      inputs.positions[row] = row < n ? BigInt(step.positions[row]) : 0n;
      this.#unmask(row, row < n ? Math.max(step.lengths[row], 0) : 0);
    }
    const out = await session.run(inputs.tensors);
    const made = floatsOf(out["keyValues"]);
    this.#append(made, step.lengths);
    return { ...distributions(out), keyValues: step.keep.map((row) => this.#pick(made, row, 1)) };
  }

  /** Reads prompts in one pass; the rows and their caches are not touched. Distributions and keys and values of each prompt. */
  async read(prompts: readonly Prompt[]): Promise<Stepped> {
    const session = (this.#prompting ??= await this.#openSession(promptProgram));
    const count = rowsFor(prompts.length);
    const places = placesFor(Math.max(...prompts.map(({ ids }) => ids.length)));
    const rows = count * places;
    const ids = new Int32Array(rows);
    const positions = new BigInt64Array(rows);
    const last = new Int32Array(count);
    prompts.forEach((prompt, p) => {
      const start = p * places;
      for (let t = 0; t < prompt.ids.length; t++) {
        ids[start + t] = prompt.ids[t];
        positions[start + t] = BigInt(prompt.positions[t]);
      }
      last[p] = start + prompt.ids.length - 1;
    });
    const mask = new Float32Array(rows * (1 + places)).fill(MASKED);
    for (let row = 0; row < rows; row++) mask.fill(0, row * (1 + places), row * (1 + places) + 1 + (row % places));
    const shapes = Object.entries(promptShapes(this.#config, count, places)).map(
      ([name, shape]) => [name, int64(BigInt64Array.from(shape, BigInt), [shape.length])] as const,
    );
    const out = await session.run({
      ids: integers(ids, [rows]),
      mask: floats(mask, [rows, 1, 1, 1 + places]),
      last: integers(last, [count]),
      ...(this.#config.positions === "none" ? {} : { positions: int64(positions, [rows, 1]) }),
      ...Object.fromEntries(shapes),
    });
    const made = floatsOf(out["keyValues"]);
    const keyValues = prompts.map((prompt, p) => this.#pick(made, p * places, prompt.ids.length));
    return { ...distributions(out), keyValues };
  }

  /** Layout of the caches for so many rows and places; what they hold stays. */
  #resize(rows: number, cache: number): void {
    if (rows === this.#rows && cache === this.#cache) return;
    const size = headWidth(this.#config);
    const heads = kvHeadsOf(this.#config);
    const kept = Math.min(cache, this.#cache) * size;
    const old = this.#caches;
    this.#caches = Array.from({ length: this.#config.layers * 2 }, (_, i) => {
      const fresh = new Float32Array(rows * heads * cache * size);
      for (let block = 0; block < this.#rows * heads; block++) {
        const start = block * this.#cache * size;
        fresh.set(old[i].subarray(start, start + kept), block * cache * size);
      }
      return fresh;
    });
    this.#rows = rows;
    this.#cache = cache;
    this.#mask = new Float32Array(rows * (1 + cache));
    this.#open = new Int32Array(rows).fill(-2);
    this.#inputs.clear();
  }

  #move(from: number, to: number): void {
    const stride = kvHeadsOf(this.#config) * this.#cache * headWidth(this.#config);
    for (const cache of this.#caches) cache.copyWithin(to * stride, from * stride, (from + 1) * stride);
  }

  #load(row: number, at: number, keyValues: KeyValues): void {
    const size = headWidth(this.#config);
    const heads = kvHeadsOf(this.#config);
    const block = (keyValues.length / tokenSize(this.#config)) * size;
    let source = 0;
    for (const cache of this.#caches) {
      for (let head = 0; head < heads; head++, source += block) {
        cache.set(keyValues.subarray(source, source + block), ((row * heads + head) * this.#cache + at) * size);
      }
    }
  }

  /** Opens the first `length` places of a row's cache (and always its own token). */
  #unmask(row: number, length: number): void {
    const start = row * (1 + this.#cache);
    if (this.#open[row] === length - 1) {
      this.#mask[start + length] = 0;
    } else if (this.#open[row] !== length) {
      this.#mask.fill(0, start, start + 1 + length);
      this.#mask.fill(MASKED, start + 1 + length, start + 1 + this.#cache);
    }
    this.#open[row] = length;
  }

  #inputsFor(rows: number): Inputs {
    const known = this.#inputs.get(rows);
    if (known) return known;
    const cache = this.#cache;
    const shape = [rows, kvHeadsOf(this.#config), cache, headWidth(this.#config)];
    const places = sizeOf(shape);
    const ids = new Int32Array(rows);
    const positions = new BigInt64Array(rows);
    const tensors: Feeds = {
      ids: integers(ids, [rows]),
      mask: floats(this.#mask.subarray(0, rows * (1 + cache)), [rows, 1, 1, 1 + cache]),
      ...(this.#config.positions === "none" ? {} : { positions: int64(positions, [rows, 1]) }),
    };
    for (let layer = 0; layer < this.#config.layers; layer++) {
      const names = cacheNames(layer);
      tensors[names.keys] = floats(this.#caches[2 * layer].subarray(0, places), shape);
      tensors[names.values] = floats(this.#caches[2 * layer + 1].subarray(0, places), shape);
    }
    const inputs = { ids, positions, tensors };
    this.#inputs.set(rows, inputs);
    return inputs;
  }

  /** Keys and values of consecutive rows, as those of consecutive tokens. */
  #pick(made: Float32Array, first: number, tokens: number): KeyValues {
    const all = tokenSize(this.#config);
    const size = headWidth(this.#config);
    if (tokens === 1) return made.slice(first * all, (first + 1) * all);
    const picked = new Float32Array(tokens * all);
    let target = 0;
    for (let block = 0; block < all; block += size) {
      for (let t = 0; t < tokens; t++, target += size) {
        const source = (first + t) * all + block;
        for (let j = 0; j < size; j++) picked[target + j] = made[source + j];
      }
    }
    return picked;
  }

  /**
   * Writes every row's new keys and values into its cache. Element by element: for runs as short as a head, that is several
   * times as fast as `set`.
   */
  #append(made: Float32Array, lengths: Int32Array): void {
    const size = headWidth(this.#config);
    const heads = kvHeadsOf(this.#config);
    const all = tokenSize(this.#config);
    const places = this.#cache;
    this.#caches.forEach((cache, i) => {
      for (let row = 0; row < lengths.length; row++) {
        const length = lengths[row];
        if (length < 0) continue;
        for (let head = 0; head < heads; head++) {
          const source = row * all + (i * heads + head) * size;
          const target = ((row * heads + head) * places + length) * size;
          for (let j = 0; j < size; j++) cache[target + j] = made[source + j];
        }
      }
    });
  }
}

const distributions = (out: InferenceSession.ReturnType): Distributions => ({
  logits: floatsOf(out["logits"]),
  exponentials: floatsOf(out["exponentials"]),
  sums: floatsOf(out["sums"]),
});
