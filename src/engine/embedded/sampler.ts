/**
 * Samples from the decoder by continuous batching: requests made in the same turn share batches, a finished row gives its
 * place to the next task, and new requests join while others run. What a request gets depends on the request and the weights
 * alone, to the last bit (see decode.ts): every token is read by the same one-token step, prompts included, and a prompt is
 * read once for all its samples.
 */
import { UserError } from "../../core/errors.ts";
import { logprobsOf } from "./choose.ts";
import { stepParameters } from "./decode.ts";
import type { DecoderConfig } from "./config.ts";
import { createThreadedLane } from "./lane-thread.ts";
import { createLane } from "./lane.ts";
import type { Lane, Weights } from "./lane.ts";
import { Rows } from "./rows.ts";
import type { CacheNode, Task } from "./rows.ts";
import type { Hardware } from "./sessions.ts";
import { Reading, Sampling } from "./tasks.ts";
import type { Request, Sampled } from "./tasks.ts";

export type { CacheNode, Request, Sampled };

export interface SamplerOptions extends Hardware {
  /** Most rows side by side, over all lanes. */
  readonly maxBatch: number;
}

/** Fewer rows than this are not worth another lane. */
const WORTH_A_LANE = 16;

/** Tasks that are to see the same weights. Samples go before prompts, so that few read prompts wait at a time. */
interface Generation {
  readonly index: number;
  readonly weights: Weights;
  loaded: boolean;
  samples: Task[];
  prompts: Task[];
}

const closed = (): Error => new Error("The sampler has been closed.");

export class Sampler {
  readonly #config: DecoderConfig;
  readonly #weights: () => Weights;
  readonly #o: SamplerOptions;
  /** The first is being worked on; each later one waits until those before it are done. */
  #generations: Generation[] = [];
  #count = 0;
  #stale = true;
  #lanes: Promise<Rows[]> | undefined;
  #open: Lane[] = [];
  readonly #running = new Set<Rows>();
  #loading = false;
  #scheduled = false;
  #closed = false;

  /** `weights` is read at the first request after `weightsChanged`. `threads`: lanes, at most one a core is sensible. */
  constructor(config: DecoderConfig, weights: () => Weights, o: SamplerOptions) {
    this.#config = config;
    this.#weights = weights;
    this.#o = o;
  }

  /** Requests made from now on see the new weights; those made before finish with the old ones. */
  weightsChanged(): void {
    this.#stale = true;
  }

  /** `n` completions of one prompt. Rejects with UserError if the request cannot be served, and for this request only. */
  async submit(request: Request): Promise<Sampled[]> {
    const generation = this.#generation();
    return new Promise((resolve, reject) => {
      const sampling = new Sampling(this.#config, request, { resolve, reject });
      generation.prompts.push(
        sampling.prompt(generation.index, (tasks) => {
          generation.samples.push(...tasks);
          this.#schedule();
        }),
      );
      this.#schedule();
    });
  }

  /** Log-probs of the next token after each prompt, [vocab]. */
  async next(prompts: readonly (readonly number[])[]): Promise<Float32Array[]> {
    const found = await this.extend(prompts.map((ids) => ({ parent: null, ids })));
    return found.map(({ logprobs }) => logprobs);
  }

  /**
   * Reads more tokens after prefixes that were read before (null: the empty one), for tree search: a node keeps its keys and
   * values, so nothing is read twice. Gives the log-probs of the next token, [vocab], with each node. Rejects with UserError
   * if a row cannot be served.
   */
  async extend(
    rows: readonly { readonly parent: CacheNode | null; readonly ids: readonly number[] }[],
  ): Promise<{ node: CacheNode; logprobs: Float32Array }[]> {
    const generation = this.#generation();
    const tasks: Task[] = [];
    const results = rows.map(
      ({ parent, ids }) =>
        new Promise<{ node: CacheNode; logprobs: Float32Array }>((resolve, reject) => {
          if (parent && parent.generation !== generation.index) {
            throw new UserError(
              "The weights have changed since this prefix was read.",
              "Start the search again from its prompt.",
            );
          }
          tasks.push(
            new Reading(this.#config, parent, ids, generation.index, {
              done: (node, prediction) => resolve({ node, logprobs: logprobsOf(prediction) }),
              fail: reject,
            }),
          );
        }),
    );
    generation.prompts.push(...tasks);
    this.#schedule();
    return Promise.all(results);
  }

