/** Training: minibatches drawn from streams, or rollouts of one round in epochs of shuffled minibatches. */
import type { Objective, Scored } from "../core/contracts.ts";
import { rowsOf, type Datum } from "../core/datum.ts";
import { UserError } from "../core/errors.ts";
import type { AdamW, Model, Trainable } from "../core/model.ts";
import type { Random } from "../core/random.ts";
import { valueAt, type Schedule } from "./schedule.ts";
import { Reference } from "./reference.ts";
import { expectKind, type OfKind } from "./scored.ts";
import type { Stream } from "./streams.ts";
import { forwardRows, update, type UpdateOptions, type Updated } from "./update.ts";

export interface StepEvent {
  /** 1-based. */
  readonly step: number;
  readonly steps: number;
  readonly lr: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly tokens: number;
}

export interface TrainOptions {
  /** Rows (rollouts) of a minibatch. */
  readonly batch: number;
  readonly lr: Schedule;
  readonly adam?: Omit<AdamW, "lr">;
  /** Step s draws from `random.fork(s)`. */
  readonly random: Random;
  /** Where in its phase this call begins and ends; schedules move between. Default [0, 1]. */
  readonly progress?: readonly [from: number, to: number];
  /** Frozen model for objectives that compare with one. */
  readonly reference?: Model;
  /** Most positions in one forward or backward. Bounds memory, changes nothing else. Default 16384. */
  readonly microTokens?: number;
  /** Dropout masks from the step's seed, for models that have dropout. */
  readonly dropout?: boolean;
  readonly signal?: AbortSignal;
  readonly onStep?: (event: StepEvent) => void;
}

export interface StreamOptions extends TrainOptions {
  readonly steps: number;
  /** Share of a minibatch by stream, renormalised over the streams that have data. Empty: all streams alike. */
  readonly mix?: Readonly<Record<string, Schedule>>;
  /** "row": every minibatch holds each stream's share. "batch": a minibatch is all of one stream, chosen by the shares. */
  readonly per?: "row" | "batch";
  /** Fewer rows where their padded positions would exceed this, for streams of very different lengths. */
  readonly batchTokens?: number;
  /** Steps between two forward passes that only measure the loss, where the objective needs none. Default 25. */
  readonly measureEvery?: number;
}

export interface RolloutOptions extends TrainOptions {
  /** Passes over the rollouts. Default 1. */
  readonly epochs?: number;
  /** Takes π_old for the current policy in every minibatch, and so saves the forward passes. */
  readonly assumeOnPolicy?: boolean;
}

export interface TrainReport {
  readonly steps: number;
  /** Steps whose gradient was not finite and which changed nothing. */
  readonly skipped: number;
  /** Positions trained on, padding not counted. */
  readonly tokens: number;
  /** Means over the steps that reported them. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Wall time, kept apart because it alone differs between equal runs. */
  readonly times: { readonly seconds: number; readonly tokensPerSecond: number };
}

const patience = 5;

/** Runs steps, gathers their reports, and gives up when updates keep failing. */
class Session {
  readonly #model: Trainable;
  readonly #objective: Objective;
  readonly #o: TrainOptions;
  readonly #reference: Reference | undefined;
  readonly #sums = new Map<string, { sum: number; count: number }>();
  readonly #started = performance.now();
  #steps = 0;
  #skipped = 0;
  #inARow = 0;
  #tokens = 0;

  constructor(model: Trainable, objective: Objective, o: TrainOptions) {
    if (objective.reference && !o.reference) {
      throw new UserError(
        "This objective needs a frozen reference model and was given none.",
        "Set `ref`, or its β to 0.",
      );
    }
    this.#model = model;
    this.#objective = objective;
    this.#o = o;
    this.#reference = o.reference && new Reference(o.reference);
  }

  get reference(): Reference | undefined {
    return this.#reference;
  }

