/** Lanes on threads of their own, shared by all models of this process: thread i hosts the i-th lane of each. */
import { Worker } from "node:worker_threads";
import { UserError } from "../../core/errors.ts";
import type { DecoderConfig } from "./config.ts";
import type { Weights } from "./decode.ts";
import type { Extended, Extension, Lane } from "./lane.ts";
import type { CacheNode } from "./rows.ts";
import { answerRule } from "./rule-exchange.ts";
import type { RuleExchange } from "./rule-exchange.ts";
import type { Hardware } from "./sessions.ts";
import type { Request, Sampled } from "./tasks.ts";

/** A node that the thread does not know yet; parents come first. */
export interface SentNode extends Omit<CacheNode, "parent"> {
  readonly id: number;
  readonly parent: number | null;
}
/** A request without its functions: the thread asks for those that are there. */
export interface SentRequest extends Omit<Request, "rules" | "onToken" | "signal"> {
  readonly ruled: boolean;
  readonly heard: boolean;
  readonly aborted: boolean;
}
/** A node made by the thread, which knows it by the id that came with the row. */
export type Made = Omit<CacheNode, "parent"> & { readonly logprobs: Float32Array };

export type LaneAsk = { readonly id: number; readonly lane: number } & (
  | {
      readonly call: "open";
      readonly config: DecoderConfig;
      readonly device: Hardware["device"];
      readonly capacity: number;
    }
  | { readonly call: "load"; readonly weights: Weights }
  | { readonly call: "submit"; readonly request: SentRequest }
  | { readonly call: "abort"; readonly submitted: number }
  | {
      readonly call: "extend";
      readonly known: readonly SentNode[];
      readonly rows: readonly {
        readonly id: number;
        readonly parent: number | null;
        readonly ids: readonly number[];
      }[];
    }
  | { readonly call: "release"; readonly node: number }
  | { readonly call: "close" }
);
export interface LaneAnswer {
  readonly kind: "answer";
  readonly id: number;
  readonly sampled?: Sampled[];
  readonly made?: Made[];
  readonly failure?: { readonly message: string; readonly remedy?: string };
}
export type LaneSaid =
  | LaneAnswer
  | RuleExchange
  | {
      readonly kind: "token";
      readonly id: number;
      readonly sample: number;
      readonly token: number;
      readonly logprob: number;
    };
type Call = LaneAsk extends infer A ? (A extends LaneAsk ? Omit<A, "id"> : never) : never;

interface Asked {
  readonly request?: Request;
  resolve(answer: LaneAnswer): void;
  reject(error: unknown): void;
}

class LaneThread {
  readonly #worker: Worker;
  readonly #asked = new Map<number, Asked>();
  #count = 0;
  #ended: Error | undefined;

  constructor() {
    const file = import.meta.url.endsWith(".ts") ? "./lane-worker.ts" : "./lane-worker.js";
    this.#worker = new Worker(new URL(file, import.meta.url), { execArgv: ["--disable-warning=ExperimentalWarning"] });
    this.#worker.on("message", (said: LaneSaid) => this.#hear(said));
    this.#worker.on("error", (error: unknown) => this.#end(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on("exit", () => this.#end(new Error("A sampling thread has ended.")));
    this.#worker.unref();
  }

  /** Does not wait for an answer. */
  tell(call: Call): number {
    const id = this.#count++;
    this.#worker.postMessage({ id, ...call });
    return id;
  }

  ask(call: Call, request?: Request): Promise<LaneAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      const id = this.tell(call);
      this.#worker.ref();
      const abort = (): void => void this.tell({ lane: call.lane, call: "abort", submitted: id });
      request?.signal?.addEventListener("abort", abort, { once: true });
      const settle = (): void => {
        request?.signal?.removeEventListener("abort", abort);
        this.#asked.delete(id);
        if (this.#asked.size === 0) this.#worker.unref();
      };
      this.#asked.set(id, {
        request,
        resolve: (answer) => {
          settle();
          resolve(answer);
        },
        reject: (error) => {
          settle();
          reject(error);
          if (request) abort();
        },
      });
    });
  }

  #hear(said: LaneSaid): void {
    const asked = this.#asked.get(said.id);
    if (said.kind === "answer") {
      if (!said.failure) return asked?.resolve(said);
      const { message, remedy } = said.failure;
      return asked?.reject(remedy === undefined ? new Error(message) : new UserError(message, remedy));
    }
    try {
      if (said.kind === "rule") answerRule(said, asked?.request?.rules);
      else asked?.request?.onToken?.(said.sample, said.token, said.logprob);
    } catch (error) {
      asked?.reject(error);
    }
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const asked of this.#asked.values()) asked.reject(this.#ended);
  }
}

class ThreadedLane implements Lane {
  readonly #thread: LaneThread;
  readonly #lane: number;
  /** Ids under which the thread knows nodes, until they are collected here. */
  readonly #known = new WeakMap<CacheNode, number>();
  readonly #collected: FinalizationRegistry<number>;
  #nodes = 0;

  constructor(thread: LaneThread, lane: number) {
    this.#thread = thread;
    this.#lane = lane;
    this.#collected = new FinalizationRegistry((node) => void thread.tell({ lane, call: "release", node }));
  }

  load(weights: Weights): void {
    this.#thread.tell({ lane: this.#lane, call: "load", weights });
  }

  async submit(request: Request): Promise<Sampled[]> {
    const { rules, onToken, signal, ...rest } = request;
    const sent = { ...rest, ruled: !!rules, heard: !!onToken, aborted: signal?.aborted ?? false };
    const { sampled } = await this.#thread.ask({ lane: this.#lane, call: "submit", request: sent }, request);
    return sampled ?? [];
  }

  async extend(extensions: readonly Extension[]): Promise<Extended[]> {
    const known: SentNode[] = [];
    const rows = extensions.map(({ parent, ids }) => {
      const sent = parent && this.#send(parent, known);
      return { id: this.#nodes++, parent: sent, ids };
    });
    const { made = [] } = await this.#thread.ask({ lane: this.#lane, call: "extend", known, rows });
    return made.map(({ logprobs, ...node }, i) => {
      const own = { ...node, parent: extensions[i].parent };
      this.#register(own, rows[i].id);
      return { node: own, logprobs };
    });
  }

  async close(): Promise<void> {
    await this.#thread.ask({ lane: this.#lane, call: "close" });
  }

  /** The id of a node in the thread; puts it among those to be sent where the thread does not know it. */
  #send(node: CacheNode, sent: SentNode[]): number {
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    const parent = node.parent && this.#send(node.parent, sent);
    const id = this.#nodes++;
    sent.push({ id, parent, length: node.length, position: node.position, keyValues: node.keyValues });
    this.#register(node, id);
    return id;
  }

  #register(node: CacheNode, id: number): void {
    this.#known.set(node, id);
    this.#collected.register(node, id);
  }
}

const threads: LaneThread[] = [];
let lanes = 0;

/** A lane on thread `index`. */
export function createThreadedLane(
  config: DecoderConfig,
  device: Hardware["device"],
  capacity: number,
  index: number,
): Lane {
  const thread = (threads[index] ??= new LaneThread());
  const lane = lanes++;
  thread.tell({ lane, call: "open", config, device, capacity });
  return new ThreadedLane(thread, lane);
}
