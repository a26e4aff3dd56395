/**
 * Samples from the decoder on all cores: spreads requests over lanes (see lane.ts), each on a thread of its own. What a
 * request gets depends on the request and the weights alone, to the last bit (see decode.ts), so it may be split at will.
 */
import { UserError } from "../../core/errors.ts";
import type { DecoderConfig } from "./config.ts";
import { decodeParameters } from "./decode.ts";
import type { Weights } from "./decode.ts";
import { createThreadedLane } from "./lane-thread.ts";
import { LocalLane, closed } from "./lane.ts";
import type { Extended, Extension, Lane } from "./lane.ts";
import type { CacheNode } from "./rows.ts";
import type { Hardware } from "./sessions.ts";
import { checkRequest } from "./tasks.ts";
import type { Request, Sampled } from "./tasks.ts";

export type { CacheNode, Request, Sampled };

export interface SamplerOptions extends Hardware {
  /** Most rows side by side, over all lanes. */
  readonly maxBatch: number;
}

/** Fewer rows than this are not worth another lane. */
const WORTH_A_LANE = 16;

interface Site {
  readonly lane: Lane;
  readonly capacity: number;
  /** Rows that its unanswered requests ask for. */
  busy: number;
  weights: Weights | undefined;
}

/** A request, or a part of one, that no lane has taken yet. */
interface Queued {
  readonly weights: Weights;
  readonly request: Request;
  resolve(samples: Sampled[]): void;
  reject(error: unknown): void;
}

export class Sampler {
  readonly #config: DecoderConfig;
  readonly #source: () => Weights;
  readonly #o: SamplerOptions;
  /** What requests made now see; undefined where it must be read anew. */
  #weights: Weights | undefined;
  #sites: Site[] | undefined;
  #queue: Queued[] = [];
  /** The weights that a node was read with, and where. */
  readonly #origins = new WeakMap<CacheNode, { readonly weights: Weights; readonly site: Site }>();
  #closed = false;

  /** `weights` is read at the first request after `weightsChanged`. `threads`: lanes, at most one a core is sensible. */
  constructor(config: DecoderConfig, weights: () => Weights, o: SamplerOptions) {
    this.#config = config;
    this.#source = weights;
    this.#o = o;
  }

  /** Requests made from now on see the new weights; those made before finish with the old ones. */
  weightsChanged(): void {
    this.#weights = undefined;
  }

  /** `n` completions of one prompt. Rejects with UserError if the request cannot be served, and for this request only. */
  async submit(request: Request): Promise<Sampled[]> {
    const weights = this.#current();
    checkRequest(this.#config, request);
    const parts = Math.min(this.#lanes().length, Math.ceil(request.n / WORTH_A_LANE));
    const size = Math.ceil(request.n / parts);
    const samples = await Promise.all(
      Array.from({ length: parts }, (_, i) => {
        const from = i * size;
        const seeds = request.seeds.slice(from, from + size);
        const onToken: Request["onToken"] = (sample, id, logprob) => request.onToken?.(from + sample, id, logprob);
        const part = { ...request, n: seeds.length, seeds, ...(request.onToken ? { onToken } : {}) };
        return new Promise<Sampled[]>((resolve, reject) => {
          this.#queue.push({ weights, request: part, resolve, reject });
          this.#dispatch();
        });
      }),
    );
    return samples.flat();
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
  async extend(rows: readonly Extension[]): Promise<Extended[]> {
    const weights = this.#current();
    if (rows.some(({ parent }) => parent && this.#origins.get(parent)?.weights !== weights)) {
      throw new UserError(
        "The weights have changed since this prefix was read.",
        "Start the search again from its prompt.",
      );
    }
    const results: Extended[] = [];
    const work = [...this.#spread(rows)].map(async ([site, indices]) => {
      const found = await this.#at(site, weights, indices.length, (lane) => lane.extend(indices.map((i) => rows[i])));
      found.forEach((extended, k) => {
        this.#origins.set(extended.node, { weights, site });
        results[indices[k]] = extended;
      });
    });
    await Promise.all(work);
    return results;
  }

  /** Ends what is running with an error and releases the lanes. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#queue.splice(0)) reject(closed());
    await Promise.all((this.#sites ?? []).map(({ lane }) => lane.close()));
  }

  #current(): Weights {
    if (this.#closed) throw closed();
    return (this.#weights ??= this.#copy());
  }

  /** In shared memory, so that lanes on other threads read this one copy. */
  #copy(): Weights {
    const weights = this.#source();
    return Object.fromEntries(
      decodeParameters(this.#config).map((name) => {
        const shared = new Float32Array(new SharedArrayBuffer(weights[name].byteLength));
        shared.set(weights[name]);
        return [name, shared];
      }),
    );
  }

  #lanes(): readonly Site[] {
    const { threads, device, maxBatch } = this.#o;
    const n = device === "cpu" ? Math.max(1, threads) : 1;
    const capacity = Math.max(1, Math.floor(maxBatch / n));
    return (this.#sites ??= Array.from({ length: n }, (_, i) => ({
      lane:
        n === 1 ? new LocalLane(this.#config, device, capacity) : createThreadedLane(this.#config, device, capacity, i),
      capacity,
      busy: 0,
      weights: undefined,
    })));
  }

  #leastBusy(): Site {
    return this.#lanes().reduce((least, site) => (site.busy < least.busy ? site : least));
  }

  /** Gives queued requests to lanes, never much more than they can do at once: which will be done first is not known. */
  #dispatch(): void {
    while (this.#queue.length > 0) {
      const site = this.#leastBusy();
      if (site.busy >= 2 * site.capacity) return;
      const { weights, request, resolve, reject } = this.#queue.splice(0, 1)[0];
      this.#at(site, weights, request.n, (lane) => lane.submit(request)).then(resolve, reject);
    }
  }

  async #at<T>(site: Site, weights: Weights, rows: number, work: (lane: Lane) => Promise<T>): Promise<T> {
    if (site.weights !== weights) site.lane.load(weights);
    site.weights = weights;
    site.busy += rows;
    try {
      return await work(site.lane);
    } finally {
      site.busy -= rows;
      this.#dispatch();
    }
  }

  /** Rows by the lane that is to read them: the one that holds the prefix, up to that lane's share of all there is. */
  #spread(rows: readonly Extension[]): Map<Site, number[]> {
    const lanes = this.#lanes();
    const total = lanes.reduce((sum, { busy }) => sum + busy, rows.length);
    const share = Math.max(WORTH_A_LANE, Math.ceil(total / lanes.length));
    const spread = new Map<Site, number[]>(lanes.map((site) => [site, []]));
    const planned = (site: Site): number => site.busy + (spread.get(site)?.length ?? 0);
    rows.forEach(({ parent }, i) => {
      const home = parent ? this.#origins.get(parent)?.site : undefined;
      const free = home && planned(home) < share ? home : lanes.find((site) => planned(site) < share);
      spread.get(free ?? this.#leastBusy())?.push(i);
    });
    for (const [site, indices] of spread) if (indices.length === 0) spread.delete(site);
    return spread;
  }
}
