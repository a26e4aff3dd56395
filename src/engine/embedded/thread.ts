/**
 * The engine's thread, seen from outside: typed requests over messages. One thread hosts any number of models, so that
 * copies, references and blends never leave it.
 */
import { Worker } from "node:worker_threads";
import type { Ids } from "../../core/call.ts";
import { UserError } from "../../core/errors.ts";
import type { AdamW, ForwardOptions, Output, Outputs } from "../../core/model.ts";
import type { DecoderConfig } from "./config.ts";
import { answerRule } from "./rule-exchange.ts";
import type { RuleExchange } from "./rule-exchange.ts";

export type Handle = number;
export type Device = "cpu" | "webgpu";

export interface SampleRequest {
  readonly ids: Ids;
  readonly n: number;
  /** One a completion. */
  readonly seeds: readonly string[];
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly stop: readonly Ids[];
  readonly eos: Ids;
  /** The caller changes logits; the engine asks it at every token. */
  readonly rule: boolean;
  readonly stream: boolean;
}
export interface SampleResult {
  readonly ids: number[];
  readonly logprobs: Float32Array;
  readonly sampledLogprobs?: Float32Array;
  readonly finish: "stop" | "length" | "abort";
}
export interface Extension {
  readonly parent: number | null;
  readonly ids: Ids;
}
export interface OptimizerState {
  readonly step: number;
  readonly m: Record<string, Float32Array>;
  readonly v: Record<string, Float32Array>;
}

/** What the thread answers, once per request. */
export interface EngineCalls {
  create(config: DecoderConfig, weights: Record<string, Float32Array>, o: { threads: number; device: Device }): Handle;
  clone(model: Handle): Handle;
  dispose(model: Handle): void;
  weights(model: Handle): { weights: Record<string, Float32Array>; optimizer: OptimizerState };
  restore(model: Handle, weights: Record<string, Float32Array>, optimizer: OptimizerState | null): void;
  blend(model: Handle, other: Handle, w: number): void;
  resetOptimizer(model: Handle): void;
  reference(model: Handle, name: string, other: Handle): void;
  forward(model: Handle, batch: readonly Ids[], want: readonly Output[], o: ForwardOptions): Outputs;
  backward(model: Handle, batch: readonly Ids[], gradients: Outputs, o: ForwardOptions): void;
  step(model: Handle, o: AdamW): { gradNorm: number; skipped: boolean };
  next(model: Handle, prompts: readonly Ids[]): Float32Array[];
  extend(model: Handle, rows: readonly Extension[]): { node: number; logprobs: Float32Array }[];
  release(model: Handle, nodes: readonly number[]): void;
  /** Answered by `sampled` messages, one a request, as they finish; this answer only says that all have been taken. */
  sample(model: Handle, requests: readonly { id: number; request: SampleRequest }[]): void;
  abort(model: Handle, id: number): void;
}
export type EngineCall = keyof EngineCalls;
export interface Ask<K extends EngineCall = EngineCall> {
  readonly id: number;
  readonly call: K;
  readonly args: Parameters<EngineCalls[K]>;
}
export type Said =
  /** The value is what the asked call returns; which one that is, only the waiting call knows. */
  | { readonly kind: "answer"; readonly id: number; readonly value: never }
  | { readonly kind: "failure"; readonly id: number; readonly message: string; readonly remedy?: string }
  | {
      readonly kind: "sampled";
      readonly results: readonly {
        id: number;
        result?: SampleResult[];
        failure?: { message: string; remedy?: string };
      }[];
    }
  | { readonly kind: "token"; readonly id: number; readonly completion: number; readonly token: number }
  | RuleExchange;

interface Waiting {
  resolve(value: never): void;
  reject(error: Error): void;
}
/** One request for samples: how it is answered, and what it wants to hear or change on the way. */
export interface SampleJob {
  resolve(results: SampleResult[]): void;
  reject(error: Error): void;
  token?(completion: number, id: number): void;
  rule?(ids: Ids, logits: Float32Array): void;
}

const failure = (message: string, remedy?: string): Error =>
  remedy === undefined ? new Error(message) : new UserError(message, remedy);

export class EngineThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #jobs = new Map<number, SampleJob>();
  #count = 0;
  #ended: Error | undefined;

  constructor() {
    this.#worker = new Worker(
      new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url),
      {
        execArgv: ["--disable-warning=ExperimentalWarning"],
      },
    );
    this.#worker.on("message", (said: Said) => this.#hear(said));
    this.#worker.on("error", (error: Error) => this.#end(error));
    this.#worker.on("exit", () => this.#end(new Error("The engine's thread has ended.")));
    this.#worker.unref();
  }

  ask<K extends EngineCall>(call: K, ...args: Parameters<EngineCalls[K]>): Promise<ReturnType<EngineCalls[K]>> {
    const id = this.#count++;
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
      const message: Ask<K> = { id, call, args };
      this.#worker.postMessage(message);
    });
  }

  /** Registers a job under a fresh id, to be sent with `sample`. */
  enlist(job: SampleJob): number {
    const id = this.#count++;
    this.#jobs.set(id, job);
    return id;
  }

  /** Rejects a job that could not be sent. */
  fail(id: number, error: unknown): void {
    this.#jobs.get(id)?.reject(error instanceof Error ? error : new Error(String(error)));
    this.#jobs.delete(id);
  }

  #hear(said: Said): void {
    if (said.kind === "sampled") {
      for (const { id, result, failure: problem } of said.results) {
        const job = this.#jobs.get(id);
        this.#jobs.delete(id);
        if (result) job?.resolve(result);
        else job?.reject(failure(problem?.message ?? "Sampling failed.", problem?.remedy));
      }
    } else if (said.kind === "token") {
      this.#jobs.get(said.id)?.token?.(said.completion, said.token);
    } else if (said.kind === "rule") {
      this.#answerRule(said);
    } else {
      const waiting = this.#waiting.get(said.id);
      this.#waiting.delete(said.id);
      if (said.kind === "failure") waiting?.reject(failure(said.message, said.remedy));
      else waiting?.resolve(said.value);
    }
    if (this.#waiting.size === 0 && this.#jobs.size === 0) this.#worker.unref();
  }

  #answerRule(exchange: RuleExchange): void {
    const job = this.#jobs.get(exchange.id);
    try {
      answerRule(exchange, job?.rule);
    } catch (error) {
      this.#jobs.delete(exchange.id);
      job?.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const waiting of [...this.#waiting.values(), ...this.#jobs.values()]) waiting.reject(this.#ended);
    this.#waiting.clear();
    this.#jobs.clear();
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
