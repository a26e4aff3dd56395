import { setImmediate } from "node:timers/promises";
import type { Ids } from "../core/call.ts";
import { UserError } from "../core/errors.ts";
import { hash } from "../core/json.ts";
import type {
  Capabilities,
  Completion,
  Cursor,
  Distribution,
  Model,
  Prompt,
  Sampling,
  Tokenizer,
  TokenScores,
} from "../core/model.ts";
import { streamKey, uniformAt } from "../core/random.ts";
import { changesDistribution, checkSampling, draw, endsWith, logSoftmax, shape } from "./sampling.ts";
import { type Tables, tablesToJson } from "./tables.ts";
import { wordTokenizer } from "./words.ts";

export interface TabularOptions {
  readonly words: readonly string[];
  /** The word that ends every completion; it is part of it. */
  readonly end?: string;
  /** The row that predicts what follows the ids so far. Default: a row for every sequence, named by its ids. */
  readonly contextOf?: (ids: Ids) => string;
  /** Logits to start with, by context; zeros elsewhere. */
  readonly logits?: Readonly<Record<string, readonly number[]>>;
  /** Number of values a token of each head, each a table of its own that starts at zero. */
  readonly heads?: Readonly<Record<string, number>>;
  /** "sgd" is plain gradient descent: weights ← weights − lr · gradient. */
  readonly optimizer?: "adamw" | "sgd";
  readonly name?: string;
}

/** The context made of all ids, separated by spaces. */
export const allIds = (ids: Ids): string => ids.join(" ");

/** The context made of the last n ids: an n-gram policy. */
export const lastIds =
  (n: number) =>
  (ids: Ids): string =>
    ids.slice(Math.max(0, ids.length - n)).join(" ");

/** The table of the policy's logits; the others are named after their head. */
export const POLICY = "policy";

/** A tabular policy that only answers: what `freeze` gives, and what a trainable one is made on. */
export class TabularModel implements Model {
  readonly name: string;
  readonly tokenizer: Tokenizer;
  readonly contextOf: (ids: Ids) => string;
  /** Id of the word that ends a completion. */
  readonly end: number | undefined;
  protected readonly options: TabularOptions;
  protected weights: Tables;
  readonly #read = new WeakMap<Cursor, Ids>();
  #version: string | undefined;

  constructor(options: TabularOptions, weights: Tables) {
    this.name = options.name ?? "tabular";
    this.options = options;
    this.weights = weights;
    this.tokenizer = wordTokenizer(options.words);
    this.contextOf = options.contextOf ?? allIds;
    this.end = options.end === undefined ? undefined : this.tokenizer.encode(options.end)[0];
  }

  get can(): Capabilities {
    return { logprobs: true, next: true, score: true, train: false, ids: true, batch: 256, outputs: [] };
  }

  get version(): string {
    this.#version ??= `${this.name}@${hash({ words: this.options.words, weights: tablesToJson(this.weights) })}`;
    return this.#version;
  }

  /** To be called whenever weights change. */
  protected changed(): void {
    this.#version = undefined;
  }

  /** The logits of a context, a copy. */
  logits(context: string): Float64Array {
    return this.weights.get(POLICY)?.get(context)?.slice() ?? new Float64Array(this.tokenizer.size);
  }

  /** log π(· | ids), in id order and full precision. */
  logprobs(ids: Ids): Float64Array {
    return logSoftmax(this.logits(this.contextOf(ids)));
  }

  /** The ids of a prompt: the contents of its messages one after the other, or the ids that it gives. */
  idsOf(prompt: Prompt): Ids {
    if ("messages" in prompt) return prompt.messages.flatMap((message) => this.tokenizer.encode(message.content));
    for (const id of prompt.ids) this.tokenizer.decode([id]);
    return prompt.ids;
  }

