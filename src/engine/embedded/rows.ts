/** The rows of one lane: which task holds which row, what each row's cache contains, one step of all of them, prompt passes. */
import type { Prediction } from "./choose.ts";
import { nextPosition, positionsOf } from "./config.ts";
import type { DecoderConfig } from "./config.ts";
import type { DecodeSession, Distributions, KeyValues, Step } from "./decode-session.ts";
import { placesFor, rowsFor } from "./decode-session.ts";

/** A read prefix: its last tokens with their keys and values, and the node of those before. */
export interface CacheNode {
  readonly parent: CacheNode | null;
  /** Tokens from the start of the sequence to the end of this node. */
  readonly length: number;
  /** Position id of the last token. */
  readonly position: number;
  readonly keyValues: KeyValues;
}

/** Work for a row: reads tokens after a prefix until it has what it wants. */
export interface Task {
  /** What has been read when the task takes its row. */
  readonly from: CacheNode | null;
  /** Most tokens that will ever be read, those of `from` included. */
  readonly most: number;
  /** The next token to read. */
  readonly next: number;
  /** Whether the keys and values of what is read are wanted. */
  readonly keep: boolean;
  /** No longer wanted: its row is taken away. */
  readonly cancelled: boolean;
  /**
   * Takes the distribution after `next` (or after all of `ids`, in a prompt pass), the position id of the last token read and,
   * if `keep`, the keys and values of what was read. True if there is more to read. Never throws.
   */
  take(prediction: Prediction, position: number, keyValues: KeyValues): boolean;
  /** The node that now ends at the row's last token, for a finished task that made one. */
  readonly made?: CacheNode;
  fail(error: unknown): void;
}

/** A task that reads ids after nothing, and can read all of them at once. */
export interface PromptTask extends Task {
  readonly ids: readonly number[];
}

interface Row {
  task: Task | undefined;
  length: number;
  position: number;
  /** The prefix whose keys and values are in this row's cache, from the root. */
  resident: readonly CacheNode[];
}

export function chainOf(node: CacheNode | null): CacheNode[] {
  const chain: CacheNode[] = [];
  for (let at = node; at; at = at.parent) chain.push(at);
  return chain.reverse();
}

/** Smallest cache that is grown into; below it growing costs more than unused places. */
const FIRST_CACHE = 32;

const NOTHING = new Float32Array(0);

export class Rows {
  readonly capacity: number;
  readonly #config: DecoderConfig;
  readonly #session: DecodeSession;
  #rows: Row[] = [];
  /** Where a node was last; the row's `resident` says whether it is still there. */
  #homes = new WeakMap<CacheNode, Row>();
  #active = 0;
  #cache = 0;
  #loads: Step["loads"][number][] = [];

  constructor(config: DecoderConfig, session: DecodeSession, capacity: number) {
    this.#config = config;
    this.#session = session;
    this.capacity = capacity;
  }

  get active(): number {
    return this.#active;
  }

  /** Forgets what the caches hold: the weights have changed. */
  forget(): void {
    this.#rows = [];
    this.#homes = new WeakMap();
    this.#cache = 0;
  }

  /** Gives the task a free row, that which already holds most of its prefix if one is known. */
  place(task: Task): void {
    const chain = chainOf(task.from);
    const last = chain.findLastIndex((node, i) => {
      const home = this.#homes.get(node);
      return home && !home.task && home.resident[i] === node;
    });
    const row = (last >= 0 && this.#homes.get(chain[last])) || this.#freeRow();
    const index = this.#rows.indexOf(row);
    for (let i = last + 1; i < chain.length; i++) {
      this.#loads.push({ row: index, at: i === 0 ? 0 : chain[i - 1].length, keyValues: chain[i].keyValues });
      this.#homes.set(chain[i], row);
    }
    row.task = task;
    row.resident = chain;
    row.length = task.from?.length ?? 0;
    row.position = task.from?.position ?? -1;
    this.#active++;
  }

  #freeRow(): Row {
    const free = this.#rows.find((row) => !row.task);
    if (free) return free;
    const row: Row = { task: undefined, length: 0, position: -1, resident: [] };
    this.#rows.push(row);
    return row;
  }

