/** Training inside a round: which model, from which weights, on which streams. */
import type { Context } from "../core/context.ts";
import type { Datum } from "../core/datum.ts";
import { UserError } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import type { EmbeddedModel } from "../engine/embedded/embedded.ts";
import type { Update } from "../store/tables.ts";
import { generated, Replay, type Stream } from "../training/streams.ts";
import { train, trainRollouts, type StepEvent, type TrainReport } from "../training/trainer.ts";
import type { Phase, TrainSpec } from "./recipe.ts";
import { instantiate, type FindMethod } from "./resolver.ts";

/** Replay buffers of a phase, one per training and stream. A pure function of the data added, so a resumed run rebuilds them. */
export class Buffers {
  readonly #streams = new Map<string, Replay>();
  readonly #phase: Phase;

  constructor(phase: Phase) {
    this.#phase = phase;
  }

  of(training: number, source: string): Replay {
    const key = `${training}/${source}`;
    let stream = this.#streams.get(key);
    if (!stream) {
      const { capacity, recent } = this.#phase.train[training].streams[source] ?? { capacity: 60_000, recent: 0.5 };
      stream = new Replay({ capacity, recent });
      this.#streams.set(key, stream);
    }
    return stream;
  }

  /** A round's data: each training keeps them by stream; rollouts are not kept. */
  add(data: readonly Datum[]): void {
    const bySource = Map.groupBy(
      data.filter((datum) => datum.kind !== "rl"),
      (datum) => datum.source,
    );
    for (const [training, { streams }] of this.#phase.train.entries()) {
      for (const [source, { fresh }] of Object.entries(streams))
        if (fresh) this.#streams.delete(`${training}/${source}`);
      for (const [source, rows] of bySource) this.of(training, source).add(rows);
    }
  }

  streams(training: number): Map<string, Stream> {
    const prefix = `${training}/`;
    return new Map(
      [...this.#streams]
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, stream]) => [key.slice(prefix.length), stream]),
    );
  }
}

/** Where a training's weights and its reference come from. */
export interface Sources {
  model(spec: TrainSpec): EmbeddedModel;
  /** Directory of a model's weights at the end of a phase. UserError if there is none. */
  checkpointOf(phase: string, spec: TrainSpec): string;
}

export interface LearnOptions {
  readonly phase: Phase;
  readonly training: number;
  readonly buffers: Buffers;
  /** This round's data. */
  readonly data: readonly Datum[];
  /** 0-based number of this round, and the inner step's place in it, in [0, 1]. */
  readonly round: number;
  readonly progress: readonly [number, number];
  readonly sources: Sources;
  readonly find: FindMethod;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly onStep?: (event: StepEvent) => void;
}

export async function learn(o: LearnOptions, c: Context): Promise<{ update: Update; report: TrainReport }> {
  const spec = o.phase.train[o.training];
  const objective = await instantiate(o.find, "objective", spec.objective);
  const model = o.sources.model(spec);
  if (spec.init !== "prev") await model.load(o.sources.checkpointOf(spec.init, spec));
  if (spec.init !== "prev" || spec.resetOptimizer) await model.resetOptimizer();
  const reference = objective.reference ? await referenceOf(model, spec, o.sources) : undefined;
  const common = {
    batch: spec.batch,
    lr: spec.lr,
    adam: spec.adam,
    random: o.random,
    progress: spec.span === "training" ? ([0, 1] as const) : o.progress,
    reference,
    dropout: spec.dropout,
    signal: o.signal,
    onStep: o.onStep,
  };
  const from = model.version;
  const rollouts = o.data.filter((datum) => datum.kind === "rl");
  const report =
    rollouts.length > 0 && objective.kinds.includes("rl")
      ? await trainRollouts(model, objective, rollouts, { ...common, epochs: spec.epochs })
      : await train(model, objective, await streamsOf(o, c), {
          ...common,
          steps: stepsOf(o),
          mix: spec.mix,
          per: spec.per,
          batchTokens: spec.batchTokens,
        });
  await reference?.dispose();
  const metrics = { ...report.metrics, skipped: report.skipped, tokens: report.tokens };
  return {
    update: { role: spec.module, objective: spec.objective.id, from, to: model.version, steps: report.steps, metrics },
    report,
  };
}

/** The policy that an objective compares with: as it is now, or as it was at the end of a named phase. */
async function referenceOf(model: EmbeddedModel, spec: TrainSpec, sources: Sources): Promise<EmbeddedModel> {
  if (spec.ref === "start") return model.freeze();
  const earlier = await model.clone();
  await earlier.load(sources.checkpointOf(spec.ref, spec));
  return earlier;
}

async function streamsOf(o: LearnOptions, c: Context): Promise<Map<string, Stream>> {
  const streams = o.buffers.streams(o.training);
  for (const [source, ref] of Object.entries(o.phase.train[o.training].generators)) {
    const generate = await instantiate(o.find, "generator", ref);
    streams.set(
      source,
      generated((random) => drawn(() => generate(random, c), source)),
    );
  }
  return streams;
}

const patience = 1000;

function drawn(draw: () => Datum | undefined, source: string): Datum {
  for (let i = 0; i < patience; i++) {
    const datum = draw();
    if (datum) return { ...datum, source };
  }
  throw new UserError(`The generator of stream "${source}" gave nothing in ${patience} draws.`, "Loosen its options.");
}

/** Steps of this training in this round: growing by round, and never more passes over the data than allowed. */
function stepsOf({ phase, training, round, buffers }: LearnOptions): number {
  const { steps = 100, growth, maxEpochs, batch, generators } = phase.train[training];
  const grown = Math.round(steps * (1 + growth) ** round);
  if (maxEpochs === undefined || Object.keys(generators).length > 0) return grown;
  const rows = [...buffers.streams(training).values()].reduce((sum, stream) => sum + stream.size, 0);
  return Math.min(grown, Math.ceil((rows * maxEpochs) / batch));
}
