/** What the embedded engine is measured at, through the calls that the rest of the project makes. */
import { random } from "../src/core/random.ts";
import type { AdamW, Outputs, Sequence } from "../src/core/model.ts";
import { DecoderConfig } from "../src/engine/embedded/config.ts";
import type { EmbeddedModel } from "../src/engine/embedded/embedded.ts";
import { createEmbedded } from "../src/engine/embedded/opening.ts";
import type { Hardware } from "../src/engine/embedded/sessions.ts";
import { wordTokenizer } from "../src/engine/words.ts";
import { secondsOf, type Contender } from "./measure.ts";

const VOCAB = 128;
export const small: DecoderConfig = DecoderConfig.parse({
  vocab: VOCAB,
  layers: 4,
  width: 128,
  heads: 4,
  hidden: 344,
  context: 128,
});
export const larger: DecoderConfig = DecoderConfig.parse({
  vocab: VOCAB,
  layers: 6,
  width: 256,
  heads: 8,
  hidden: 688,
  context: 128,
});

export const adam = { lr: 1e-3, betas: [0.9, 0.95], eps: 1e-8, weightDecay: 0.1, clip: 1 } as const satisfies AdamW;

/** A model whose completions never end by themselves, so that every run makes the same number of tokens. */
export function modelOf(config: DecoderConfig, hardware: Hardware): Promise<EmbeddedModel> {
  const tokenizer = wordTokenizer(Array.from({ length: config.vocab }, (_, id) => `w${id}`));
  return createEmbedded({ config, tokenizer, eos: [], seed: "bench", ...hardware });
}

/** `count` rows of `length` random ids. */
export function randomRows(config: DecoderConfig, count: number, length: number): number[][] {
  const source = random(`rows/${count}×${length}`);
  return Array.from({ length: count }, () => Array.from({ length }, () => source.int(config.vocab)));
}

/** Training on one batch of rows: the mean cross-entropy of all tokens but the first, as the trainer does it. */
export class Training implements Contender {
  readonly rows: readonly number[][];
  readonly #model: EmbeddedModel;
  readonly #batch: readonly Sequence[];
  readonly #gradients: Outputs;
  readonly #steps: number;

  constructor(model: EmbeddedModel, rows: readonly number[][], steps: number) {
    this.rows = rows;
    this.#model = model;
    this.#steps = steps;
    this.#batch = rows.map((ids) => ({ ids }));
    const count = rows.reduce((sum, { length }) => sum + length - 1, 0);
    this.#gradients = { logprob: rows.map(({ length }) => new Float32Array(length).fill(-1 / count).fill(0, 0, 1)) };
  }

  /** The loss before the first step, that step's gradient norm and the loss after `steps` of them. */
  async begin(steps: number): Promise<{ loss: number; gradNorm: number; after: number }> {
    const loss = await this.#loss();
    const gradNorm = await this.#step();
    for (let i = 1; i < steps; i++) await this.#step();
    return { loss, gradNorm, after: await this.#loss() };
  }

  /** Tokens a second. */
  async run(): Promise<number> {
    const tokens = this.#steps * this.rows.reduce((sum, { length }) => sum + length, 0);
    const seconds = await secondsOf(async () => {
      for (let i = 0; i < this.#steps; i++) await this.#step();
    });
    return tokens / seconds;
  }

  async #step(): Promise<number> {
    await this.#model.backward(this.#batch, this.#gradients);
    const { gradNorm } = await this.#model.step(adam);
    return gradNorm;
  }

  async #loss(): Promise<number> {
    const { logprob = [] } = await this.#model.forward(this.#batch, ["logprob"]);
    let sum = 0;
    logprob.forEach((row, i) => row.forEach((value, t) => (sum += value * (this.#gradients.logprob?.[i][t] ?? 0))));
    return sum;
  }
}

export interface Draws {
  /** Tokens of a prompt. */
  readonly prompt: number;
  /** Tokens of a completion. */
  readonly made: number;
  /** Completions of a prompt. */
  readonly n: number;
  /** Completions in all. */
  readonly samples: number;
  /** Most completions drawn side by side: a new prompt is asked when one has been answered. */
  readonly batch: number;
}

/** Sampling at temperature 1, with the log-prob of every token. Rates are new tokens a second. */
export function sampling(model: EmbeddedModel, o: Draws): Contender {
  const prompts = randomRows(model.config, o.samples / o.n, o.prompt);
  const run = async (): Promise<number> => {
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < prompts.length) {
        const seed = String(next);
        await model.sample({ ids: prompts[next++] }, { n: o.n, seed, maxTokens: o.made });
      }
    };
    const seconds = await secondsOf(() => Promise.all(Array.from({ length: o.batch / o.n }, work)));
    return (o.samples * o.made) / seconds;
  };
  return { run };
}

/** Teacher-forced log-probs of given completions. Rates are tokens read a second, prompts included. */
export function scoring(model: EmbeddedModel, o: { rows: number; length: number; prompt: number }): Contender {
  const rows = randomRows(model.config, o.rows, o.length).map((ids) => ({
    prompt: { ids: ids.slice(0, o.prompt) },
    ids: ids.slice(o.prompt),
  }));
  return { run: async () => (o.rows * o.length) / (await secondsOf(() => model.score(rows))) };
}
