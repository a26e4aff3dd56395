import type { Cost, Ids, Version } from "./call.ts";
import type { RunError } from "./solution.ts";

export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** What a model continues. `extend` appends ids and never re-encodes, so that log-probs stay those of what was sampled. */
export type Prompt = { readonly messages: readonly Message[] } | { readonly ids: Ids };

/** Text ↔ ids. decode(encode(text)) equals the text up to white space. */
export interface Tokenizer {
  /** Throws UserError naming the first piece that is not in the vocabulary. */
  encode(text: string): number[];
  decode(ids: Ids): string;
  readonly size: number;
  /** The id of one symbol, or undefined. */
  id(symbol: string): number | undefined;
}

export interface Capabilities {
  readonly logprobs: boolean;
  /** Full next-token distributions. */
  readonly next: boolean;
  /** Teacher-forced log-probs of given tokens. */
  readonly score: boolean;
  readonly train: boolean;
  /** `{ ids }` prompts and logit rules. */
  readonly ids: boolean;
  /** Most sequences sampled side by side. */
  readonly batch: number;
  /** What forward and backward offer beside log-probs. */
  readonly outputs: readonly Output[];
}

/** Changes the logits of the next token in place, given the ids so far, prompt included. */
export type LogitRule = (ids: Ids, logits: Float32Array) => void;

export interface Sampling {
  /** Number of completions. */
  readonly n: number;
  /**
   * Completion i draws its token at position p with the number at p of the stream `${seed}/${i}`; positions count from the
   * start of the prompt, so that a completion cut short and continued draws as if it had not been.
   */
  readonly seed: string;
  readonly maxTokens: number;
  /** 0 is greedy. Default 1. */
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  /** Texts that end a completion; they are part of it. */
  readonly stop?: readonly string[];
  readonly logits?: LogitRule;
  readonly onToken?: (completion: number, id: number, text: string) => void;
  /** Only these of the n completions, ascending: the others are known. A model may give all n nevertheless. */
  readonly only?: readonly number[];
  readonly signal?: AbortSignal;
}

export interface Completion {
  readonly text: string;
  /** Empty for a model that does not give ids. */
  readonly ids: Ids;
  /** log π(ids_t | prompt, ids_<t) at temperature 1 and without logit rules, one per id. */
  readonly logprobs?: Float32Array;
  /** The same under the distribution that was sampled from, where temperature, top-k, top-p or rules changed it. */
  readonly sampledLogprobs?: Float32Array;
  readonly finish: "stop" | "length" | "abort";
  readonly promptTokens: number;
  /** What it cost, where that is more than its tokens say. */
  readonly cost?: Cost;
  /** Why it could not be had; finish is "abort" then, and text what came of it. */
  readonly error?: RunError;
}

/** Log-probs of next tokens, most probable first (`top`) or the whole vocabulary in id order ("all"). */
export interface Distribution {
  readonly ids: Ids;
  readonly logprobs: Float32Array;
}

/** log p of each given token after its predecessors. */
export type TokenScores = Float32Array;

/** A prefix that the model has read and keeps in its cache; opaque. Dropping it frees the memory. */
export interface Cursor {
  /** Tokens read so far. */
  readonly length: number;
}

/** Anything that can be sampled. */
export interface Model {
  readonly name: string;
  readonly version: Version;
  readonly can: Capabilities;
  readonly tokenizer?: Tokenizer;
  /** `o.n` completions. Concurrent calls share batches. */
  sample(prompt: Prompt, o: Sampling): Promise<Completion[]>;
  next?(prompts: readonly Prompt[], top: number | "all"): Promise<Distribution[]>;
  score?(rows: readonly { prompt: Prompt; ids: Ids }[]): Promise<TokenScores[]>;
  /**
   * The primitive of token-level tree search: reads `ids` (at least one) after a prefix, and gives the log-probs of the
   * next token over the whole vocabulary in id order. Siblings share their prefix. Concurrent calls share batches.
   */
  extend?(rows: readonly { parent: Cursor | null; ids: Ids }[]): Promise<{ cursor: Cursor; logprobs: Float32Array }[]>;
  /** Releases threads and memory; further calls reject. */
  close?(): Promise<void>;
}

/** What a training engine computes a token: arrays aligned with a sequence's ids. */
export type Output = "logprob" | "entropy" | `klTo:${string}` | `head:${string}`;

/** One teacher-forced sequence. */
export interface Sequence {
  readonly ids: Ids;
}

/**
 * One array per sequence, aligned with its ids: entry t of logprob is log π(ids_t | ids_<t) (entry 0 is 0), entropy and
 * klTo are those of the distribution that predicts ids_t, a head's is its value after reading ids_t (k classes: k
 * numbers a token).
 */
export type Outputs = Partial<Record<Output, Float32Array[]>>;

export interface AdamW {
  readonly lr: number;
  readonly betas?: readonly [number, number];
  readonly eps?: number;
  /** Decoupled; on matrices only. */
  readonly weightDecay?: number;
  /** Global norm above which gradients are scaled down. */
  readonly clip?: number;
}

export interface ForwardOptions {
  /** Dropout masks and stretched positions are functions of this seed; without it there are none. */
  readonly dropoutSeed?: number;
}

/** A model whose weights can be changed. Gradients with respect to outputs are the training primitive. */
export interface Trainable extends Model {
  forward(batch: readonly Sequence[], want: readonly Output[], o?: ForwardOptions): Promise<Outputs>;
  /** ∂loss/∂output, shaped like Outputs. Accumulates: a pure sum over calls since the last step. */
  backward(batch: readonly Sequence[], gradients: Outputs, o?: ForwardOptions): Promise<void>;
  /** One update with what accumulated. A non-finite gradient changes nothing and reports `skipped`. */
  step(o: AdamW): Promise<{ gradNorm: number; skipped: boolean }>;
  /** An independent copy, optimizer state included. */
  clone(): Promise<Trainable>;
  /** A copy that cannot be trained: reference, opponent, behaviour policy. */
  freeze(): Promise<Model>;
  /** Makes `klTo:NAME` the divergence from this frozen model. Same architecture and engine only. */
  reference(name: string, model: Model): Promise<void>;
  /** weights ← (1 − w)·weights + w·other's. */
  blend(other: Trainable, w: number): Promise<void>;
  resetOptimizer(): Promise<void>;
  save(dir: string, o: { optimizer: boolean }): Promise<void>;
  load(dir: string): Promise<void>;
}
