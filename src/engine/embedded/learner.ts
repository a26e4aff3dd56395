/** The embedded decoder as something that learns: outputs, gradients and AdamW in this thread, on plain arrays. */
import { UserError } from "../../core/errors.ts";
import type { AdamW, ForwardOptions, Output, Outputs } from "../../core/model.ts";
import { checkSequences, chunks, packMasks, packSeeds, packTokens, unpack } from "./batch.ts";
import type { Chunk, TeacherForced } from "./batch.ts";
import type { DecoderConfig } from "./config.ts";
import {
  backwardProgram,
  classesOf,
  forwardProgram,
  headOf,
  layout,
  optimiserProgram,
  passBytes,
  referenceOf,
  SEGMENTS,
  trainProgram,
} from "./programs.ts";
import type { Layout, Segment, Statistic } from "./programs.ts";
import { floats, floatsOf, SessionCache } from "./sessions.ts";
import type { Feeds, Hardware, Program } from "./sessions.ts";

export type Weights = Record<string, Float32Array>;
/** Adam's moments by parameter, and the number of updates they have seen. */
export interface Moments {
  readonly step: number;
  readonly m: Weights;
  readonly v: Weights;
}
export interface LearnerOptions extends ForwardOptions {
  /** The models that `klTo:NAME` compares with, same vocabulary. Their weights are read when the call is made. */
  readonly references?: Readonly<Record<string, Learner>>;
}
export interface Stepped {
  /** Global norm of the gradients before clipping. */
  readonly gradNorm: number;
  /** The weights did not change: the norm was not finite, or nothing had been accumulated. */
  readonly skipped: boolean;
}

type Flat = Record<Segment, Float32Array>;
const KINDS = ["weights", "m", "v"] as const;
type State = Record<(typeof KINDS)[number], Flat>;

/** One pass whose gradients are wanted and not yet computed. */
interface Pending {
  readonly chunk: Chunk;
  readonly seeded: readonly Statistic[];
  readonly drop: boolean;
  readonly feeds: Feeds;
}

const flat = ({ sizes }: Layout): Flat => ({
  matrices: new Float32Array(sizes.matrices),
  vectors: new Float32Array(sizes.vectors),
});
const state = (l: Layout): State => ({ weights: flat(l), m: flat(l), v: flat(l) });
const tensors = (prefix: string, values: Flat): Feeds =>
  Object.fromEntries(
    SEGMENTS.map((segment) => [`${prefix}.${segment}`, floats(values[segment], [values[segment].length])]),
  );
const PROGRAMS = { forward: forwardProgram, backward: backwardProgram, train: trainProgram };
const scalar = (value: number) => floats(Float32Array.of(value), []);

export class Learner {
  readonly config: DecoderConfig;
  readonly #cache: SessionCache;
  readonly #layout: Layout;
  readonly #key: string;
  #state: State;
  #spare: State;
  #updates = 0;
  #pending: Pending | undefined;
  #gradients: Flat | undefined;
  #tail: Promise<unknown> = Promise.resolve();

  /**
   * @param weights by the names of parameterShapes; copied.
   * @param hardware or a cache of sessions shared with other learners.
   */
  constructor(config: DecoderConfig, weights: Weights, hardware: Hardware | SessionCache) {
    this.config = config;
    this.#cache = hardware instanceof SessionCache ? hardware : new SessionCache(hardware);
    this.#layout = layout(config);
    this.#key = JSON.stringify(config);
    this.#state = state(this.#layout);
    this.#spare = state(this.#layout);
    this.setWeights(weights);
  }

  /**
   * Statistics of given sequences, one array a sequence aligned with its ids: logprob, entropy and klTo at t concern the
   * distribution that predicts ids[t] (0 at t = 0); heads at t the state after reading ids[t], classes adjacent.
   */
  forward(batch: readonly TeacherForced[], wanted: readonly Output[], o: LearnerOptions = {}): Promise<Outputs> {
    return this.#exclusive(async () => {
      const want = [...new Set(wanted)];
      this.#check(batch, want, o);
      const drop = this.#drops(o);
      const outputs: Outputs = {};
      const into = want.map(
        (output) =>
          (outputs[output] = batch.map(({ ids }) => new Float32Array(ids.length * classesOf(this.config, output)))),
      );
      for (const chunk of want.length === 0 ? [] : chunks(batch, want)) {
        const feeds = { ...(await this.#inputs(chunk, batch, want, o)), ...tensors("weights", this.#state.weights) };
        const results = await this.#cache.run(this.#program("forward", chunk, want, drop), feeds);
        want.forEach((output, i) => unpack(this.config, chunk, batch, output, floatsOf(results[output]), into[i]));
      }
      return outputs;
    });
  }

