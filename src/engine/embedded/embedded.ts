/** The embedded engine: a small transformer trained and sampled by ONNX Runtime, off the main thread. */
import { createHash } from "node:crypto";
import type { Ids, Version } from "../../core/call.ts";
import { UserError } from "../../core/errors.ts";
import { hash, type Json } from "../../core/json.ts";
import type {
  AdamW,
  Capabilities,
  Completion,
  Cursor,
  Distribution,
  ForwardOptions,
  Model,
  Output,
  Outputs,
  Prompt,
  Sampling,
  Sequence,
  Tokenizer,
  TokenScores,
  Trainable,
} from "../../core/model.ts";
import { checkSampling } from "../sampling.ts";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { parameterShapes, type DecoderConfig } from "./config.ts";
import type { EngineThread, Extension, Handle, SampleRequest, SampleResult } from "./thread.ts";

/** What an embedded model is made of; `opening.ts` makes them. */
export interface Parts {
  readonly thread: EngineThread;
  readonly handle: Handle;
  readonly name: string;
  readonly config: DecoderConfig;
  readonly tokenizer: Tokenizer;
  /** Ids that end every completion. */
  readonly eos: Ids;
  /** The task family it is for, kept in its checkpoints. */
  readonly family?: Json;
}

type Extended = { node: number; logprobs: Float32Array };
interface PendingExtension {
  readonly rows: readonly Extension[];
  resolve(nodes: Extended[]): void;
  reject(error: unknown): void;
}

class CacheCursor implements Cursor {
  readonly node: number;
  readonly length: number;
  constructor(node: number, length: number) {
    this.node = node;
    this.length = length;
  }
}

/**
 * A model in the engine's thread. Its version is the hash of what determined its weights: initialisation, then every
 * batch, gradient and step. Copies share the thread; `close` of any of them ends it.
 */
export class EmbeddedModel implements Trainable {
  readonly name: string;
  readonly tokenizer: Tokenizer;
  readonly can: Capabilities;
  readonly config: DecoderConfig;
  readonly family: Json | undefined;
  readonly frozen: boolean;
  readonly #parts: Parts;
  readonly #samples: { id: number; request: SampleRequest }[] = [];
  readonly #extensions: PendingExtension[] = [];
  readonly #released: number[] = [];
  readonly #cursors = new FinalizationRegistry<number>((node) => this.#released.push(node));
  #version: string;
  #pending: string[] = [];

  constructor(parts: Parts, version: string, frozen = false) {
    this.#parts = parts;
    this.#version = version;
    this.name = parts.name;
    this.tokenizer = parts.tokenizer;
    this.config = parts.config;
    this.family = parts.family;
    this.frozen = frozen;
    const heads = Object.keys(parts.config.outputHeads).map((head): Output => `head:${head}`);
    this.can = {
      logprobs: true,
      next: true,
      score: true,
      train: !frozen,
      ids: true,
      batch: 512,
      outputs: ["logprob", "entropy", ...heads],
    };
  }

  get version(): Version {
    return `${this.name}@${this.#version}`;
  }

