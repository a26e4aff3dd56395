/** One pool per endpoint: concurrency, rate limits, retries, fairness, whatever kind of request goes through it. */
import { z } from "zod";
import { hash } from "../core/json.ts";
import { random, type Random } from "../core/random.ts";
import { pauseOf, type Headers } from "./rate-headers.ts";

export const endpointOptions = z.object({
  /** Requests in flight at most. */
  concurrency: z.int().positive().default(64),
  requestsPerMinute: z.number().positive().optional(),
  /** Of prompts and completions together. */
  tokensPerMinute: z.number().positive().optional(),
  /** Tries of one request before it has failed. */
  attempts: z.int().positive().default(6),
  /** Milliseconds before the second try; doubles with every further one. */
  backoff: z.number().nonnegative().default(500),
  maxBackoff: z.number().nonnegative().default(60_000),
  /** Milliseconds after which a try without an end counts as failed. */
  timeout: z.number().positive().default(600_000),
  /** Replies "too many requests" in a row that pause the whole pool. */
  breakAfter: z.int().positive().default(3),
});
export type EndpointOptions = z.output<typeof endpointOptions>;

/** Time as the pool sees it; milliseconds. */
export interface Clock {
  now(): number;
  /** Since 1970, for dates that a server names. */
  date(): number;
  /** Acts once after a while; the result cancels. */
  after(ms: number, act: () => void): () => void;
}

const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  after: (ms, act) => {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * Why a try failed, in the terms that the pool acts on: `limited` by the server's rate (all wait), `passing` (this
 * request is tried again), `lasting` (it would fail again).
 */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly kind: "limited" | "passing" | "lasting";
  /** Headers of the reply, if there was one. */
  readonly headers: Headers | undefined;
  readonly status: number | undefined;
  constructor(kind: Fault["kind"], message: string, o: { headers?: Headers; status?: number; cause?: unknown } = {}) {
    super(message, o.cause === undefined ? undefined : { cause: o.cause });
    this.kind = kind;
    this.headers = o.headers;
    this.status = o.status;
  }
}

export interface Ticket<T> {
  /** Requests of one caller keep their order; callers take turns. Default: a caller of its own. */
  readonly caller?: object;
  /** Tokens expected, for the limit of tokens a minute. */
  readonly tokens?: number;
  /** Tokens that a result did take. */
  readonly used?: (result: T) => number;
  /** Tries of this request, where they are fewer than the pool's; those that a rate limit ends do not count. */
  readonly attempts?: number;
  readonly signal?: AbortSignal;
}

export interface Figures {
  readonly inFlight: number;
  readonly queued: number;
  /** Waiting for their next try. */
  readonly waiting: number;
  readonly greatestInFlight: number;
  /** Tries begun. */
  readonly requests: number;
  readonly retries: number;
  /** Replies "too many requests". */
  readonly limited: number;
  /** Requests that failed for good, aborted ones not among them. */
  readonly failed: number;
  readonly tokens: number;
  /** Milliseconds of tries that succeeded. */
  readonly latency: { readonly mean: number; readonly max: number };
}

interface Job {
  readonly caller: object;
  readonly tokens: number;
  readonly signal: AbortSignal | undefined;
  tries: number;
  readonly attempts: number;
  /** One try; settles the request or throws what the try failed with. */
  attempt(signal: AbortSignal): Promise<number>;
  fail(reason: unknown): void;
  /** Takes it out of wherever it waits. */
  leave: () => void;
  over: boolean;
}

const minute = 60_000;

export class Endpoint {
  readonly name: string;
  #o: EndpointOptions;
  readonly #random: Random;
  readonly #clock: Clock;
  /** Ready requests by caller; the caller whose turn it is comes first. */
  readonly #queues = new Map<object, Job[]>();
  #queued = 0;
  #waiting = 0;
  #inFlight = 0;
  /** May be in flight at once: after a pause 1, and with every success one more, which doubles it a round trip. */
  #width = Infinity;
  #pausedUntil = -Infinity;
  #pauses = 0;
  /** Replies "too many requests" in a row; those to requests begun before the last pause are the same news. */
  #strikes = 0;
  #wake: (() => void) | undefined;
  /** Tries of the last minute. */
  readonly #recent: { readonly at: number; tokens: number }[] = [];
  readonly #count = { greatest: 0, requests: 0, retries: 0, limited: 0, failed: 0, tokens: 0, done: 0, ms: 0, max: 0 };

