/** ONNX Runtime sessions: how they are opened, and a cache that keeps the ones in use. */
import ort from "onnxruntime-node";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { UserError } from "../../core/errors.ts";
import { Graph } from "./graph.ts";

export interface Hardware {
  readonly threads: number;
  readonly device: "cpu" | "webgpu";
}

/** Opens a session on a serialised model. Throws UserError where the device cannot be had. */
export async function openSession(model: Uint8Array, { threads, device }: Hardware): Promise<InferenceSession> {
  const options: InferenceSession.SessionOptions = {
    executionProviders: [device],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    // Errors are thrown; warnings about operators placed on the CPU are expected with webgpu.
    logSeverityLevel: 3,
  };
  try {
    return await ort.InferenceSession.create(model, options);
  } catch (error) {
    if (device === "cpu") throw error;
    throw new UserError(
      "no GPU could be opened through WebGPU",
      "use --device cpu, or install a Vulkan driver and libvulkan1",
      error,
    );
  }
}

/** Resolves if the device can run anything at all. Throws UserError like `openSession`. */
export async function probeDevice(hardware: Hardware): Promise<void> {
  const g = new Graph();
  const x = g.input("x", [1]);
  g.output(g.add(x, x), "y");
  await (await openSession(g.build(), hardware)).release();
}

export type Feeds = Record<string, Tensor>;

/** A float32 tensor over existing memory. */
export const floats = (data: Float32Array, dims: readonly number[]): Tensor => new ort.Tensor("float32", data, dims);
export const integers = (data: Int32Array, dims: readonly number[]): Tensor => new ort.Tensor("int32", data, dims);

/** The memory of a float32 tensor. */
export function floatsOf(tensor: Tensor): Float32Array {
  if (tensor.data instanceof Float32Array) return tensor.data;
  throw new TypeError(`expected a float32 tensor, not ${tensor.type}`);
}

/** A model to run. */
export interface Program {
  /** Identifies the model among those of a cache. */
  readonly key: string;
  /** Working memory that its session holds on to, roughly. */
  readonly bytes: number;
  build(): Uint8Array;
}

/** How much a cache keeps open. */
export interface Capacity {
  readonly sessions: number;
  readonly bytes: number;
}

/** Sessions by key, least recently used closed first. Runs follow one another: each uses all threads anyway. */
export class SessionCache {
  readonly hardware: Hardware;
  readonly #capacity: Capacity;
  readonly #open = new Map<string, { session: InferenceSession; bytes: number }>();
  #tail: Promise<unknown> = Promise.resolve();

  constructor(hardware: Hardware, capacity: Capacity = { sessions: 12, bytes: 2e9 }) {
    this.hardware = hardware;
    this.#capacity = capacity;
  }

  /** Runs a program, built when it is not open. Outputs are written into `outputs` where given, and returned. */
  run(program: Program, feeds: Feeds, outputs?: Feeds): Promise<Feeds> {
    const turn = this.#tail.then(async () => {
      const session = await this.#session(program);
      const results = await (outputs ? session.run(feeds, outputs) : session.run(feeds));
      return outputs ?? { ...results };
    });
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  async #session({ key, bytes, build }: Program): Promise<InferenceSession> {
    const known = this.#open.get(key);
    if (known) {
      this.#open.delete(key);
      this.#open.set(key, known);
      return known.session;
    }
    await this.#makeRoom(bytes);
    const session = await openSession(build(), this.hardware);
    this.#open.set(key, { session, bytes });
    return session;
  }

  async #makeRoom(bytes: number): Promise<void> {
    let held = [...this.#open.values()].reduce((sum, entry) => sum + entry.bytes, bytes);
    for (const [key, oldest] of this.#open) {
      if (this.#open.size < this.#capacity.sessions && held <= this.#capacity.bytes) return;
      this.#open.delete(key);
      held -= oldest.bytes;
      await oldest.session.release();
    }
  }

  /** Closes all sessions once the runs under way are done. */
  async close(): Promise<void> {
    await this.#tail;
    for (const { session } of this.#open.values()) await session.release();
    this.#open.clear();
  }
}
