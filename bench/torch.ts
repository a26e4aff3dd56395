/** PyTorch in a Python process of its own, asked over pipes; see torch_reference.py. */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { DecoderConfig } from "../src/engine/embedded/config.ts";
import type { Contender } from "./measure.ts";
import { adam, type Draws } from "./workloads.ts";

const ready = z.object({ torch: z.string(), threads: z.int() });
const timed = z.object({ seconds: z.number().positive() });
const trainingCase = z.object({
  loss: z.number(),
  gradNorm: z.number(),
  after: z.number(),
  setting: z.string(),
  modes: z.array(z.enum(["eager", "compiled"])),
  notCompiled: z.string().nullable(),
});
export type TrainingCase = z.output<typeof trainingCase>;
const samplingCase = z.object({ setting: z.string() });

/** A machine busy enough to need longer for one request, compilation included, tells nothing about PyTorch. */
const PATIENCE_MS = 240_000;

/** PyTorch broke down or took too long; it is gone. */
export class TorchStopped extends Error {}

interface Request {
  readonly ask: "open-training" | "open-sampling" | "train" | "sample" | "close";
  /** Names what was opened in later requests. */
  readonly case: string;
  readonly [field: string]: unknown;
}

export class Torch {
  readonly version: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #complaints: string[];

  private constructor(
    version: string,
    child: ChildProcessWithoutNullStreams,
    lines: AsyncIterator<string>,
    complaints: string[],
  ) {
    this.version = version;
    this.#child = child;
    this.#lines = lines;
    this.#complaints = complaints;
  }

  /** Undefined where there is no python3, or none that imports torch. */
  static async start(threads: number): Promise<Torch | undefined> {
    const script = fileURLToPath(new URL("torch_reference.py", import.meta.url));
    // Inductor would keep a pool of processes for its compiler.
    const env = { ...process.env, OMP_NUM_THREADS: String(threads), TORCHINDUCTOR_COMPILE_THREADS: "1" };
    const child = spawn("python3", [script, String(threads)], { env });
    child.on("error", () => {});
    child.stdin.on("error", () => {});
    const complaints: string[] = [];
    child.stderr.on("data", (chunk: Buffer) => complaints.push(chunk.toString()));
    const reader: Interface = createInterface({ input: child.stdout });
    const lines = reader[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done === true) return undefined;
    return new Torch(ready.parse(JSON.parse(first.value)).torch, child, lines, complaints);
  }

  async #ask<T>(request: Request, shape: z.ZodType<T>): Promise<T> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const alarm = setTimeout(() => this.stop(), PATIENCE_MS);
    const answer = await this.#lines.next();
    clearTimeout(alarm);
    if (answer.done !== true) return shape.parse(JSON.parse(answer.value));
    const reason = this.#child.killed ? "too slow here" : this.#complaints.join("").trim().split("\n").at(-1);
    throw new TorchStopped(`PyTorch was given up at ${request.ask}: ${reason}`);
  }

  /**
   * Loads `weights` (a safetensors file) and takes the first `steps` steps on the rows, to be compared with ours; then tries `trials` times which way of
   * writing the step is fastest.
   */
  openTraining(
    name: string,
    o: {
      config: DecoderConfig;
      weights: string;
      ids: readonly number[][];
      steps: number;
      trials: number;
      compile: boolean;
    },
  ): Promise<TrainingCase> {
    return this.#ask({ ask: "open-training", case: name, adam, ...o }, trainingCase);
  }

  async openSampling(
    name: string,
    o: Draws & { config: DecoderConfig; weights: string; ids: readonly number[][]; trials: number },
  ): Promise<string> {
    return (await this.#ask({ ask: "open-sampling", case: name, ...o }, samplingCase)).setting;
  }

  /** `tokens`: how many a run makes or trains on. */
  training(name: string, o: { mode: TrainingCase["modes"][number]; steps: number; tokens: number }): Contender {
    return { run: async () => o.tokens / (await this.#ask({ ask: "train", case: name, ...o }, timed)).seconds };
  }

  sampling(name: string, o: { tokens: number }): Contender {
    return { run: async () => o.tokens / (await this.#ask({ ask: "sample", case: name }, timed)).seconds };
  }

  async close(name: string): Promise<void> {
    await this.#ask({ ask: "close", case: name }, z.object({}));
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }
}
