import type { Ids } from "../core/call.ts";
import { UserError } from "../core/errors.ts";
import { hash } from "../core/json.ts";
import type {
  Capabilities,
  Completion,
  Distribution,
  Model,
  Prompt,
  Sampling,
  Tokenizer,
  TokenScores,
} from "../core/model.ts";
import { checkSampling } from "./sampling.ts";
import { openTokenizer } from "./words.ts";

/** A completion in words, with one log-prob a word where the test needs them. */
export interface Reply {
  readonly text: string;
  readonly logprobs?: readonly number[];
}

export interface Rule {
  /** Tried on the rendered prompt: the contents of its messages, a line each, or the words of its ids. */
  readonly match: RegExp;
  /** Completions in the order in which they are given out. */
  readonly replies?: readonly (string | Reply)[];
  /** Starts again when the replies are used up; without it, a further call is an error. */
  readonly cycle?: boolean;
  /** Probabilities of next words, for `next` and `score`; words that are left out have probability 0. */
  readonly next?: Readonly<Record<string, number>>;
}

/** A call as it came. */
export interface LoggedCall {
  readonly kind: "sample" | "next" | "score";
  /** Rendered. */
  readonly prompt: string;
  readonly request: Prompt;
  readonly options?: Sampling;
}

/** A deterministic model: ordered rules, and a log of every call (fixture SCRIPT of the specification). */
export class Scripted implements Model {
  readonly name: string;
  readonly version: string;
  readonly can: Capabilities;
  readonly tokenizer: Tokenizer;
  /** Every call so far, a sample of n completions counting once. */
  readonly log: LoggedCall[] = [];
  readonly #rules: readonly Rule[];
  readonly #given: number[];

  constructor(rules: readonly Rule[], o: { readonly name?: string; readonly tokenizer?: Tokenizer } = {}) {
    this.name = o.name ?? "scripted";
    const text = JSON.stringify(rules, (_, value: unknown) => (value instanceof RegExp ? String(value) : value));
    this.version = `${this.name}@${hash(text)}`;
    this.tokenizer = o.tokenizer ?? openTokenizer();
    this.#rules = rules;
    this.#given = rules.map(() => 0);
    for (const word of rules.flatMap((rule) => Object.keys(rule.next ?? {}))) {
      if (this.tokenizer.encode(word).length !== 1) {
        throw new UserError(`a table of next words has the entry ${JSON.stringify(word)}`, "an entry is one word");
      }
    }
    const tables = rules.some((rule) => rule.next);
    const logprobs = rules.every(
      (rule) => rule.replies?.every((reply) => typeof reply !== "string" && reply.logprobs) ?? true,
    );
    this.can = { logprobs, next: tables, score: tables, train: false, ids: true, batch: 256, outputs: [] };
  }

  async sample(prompt: Prompt, o: Sampling): Promise<Completion[]> {
    checkSampling(o);
    const rendered = this.#render(prompt);
    this.log.push({ kind: "sample", prompt: rendered, request: prompt, options: o });
    const before = this.tokenizer.encode(rendered);
    const wanted = o.only ?? Array.from({ length: o.n }, (_, i) => i);
    return wanted.map((i) => this.#complete(before, this.#reply(rendered), i, o));
  }

  #complete(before: Ids, reply: Reply, completion: number, o: Sampling): Completion {
    const length = this.tokenizer.encode(reply.text).length;
    if (reply.logprobs && reply.logprobs.length !== length) {
      throw new UserError(
        `the scripted reply "${reply.text}" has ${length} words and ${reply.logprobs.length} log-probs`,
        "give one log-prob a word",
      );
    }
    const text = upToStop(reply.text, o.stop ?? []);
    const words = this.tokenizer.encode(text);
    const output: number[] = [];
    let finish: Completion["finish"] = o.signal?.aborted ? "abort" : "stop";
    while (finish === "stop" && output.length < words.length) {
      const id = words[output.length];
      this.#assertAllowed([...before, ...output], id, o);
      output.push(id);
      o.onToken?.(completion, id, this.tokenizer.decode([id]));
      if (output.length === words.length) break;
      if (o.signal?.aborted) finish = "abort";
      else if (output.length === o.maxTokens) finish = "length";
    }
    return {
      // White space survives as long as the token limit does not cut the reply.
      text: finish === "stop" ? text : this.tokenizer.decode(output),
      ids: output,
      ...(reply.logprobs ? { logprobs: Float32Array.from(reply.logprobs.slice(0, output.length)) } : {}),
      finish,
      promptTokens: before.length,
    };
  }