  /**
   * Accumulates the gradient of Σ gradients·outputs with respect to every parameter. Work is put off until the next call, so
   * that one backward followed by step runs as a single graph.
   */
  backward(batch: readonly TeacherForced[], gradients: Outputs, o: LearnerOptions = {}): Promise<void> {
    return this.#exclusive(async () => {
      const seeded: Output[] = [];
      for (const output in gradients) if (isOutput(output) && gradients[output]) seeded.push(output);
      this.#check(batch, seeded, o);
      const drop = this.#drops(o);
      const passes: Pending[] = [];
      for (const chunk of seeded.length === 0 ? [] : chunks(batch, seeded)) {
        const feeds = await this.#inputs(chunk, batch, seeded, o);
        for (const output of seeded) {
          const seeds = packSeeds(this.config, chunk, batch, output, gradients[output] ?? []);
          const classes = classesOf(this.config, output);
          feeds[`seed.${output}`] = floats(seeds, [seeds.length / classes, classes]);
        }
        passes.push({ chunk, seeded, drop, feeds });
      }
      for (const pass of passes) {
        await this.#accumulate();
        this.#pending = pass;
      }
    });
  }

  /**
   * One AdamW update with the gradients accumulated since the last, which are then forgotten. Defaults: betas .9 and .95,
   * eps 1e-8, no decay, no clipping. A gradient that is not finite leaves weights and moments as they are.
   */
  step(o: AdamW): Promise<Stepped> {
    return this.#exclusive(async () => {
      if (!this.#pending && !this.#gradients) return { gradNorm: 0, skipped: true };
      if (this.#gradients) await this.#accumulate();
      const gradNorm = floats(new Float32Array(1), []);
      const feeds = { ...this.#hyperparameters(o) };
      const outputs: Feeds = { gradNorm };
      for (const kind of KINDS) {
        Object.assign(feeds, tensors(kind, this.#state[kind]));
        Object.assign(outputs, tensors(`next.${kind}`, this.#spare[kind]));
      }
      if (this.#pending) {
        const { chunk, seeded, drop, feeds: inputs } = this.#pending;
        this.#pending = undefined;
        await this.#cache.run(this.#program("train", chunk, seeded, drop), { ...feeds, ...inputs }, outputs);
      } else if (this.#gradients) {
        Object.assign(feeds, tensors("gradient", this.#gradients));
        this.#gradients = undefined;
        const build = (): Uint8Array => optimiserProgram(this.config);
        await this.#cache.run({ key: `${this.#key} optimiser`, bytes: 0, build }, feeds, outputs);
      }
      const norm = floatsOf(gradNorm)[0];
      if (!Number.isFinite(norm)) return { gradNorm: norm, skipped: true };
      [this.#state, this.#spare] = [this.#spare, this.#state];
      this.#updates++;
      return { gradNorm: norm, skipped: false };
    });
  }

  /** A copy of the weights by parameter. */
  weights(): Weights {
    return this.#unflatten(this.#state.weights);
  }

  /** Replaces the weights and forgets accumulated gradients; Adam's moments stay. Not while another call runs. */
  setWeights(weights: Weights): void {
    this.#flatten(weights, this.#state.weights, "weights");
    this.#forget();
  }

  moments(): Moments {
    return { step: this.#updates, m: this.#unflatten(this.#state.m), v: this.#unflatten(this.#state.v) };
  }

  setMoments({ step, m, v }: Moments): void {
    this.#flatten(m, this.#state.m, "first moments");
    this.#flatten(v, this.#state.v, "second moments");
    this.#updates = step;
  }

  resetOptimizer(): void {
    for (const segment of SEGMENTS) {
      this.#state.m[segment].fill(0);
      this.#state.v[segment].fill(0);
    }
    this.#updates = 0;
  }

  /** An independent copy, moments included; the sessions are shared. Accumulated gradients are not copied. */
  clone(): Learner {
    const copy = new Learner(this.config, this.weights(), this.#cache);
    copy.setMoments(this.moments());
    return copy;
  }

  /** Closes the sessions, also those of clones. */
  async close(): Promise<void> {
    await this.#tail;
    await this.#cache.close();
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(work);
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  #program(task: keyof typeof PROGRAMS, { bucket }: Chunk, statistics: readonly Statistic[], drop: boolean): Program {
    return {
      key: `${this.#key} ${task} ${bucket.batch}×${bucket.length} ${statistics.join()} ${drop}`,
      bytes: passBytes(this.config, bucket, task !== "forward"),
      build: () => PROGRAMS[task](this.config, bucket, statistics, drop),
    };
  }

  #drops(o: LearnerOptions): boolean {
    return this.config.dropout > 0 && o.dropoutSeed !== undefined;
  }

  #check(batch: readonly TeacherForced[], outputs: readonly Output[], { references }: LearnerOptions): void {
    checkSequences(this.config, batch);
    for (const output of outputs) {
      const head = headOf(output);
      if (head !== undefined && this.config.outputHeads[head] === undefined) {
        const known = Object.keys(this.config.outputHeads).join(", ") || "none";
        throw new UserError(
          `the model has no head "${head}"`,
          `Its heads: ${known}. Heads are chosen when a model is built.`,
        );
      }
      const name = referenceOf(output);
      const reference = name === undefined ? undefined : references?.[name];
      if (name !== undefined && !reference)
        throw new UserError(`no reference model "${name}" for ${output}`, "Name one first.");
      if (reference && reference.config.vocab !== this.config.vocab) {
        throw new UserError(
          `the reference model "${name}" has another vocabulary`,
          "Compare models of one vocabulary.",
        );
      }
    }
  }

  /** Everything but weights and seeds: tokens, dropout masks, the references' logits. */
  async #inputs(
    chunk: Chunk,
    batch: readonly TeacherForced[],
    wanted: readonly Statistic[],
    o: LearnerOptions,
  ): Promise<Feeds> {
    const feeds = packTokens(this.config, chunk, batch, wanted.includes("logprob"), o.dropoutSeed);
    if (this.#drops(o) && o.dropoutSeed !== undefined)
      Object.assign(feeds, packMasks(this.config, chunk, o.dropoutSeed));
    for (const output of wanted) {
      const name = referenceOf(output);
      const reference = name === undefined ? undefined : o.references?.[name];
      if (reference) feeds[`reference.${name}`] = await reference.#logits(chunk, batch);
    }
    return feeds;
  }

  async #logits(chunk: Chunk, batch: readonly TeacherForced[]) {
    const feeds = { ...packTokens(this.config, chunk, batch, false), ...tensors("weights", this.#state.weights) };
    return (await this.#cache.run(this.#program("forward", chunk, ["logits"], false), feeds)).logits;
  }

  /** Computes the gradients that were put off and adds them to the accumulated ones. */
  async #accumulate(): Promise<void> {
    if (!this.#pending) return;
    const { chunk, seeded, drop, feeds: inputs } = this.#pending;
    this.#pending = undefined;
    const feeds = { ...inputs, ...tensors("weights", this.#state.weights) };
    const results = await this.#cache.run(this.#program("backward", chunk, seeded, drop), feeds);
    const sum = this.#gradients;
    const fresh = { matrices: floatsOf(results["gradient.matrices"]), vectors: floatsOf(results["gradient.vectors"]) };
    this.#gradients = sum ?? fresh;
    if (!sum) return;
    for (const segment of SEGMENTS) {
      const [into, from] = [sum[segment], fresh[segment]];
      for (let i = 0; i < into.length; i++) into[i] += from[i];
    }
  }

  #hyperparameters({ lr, betas = [0.9, 0.95], eps = 1e-8, weightDecay = 0, clip }: AdamW): Feeds {
    const [beta1, beta2] = betas;
    const correction1 = 1 - beta1 ** (this.#updates + 1);
    const correction2 = Math.sqrt(1 - beta2 ** (this.#updates + 1));
    const unclipped = 3e38;
    return {
      beta1: scalar(beta1),
      beta2: scalar(beta2),
      stepSize: scalar((lr * correction2) / correction1),
      epsilon: scalar(eps * correction2),
      keep: scalar(1 - lr * weightDecay),
      clip: scalar(Math.min(clip ?? unclipped, unclipped)),
    };
  }

  #forget(): void {
    this.#pending = undefined;
    this.#gradients = undefined;
  }

  #unflatten(values: Flat): Weights {
    return Object.fromEntries(
      this.#layout.places.map(({ name, segment, start, size }) => [name, values[segment].slice(start, start + size)]),
    );
  }

  #flatten(weights: Weights, into: Flat, what: string): void {
    for (const { name, shape, size } of this.#layout.places) {
      if (weights[name]?.length !== size) {
        const found = weights[name] ? `${weights[name].length} numbers` : "nothing";
        throw new UserError(
          `the ${what} of "${name}" should be [${shape.join(", ")}], found ${found}`,
          "Load a checkpoint of this architecture.",
        );
      }
    }
    for (const { name, segment, start } of this.#layout.places) into[segment].set(weights[name], start);
  }
}

const isOutput = (name: string): name is Output =>
  name === "logprob" || name === "entropy" || /^(klTo|head):./.test(name);