  constructor(
    name: string,
    o: z.input<typeof endpointOptions> = {},
    given: { readonly random?: Random; readonly clock?: Clock } = {},
  ) {
    this.name = name;
    this.#o = endpointOptions.parse(o);
    this.#random = given.random ?? random(`endpoint/${name}`);
    this.#clock = given.clock ?? systemClock;
  }

  get options(): EndpointOptions {
    return this.#o;
  }

  /** Other limits from now on; what is not named stays. */
  limit(change: z.input<typeof endpointOptions>): void {
    const named = Object.entries(change).filter(([, value]) => value !== undefined);
    this.#o = endpointOptions.parse({ ...this.#o, ...Object.fromEntries(named) });
    this.#pump();
  }

  get figures(): Figures {
    const { greatest, requests, retries, limited, failed, tokens, done, ms, max } = this.#count;
    const latency = { mean: done === 0 ? 0 : ms / done, max };
    const now = { inFlight: this.#inFlight, queued: this.#queued, waiting: this.#waiting };
    return { ...now, greatestInFlight: greatest, requests, retries, limited, failed, tokens, latency };
  }

  /**
   * Runs `attempt` when there is room, again after faults that may pass. Rejects with the last Fault, with anything
   * else that the attempt throws, or, as soon as it is aborted, with the signal's reason.
   */
  run<T>(attempt: (signal: AbortSignal) => Promise<T>, ticket: Ticket<T> = {}): Promise<T> {
    const { signal, tokens = 0, used, caller = {}, attempts = Infinity } = ticket;
    return new Promise<T>((resolve, reject) => {
      const abort = (): void => {
        job.leave();
        job.fail(signal?.reason);
        this.#pump();
      };
      const finish = (): void => {
        job.over = true;
        signal?.removeEventListener("abort", abort);
      };
      const job: Job = {
        caller,
        tokens,
        signal,
        tries: 0,
        attempts,
        over: false,
        leave: () => {},
        attempt: async (own) => {
          const result = await attempt(own);
          if (!job.over) {
            finish();
            resolve(result);
          }
          return used?.(result) ?? tokens;
        },
        fail: (reason) => {
          if (job.over) return;
          finish();
          reject(reason instanceof Error ? reason : new Error(String(reason)));
        },
      };
      if (signal?.aborted) return abort();
      signal?.addEventListener("abort", abort, { once: true });
      this.#enqueue(job, false);
      return this.#pump();
    });
  }

  /** What a reply's headers say of the rate left. */
  observe(headers: Headers): void {
    const pause = pauseOf(headers, this.#clock.date());
    if (pause.exhausted !== undefined)
      this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + pause.exhausted);
  }

  #enqueue(job: Job, first: boolean): void {
    const queue = this.#queues.get(job.caller) ?? [];
    this.#queues.set(job.caller, queue);
    if (first) queue.unshift(job);
    else queue.push(job);
    this.#queued++;
    job.leave = () => {
      queue.splice(queue.indexOf(job), 1);
      if (queue.length === 0) this.#queues.delete(job.caller);
      this.#queued--;
      job.leave = () => {};
    };
  }

  #pump(): void {
    this.#wake?.();
    this.#wake = undefined;
    while (this.#queued > 0 && this.#inFlight < Math.min(this.#o.concurrency, this.#width)) {
      const [[caller, queue]] = this.#queues;
      const [job] = queue;
      const wait = this.#blocked(job);
      if (wait > 0) {
        this.#wake = this.#clock.after(wait, () => this.#pump());
        return;
      }
      job.leave();
      // The caller goes to the end of the line.
      if (this.#queues.delete(caller)) this.#queues.set(caller, queue);
      void this.#start(job);
    }
  }

