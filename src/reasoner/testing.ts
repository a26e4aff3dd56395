import { noCost } from "../core/call.ts";
import type { Family } from "../core/family.ts";
import type { Capabilities, Completion, Distribution, Model, Prompt, Sampling, Tokenizer } from "../core/model.ts";
import { uniform } from "../core/random.ts";
import type { Solution } from "../core/solution.ts";
import type { Child, Space } from "../core/space.ts";
import { ask, type Task } from "../core/task.ts";
import { wordTokenizer } from "../engine/words.ts";

/** The space of BITS(n, s) (specification §0.3): bit prefixes, both children with probability ½ each. */
export function bitsSpace(n: number): Space<string> & { readonly expanded: string[] } {
  const expanded: string[] = [];
  const child = (state: string): Child<string> => ({
    state,
    action: state.slice(-1),
    logprob: Math.log(0.5),
    calls: [],
  });
  return {
    root: "",
    expanded,
    expand: (state, k) => {
      expanded.push(state);
      return Promise.resolve(["0", "1"].slice(0, k).map((bit) => child(state + bit)));
    },
    isTerminal: (state) => state.length === n,
    solution: (state): Solution => ({
      id: state,
      taskId: "bits",
      text: state,
      steps: [...state].map((text) => ({ text })),
      answer: state,
      by: [],
      cost: noCost,
    }),
    spent: () => noCost,
  };
}

/** Probabilities of the next word after these, prompt included; words left out have none. */
export type WordPolicy = (words: readonly string[]) => Readonly<Record<string, number>>;

/** A model that follows a policy over words: samples, next-token distributions, log-probs, and a count of its calls. */
export class PolicyModel implements Model {
  readonly name = "policy";
  readonly version: string;
  readonly can: Capabilities;
  readonly tokenizer: Tokenizer;
  /** Calls of sample and next. */
  calls = 0;
  readonly #policy: WordPolicy;
  readonly #known = new Map<string, Float32Array>();

  constructor(words: readonly string[], policy: WordPolicy, version = "policy@1") {
    this.version = version;
    this.tokenizer = wordTokenizer(words);
    this.#policy = policy;
    this.can = { logprobs: true, next: true, score: false, train: false, ids: true, batch: 64, outputs: [] };
  }

  #logprobs(ids: readonly number[]): Float32Array {
    const text = this.tokenizer.decode(ids);
    let row = this.#known.get(text);
    if (row === undefined) {
      row = new Float32Array(this.tokenizer.size).fill(-Infinity);
      const entries = Object.entries(this.#policy(text.split(" ")));
      const sum = entries.reduce((total, [, p]) => total + p, 0);
      for (const [word, p] of entries) row[this.tokenizer.id(word) ?? 0] = Math.log(p / sum);
      this.#known.set(text, row);
    }
    return row;
  }

  sample(prompt: Prompt, o: Sampling): Promise<Completion[]> {
    this.calls++;
    const read = "ids" in prompt ? prompt.ids : [];
    return Promise.resolve(Array.from({ length: o.n }, (_, i) => this.#complete(read, i, o)));
  }

  #complete(read: readonly number[], index: number, o: Sampling): Completion {
    const ids: number[] = [];
    const logprobs: number[] = [];
    const stops = new Set((o.stop ?? []).map((stop) => this.tokenizer.id(stop)));
    let finish: Completion["finish"] = o.signal?.aborted ? "abort" : "length";
    while (finish === "length" && ids.length < o.maxTokens) {
      const row = this.#logprobs([...read, ...ids]);
      const id =
        o.temperature === 0
          ? row.indexOf(Math.max(...row))
          : draw(row, uniform(`${o.seed}/${index}`, read.length + ids.length));
      ids.push(id);
      logprobs.push(row[id]);
      if (stops.has(id)) finish = "stop";
    }
    return {
      text: this.tokenizer.decode(ids),
      ids,
      logprobs: Float32Array.from(logprobs),
      finish,
      promptTokens: read.length,
    };
  }

  next(prompts: readonly Prompt[]): Promise<Distribution[]> {
    this.calls++;
    const all = Array.from({ length: this.tokenizer.size }, (_, id) => id);
    return Promise.resolve(
      prompts.map((prompt) => ({ ids: all, logprobs: this.#logprobs("ids" in prompt ? prompt.ids : []) })),
    );
  }
}

function draw(logprobs: Float32Array, u: number): number {
  let left = u;
  let last = 0;
  for (const [id, logprob] of logprobs.entries()) {
    if (logprob === -Infinity) continue;
    last = id;
    left -= Math.exp(logprob);
    if (left < 0) break;
  }
  return last;
}

/**
 * A policy for a family whose moves can be enumerated: the words of legal moves, those from which the task can still be
 * solved `skill` times as likely as others, and with probability `noise` any word of the replies.
 */
export function playerPolicy(
  family: Family,
  task: Task,
  { skill, noise }: { skill: number; noise: number },
): WordPolicy {
  const question = ask(task);
  const anything = family.words.filter((word) => !word.startsWith("<"));
  const prompt = family.prompt(question, "short").split(" ");
  return (words) => {
    const reply = words.slice(prompt.length);
    const from = reply.lastIndexOf(family.delimiter) + 1;
    const steps = from === 0 ? [] : [reply.slice(0, from).join(" ")];
    const open = reply.slice(from);
    const moves = (family.truth?.moves(question, steps) ?? []).map((move) => move.split(" "));
    const p: Record<string, number> = {};
    let legal = 0;
    for (const move of moves) {
      if (!open.every((word, i) => move[i] === word)) continue;
      const weight = family.truth?.optimum(task, [...steps, move.join(" ")]) === 1 ? skill : 1;
      const word = move[open.length];
      p[word] = (p[word] ?? 0) + weight;
      legal += weight;
    }
    for (const word of Object.keys(p)) p[word] *= (1 - noise) / legal;
    for (const word of anything) p[word] = (p[word] ?? 0) + (legal === 0 ? 1 : noise) / anything.length;
    return p;
  };
}
