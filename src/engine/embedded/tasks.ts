/** What rows do: read a prefix, or draw a completion after one. */
import { UserError } from "../../core/errors.ts";
import type { LogitRule } from "../../core/model.ts";
import { streamKey, uniformAt } from "../../core/random.ts";
import type { StreamKey } from "../../core/random.ts";
import { choose, endsWith, logprobsOf, pick } from "./choose.ts";
import type { Chosen, Prediction } from "./choose.ts";
import { headWidth } from "./config.ts";
import type { DecoderConfig } from "./config.ts";
import { tokenSize } from "./decode-session.ts";
import type { KeyValues } from "./decode-session.ts";
import type { CacheNode, PromptTask, Task } from "./rows.ts";

type Ids = readonly number[];

export interface Request {
  /** The prompt; at least one token. */
  readonly ids: Ids;
  /** Number of completions. */
  readonly n: number;
  /** One a completion: token p of a completion is drawn with the number at p of its seed's stream (core/random.ts). */
  readonly seeds: readonly string[];
  readonly maxTokens: number;
  /** 0 is greedy. */
  readonly temperature: number;
  readonly topK?: number;
  readonly topP?: number;
  /** Token sequences that end a completion; it includes them. */
  readonly stop?: readonly Ids[];
  /** Tokens that end a completion; it includes them. */
  readonly eos: Ids;
  /** Changes the logits of the next token in place (log-probs are what it is given), from prompt and completion so far. */
  readonly rules?: LogitRule;
  readonly onToken?: (sample: number, id: number, logprob: number) => void;
  /** Ends this request's completions where they are, with finish "abort". */
  readonly signal?: AbortSignal;
}

export interface Sampled {
  readonly ids: number[];
  /** log π(id | prefix) at temperature 1 and without rules, one per id. */
  readonly logprobs: Float32Array;
  /** The same under the distribution that was drawn from, where temperature, top-k, top-p or rules changed it. */
  readonly sampledLogprobs?: Float32Array;
  readonly finish: "stop" | "length" | "abort";
}

function checkIds(config: DecoderConfig, ids: Ids): void {
  if (ids.length === 0) throw new UserError("There are no token ids to read.", "Give a prompt of at least one token.");
  const bad = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= config.vocab);
  if (bad !== undefined) {
    throw new UserError(
      `Token id ${bad} is not in the vocabulary (0…${config.vocab - 1}).`,
      "Encode the text with this model's tokenizer.",
    );
  }
}

function checkLength(config: DecoderConfig, length: number, remedy: string): void {
  if (length > config.context)
    throw new UserError(`${length} tokens exceed the model's context of ${config.context}.`, remedy);
}

/** Throws UserError if the request cannot be served. */
export function checkRequest(config: DecoderConfig, r: Request): void {
  const wrong = (what: string, value: unknown, remedy: string): never => {
    throw new UserError(`${what} cannot be ${String(value)}.`, remedy);
  };
  const whole = (value: number): boolean => Number.isInteger(value) && value >= 1;
  checkIds(config, r.ids);
  if (!whole(r.n)) wrong("The number of completions", r.n, "Give an integer of at least 1.");
  if (r.seeds.length !== r.n)
    wrong(`The number of seeds for ${r.n} completions`, r.seeds.length, "Give one seed a completion.");
  if (!whole(r.maxTokens)) wrong("maxTokens", r.maxTokens, "Give an integer of at least 1.");
  if (!(r.temperature >= 0 && r.temperature < Infinity)) wrong("temperature", r.temperature, "Give a number ≥ 0.");
  if (r.topK !== undefined && !whole(r.topK)) wrong("topK", r.topK, "Give an integer of at least 1.");
  if (r.topP !== undefined && !(r.topP > 0 && r.topP <= 1)) wrong("topP", r.topP, "Give a number in (0, 1].");
  const room = config.context - r.ids.length;
  checkLength(
    config,
    r.ids.length + r.maxTokens,
    room > 0
      ? `Lower maxTokens to ${room} or less for this prompt.`
      : "Shorten the prompt, or use a model with a longer context.",
  );
}

interface Reader {
  readonly cancelled?: boolean;
  done(node: CacheNode, prediction: Prediction): void;
  fail(error: unknown): void;
}

/** Joins single tokens [blocks, size] into [blocks, tokens, size]; a single piece may be of many tokens. */
function joinTokens(tokens: readonly KeyValues[], size: number): KeyValues {
  if (tokens.length === 1) return tokens[0];
  const joined = new Float32Array(tokens.length * tokens[0].length);
  tokens.forEach((token, t) => {
    for (let from = 0; from < token.length; from += size) {
      joined.set(token.subarray(from, from + size), from * tokens.length + t * size);
    }
  });
  return joined;
}

/** What continues a prefix will be continued in turn: places to leave for that, so that the cache is not grown at every step. */
const TREE_ROOM = 24;

/** Reads ids after a prefix, keeping their keys and values. */
export class Reading implements PromptTask {
  readonly from: CacheNode | null;
  readonly most: number;
  readonly keep = true;
  readonly ids: Ids;
  made: CacheNode | undefined;
  readonly #config: DecoderConfig;
  readonly #length: number;
  readonly #reader: Reader;
  readonly #read: KeyValues[] = [];
  #count = 0;

