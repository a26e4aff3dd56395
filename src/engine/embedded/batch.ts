/**
 * From sequences to the padded, time-major arrays that programs take, and back. Sizes are rounded up to buckets so that
 * sessions are reused; what is padded gets no gradient.
 */
import type { Ids } from "../../core/call.ts";
import { UserError } from "../../core/errors.ts";
import { streamKey, uniformAt } from "../../core/random.ts";
import { positionsOf, stretched } from "./config.ts";
import type { DecoderConfig } from "./config.ts";
import { dropoutSites } from "./decoder.ts";
import { classesOf, headOf } from "./programs.ts";
import type { Bucket, Statistic } from "./programs.ts";
import { floats, integers } from "./sessions.ts";
import type { Feeds } from "./sessions.ts";

export interface TeacherForced {
  readonly ids: Ids;
  /** Position ids, < context; default: positionsOf. */
  readonly positions?: ArrayLike<number>;
}

const BATCHES = [2, 4, 8, 16, 32, 48, 64, 96, 128, 192, 256];
/** Tokens in one pass: bounds memory; matrix products are at full speed well below. */
const MAX_TOKENS = 8192;

const lengthBucket = (length: number): number => {
  // Fine where a few padded tokens are a large share.
  const grain = length <= 32 ? 2 : length <= 64 ? 8 : length <= 256 ? 16 : 32;
  return Math.max(8, Math.ceil(length / grain) * grain);
};

/** Whether the statistic at ids[t] is computed after reading ids[t] (heads) or before it (predictions). */
const readsOwnToken = (statistic: Statistic): boolean => headOf(statistic) !== undefined;

/** Sequences that share a pass: their indices in the batch, longest first. */
export interface Chunk {
  readonly bucket: Bucket;
  readonly rows: readonly number[];
}

/** Divides a batch into passes. A batch that fits stays whole. */
export function chunks(sequences: readonly TeacherForced[], wanted: readonly Statistic[]): Chunk[] {
  const own = wanted.some(readsOwnToken) ? 0 : 1;
  const order = sequences.map((_, i) => i).sort((a, b) => sequences[b].ids.length - sequences[a].ids.length || a - b);
  const passes: Chunk[] = [];
  for (let start = 0; start < order.length;) {
    const length = lengthBucket(sequences[order[start]].ids.length - own);
    const fitting = BATCHES.filter((batch) => batch * length <= MAX_TOKENS);
    const left = order.length - start;
    const batch = fitting.find((b) => b >= left) ?? fitting.at(-1) ?? BATCHES[0];
    passes.push({ bucket: { batch, length }, rows: order.slice(start, start + batch) });
    start += batch;
  }
  return passes;
}

/** Throws UserError for what the decoder cannot read. */
export function checkSequences(config: DecoderConfig, sequences: readonly TeacherForced[]): void {
  sequences.forEach(({ ids, positions }, i) => {
    if (ids.length > config.context) {
      throw new UserError(
        `sequence ${i} has ${ids.length} tokens; the model's context holds ${config.context}`,
        "Shorten it, or build a model with a longer context.",
      );
    }
    const bad = ids.findIndex((id) => !Number.isInteger(id) || id < 0 || id >= config.vocab);
    if (bad >= 0) {
      throw new UserError(
        `token ${bad} of sequence ${i} is ${ids[bad]}; ids are integers from 0 to ${config.vocab - 1}`,
        "Encode the text with this model's tokenizer.",
      );
    }
    if (
      positions &&
      (positions.length !== ids.length || Array.from(positions).some((p) => !(p >= 0 && p < config.context)))
    ) {
      throw new UserError(
        `the positions of sequence ${i} do not fit`,
        `Give one position from 0 to ${config.context - 1} for each of its ${ids.length} tokens.`,
      );
    }
  });
}

