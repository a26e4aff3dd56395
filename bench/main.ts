/** `npm run bench`: throughput of the embedded engine as a fraction of the machine's peak, and beside PyTorch. */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import ort from "onnxruntime-node";
import { natural } from "../src/cli/args.ts";
import { UserError } from "../src/core/errors.ts";
import type { DecoderConfig } from "../src/engine/embedded/config.ts";
import type { EmbeddedModel } from "../src/engine/embedded/embedded.ts";
import type { Hardware } from "../src/engine/embedded/sessions.ts";
import { judgeFuzz, judging } from "./answers.ts";
import { samplingFlops, scoringFlops, trainingFlops } from "./flops.ts";
import { median, takeTurns, type Contender } from "./measure.ts";
import { Peak } from "./peak.ts";
import { jsonOf, tableOf, type Measured } from "./report.ts";
import { sandboxing } from "./sandbox.ts";
import { saturation } from "./saturation.ts";
import { orchestrating } from "./search.ts";
import { recording, Trainer, verifying } from "./surroundings.ts";
import { Torch, TorchStopped, type TrainingCase } from "./torch.ts";
import { larger, modelOf, randomRows, sampling, scoring, small, Training, type Draws } from "./workloads.ts";

interface Options {
  readonly device: Hardware["device"];
  readonly threads: number;
  readonly quick?: boolean;
  readonly json?: boolean;
  readonly torch: boolean;
  readonly only?: (typeof parts)[number];
}

const parts = ["training", "sampling", "surroundings", "answers", "saturation", "sandbox", "search"] as const;

const tell = (line: string): void => void process.stderr.write(`${line}\n`);
const shapeOf = ({ layers, width }: DecoderConfig): string => `${layers} × ${width}`;

/** Agreement of two loss values or norms in float32 after several steps. */
const TOLERANCE = 2e-3;
const STEPS_COMPARED = 4;

class Bench {
  readonly rows: Measured[] = [];
  readonly #hardware: Hardware;
  readonly #peak: Peak;
  #torch: Torch | undefined;
  readonly #quick: boolean;
  readonly #dir: string;

  constructor(o: { hardware: Hardware; peak: Peak; torch: Torch | undefined; quick: boolean; dir: string }) {
    this.#hardware = o.hardware;
    this.#peak = o.peak;
    this.#torch = o.torch;
    this.#quick = o.quick;
    this.#dir = o.dir;
  }