  /** A script cannot choose another word where a rule forbids the one written, so that is an error of the test. */
  #assertAllowed(ids: Ids, id: number, o: Sampling): void {
    if (!o.logits) return;
    const logits = new Float32Array(this.tokenizer.size);
    o.logits(ids, logits);
    if (logits[id] === -Infinity) {
      const word = this.tokenizer.decode([id]);
      throw new UserError(`the scripted reply says "${word}", which a logit rule forbids`, "script another reply");
    }
  }

  #reply(prompt: string): Reply {
    const index = this.#rules.findIndex((rule) => rule.replies && prompt.search(rule.match) >= 0);
    if (index < 0)
      throw new UserError(`no scripted reply for the prompt ${JSON.stringify(prompt)}`, "add a rule for it");
    const { replies = [], cycle, match } = this.#rules[index];
    const given = this.#given[index]++;
    if (replies.length === 0 || (given >= replies.length && !cycle)) {
      throw new UserError(
        `the ${replies.length} replies of ${String(match)} are used up at the prompt ${JSON.stringify(prompt)}`,
        "script more replies, or let them cycle",
      );
    }
    const reply = replies[given % replies.length];
    return typeof reply === "string" ? { text: reply } : reply;
  }

  async next(prompts: readonly Prompt[], top: number | "all"): Promise<Distribution[]> {
    return prompts.map((prompt) => {
      const rendered = this.#render(prompt);
      this.log.push({ kind: "next", prompt: rendered, request: prompt });
      const table = this.#table(rendered);
      const known = Object.keys(table).map((word) => this.tokenizer.encode(word)[0]);
      const logprobs = new Map(Object.values(table).map((p, i) => [known[i], Math.log(p)]));
      const logprob = (id: number): number => logprobs.get(id) ?? -Infinity;
      const all = Array.from({ length: this.tokenizer.size }, (_, id) => id);
      const ids = top === "all" ? all : all.sort((a, b) => logprob(b) - logprob(a) || a - b).slice(0, top);
      return { ids, logprobs: Float32Array.from(ids, logprob) };
    });
  }

  async score(rows: readonly { prompt: Prompt; ids: Ids }[]): Promise<TokenScores[]> {
    return rows.map((row) => {
      let rendered = this.#render(row.prompt);
      this.log.push({ kind: "score", prompt: rendered, request: row.prompt });
      return Float32Array.from(row.ids, (id) => {
        const word = this.tokenizer.decode([id]);
        const logprob = Math.log(this.#table(rendered)[word] ?? 0);
        rendered = rendered === "" ? word : `${rendered} ${word}`;
        return logprob;
      });
    });
  }

  #table(prompt: string): Readonly<Record<string, number>> {
    const rule = this.#rules.find(({ next, match }) => next && prompt.search(match) >= 0);
    if (!rule?.next) {
      throw new UserError(`no scripted next words for the prompt ${JSON.stringify(prompt)}`, "add a rule with a table");
    }
    return rule.next;
  }

  #render(prompt: Prompt): string {
    if ("ids" in prompt) return this.tokenizer.decode(prompt.ids);
    return prompt.messages.map((message) => message.content).join("\n");
  }
}

/** A text up to the end of the first stop in it. */
function upToStop(text: string, stops: readonly string[]): string {
  const ends = stops.flatMap((stop) => {
    const at = stop === "" ? -1 : text.indexOf(stop);
    return at < 0 ? [] : [at + stop.length];
  });
  return text.slice(0, Math.min(text.length, ...ends));
}

/** A scripted model. An unmatched prompt, or one whose replies are used up, rejects with the prompt in the message. */
export function scripted(
  rules: readonly Rule[],
  o: { readonly name?: string; readonly tokenizer?: Tokenizer } = {},
): Scripted {
  return new Scripted(rules, o);
}