  #idsOf(prompt: Prompt): Ids {
    if ("ids" in prompt) return prompt.ids;
    return this.tokenizer.encode(prompt.messages.map((message) => message.content).join(" "));
  }

  async sample(prompt: Prompt, o: Sampling): Promise<Completion[]> {
    checkSampling(o);
    const ids = this.#idsOf(prompt);
    const { thread, handle, eos } = this.#parts;
    const wanted = o.only ?? Array.from({ length: o.n }, (_, i) => i);
    if (o.signal?.aborted) return wanted.map(() => ({ text: "", ids: [], finish: "abort", promptTokens: ids.length }));
    const room = Math.min(o.maxTokens, this.config.context - ids.length);
    if (room < 1)
      throw new UserError(
        `The prompt has ${ids.length} tokens, and the model's context is ${this.config.context}.`,
        "Shorten the question, or use a model with a longer context.",
      );
    const { onToken, logits } = o;
    const results = await new Promise<SampleResult[]>((resolve, reject) => {
      const id = thread.enlist({
        resolve,
        reject,
        ...(onToken
          ? {
              token: (completion: number, token: number) =>
                onToken(wanted[completion], token, this.tokenizer.decode([token])),
            }
          : {}),
        ...(logits ? { rule: logits } : {}),
      });
      const request: SampleRequest = {
        ids,
        n: wanted.length,
        seeds: wanted.map((i) => `${o.seed}/${i}`),
        maxTokens: room,
        temperature: o.temperature ?? 1,
        topK: o.topK,
        topP: o.topP,
        stop: (o.stop ?? []).map((text) => this.tokenizer.encode(text)),
        eos,
        rule: logits !== undefined,
        stream: onToken !== undefined,
      };
      // Requests of one turn travel together: the thread sees them all before it forms its first batch.
      if (this.#samples.push({ id, request }) === 1) setImmediate(() => this.#sendSamples());
      o.signal?.addEventListener("abort", () => void thread.ask("abort", handle, id).catch(reject), { once: true });
    });
    return results.map((result) => ({ ...result, text: this.tokenizer.decode(result.ids), promptTokens: ids.length }));
  }

  #sendSamples(): void {
    const requests = this.#samples.splice(0);
    this.#parts.thread.ask("sample", this.#parts.handle, requests).catch((error: unknown) => {
      for (const { id } of requests) this.#parts.thread.fail(id, error);
    });
  }

  async next(prompts: readonly Prompt[], top: number | "all"): Promise<Distribution[]> {
    const rows = await this.#parts.thread.ask(
      "next",
      this.#parts.handle,
      prompts.map((prompt) => this.#idsOf(prompt)),
    );
    return rows.map((logprobs) => {
      const ids = Array.from(logprobs, (_, id) => id);
      if (top === "all") return { ids, logprobs };
      const best = ids.sort((a, b) => logprobs[b] - logprobs[a] || a - b).slice(0, top);
      return { ids: best, logprobs: Float32Array.from(best, (id) => logprobs[id]) };
    });
  }

  async score(rows: readonly { prompt: Prompt; ids: Ids }[]): Promise<TokenScores[]> {
    const prompts = rows.map((row) => this.#idsOf(row.prompt));
    const { logprob = [] } = await this.forward(
      rows.map((row, i) => ({ ids: [...prompts[i], ...row.ids] })),
      ["logprob"],
    );
    return logprob.map((values, i) => values.slice(prompts[i].length));
  }

  async extend(
    rows: readonly { parent: Cursor | null; ids: Ids }[],
  ): Promise<{ cursor: Cursor; logprobs: Float32Array }[]> {
    const extensions = rows.map(({ parent, ids }): Extension => {
      if (parent !== null && !(parent instanceof CacheCursor))
        throw new UserError("This prefix belongs to another model.", "Extend only what the same model returned.");
      return { parent: parent === null ? null : parent.node, ids };
    });
    const nodes = await new Promise<Extended[]>((resolve, reject) => {
      if (this.#extensions.push({ rows: extensions, resolve, reject }) === 1)
        setImmediate(() => void this.#sendExtensions());
    });
    return nodes.map(({ node, logprobs }, i) => {
      const cursor = new CacheCursor(node, (rows[i].parent?.length ?? 0) + rows[i].ids.length);
      this.#cursors.register(cursor, node);
      return { cursor, logprobs };
    });
  }

  async #sendExtensions(): Promise<void> {
    const { thread, handle } = this.#parts;
    const pending = this.#extensions.splice(0);
    if (this.#released.length > 0) thread.ask("release", handle, this.#released.splice(0)).catch(() => {});
    try {
      const nodes = await thread.ask(
        "extend",
        handle,
        pending.flatMap((p) => p.rows),
      );
      let at = 0;
      for (const p of pending) p.resolve(nodes.slice(at, (at += p.rows.length)));
    } catch (error) {
      for (const p of pending) p.reject(error);
    }
  }

  forward(batch: readonly Sequence[], want: readonly Output[], o: ForwardOptions = {}): Promise<Outputs> {
    return this.#parts.thread.ask(
      "forward",
      this.#parts.handle,
      batch.map((sequence) => sequence.ids),
      want,
      o,
    );
  }

  async backward(batch: readonly Sequence[], gradients: Outputs, o: ForwardOptions = {}): Promise<void> {
    this.#mustTrain();
    const digest = createHash("sha256").update(JSON.stringify([o.dropoutSeed ?? null, Object.keys(gradients)]));
    for (const { ids } of batch) digest.update(Int32Array.from(ids));
    for (const rows of Object.values(gradients)) for (const row of rows ?? []) digest.update(row);
    this.#pending.push(digest.digest("hex"));
    await this.#parts.thread.ask(
      "backward",
      this.#parts.handle,
      batch.map((sequence) => sequence.ids),
      gradients,
      o,
    );
  }

  async step(o: AdamW): Promise<{ gradNorm: number; skipped: boolean }> {
    this.#mustTrain();
    const determines = ["step", this.#version, this.#pending, { ...o }];
    this.#pending = [];
    const result = await this.#parts.thread.ask("step", this.#parts.handle, o);
    if (!result.skipped) this.#version = hash(determines);
    return result;
  }

  #mustTrain(): void {
    if (this.frozen)
      throw new UserError(`${this.version} is frozen.`, "Train the model that it was frozen from, or a clone.");
  }

  async #copy(frozen: boolean): Promise<EmbeddedModel> {
    const handle = await this.#parts.thread.ask("clone", this.#parts.handle);
    return new EmbeddedModel({ ...this.#parts, handle }, this.#version, frozen);
  }

  clone(): Promise<EmbeddedModel> {
    return this.#copy(false);
  }

  freeze(): Promise<EmbeddedModel> {
    return this.#copy(true);
  }

  async #peer(other: Model): Promise<EmbeddedModel> {
    if (!(other instanceof EmbeddedModel) || !other.#shares(this)) {
      throw new UserError(
        `${other.name} cannot be combined with ${this.name}: they are of different engines or shapes.`,
        "Use a clone or a frozen copy, or a checkpoint of the same configuration loaded with `load`.",
      );
    }
    return other;
  }

  #shares(other: EmbeddedModel): boolean {
    const shape = (model: EmbeddedModel): string => JSON.stringify(parameterShapes(model.config));
    return this.#parts.thread === other.#parts.thread && shape(this) === shape(other);
  }

  async reference(name: string, model: Model): Promise<void> {
    const peer = await this.#peer(model);
    await this.#parts.thread.ask("reference", this.#parts.handle, name, peer.#parts.handle);
  }

  async blend(other: Trainable, w: number): Promise<void> {
    this.#mustTrain();
    const peer = await this.#peer(other);
    await this.#parts.thread.ask("blend", this.#parts.handle, peer.#parts.handle, w);
    this.#version = hash(["blend", this.#version, peer.#version, w]);
  }

  async resetOptimizer(): Promise<void> {
    await this.#parts.thread.ask("resetOptimizer", this.#parts.handle);
    this.#version = hash(["reset", this.#version]);
  }

  async save(dir: string, o: { optimizer: boolean }): Promise<void> {
    const { weights, optimizer } = await this.#parts.thread.ask("weights", this.#parts.handle);
    const { config, tokenizer, eos, family } = this.#parts;
    saveCheckpoint(dir, {
      config,
      weights,
      tokenizer,
      eos,
      family,
      version: this.#version,
      ...(o.optimizer ? { optimizer } : {}),
    });
  }

  async load(dir: string): Promise<void> {
    this.#mustTrain();
    const checkpoint = loadCheckpoint(dir);
    if (JSON.stringify(parameterShapes(checkpoint.config)) !== JSON.stringify(parameterShapes(this.config))) {
      throw new UserError(`The checkpoint ${dir} has another shape than this model.`, "Load it as a model of its own.");
    }
    await this.#parts.thread.ask("restore", this.#parts.handle, checkpoint.weights, checkpoint.optimizer ?? null);
    this.#version = checkpoint.version ?? contentOf(checkpoint.weights);
    this.#pending = [];
  }

  /** Frees this copy only; the thread goes on. */
  async dispose(): Promise<void> {
    await this.#parts.thread.ask("dispose", this.#parts.handle);
  }

  async close(): Promise<void> {
    await this.#parts.thread.close();
  }
}

/** The version of weights whose history is unknown. */
export function contentOf(weights: Record<string, Float32Array>): string {
  const digest = createHash("sha256");
  for (const [name, data] of Object.entries(weights)) digest.update(name).update(data);
  return digest.digest("hex").slice(0, 24);
}