  #free(row: Row): void {
    row.task = undefined;
    this.#active--;
  }

  dropCancelled(): void {
    for (const row of this.#rows) if (row.task?.cancelled) this.#free(row);
  }

  fail(error: unknown): void {
    for (const row of this.#rows) {
      row.task?.fail(error);
      if (row.task) this.#free(row);
    }
    this.forget();
    this.#loads = [];
  }

  /** Lets the last rows take the places of free ones, where that makes the batch smaller. */
  #compact(): Step["moves"] {
    const moves: { from: number; to: number }[] = [];
    const used = (): number => this.#rows.findLastIndex((row) => row.task) + 1;
    let to = 0;
    while (rowsFor(used()) > rowsFor(this.#active)) {
      const from = used() - 1;
      while (this.#rows[to].task) to++;
      Object.assign(this.#rows[to], this.#rows[from]);
      this.#rows[from].task = undefined;
      moves.push({ from, to });
    }
    return moves;
  }

  /** Long enough for every row, with room to grow, but not beyond what any task can need, nor long after a long one. */
  #cacheFor(): number {
    let need = 0;
    let most = 0;
    for (const { task, length } of this.#rows) {
      if (!task) continue;
      need = Math.max(need, length + 1);
      most = Math.max(most, task.most);
    }
    if (need <= this.#cache && this.#cache <= 4 * placesFor(most)) return this.#cache;
    const cache = Math.min(placesFor(most), Math.max(FIRST_CACHE, placesFor(need * 1.25)));
    for (const row of this.#rows) row.resident = row.resident.filter(({ length }) => length <= cache);
    return cache;
  }

  /** Every row reads its next token. */
  async step(): Promise<void> {
    const moves = this.#loads.length === 0 ? this.#compact() : [];
    this.#cache = this.#cacheFor();
    const n = this.#rows.findLastIndex((row) => row.task) + 1;
    const ids = new Int32Array(n);
    const positions = new Int32Array(n);
    const lengths = new Int32Array(n).fill(-1);
    const keep: number[] = [];
    for (let i = 0; i < n; i++) {
      const row = this.#rows[i];
      if (!row.task) continue;
      ids[i] = row.task.next;
      row.position = nextPosition(this.#config, row.position, ids[i]);
      positions[i] = row.position;
      lengths[i] = row.length;
      if (row.task.keep) keep.push(i);
    }
    const loads = this.#loads;
    this.#loads = [];
    const out = await this.#session.step({ cache: this.#cache, ids, positions, lengths, moves, loads, keep });
    let kept = 0;
    for (let i = 0; i < n; i++) {
      const row = this.#rows[i];
      if (!row.task) continue;
      const own = row.task.keep ? out.keyValues[kept++] : NOTHING;
      row.length++;
      if (row.task.take(this.#predictionOf(out, i), row.position, own)) continue;
      if (row.task.made) {
        row.resident = [...row.resident, row.task.made];
        this.#homes.set(row.task.made, row);
      }
      this.#free(row);
    }
  }

  /** Prompts are read whole, besides the rows. */
  async read(tasks: readonly PromptTask[]): Promise<void> {
    const prompts = tasks.map(({ ids }) => ({ ids, positions: positionsOf(this.#config, ids) }));
    const out = await this.#session.read(prompts);
    tasks.forEach((task, i) => {
      task.take(this.#predictionOf(out, i), prompts[i].positions[task.ids.length - 1], out.keyValues[i]);
    });
  }

  #predictionOf({ logits, exponentials, sums }: Distributions, row: number): Prediction {
    const { vocab } = this.#config;
    const [from, to] = [row * vocab, (row + 1) * vocab];
    return { logits: logits.subarray(from, to), exponentials: exponentials.subarray(from, to), sum: sums[row] };
  }
}