  /** Milliseconds until the request may begin. */
  #blocked(job: Job): number {
    const now = this.#clock.now();
    while (this.#recent.length > 0 && this.#recent[0].at + minute <= now) this.#recent.shift();
    let until = this.#pausedUntil;
    const { requestsPerMinute: requests = Infinity, tokensPerMinute: most = Infinity } = this.#o;
    if (this.#recent.length >= requests) {
      until = Math.max(until, this.#recent[this.#recent.length - Math.floor(requests)].at + minute);
    }
    // A request larger than the limit itself goes alone.
    let tokens = this.#recent.reduce((sum, entry) => sum + entry.tokens, job.tokens);
    for (let i = 0; tokens > most && i < this.#recent.length; i++) {
      tokens -= this.#recent[i].tokens;
      until = Math.max(until, this.#recent[i].at + minute);
    }
    return until - now;
  }

  async #start(job: Job): Promise<void> {
    const begun = this.#clock.now();
    const pauses = this.#pauses;
    const entry = { at: begun, tokens: job.tokens };
    if (this.#o.requestsPerMinute !== undefined || this.#o.tokensPerMinute !== undefined) this.#recent.push(entry);
    const count = this.#count;
    this.#inFlight++;
    count.requests++;
    if (job.tries++ > 0) count.retries++;
    count.greatest = Math.max(count.greatest, this.#inFlight);
    const controller = new AbortController();
    const { timeout } = this.#o;
    const abort = (): void => controller.abort();
    job.signal?.addEventListener("abort", abort, { once: true });
    let late: Fault | undefined;
    const cancel = this.#clock.after(timeout, () => {
      late = new Fault("passing", `no reply within ${timeout / 1000} s`);
      controller.abort();
    });
    // A try that does not heed its signal must not keep its place in the pool.
    const ended = new Promise<never>((_, reject) => {
      controller.signal.addEventListener("abort", () => reject(late ?? new Error("aborted")), { once: true });
    });
    try {
      entry.tokens = await Promise.race([job.attempt(controller.signal), ended]);
      const ms = this.#clock.now() - begun;
      count.done++;
      count.ms += ms;
      count.max = Math.max(count.max, ms);
      count.tokens += entry.tokens;
      this.#strikes = 0;
      this.#width += 1;
    } catch (error) {
      this.#failed(job, late ?? error, pauses);
    } finally {
      cancel();
      job.signal?.removeEventListener("abort", abort);
      this.#inFlight--;
      this.#pump();
    }
  }

  #failed(job: Job, error: unknown, pauses: number): void {
    if (job.over) return;
    const fault = error instanceof Fault ? error : undefined;
    const now = this.#clock.now();
    const told = fault?.headers && pauseOf(fault.headers, this.#clock.date());
    const asked = told?.retryAfter ?? (fault?.kind === "limited" ? told?.exhausted : undefined);
    if (fault?.kind === "limited") {
      this.#count.limited++;
      if (pauses === this.#pauses) this.#strikes++;
      const broken = this.#strikes >= this.#o.breakAfter && pauses === this.#pauses;
      const pause = Math.max(asked ?? 0, broken ? this.#delay(this.#strikes - this.#o.breakAfter) : 0);
      if (pause > 0) {
        this.#pauses++;
        this.#pausedUntil = Math.max(this.#pausedUntil, now + pause);
        this.#width = 1;
      }
    }
    const most = fault?.kind === "limited" ? this.#o.attempts : Math.min(this.#o.attempts, job.attempts);
    if (fault === undefined || fault.kind === "lasting" || job.tries >= most) {
      this.#count.failed++;
      job.fail(error);
      return;
    }
    this.#waiting++;
    const stay = (): void => {
      this.#waiting--;
      job.leave = () => {};
    };
    const cancel = this.#clock.after(Math.max(asked ?? 0, this.#delay(job.tries - 1)), () => {
      stay();
      this.#enqueue(job, true);
      this.#pump();
    });
    job.leave = () => {
      cancel();
      stay();
    };
  }

  /** Exponential, with a random part so that those who failed together do not come back together. */
  #delay(tries: number): number {
    const { backoff, maxBackoff } = this.#o;
    return Math.min(maxBackoff, backoff * 2 ** tries) * (0.5 + 0.5 * this.#random.next());
  }
}

const shared = new Map<string, Endpoint>();

/** The pool of this process for a server and an account on it. Limits given later apply from then on. */
export function sharedEndpoint(url: string, key: string, o: z.input<typeof endpointOptions> = {}): Endpoint {
  const id = hash([url, key]);
  const known = shared.get(id);
  if (!known) {
    const endpoint = new Endpoint(url, o);
    shared.set(id, endpoint);
    return endpoint;
  }
  known.limit(o);
  return known;
}