/** What every program reads of the sequences: ids, positions (stretched by the seed, if one is given), the tokens that follow. */
export function packTokens(
  config: DecoderConfig,
  { bucket, rows }: Chunk,
  sequences: readonly TeacherForced[],
  targets: boolean,
  seed?: number,
): Feeds {
  const n = bucket.batch * bucket.length;
  const ids = new Int32Array(n);
  const positions = new Int32Array(n);
  const next = new Int32Array(n);
  rows.forEach((row, b) => {
    const sequence = sequences[row];
    const own = positionsOf(config, sequence.ids);
    const stretches = seed !== undefined && config.gaps > 0;
    const at = sequence.positions ?? (stretches ? stretched(config, own, streamKey(`${seed}/positions/${row}`)) : own);
    const length = Math.min(sequence.ids.length, bucket.length);
    for (let t = 0; t < length; t++) {
      ids[t * bucket.batch + b] = sequence.ids[t];
      positions[t * bucket.batch + b] = at[t];
      if (t + 1 < sequence.ids.length) next[t * bucket.batch + b] = sequence.ids[t + 1];
    }
  });
  const feeds: Feeds = { ids: integers(ids, [n]) };
  if (config.positions !== "none") feeds.positions = integers(positions, [n]);
  if (targets) feeds.targets = integers(next, [n]);
  return feeds;
}

/**
 * Calls back for every number of a statistic: its index in the sequence's own array and in the padded one.
 */
function align(
  config: DecoderConfig,
  { bucket, rows }: Chunk,
  sequences: readonly TeacherForced[],
  statistic: Statistic,
  visit: (row: number, own: number, padded: number) => void,
): void {
  const classes = classesOf(config, statistic);
  const shift = readsOwnToken(statistic) ? 0 : 1;
  rows.forEach((row, b) => {
    for (let t = shift; t < sequences[row].ids.length; t++) {
      const padded = ((t - shift) * bucket.batch + b) * classes;
      for (let c = 0; c < classes; c++) visit(row, t * classes + c, padded + c);
    }
  });
}

/** The gradient of a statistic, one array a sequence, as a padded array. Throws UserError where lengths differ. */
export function packSeeds(
  config: DecoderConfig,
  chunk: Chunk,
  sequences: readonly TeacherForced[],
  statistic: Statistic,
  seeds: readonly Float32Array[],
): Float32Array {
  const classes = classesOf(config, statistic);
  for (const row of chunk.rows) {
    if (seeds[row]?.length !== sequences[row].ids.length * classes) {
      throw new UserError(
        `the gradient of ${statistic} for sequence ${row} has ${seeds[row]?.length ?? 0} numbers`,
        `Give ${classes} for each of its ${sequences[row].ids.length} tokens.`,
      );
    }
  }
  const padded = new Float32Array(chunk.bucket.batch * chunk.bucket.length * classes);
  align(config, chunk, sequences, statistic, (row, own, at) => (padded[at] = seeds[row][own]));
  return padded;
}

/** A padded statistic as one array a sequence, written into `into`. */
export function unpack(
  config: DecoderConfig,
  chunk: Chunk,
  sequences: readonly TeacherForced[],
  statistic: Statistic,
  padded: Float32Array,
  into: readonly Float32Array[],
): void {
  align(config, chunk, sequences, statistic, (row, own, at) => (into[row][own] = padded[at]));
}

/**
 * Dropout masks of a chunk. A sequence's masks are a function of the seed and its index in the batch only, never of how the
 * batch was divided or padded.
 */
export function packMasks(config: DecoderConfig, { bucket, rows }: Chunk, seed: number): Feeds {
  const { width } = config;
  const sites = dropoutSites(config);
  const masks = Array.from({ length: sites }, () => new Float32Array(bucket.batch * bucket.length * width));
  const kept = 1 / (1 - config.dropout);
  rows.forEach((row, b) => {
    const key = streamKey(`${seed}/dropout/${row}`);
    for (let t = 0; t < bucket.length; t++) {
      masks.forEach((mask, site) => {
        const start = (t * bucket.batch + b) * width;
        const stream = (t * sites + site) * width;
        for (let i = 0; i < width; i++) mask[start + i] = uniformAt(key, stream + i) < config.dropout ? 0 : kept;
      });
    }
  });
  return Object.fromEntries(
    masks.map((mask, site) => [`mask.${site}`, floats(mask, [bucket.batch * bucket.length, width])]),
  );
}
