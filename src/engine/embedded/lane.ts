/**
 * A lane: samples from the decoder on one thread by continuous batching. Requests made in the same turn share batches, a
 * finished row gives its place to the next task, and new requests join while others run. Prompts are read whole, once for all
 * their samples. Lanes run side by side, one a core, and need nothing from each other.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { logprobsOf } from "./choose.ts";
import type { DecoderConfig } from "./config.ts";
import { DecodeSession, placesFor } from "./decode-session.ts";
import type { Weights } from "./decode.ts";
import { Rows } from "./rows.ts";
import type { CacheNode, Task } from "./rows.ts";
import type { Hardware } from "./sessions.ts";
import { Reading, Sampling } from "./tasks.ts";
import type { Request, Sampled } from "./tasks.ts";

export interface Extension {
  readonly parent: CacheNode | null;
  readonly ids: readonly number[];
}
/** What has been read, and the log-probs of the next token, [vocab]. */
export interface Extended {
  readonly node: CacheNode;
  readonly logprobs: Float32Array;
}

export interface Lane {
  /** Requests made from now on see these weights; those made before finish with the old ones. */
  load(weights: Weights): void;
  /** Completions of one prompt; rejects with UserError if the request cannot be served, and for this request only. */
  submit(request: Request): Promise<Sampled[]>;
  /** Reads more tokens after prefixes that were read with the same weights (null: the empty one). */
  extend(rows: readonly Extension[]): Promise<Extended[]>;
  /** Ends what is running with an error. */
  close(): Promise<void>;
}

/** A prompt to be read, and how many rows it will then ask for. */
interface Waiting {
  readonly task: Reading;
  readonly rows: number;
}

/** Tasks that are to see the same weights. */
interface Generation {
  readonly weights: Weights;
  readonly tasks: Task[];
  readonly prompts: Waiting[];
}

/** Most tokens in one pass over prompts, unless one prompt alone is longer: bounds its memory. */
const PASS = 512;

/**
 * Steps that prompt passes must be able to spare before the session for them is opened, which takes as long as some 40 steps.
 * Until then prompts are read by steps, with the same results: little may be asked of weights that training soon changes.
 */
const WORTH_A_SESSION = 40;

export const closed = (): Error => new Error("The sampler has been closed.");

export class LocalLane implements Lane {
  readonly #config: DecoderConfig;
  readonly #session: DecodeSession;
  readonly #rows: Rows;
  /** The first is being worked on; each later one waits until those before it are done. */
  #generations: Generation[] = [];
  #loaded: Weights | undefined;
  /** Steps that prompts read since `#loaded` would have taken one token a step. */
  #spared = 0;
  #work: Promise<void> | undefined;
  #closed = false;

  /** `capacity`: most rows side by side. */
  constructor(config: DecoderConfig, device: Hardware["device"], capacity: number) {
    this.#config = config;
    this.#session = new DecodeSession(config, device);
    this.#rows = new Rows(config, this.#session, capacity);
  }

  load(weights: Weights): void {
    this.#generations.push({ weights, tasks: [], prompts: [] });
  }

  async submit(request: Request): Promise<Sampled[]> {
    const { tasks, prompts } = this.#latest();
    return new Promise((resolve, reject) => {
      const sampling = new Sampling(this.#config, request, { resolve, reject });
      prompts.push({ task: sampling.prompt((drawings) => tasks.push(...drawings)), rows: request.n });
      this.#start();
    });
  }

  async extend(rows: readonly Extension[]): Promise<Extended[]> {
    const { tasks, prompts } = this.#latest();
    const fresh: Reading[] = [];
    const results = rows.map(
      ({ parent, ids }) =>
        new Promise<Extended>((resolve, reject) => {
          fresh.push(
            new Reading(this.#config, parent, ids, {
              done: (node, prediction) => resolve({ node, logprobs: logprobsOf(prediction) }),
              fail: reject,
            }),
          );
        }),
    );
    for (const task of fresh) {
      if (task.from) tasks.push(task);
      else prompts.push({ task, rows: 0 });
    }
    this.#start();
    return Promise.all(results);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#work;
    await this.#session.close();
  }

  #latest(): Generation {
    if (this.#closed) throw closed();
    const latest = this.#generations.at(-1);
    if (!latest) throw new Error("No weights have been loaded.");
    return latest;
  }

  /** Work begins once everything that the current turn asks for is known. */
  #start(): void {
    this.#work ??= nextTurn().then(() => this.#run());
  }

  async #run(): Promise<void> {
    for (;;) {
      const [generation] = this.#generations;
      const { tasks, prompts } = generation;
      if (this.#rows.active + tasks.length + prompts.length === 0) {
        if (this.#generations.length === 1) break;
        this.#generations.shift();
        continue;
      }
      try {
        if (this.#closed) throw closed();
        await this.#advance(generation);
      } catch (error) {
        this.#rows.fail(error);
        for (const task of [...tasks.splice(0), ...prompts.splice(0).map((prompt) => prompt.task)]) task.fail(error);
      }
    }
    // In the same moment as the look at what there is to do: what is asked from now on starts anew.
    this.#work = undefined;
  }

  /** One pass over prompts or one step of all rows. */
  async #advance({ tasks, prompts, weights }: Generation): Promise<void> {
    const rows = this.#rows;
    if (this.#loaded !== weights) {
      rows.forget();
      await this.#session.load(weights);
      this.#loaded = weights;
      this.#spared = 0;
    }
    rows.dropCancelled();
    while (tasks.length > 0 && rows.active < rows.capacity) {
      for (const task of tasks.splice(0, rows.capacity - rows.active)) if (!task.cancelled) rows.place(task);
    }
    if (rows.active < rows.capacity && prompts.length > 0) await this.#read(prompts);
    else if (rows.active > 0) await rows.step();
  }

  /** Reads as many prompts as give work to all free rows, so that few read prompts wait at a time. */
  async #read(prompts: Waiting[]): Promise<void> {
    const batch: Reading[] = [];
    let free = this.#rows.capacity - this.#rows.active;
    let places = 0;
    while (prompts.length > 0 && free > 0) {
      const [{ task, rows }] = prompts;
      places = Math.max(places, placesFor(task.ids.length));
      if (batch.length > 0 && (batch.length + 1) * places > PASS) break;
      prompts.shift();
      if (task.cancelled) continue;
      batch.push(task);
      free -= Math.max(1, rows);
    }
    if (batch.length === 0) return;
    this.#spared += places;
    if (this.#spared < WORTH_A_SESSION) {
      for (const task of batch) this.#rows.place(task);
      return;
    }
    try {
      await this.#rows.read(batch);
    } catch (error) {
      for (const task of batch) task.fail(error);
      throw error;
    }
  }
}