  /** Throws UserError if the ids are none, foreign or too many. */
  constructor(config: DecoderConfig, from: CacheNode | null, ids: Ids, reader: Reader) {
    this.from = from;
    this.ids = ids;
    this.#length = (from?.length ?? 0) + ids.length;
    this.most = from ? Math.min(config.context, this.#length + TREE_ROOM) : this.#length;
    this.#config = config;
    this.#reader = reader;
    checkIds(config, ids);
    checkLength(config, this.#length, "Search less deep, or use a model with a longer context.");
  }

  get next(): number {
    return this.ids[this.#count];
  }
  get cancelled(): boolean {
    return this.#reader.cancelled ?? false;
  }

  take(prediction: Prediction, position: number, keyValues: KeyValues): boolean {
    this.#read.push(keyValues);
    this.#count += keyValues.length / tokenSize(this.#config);
    if (this.#count < this.ids.length) return true;
    const all = joinTokens(this.#read, headWidth(this.#config));
    this.made = { parent: this.from, length: this.#length, position, keyValues: all };
    this.#reader.done(this.made, prediction);
    return false;
  }

  fail(error: unknown): void {
    this.#reader.fail(error);
  }
}

/** One completion being drawn. */
class Drawing implements Task {
  readonly from: CacheNode;
  readonly most: number;
  readonly keep = false;
  readonly ids: number[] = [];
  readonly logprobs: number[] = [];
  readonly sampledLogprobs: number[] = [];
  finish: Sampled["finish"] | undefined;
  readonly #owner: Sampling;
  readonly #index: number;
  readonly #key: StreamKey;

  constructor(owner: Sampling, index: number, from: CacheNode) {
    this.from = from;
    this.most = from.length + owner.request.maxTokens - 1;
    this.#owner = owner;
    this.#index = index;
    this.#key = streamKey(owner.request.seeds[index]);
  }

  get next(): number {
    return this.ids[this.ids.length - 1];
  }
  get cancelled(): boolean {
    return this.#owner.settled;
  }

  take(prediction: Prediction): boolean {
    const { request } = this.#owner;
    try {
      const u = uniformAt(this.#key, request.ids.length + this.ids.length);
      const { logits, exponentials, sum } = prediction;
      const chosen = this.#owner.plain ? undefined : this.#choose(prediction, u);
      const id = chosen ? chosen.id : pick(exponentials, sum, u);
      const logprob = Math.fround(logits[id] - Math.log(sum));
      this.ids.push(id);
      this.logprobs.push(logprob);
      if (chosen) this.sampledLogprobs.push(chosen.logprob);
      if (request.eos.includes(id) || endsWith(this.ids, request.stop ?? [])) this.finish = "stop";
      else if (this.ids.length === request.maxTokens) this.finish = "length";
      request.onToken?.(this.#index, id, logprob);
    } catch (error) {
      this.#owner.fail(error);
    }
    if (this.finish) this.#owner.finished();
    return this.finish === undefined && !this.cancelled;
  }

  #choose(prediction: Prediction, u: number): Chosen {
    const { request } = this.#owner;
    if (!request.rules) return choose(prediction.logits, u, request);
    const logits = logprobsOf(prediction);
    request.rules([...request.ids, ...this.ids], logits);
    return choose(logits, u, request);
  }

  fail(error: unknown): void {
    this.#owner.fail(error);
  }
}

/** A request on its way: its prompt is read once, then its completions are drawn side by side. */
export class Sampling {
  readonly request: Request;
  /** The distribution is drawn from as it is. */
  readonly plain: boolean;
  settled = false;
  readonly #config: DecoderConfig;
  readonly #to: { resolve(results: Sampled[]): void; reject(error: unknown): void };
  readonly #abort = (): void => this.#settle("abort");
  #drawings: Drawing[] = [];
  #open: number;

  constructor(
    config: DecoderConfig,
    request: Request,
    to: { resolve(results: Sampled[]): void; reject(error: unknown): void },
  ) {
    const { temperature, topK, topP, rules } = request;
    this.request = request;
    this.plain = temperature === 1 && topK === undefined && topP === undefined && rules === undefined;
    this.#config = config;
    this.#to = to;
    this.#open = request.n;
    request.signal?.addEventListener("abort", this.#abort, { once: true });
    if (request.signal?.aborted) this.#abort();
  }

  /** The task that reads the prompt; `ready` gets the completions that go on after their first token. */
  prompt(ready: (drawings: Task[]) => void): Reading {
    const isSettled = (): boolean => this.settled;
    return new Reading(this.#config, null, this.request.ids, {
      done: (node, prediction) => {
        this.#drawings = Array.from({ length: this.request.n }, (_, i) => new Drawing(this, i, node));
        ready(this.#drawings.filter((drawing) => !this.settled && drawing.take(prediction)));
      },
      fail: (error) => this.fail(error),
      get cancelled() {
        return isSettled();
      },
    });
  }

  finished(): void {
    if (--this.#open === 0) this.#settle();
  }

  fail(error: unknown): void {
    if (this.settled) return;
    this.settled = true;
    this.request.signal?.removeEventListener("abort", this.#abort);
    this.#to.reject(error);
  }

  /** `rest`: how completions end that have not ended by themselves. */
  #settle(rest: Sampled["finish"] = "length"): void {
    if (this.settled) return;
    this.settled = true;
    this.request.signal?.removeEventListener("abort", this.#abort);
    this.#to.resolve(
      Array.from({ length: this.request.n }, (_, i) => {
        const drawing = this.#drawings.at(i);
        return {
          ids: drawing?.ids ?? [],
          logprobs: Float32Array.from(drawing?.logprobs ?? []),
          ...(this.plain ? {} : { sampledLogprobs: Float32Array.from(drawing?.sampledLogprobs ?? []) }),
          finish: drawing?.finish ?? rest,
        };
      }),
    );
  }
}