  async sample(prompt: Prompt, o: Sampling): Promise<Completion[]> {
    checkSampling(o);
    const start = this.idsOf(prompt);
    const stops = (o.stop ?? []).map((text) => this.tokenizer.encode(text));
    if (this.end !== undefined) stops.push([this.end]);
    const completions: Completion[] = [];
    for (const i of o.only ?? Array.from({ length: o.n }, (_, index) => index)) {
      // Gives way to other calls and to aborts, as an engine that works elsewhere does.
      await setImmediate();
      completions.push(this.#complete(start, i, stops, o));
    }
    return completions;
  }

  #complete(start: Ids, completion: number, stops: readonly Ids[], o: Sampling): Completion {
    const key = streamKey(`${o.seed}/${completion}`);
    const ids = [...start];
    const output: number[] = [];
    const logprobs: number[] = [];
    const sampled: number[] = [];
    let finish: Completion["finish"] | undefined;
    while (finish === undefined) {
      if (o.signal?.aborted) {
        finish = "abort";
        break;
      }
      const logits = this.logits(this.contextOf(ids));
      const own = logSoftmax(logits);
      const from = shape(o.logits ? ruled(ids, logits, o.logits) : logits, o);
      const id = draw(from, uniformAt(key, ids.length));
      ids.push(id);
      output.push(id);
      logprobs.push(own[id]);
      sampled.push(from[id]);
      o.onToken?.(completion, id, this.tokenizer.decode([id]));
      if (endsWith(output, stops)) finish = "stop";
      else if (output.length >= o.maxTokens) finish = "length";
    }
    return {
      text: this.tokenizer.decode(output),
      ids: output,
      logprobs: Float32Array.from(logprobs),
      ...(changesDistribution(o) ? { sampledLogprobs: Float32Array.from(sampled) } : {}),
      finish,
      promptTokens: start.length,
    };
  }

  async next(prompts: readonly Prompt[], top: number | "all"): Promise<Distribution[]> {
    return prompts.map((prompt) => {
      const logprobs = this.logprobs(this.idsOf(prompt));
      const ids = [...logprobs.keys()];
      if (top === "all") return { ids, logprobs: Float32Array.from(logprobs) };
      const best = ids.sort((a, b) => logprobs[b] - logprobs[a] || a - b).slice(0, top);
      return { ids: best, logprobs: Float32Array.from(best, (id) => logprobs[id]) };
    });
  }

  async score(rows: readonly { prompt: Prompt; ids: Ids }[]): Promise<TokenScores[]> {
    return rows.map((row) => {
      const ids = [...this.idsOf(row.prompt)];
      return Float32Array.from(this.idsOf({ ids: row.ids }), (id) => {
        const logprob = this.logprobs(ids)[id];
        ids.push(id);
        return logprob;
      });
    });
  }

  async extend(
    rows: readonly { parent: Cursor | null; ids: Ids }[],
  ): Promise<{ cursor: Cursor; logprobs: Float32Array }[]> {
    return rows.map((row) => {
      const before = row.parent === null ? [] : this.#read.get(row.parent);
      if (!before) throw new UserError("this prefix belongs to another model", "extend what the same model returned");
      if (row.ids.length === 0) throw new UserError("nothing to read after a prefix", "give at least one id");
      const ids = [...before, ...this.idsOf({ ids: row.ids })];
      const cursor = { length: ids.length };
      this.#read.set(cursor, ids);
      return { cursor, logprobs: Float32Array.from(this.logprobs(ids)) };
    });
  }
}

/** Logits after a rule. Rules speak float32; what a rule leaves alone keeps its full precision. */
function ruled(ids: Ids, logits: Float64Array, rule: NonNullable<Sampling["logits"]>): Float64Array {
  const before = Float32Array.from(logits);
  const after = before.slice();
  rule(ids, after);
  if (!after.some((logit) => logit > -Infinity)) {
    throw new UserError("a logit rule left no token to choose", "a rule leaves at least one logit finite");
  }
  return logits.map((logit, id) => (after[id] === before[id] ? logit : after[id]));
}
