/** The cache of a llama.cpp context: texts that are read side by side, each on what it shares with one read before. */
import type { Ids } from "../../core/call.ts";
import { UserError } from "../../core/errors.ts";
import type { LlamaContext, LlamaSequence, Told, Wanted } from "./binding.ts";

interface Place {
  readonly sequence: LlamaSequence;
  /** When it was given back; the least recent is used where no text is shared. */
  used: number;
}

/** What is wanted after a position of a text. */
export type WantedAt = (position: number) => Wanted | undefined;

export class Sequences {
  readonly #free: Place[];
  readonly #waiting: (() => void)[] = [];
  readonly #context: LlamaContext;
  #clock = 0;
  #closed = false;

  constructor(context: LlamaContext, count: number) {
    this.#context = context;
    this.#free = Array.from({ length: count }, () => ({ sequence: context.getSequence(), used: 0 }));
  }

  /** Most tokens of a text. */
  get length(): number {
    return this.#context.contextSize;
  }

  /**
   * Runs work with a place of its own, that which holds the longest beginning of `ids`. `read` reads more tokens of a text
   * and tells what was wanted after them.
   */
  async use<T>(ids: Ids, work: (reading: Reading) => Promise<T>): Promise<T> {
    while (this.#free.length === 0 && !this.#closed) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#closed) throw new UserError("the model was closed", "open it again");
    const shared = this.#free.map(({ sequence }) => commonPrefix(sequence.contextTokens, ids));
    const most = Math.max(...shared);
    const candidates = this.#free.filter((_, i) => shared[i] === most);
    const place = candidates.reduce((oldest, other) => (other.used < oldest.used ? other : oldest));
    this.#free.splice(this.#free.indexOf(place), 1);
    try {
      return await work(new Reading(place.sequence));
    } finally {
      place.used = ++this.#clock;
      this.#free.push(place);
      this.#waiting.shift()?.();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
    await this.#context.dispose();
  }
}

/** One place while it is in use. */
export class Reading {
  readonly #sequence: LlamaSequence;

  constructor(sequence: LlamaSequence) {
    this.#sequence = sequence;
  }

  /**
   * Reads a text, at least the part from position `from` on, whatever of it the cache holds; `wanted` is asked about those
   * positions. Gives what was told, by position.
   */
  async text(ids: Ids, from: number, wanted: WantedAt): Promise<ReadonlyMap<number, Told>> {
    const sequence = this.#sequence;
    const kept = Math.min(commonPrefix(sequence.contextTokens, ids), from);
    if (sequence.nextTokenIndex > kept) {
      await sequence.eraseContextTokenRanges([{ start: kept, end: sequence.nextTokenIndex }]);
    }
    // Of a recurrent model's state less may be left than was asked for.
    return this.more(ids.slice(sequence.nextTokenIndex), (i) => wanted(i));
  }

  /** Reads on. Positions count from the beginning of the text. */
  async more(ids: Ids, wanted: WantedAt): Promise<ReadonlyMap<number, Told>> {
    const start = this.#sequence.nextTokenIndex;
    const told = await this.#sequence.controlledEvaluate(
      ids.map((id, i) => {
        const generateNext = wanted(start + i);
        return generateNext === undefined ? id : [id, { generateNext }];
      }),
    );
    return new Map(told.flatMap((one, i) => (one === undefined ? [] : [[start + i, one]])));
  }
}

function commonPrefix(a: Ids, b: Ids): number {
  const most = Math.min(a.length, b.length);
  for (let i = 0; i < most; i++) if (a[i] !== b[i]) return i;
  return most;
}
