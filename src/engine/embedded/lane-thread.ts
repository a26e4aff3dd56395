/** Lanes on threads of their own, shared by all models of this process: thread i hosts the i-th lane of each. */
import { Worker } from "node:worker_threads";
import { UserError } from "../../core/errors.ts";
import type { DecoderConfig } from "./config.ts";
import type { Lane, Step, Stepped, Weights } from "./lane.ts";
import type { Hardware } from "./sessions.ts";

export type LaneAsk = { readonly id: number; readonly lane: number } & (
  | { readonly call: "open"; readonly config: DecoderConfig; readonly device: Hardware["device"] }
  | { readonly call: "load"; readonly weights: Weights }
  | { readonly call: "step"; readonly step: Step }
  | { readonly call: "close" }
);
export type LaneAnswer = { readonly id: number } & (
  | { readonly stepped?: Stepped }
  | { readonly failure: { readonly message: string; readonly remedy?: string } }
);
type Call = LaneAsk extends infer A ? (A extends LaneAsk ? Omit<A, "id"> : never) : never;

interface Waiting {
  resolve(stepped: Stepped | undefined): void;
  reject(error: Error): void;
}

class LaneThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;
  #ended: Error | undefined;

  constructor() {
    const file = import.meta.url.endsWith(".ts") ? "./lane-worker.ts" : "./lane-worker.js";
    this.#worker = new Worker(new URL(file, import.meta.url), { execArgv: ["--disable-warning=ExperimentalWarning"] });
    this.#worker.on("message", (answer: LaneAnswer) => this.#hear(answer));
    this.#worker.on("error", (error: unknown) => this.#end(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on("exit", () => this.#end(new Error("A sampling thread has ended.")));
    this.#worker.unref();
  }

  ask(call: Call): Promise<Stepped | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      const id = this.#count++;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage({ id, ...call });
    });
  }

  #hear(answer: LaneAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (!("failure" in answer)) return waiting?.resolve(answer.stepped);
    const { message, remedy } = answer.failure;
    waiting?.reject(remedy === undefined ? new Error(message) : new UserError(message, remedy));
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#ended);
    this.#waiting.clear();
  }
}

const threads: LaneThread[] = [];
let lanes = 0;

/** A lane on thread `index`. UserError if the device is not to be had. */
export async function createThreadedLane(
  config: DecoderConfig,
  device: Hardware["device"],
  index: number,
): Promise<Lane> {
  const thread = (threads[index] ??= new LaneThread());
  const lane = lanes++;
  await thread.ask({ lane, call: "open", config, device });
  return {
    load: async (weights) => void (await thread.ask({ lane, call: "load", weights })),
    step: async (step) => {
      const stepped = await thread.ask({ lane, call: "step", step });
      if (!stepped) throw new Error("A sampling thread answered a step with nothing.");
      return stepped;
    },
    close: async () => void (await thread.ask({ lane, call: "close" })),
  };
}