  /** How often PyTorch tries the ways to write the same computation, of which the fastest is compared. */
  get #trials(): number {
    return this.#quick ? 2 : 5;
  }

  /** Ours, PyTorch's and the peak by turns. */
  async #rates(ours: Contender, theirs: readonly Contender[], rounds: number): Promise<number[][]> {
    const rates = await takeTurns([this.#peak, ours, ...theirs], this.#quick ? Math.min(2, rounds) : rounds);
    return rates.slice(1);
  }

  /** What PyTorch answers; what it cannot answer is told, and the rest of the bench goes on without it. */
  async #ask<T>(question: (torch: Torch) => Promise<T>): Promise<T | undefined> {
    if (!this.#torch) return undefined;
    try {
      return await question(this.#torch);
    } catch (error) {
      if (!(error instanceof TorchStopped)) throw error;
      tell(error.message);
      this.#torch = undefined;
      return undefined;
    }
  }

  async training(config: DecoderConfig, batch: number, length: number, steps: number): Promise<void> {
    const what = `training ${shapeOf(config)}, ${batch} rows of ${length}`;
    tell(what);
    const model = await modelOf(config, this.#hardware);
    const weights = await this.#save(model);
    const perRun = this.#quick ? Math.ceil(steps / 4) : steps;
    const ours = new Training(model, randomRows(config, batch, length), perRun);
    const first = await ours.begin(STEPS_COMPARED);
    const theirs = await this.#ask((torch) =>
      torch.openTraining(what, {
        config,
        weights,
        ids: ours.rows,
        steps: STEPS_COMPARED,
        trials: this.#trials,
        compile: !this.#quick,
      }),
    );
    const modes = theirs?.modes ?? [];
    const tokens = perRun * batch * length;
    const contenders = modes.flatMap((mode) => this.#torch?.training(what, { mode, steps: perRun, tokens }) ?? []);
    const [rates, ...others] = await this.#rates(ours, contenders, 8);
    this.rows.push({
      what,
      unit: "tokens",
      rates,
      flops: trainingFlops(config, length),
      torch: Object.fromEntries(modes.map((mode, i) => [mode, others[i]])),
      notes: theirs ? this.#notes(first, theirs) : [],
    });
    await this.#ask((torch) => torch.close(what));
    await model.close();
  }

  #notes(ours: Awaited<ReturnType<Training["begin"]>>, theirs: TrainingCase): string[] {
    const pairs = (["loss", "gradNorm", "after"] as const).map((key) => [key, ours[key], theirs[key]] as const);
    const apart = pairs.filter(([, a, b]) => !(Math.abs(a - b) <= TOLERANCE * Math.abs(b)));
    const compiled = this.#quick
      ? "not compiled with --quick"
      : theirs.notCompiled === null
        ? undefined
        : `not compiled: ${theirs.notCompiled}`;
    return [
      apart.length === 0
        ? `same loss (${ours.loss.toFixed(3)}), gradient norm and loss after ${STEPS_COMPARED} steps as PyTorch`
        : `DIFFERS from PyTorch in ${apart.map(([key, a, b]) => `${key} (${a} and ${b})`).join(", ")}: the ratio means nothing`,
      `PyTorch's fastest here: ${theirs.setting}`,
      ...(compiled === undefined ? [] : [compiled]),
    ];
  }

  async sampling(config: DecoderConfig, draws: Omit<Draws, "batch">, batches: readonly number[]): Promise<void> {
    const model = await modelOf(config, this.#hardware);
    const weights = await this.#save(model);
    for (const batch of batches) {
      const o = { ...draws, batch, samples: this.#quick ? 1024 : draws.samples };
      const what = `sampling ${shapeOf(config)}, batch ${batch}`;
      tell(what);
      const ours = sampling(model, o);
      await ours.run();
      const ids = randomRows(config, o.samples / o.n, o.prompt);
      const setting = await this.#ask((torch) =>
        torch.openSampling(what, { ...o, config, weights, ids, trials: this.#trials }),
      );
      const theirs = this.#torch ? [this.#torch.sampling(what, { tokens: o.samples * o.made })] : [];
      const [rates, ...others] = await this.#rates(ours, theirs, 6);
      this.rows.push({
        what,
        unit: "tokens",
        rates,
        flops: samplingFlops(config, o),
        torch: Object.fromEntries(others.map((other) => ["eager", other])),
        notes: setting === undefined ? [] : [`PyTorch's fastest here: ${setting}`],
      });
      await this.#ask((torch) => torch.close(what));
    }
    const rows = { rows: 512, length: draws.prompt + draws.made, prompt: draws.prompt };
    await this.plain(
      `scoring ${shapeOf(config)}, ${rows.rows} rows of ${rows.length}`,
      "tokens",
      scoring(model, rows),
      {
        flops: scoringFlops(config, rows.length),
      },
    );
    await model.close();
  }

  /** The trainer with all that it does on the main thread. */
  async trainer(batch: number): Promise<void> {
    const what = `trainer ${shapeOf(small)}, ${batch} rows of random play`;
    tell(what);
    const trainer = await Trainer.open(this.#hardware, { batch, steps: this.#quick ? 10 : 30 });
    await trainer.run();
    const [rates] = await this.#rates(trainer, [], 5);
    const waiting = median(trainer.waiting.slice(1));
    this.rows.push({
      what,
      unit: "tokens",
      rates,
      notes: [`the main thread works, and the engine waits, ${(100 * waiting).toFixed(0)} % of the time`],
    });
    await trainer.close();
  }

  async plain(what: string, unit: string, ours: Contender, o: { flops?: number } = {}): Promise<void> {
    tell(what);
    await ours.run();
    const [rates] = await this.#rates(ours, [], 5);
    this.rows.push({ what, unit, rates, ...o });
  }

  /** Sampling methods before a server; the engine has no part in it, and the peak is there for the table. */
  async saturation(): Promise<void> {
    await takeTurns([this.#peak], 1);
    this.rows.push(...(await saturation(this.#quick ? 2 : 5, tell)));
  }

  /** Tree search without a model; the peak is there for the table. */
  async search(): Promise<void> {
    await takeTurns([this.#peak], 1);
    this.rows.push(...(await orchestrating(this.#quick, tell)));
  }

  /** Verdicts on answers, one thread. */
  async answers(): Promise<void> {
    await this.plain("ordinary answers", "pairs", judging(this.#quick ? 2000 : 10_000));
    const n = this.#quick ? 5000 : 100_000;
    const what = `${n.toLocaleString("en-US")} hostile texts`;
    tell(what);
    const { rate, slowest, undecided } = judgeFuzz(n);
    const culprit = JSON.stringify(slowest.text.slice(0, 60));
    const note = `slowest ${slowest.seconds.toFixed(3)} s (${culprit}, ${slowest.text.length} characters); ${undecided} undecided`;
    this.rows.push({ what, unit: "texts", rates: [rate], notes: [note] });
  }

  async #save(model: EmbeddedModel): Promise<string> {
    const dir = mkdtempSync(join(this.#dir, "model-"));
    await model.save(dir, { optimizer: false });
    return join(dir, "model.safetensors");
  }
}

async function run(o: Options): Promise<void> {
  const hardware = { device: o.device, threads: o.threads };
  const before = loadavg()[0];
  if (before > o.threads / 4)
    tell(`the machine is busy (load ${before.toFixed(1)}): rates will be low, PyTorch's most of all`);
  const peak = await Peak.open(hardware);
  const compared = o.torch && o.device === "cpu";
  if (compared) tell("looking for PyTorch");
  const torch = compared ? await Torch.start(o.threads) : undefined;
  const dir = mkdtempSync(join(tmpdir(), "autodidact-bench-"));
  try {
    const bench = new Bench({ hardware, peak, torch, quick: o.quick === true, dir });
    const wanted = (part: (typeof parts)[number]): boolean => (o.only ?? part) === part;
    if (wanted("training")) {
      await bench.training(small, 128, 20, 12);
      await bench.training(small, 32, 128, 6);
      await bench.training(larger, 16, 128, 2);
    }
    if (wanted("sampling")) await bench.sampling(small, { prompt: 7, made: 13, n: 8, samples: 4000 }, [128, 512]);
    if (wanted("surroundings")) {
      await bench.trainer(128);
      await bench.plain("countdown's checker", "verdicts", verifying(4000));
      await bench.plain("ledger", "calls", recording(10_000));
    }
    if (wanted("answers")) await bench.answers();
    if (wanted("saturation")) await bench.saturation();
    if (wanted("search")) await bench.search();
    if (wanted("sandbox")) bench.rows.push(...(await sandboxing(o.quick === true ? 2 : 5, tell)));
    const absent =
      o.device === "cpu" ? (o.torch ? "not found" : "not asked for") : "not compared: it would run on the CPU";
    const machine = {
      cpu: cpus()[0]?.model ?? "unknown CPU",
      cores: availableParallelism(),
      ...hardware,
      node: process.versions.node,
      onnxruntime: ort.env.versions.node ?? ort.env.versions.common,
      torch: torch?.version ?? absent,
      load: [Number(before.toFixed(2)), Number(loadavg()[0].toFixed(2))] as const,
    };
    const results = { machine, peak: { best: peak.best, samples: peak.rates }, rows: bench.rows };
    process.stdout.write(`${o.json === true ? jsonOf(results) : tableOf(results)}\n`);
  } finally {
    torch?.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

const command = new Command("bench")
  .description(
    "Throughput of the embedded engine: as a fraction of the machine's matrix-product peak, and beside PyTorch where python3 has it.",
  )
  .addOption(new Option("--device <device>", "where graphs run").choices(["cpu", "webgpu"]).default("cpu"))
  .option("--threads <n>", "threads of each side", natural, availableParallelism())
  .option("--quick", "fewer and shorter rounds, PyTorch not compiled: tries everything, measures roughly")
  .addOption(new Option("--only <part>", "one part").choices(parts))
  .option("--no-torch", "do not look for PyTorch")
  .option("--json", "one JSON object instead of the table, all samples included");

try {
  await run(command.parse().opts<Options>());
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  tell(`error: ${error.message.replace(/[.\s]+$/, "")} — ${error.remedy}`);
  process.exitCode = 1;
}