  async step(data: readonly Datum[], random: Random, steps: number, current: UpdateOptions["current"]): Promise<void> {
    this.#o.signal?.throwIfAborted();
    const lr = valueAt(this.#o.lr, progressAt(this.#o.progress, this.#steps, steps));
    const updated = await update(this.#model, this.#objective, data, {
      adam: { ...this.#o.adam, lr },
      microTokens: this.#o.microTokens ?? 16384,
      dropoutSeed: this.#o.dropout ? random.fork("dropout").int(2 ** 31) : undefined,
      reference: this.#reference,
      current,
    });
    this.#steps++;
    this.#record(updated);
    this.#o.onStep?.({ step: this.#steps, steps, lr, metrics: updated.metrics, tokens: updated.tokens });
  }

  #record({ metrics, gradNorm, skipped, tokens }: Updated): void {
    this.#tokens += tokens;
    this.#inARow = skipped ? this.#inARow + 1 : 0;
    if (skipped) this.#skipped++;
    for (const [name, value] of Object.entries(skipped ? metrics : { ...metrics, gradNorm })) this.add(name, value);
    if (this.#inARow < patience) return;
    throw new UserError(
      `Training diverged: the gradients of ${patience} updates in a row were not finite.`,
      "Lower the learning rate or the gradient clip and start from the last checkpoint.",
    );
  }

  add(name: string, value: number): void {
    const { sum, count } = this.#sums.get(name) ?? { sum: 0, count: 0 };
    this.#sums.set(name, { sum: sum + value, count: count + 1 });
  }

  report(): TrainReport {
    const seconds = (performance.now() - this.#started) / 1000;
    return {
      steps: this.#steps,
      skipped: this.#skipped,
      tokens: this.#tokens,
      metrics: Object.fromEntries([...this.#sums].map(([name, { sum, count }]) => [name, sum / count])),
      times: { seconds, tokensPerSecond: seconds > 0 ? this.#tokens / seconds : 0 },
    };
  }
}

function progressAt(progress: readonly [number, number] = [0, 1], step: number, steps: number): number {
  return progress[0] + ((progress[1] - progress[0]) * step) / Math.max(1, steps);
}

/** Streams with data and their shares of a minibatch, which add up to 1; empty if there is nothing to draw from. */
function sharesAt(
  streams: ReadonlyMap<string, Stream>,
  mix: StreamOptions["mix"],
  progress: number,
): [Stream, number][] {
  const named = mix !== undefined && Object.keys(mix).length > 0;
  const shares = [...streams].flatMap(([source, stream]): [Stream, number][] => {
    const share = named ? valueAt(mix[source] ?? 0, progress) : 1;
    return stream.size > 0 && share > 0 ? [[stream, share]] : [];
  });
  const total = shares.reduce((sum, [, share]) => sum + share, 0);
  return shares.map(([stream, share]) => [stream, share / total]);
}

/** One minibatch. Shares are met by systematic sampling: exact in the mean, never off by a row. */
function drawBatch(shares: readonly [Stream, number][], o: StreamOptions, random: Random): Datum[] {
  const offset = random.next();
  const strides = o.per === "batch" ? 1 : o.batch;
  const counts: [Stream, number][] = [];
  let reached = 0;
  let taken = 0;
  shares.forEach(([stream, share], i) => {
    reached += share * strides;
    const upTo = i === shares.length - 1 ? strides : Math.min(strides, Math.floor(reached + offset));
    counts.push([stream, ((upTo - taken) * o.batch) / strides]);
    taken = upTo;
  });
  const data = counts.flatMap(([stream, count]) => Array.from({ length: count }, () => stream.draw(random)));
  if (o.batchTokens === undefined) return data;
  const kept: Datum[] = [];
  let longest = 0;
  for (const datum of random.shuffle(data)) {
    longest = Math.max(longest, ...rowsOf(datum).map((row) => row.ids.length));
    if (kept.length > 0 && longest * (kept.length + 1) > o.batchTokens) break;
    kept.push(datum);
  }
  return kept;
}

/**
 * Trains on minibatches drawn from streams of data. Deterministic: equal streams, options and weights give equal
 * results, whatever the microbatches. Streams that are all empty give a report of 0 steps.
 * Throws UserError on divergence (five unusable updates in a row, or non-finite log-probs), and the signal's reason.
 */
export async function train(
  model: Trainable,
  objective: Objective,
  streams: ReadonlyMap<string, Stream>,
  o: StreamOptions,
): Promise<TrainReport> {
  const session = new Session(model, objective, o);
  const draw = (step: number): { data: Datum[]; random: Random } | undefined => {
    const shares = step < o.steps ? sharesAt(streams, o.mix, progressAt(o.progress, step, o.steps)) : [];
    const random = o.random.fork(step);
    return shares.length === 0 ? undefined : { data: drawBatch(shares, o, random), random };
  };
  let batch = draw(0);
  for (let step = 0; batch; step++) {
    const known = !objective.constant || step % (o.measureEvery ?? 25) === 0;
    const running = session.step(batch.data, batch.random, o.steps, known ? "forward" : "unknown");
    // Drawn while the engine's thread is at work; a step that fails is heard below.
    running.catch(() => {});
    batch = draw(step + 1);
    await running;
  }
  return session.report();
}

/** Rollouts with π_old filled in where no call recorded it, and with advantages from the estimator. */
async function credit(
  model: Trainable,
  objective: Objective,
  rollouts: readonly OfKind<"rl">[],
  reference: Reference | undefined,
  microTokens: number,
): Promise<OfKind<"rl">[]> {
  const unknown = rollouts.flatMap((rl) => rl.segments).filter((row) => row.old === undefined);
  const measured = await forwardRows(model, unknown, ["logprob"], { microTokens });
  const old = new Map(unknown.map((row, i) => [row, Array.from(measured.logprob?.[i] ?? [])]));
  const complete = rollouts.map((rl) => ({
    ...rl,
    segments: rl.segments.map((row) => ({ ...row, old: row.old ?? old.get(row) })),
  }));
  if (!objective.advantage) return complete;
  const rows = complete.flatMap(rowsOf);
  const refs = objective.reference && reference ? await reference.score(rows) : undefined;
  let next = 0;
  const scored = complete.map((datum): Scored => ({
    datum,
    rows: datum.segments.map((row) => ({
      logprob: Float32Array.from(row.old ?? []),
      ref: refs?.[next++],
      outputs: {},
    })),
  }));
  return objective.advantage(scored).map((datum) => expectKind(datum, "rl"));
}

/**
 * Trains on the rollouts of one round: advantages over all of them first, then epochs of shuffled minibatches of about
 * equal size. Rollouts whose advantages are all 0 are left out, except under an objective with a reference, to which
 * they still may be pulled. Strictly on-policy (one minibatch, one epoch) no forward pass is made.
 * Throws like `train`.
 */
export async function trainRollouts(
  model: Trainable,
  objective: Objective,
  rollouts: readonly Datum[],
  o: RolloutOptions,
): Promise<TrainReport> {
  const session = new Session(model, objective, o);
  const all = rollouts.map((datum) => expectKind(datum, "rl"));
  for (const { reward } of all) session.add("reward", reward);
  const credited = await credit(model, objective, all, session.reference, o.microTokens ?? 16384);
  const keepsAll = objective.reference || !objective.advantage;
  const useful = credited.filter((rl) => keepsAll || rl.advantages?.some((row) => row.some((a) => a !== 0)));
  session.add("dropped", credited.length - useful.length);
  const perEpoch = Math.min(useful.length, Math.max(1, Math.round(useful.length / o.batch)));
  const epochs = o.epochs ?? 1;
  const known = objective.constant || o.assumeOnPolicy === true || epochs * perEpoch === 1;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const shuffled = o.random.fork(`epoch/${epoch}`).shuffle(useful);
    for (let i = 0; i < perEpoch; i++) {
      const batch = shuffled.slice(
        Math.floor((i * useful.length) / perEpoch),
        Math.floor(((i + 1) * useful.length) / perEpoch),
      );
      await session.step(batch, o.random.fork(epoch * perEpoch + i), epochs * perEpoch, known ? "old" : "forward");
    }
  }
  return session.report();
}
