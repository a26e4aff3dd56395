/** A keyed, counter-based random source: the same seed gives the same stream on every machine. */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  next(): number;
  /** Uniform integer in [0, n). */
  int(n: number): number;
  /** Standard normal. */
  normal(): number;
  /** One element, uniformly. Throws RangeError on an empty list. */
  pick<T>(items: readonly T[]): T;
  /** A shuffled copy. */
  shuffle<T>(items: readonly T[]): T[];
  /** An independent stream that depends on this one's seed and the label only, never on how much was drawn. */
  fork(label: string | number): Random;
  readonly seed: string;
}

/** Finaliser of MurmurHash3 (Appleby, public domain): a bijection on 32 bits with full avalanche. */
function mix(h: number): number {
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Two 32-bit words that identify a stream. */
export type StreamKey = readonly [number, number];

/** The key of a seed, by two independent multiplicative hashes of its UTF-16 units. */
export function streamKey(seed: string): StreamKey {
  let a = 0x9e3779b9 ^ seed.length;
  let b = 0x7f4a7c15 ^ seed.length;
  for (let i = 0; i < seed.length; i++) {
    const unit = seed.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x5bd1e995) ^ (b >>> 15);
  }
  return [mix(a), mix(b)];
}

/** The uniform number in [0, 1) at a position of a stream; position is an integer ≥ 0. */
export function uniformAt(key: StreamKey, position: number): number {
  const low = mix((key[0] + Math.imul(position, 0x9e3779b9)) | 0);
  return mix((low ^ key[1]) + Math.imul(position, 0x632be5ab)) / 4294967296;
}

/** The uniform number in [0, 1) of (seed, position): what a sampler uses for the token at that position. */
export function uniform(seed: string, position: number): number {
  return uniformAt(streamKey(seed), position);
}

/** The random source of a seed. */
export function random(seed: string | number): Random {
  const name = String(seed);
  const key = streamKey(name);
  let drawn = 0;
  const next = (): number => uniformAt(key, drawn++);
  const int = (n: number): number => Math.floor(next() * n);
  return {
    seed: name,
    next,
    int,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick: (items) => {
      if (items.length === 0) throw new RangeError("pick from an empty list");
      return items[int(items.length)];
    },
    shuffle: (items) => {
      const copy = [...items];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = int(i + 1);
        [copy[i], copy[j]] = [copy[j], copy[i]];
      }
      return copy;
    },
    fork: (label) => random(`${name}/${label}`),
  };
}
