/**
 * A lane: one single-threaded session with its key-value cache, which advances many rows by one token at a time. Lanes run
 * side by side, one a core: small products gain little from being split among threads (and would no longer be
 * reproducible, see decode.ts), whole batches gain everything.
 */
import ort from "onnxruntime-node";
import type { InferenceSession } from "onnxruntime-node";
import { headWidth, kvHeadsOf } from "./config.ts";
import type { DecoderConfig } from "./config.ts";
import { MASKED, cacheNames, decodeProgram, stepParameters } from "./decode.ts";
import { sizeOf } from "./graph.ts";
import { floats, floatsOf, integers, openSession } from "./sessions.ts";
import type { Feeds, Hardware } from "./sessions.ts";

export type Weights = Readonly<Record<string, Float32Array>>;

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

export interface Stepped {
  /** Of the next token, row-major [≥ rows, vocab], [≥ rows, vocab], [≥ rows]; see `Prediction`. */
  readonly logits: Float32Array;
  readonly exponentials: Float32Array;
  readonly sums: Float32Array;
  /** One token for each row of `keep`. */
  readonly keyValues: KeyValues;
}

export interface Lane {
  load(weights: Weights): Promise<void>;
  step(step: Step): Promise<Stepped>;
  close(): Promise<void>;
}

/** Floats that one token takes in the caches of all layers. */
export const tokenSize = (config: DecoderConfig): number => config.layers * 2 * kvHeadsOf(config) * headWidth(config);

/** Rows that are computed for n rows in use: never one (a product of one row rounds differently), and few distinct sizes. */
export const rowsFor = (n: number): number => (n <= 2 ? 2 : n <= 4 ? 4 : Math.ceil(n / 8) * 8);

interface Inputs {
  readonly ids: Int32Array;
  readonly positions: BigInt64Array;
  readonly tensors: Feeds;
}

class LocalLane implements Lane {
  readonly #config: DecoderConfig;
  readonly #session: InferenceSession;
  readonly #weights: Feeds;
  /** Keys and values of each layer in turn, [rows, kvHeads, cache, headWidth]. */
  #caches: Float32Array[] = [];
  #rows = 0;
  #cache = 0;
  #mask = new Float32Array(0);
  /** How many places of each row's mask are open; −2 where the mask must be written anew. */
  #open = new Int32Array(0);
  #inputs = new Map<number, Inputs>();

  constructor(config: DecoderConfig, session: InferenceSession) {
    this.#config = config;
    this.#session = session;
    this.#weights = Object.fromEntries(
      Object.entries(stepParameters(config)).map(([name, shape]) => [
        name,
        floats(new Float32Array(sizeOf(shape)), shape),
      ]),
    );
  }

  load(weights: Weights): Promise<void> {
    for (const [name, tensor] of Object.entries(this.#weights)) floatsOf(tensor).set(weights[name]);
    return Promise.resolve();
  }

  async step(step: Step): Promise<Stepped> {
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
    const out = await this.#session.run(inputs.tensors);
    return {
      logits: floatsOf(out["logits"]),
      exponentials: floatsOf(out["exponentials"]),
      sums: floatsOf(out["sums"]),
      keyValues: this.#append(out, step),
    };
  }

  async close(): Promise<void> {
    await this.#session.release();
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
      ...this.#weights,
      ids: integers(ids, [rows]),
      mask: floats(this.#mask.subarray(0, rows * (1 + cache)), [rows, 1, 1, 1 + cache]),
      ...(this.#config.positions === "none" ? {} : { positions: new ort.Tensor("int64", positions, [rows, 1]) }),
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

  /** Writes every row's new keys and values into its cache, and gives back those that are kept. */
  #append(out: InferenceSession.ReturnType, step: Step): KeyValues {
    const width = kvHeadsOf(this.#config) * headWidth(this.#config);
    const kept = new Float32Array(step.keep.length * tokenSize(this.#config));
    for (let i = 0; i < this.#caches.length; i++) {
      const names = cacheNames(i >> 1);
      const fresh = floatsOf(out[i % 2 === 0 ? names.newKeys : names.newValues]);
      this.#appendTo(this.#caches[i], fresh, step.lengths);
      step.keep.forEach((row, k) => {
        kept.set(fresh.subarray(row * width, (row + 1) * width), (k * this.#caches.length + i) * width);
      });
    }
    return kept;
  }

  /** Element by element: for runs as short as a head, that is several times as fast as `set`. */
  #appendTo(cache: Float32Array, fresh: Float32Array, lengths: Int32Array): void {
    const size = headWidth(this.#config);
    const heads = kvHeadsOf(this.#config);
    const places = this.#cache;
    for (let row = 0; row < lengths.length; row++) {
      const length = lengths[row];
      if (length < 0) continue;
      for (let head = 0; head < heads; head++) {
        const source = (row * heads + head) * size;
        const target = ((row * heads + head) * places + length) * size;
        for (let j = 0; j < size; j++) cache[target + j] = fresh[source + j];
      }
    }
  }
}

/** A lane on this thread. UserError if the device is not to be had. */
export async function createLane(config: DecoderConfig, device: Hardware["device"]): Promise<Lane> {
  return new LocalLane(config, await openSession(decodeProgram(config), { threads: 1, device }));
}