  /** Ends what is running with an error and releases the lanes. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#lanes?.catch(() => undefined);
    this.#failAll(closed());
    await Promise.all(this.#open.map((lane) => lane.close()));
  }

  #generation(): Generation {
    if (this.#closed) throw closed();
    if (this.#stale) {
      this.#stale = false;
      const current = this.#weights();
      // In shared memory, so that lanes on other threads read this one copy.
      const copy = Object.keys(stepParameters(this.#config)).map((name) => {
        const shared = new Float32Array(new SharedArrayBuffer(current[name].byteLength));
        shared.set(current[name]);
        return [name, shared] as const;
      });
      const weights = Object.fromEntries(copy);
      this.#generations.push({ index: this.#count++, weights, loaded: false, samples: [], prompts: [] });
    }
    return this.#generations[this.#generations.length - 1];
  }

  async #openLanes(): Promise<Rows[]> {
    const { threads, device, maxBatch } = this.#o;
    const n = device === "cpu" ? Math.max(1, threads) : 1;
    const opening = Array.from({ length: n }, (_, i) =>
      n === 1 ? createLane(this.#config, device) : createThreadedLane(this.#config, device, i),
    );
    this.#open = await Promise.all(opening);
    return this.#open.map((lane) => new Rows(this.#config, lane, Math.max(1, Math.floor(maxBatch / n))));
  }

  /** Starts work once everything that the current turn asks for is known. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#work().catch((error: unknown) => this.#failAll(error));
    });
  }

  async #work(): Promise<void> {
    const lanes = await (this.#lanes ??= this.#openLanes());
    const generation = this.#generations[0];
    if (this.#loading || this.#closed || !generation) return;
    if (this.#queued(generation) === 0) {
      if (this.#running.size > 0 || this.#generations.length === 1) return;
      this.#generations.shift();
      return this.#work();
    }
    if (!generation.loaded) {
      this.#loading = true;
      try {
        for (const rows of lanes) rows.forget();
        await Promise.all(this.#open.map((lane) => lane.load(generation.weights)));
        generation.loaded = true;
      } finally {
        this.#loading = false;
      }
    }
    for (const rows of lanes) if (!this.#running.has(rows)) void this.#run(rows, lanes, generation);
  }

  /** Steps one lane for as long as there is work for it. Other lanes and the event loop get their turns in between. */
  async #run(rows: Rows, lanes: readonly Rows[], generation: Generation): Promise<void> {
    this.#running.add(rows);
    try {
      for (;;) {
        rows.dropCancelled();
        this.#fill(rows, lanes, generation);
        if (rows.active === 0) break;
        await rows.step();
      }
    } catch (error) {
      rows.fail(this.#closed ? closed() : error);
    }
    this.#running.delete(rows);
    if (this.#queued(generation) > 0 || this.#generations.length > 1) this.#schedule();
  }

  #queued = ({ samples, prompts }: Generation): number => samples.length + prompts.length;

  /** Takes tasks up to this lane's share of all there is. */
  #fill(rows: Rows, lanes: readonly Rows[], generation: Generation): void {
    const total = lanes.reduce((sum, { active }) => sum + active, this.#queued(generation));
    const share = Math.min(rows.capacity, Math.max(WORTH_A_LANE, Math.ceil(total / lanes.length)));
    for (const queue of [generation.samples, generation.prompts]) {
      while (queue.length > 0 && rows.active < share) {
        for (const task of queue.splice(0, share - rows.active)) if (!task.cancelled) rows.place(task);
      }
    }
  }

  #failAll(error: unknown): void {
    for (const generation of this.#generations) {
      for (const task of [...generation.samples, ...generation.prompts]) task.fail(error);
      generation.samples = [];
      generation.prompts = [];
    }
  }
}
