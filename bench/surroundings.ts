/** What surrounds the engine in a round, which has to be fast enough not to matter: the trainer, the checker, the ledger. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Call } from "../src/core/call.ts";
import { hash } from "../src/core/json.ts";
import { random } from "../src/core/random.ts";
import { ask } from "../src/core/task.ts";
import { createEmbedded } from "../src/engine/embedded/opening.ts";
import type { EmbeddedModel } from "../src/engine/embedded/embedded.ts";
import type { Hardware } from "../src/engine/embedded/sessions.ts";
import { makeContext, memoryCalls } from "../src/evolution/context.ts";
import { familyTokenizer } from "../src/evolution/models.ts";
import { Ledger } from "../src/store/ledger.ts";
import countdown from "../src/task-creator/families/countdown.ts";
import play from "../src/training/builders/play.ts";
import sft from "../src/training/objectives/sft.ts";
import { generated } from "../src/training/streams.ts";
import { train } from "../src/training/trainer.ts";
import { secondsOf, type Contender } from "./measure.ts";
import { adam, small } from "./workloads.ts";

const family = countdown.create(countdown.options.parse({}));
const NUMBERS = 4;

/** The trainer on random play of countdown, made as it trains: tokens a second, padding not counted. */
export class Trainer implements Contender {
  /** Shares of the time in which the main thread worked, by turn: the engine waits meanwhile. */
  readonly waiting: number[] = [];
  readonly #model: EmbeddedModel;
  readonly #steps: number;
  readonly #batch: number;
  #turn = 0;

  private constructor(model: EmbeddedModel, batch: number, steps: number) {
    this.#model = model;
    this.#batch = batch;
    this.#steps = steps;
  }

  static async open(hardware: Hardware, o: { batch: number; steps: number }): Promise<Trainer> {
    const tokenizer = familyTokenizer(family);
    const config = { ...small, vocab: tokenizer.size };
    return new Trainer(
      await createEmbedded({ config, tokenizer, eos: [], seed: "bench", ...hardware }),
      o.batch,
      o.steps,
    );
  }

  async run(): Promise<number> {
    const context = makeContext({
      models: { reasoner: this.#model },
      families: new Map([[family.id, family]]),
      calls: memoryCalls(),
      seed: "bench",
    });
    const make = play.create(play.options.parse({ family: family.id, difficulty: NUMBERS }));
    const stream = generated((source) => {
      for (;;) {
        const datum = make(source, context);
        if (datum) return datum;
      }
    });
    const { lr, ...rest } = adam;
    const before = performance.eventLoopUtilization();
    const report = await train(this.#model, sft.create(sft.options.parse({})), new Map([["play", stream]]), {
      batch: this.#batch,
      lr,
      adam: rest,
      steps: this.#steps,
      random: random(`bench/${this.#turn++}`),
    });
    this.waiting.push(performance.eventLoopUtilization(before).utilization);
    return report.times.tokensPerSecond;
  }

  close(): Promise<void> {
    return this.#model.close();
  }
}

/** Verdicts of countdown's checker a second, half of them on right solutions. */
export function verifying(count: number): Contender {
  const cases = Array.from({ length: count }, (_, i) => {
    const source = random(`verify/${i}`);
    const task = family.generate(source, { difficulty: NUMBERS, split: "train" });
    const text = i % 2 === 0 ? family.solve(task, source) : family.play(ask(task), source, "short");
    return { task, text: text ?? "" };
  });
  const work = (): void => {
    for (const { task, text } of cases) family.verify(task, text, "short");
  };
  return { run: async () => count / (await secondsOf(work)) };
}

/** Calls of 7 + 13 tokens with log-probs that are written to the ledger of a run, on the disk of the temporary folder, a second. */
export function recording(count: number): Contender {
  const calls = Array.from({ length: count }, (_, i): Call => {
    const source = random(`record/${i}`);
    const ids = (length: number): number[] => Array.from({ length }, () => source.int(128));
    const output = ids(13);
    return {
      id: hash(["record", i]),
      role: "reasoner",
      model: "bench@0",
      prompt: ids(7),
      output,
      text: output.join(" "),
      logprobs: Float32Array.from(output, () => -source.next()),
      request: { temperature: 1 },
      seed: `record/${i}`,
      cost: { calls: 1, inputTokens: 7, outputTokens: 13 },
    };
  });
  const run = async (): Promise<number> => {
    const dir = mkdtempSync(join(tmpdir(), "autodidact-bench-"));
    const ledger = Ledger.create(join(dir, "run"), { recipe: {}, recipeId: "bench", seed: "bench" });
    try {
      const seconds = await secondsOf(() => {
        for (const call of calls) ledger.putCall({ phase: 0, round: 0 }, call);
        ledger.flush();
      });
      return count / seconds;
    } finally {
      ledger.close();
      rmSync(dir, { recursive: true, force: true });
    }
  };
  return { run };
}
