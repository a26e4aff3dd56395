import { rowsOf, type Datum } from "../core/datum.ts";
import type { Random } from "../core/random.ts";

/** A source of training data: `size` items (Infinity where they are made as they are drawn), one a draw. */
export interface Stream {
  readonly size: number;
  draw(random: Random): Datum;
}

/** Data that a function makes when asked. */
export function generated(make: (random: Random) => Datum): Stream {
  return { size: Infinity, draw: make };
}

/** Equal keys train the same: the tokens, where the response begins and the loss weights. */
function contentKey(datum: Datum): string {
  const rows = rowsOf(datum).map((row) => `${row.ids.join()};${row.from};${row.mask?.slice(row.from).join() ?? ""}`);
  return `${datum.kind}|${rows.join("|")}`;
}

/**
 * Distinct data of all rounds so far, the oldest forgotten beyond `capacity`. A draw comes from the newest batch with
 * probability `recent`, else uniformly from everything. A pure function of the batches added.
 */
export class Replay implements Stream {
  readonly #capacity: number;
  readonly #recent: number;
  readonly #items: { readonly key: string; readonly datum: Datum }[] = [];
  readonly #keys = new Set<string>();
  #newest = 0;

  constructor(o: { readonly capacity: number; readonly recent: number }) {
    this.#capacity = o.capacity;
    this.#recent = o.recent;
  }

  get size(): number {
    return this.#items.length;
  }

  /** Adds a batch and says how much of it was new. A batch without anything new leaves the newest batch as it was. */
  add(batch: readonly Datum[]): number {
    const before = this.#items.length;
    for (const datum of batch) {
      const key = contentKey(datum);
      if (this.#keys.has(key)) continue;
      this.#keys.add(key);
      this.#items.push({ key, datum });
    }
    const added = this.#items.length - before;
    if (added > 0) this.#newest = before;
    const surplus = this.#items.length - this.#capacity;
    if (surplus > 0) {
      for (const { key } of this.#items.splice(0, surplus)) this.#keys.delete(key);
      this.#newest = Math.max(0, this.#newest - surplus);
    }
    return added;
  }

  draw(random: Random): Datum {
    const from = random.next() < this.#recent ? this.#newest : 0;
    const at = from + random.int(this.#items.length - from);
    if (at >= this.#items.length) throw new RangeError("draw from an empty replay buffer");
    return this.#items[at].datum;
  }
}
