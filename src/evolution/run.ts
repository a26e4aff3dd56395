/** One round of a run, from tasks to a record for the ledger. */
import type { RunEvent } from "../core/context.ts";
import type { Datum } from "../core/datum.ts";
import { UserError } from "../core/errors.ts";
import { failpoint } from "../core/failpoint.ts";
import type { Family } from "../core/family.ts";
import type { Group } from "../core/group.ts";
import type { Json } from "../core/json.ts";
import { random } from "../core/random.ts";
import { writeDirAtomically } from "../store/files.ts";
import type { Ledger, RoundRecord } from "../store/ledger.ts";
import type { Position, Update } from "../store/tables.ts";
import { makeContext, memoryCalls } from "./context.ts";
import { accuracyOf, evaluate, heldOut, type Accuracy } from "./evaluate.ts";
import { convergeDetect } from "./instruments/converge-detect.ts";
import { learn, type Buffers, type Sources } from "./learn.ts";
import type { RunModels } from "./models.ts";
import { changedPhase, counts, type Recipe, type TrainSpec } from "./recipe.ts";
import { instantiate, type FindMethod } from "./resolver.ts";
import { assemble, collect, figures, harvest, labelsRight, solvedByDifficulty, type Harvest } from "./round.ts";

/** A run in progress. */
export interface Run {
  readonly ledger: Ledger;
  readonly find: FindMethod;
  readonly recipe: Recipe;
  readonly family: Family;
  readonly models: RunModels;
  readonly seed: string;
  readonly signal: AbortSignal;
  readonly emit: (event: RunEvent) => void;
}

/** Wall time by stage, the one thing that differs between equal runs. */
class Clock {
  readonly seconds: Record<string, number> = { total: 0 };
  async time<T>(stage: string, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      const spent = (performance.now() - started) / 1000;
      this.seconds[stage] = (this.seconds[stage] ?? 0) + spent;
      this.seconds["total"] += spent;
    }
  }
}

export async function oneRound(run: Run, at: Position, buffers: Buffers): Promise<RoundRecord> {
  const { ledger, recipe, models, family, signal, emit } = run;
  const phase = recipe.phases[at.phase];
  const clock = new Clock();
  const c = makeContext({
    models: models.byRole,
    families: new Map([[family.id, family]]),
    calls: { getCall: (id) => ledger.getCall(id), putCall: (call) => ledger.putCall(at, call) },
    seed: `${run.seed}/${phase.name}/${at.round}`,
    signal,
    emit,
  });
  const first = at.round === 1 && recipe.phases.findIndex((_, index) => counts(recipe, index)) === at.phase;
  const before = first ? await clock.time("evaluate", () => measure(run, true)) : undefined;
  if (before) emit({ event: "first", accuracy: plain(before) });

  const probe = phase.rollback === undefined ? undefined : await clock.time("evaluate", () => measure(run, false));

  emit({ event: "stage", stage: "reason", phase: phase.name, round: at.round });
  const modules = await assemble(phase, run.find);
  const stats = { round: at.round, count: phase.tasks?.count ?? 0, solved: solvedBefore(run, at) };
  const collected = await clock.time("reason", () => collect(modules, stats, c));
  signal.throwIfAborted();
  failpoint("reasoned");

  const harvests: Harvest[] = [];
  const updates: Update[] = [];
  const learned: Record<string, Json> = {};
  for (const [inner, change] of phase.inner.entries()) {
    const changed = Object.keys(change).length > 0;
    const current = changed ? changedPhase(phase, change) : phase;
    const stepModules = changed ? await assemble(current, run.find) : modules;
    const got = await clock.time("process", () => harvest(stepModules, collected, c.with({ label: `inner/${inner}` })));
    signal.throwIfAborted();
    harvests.push(got);
    buffers.add(got.data);
    failpoint("built");
    for (const training of current.train.keys()) {
      emit({ event: "stage", stage: "train", phase: phase.name, round: at.round });
      const span = 1 / (phase.rounds * phase.inner.length);
      const from = ((at.round - 1) * phase.inner.length + inner) * span;
      const { update, report } = await clock.time("train", () =>
        learn(
          {
            phase: current,
            training,
            buffers,
            data: got.data,
            round: at.round - 1,
            progress: [from, from + span],
            sources: sourcesOf(run),
            find: run.find,
            signal,
            random: random(`${run.seed}/${phase.name}/${at.round}/${inner}/train/${training}`),
            onStep: ({ step, steps, metrics }) => {
              if (step === 1) failpoint("training");
              emit({ event: "progress", stage: "train", done: step, of: steps, loss: metrics["loss"] });
            },
          },
          c,
        ),
      );
      updates.push(update);
      Object.assign(learned, report.metrics, { steps: report.steps });
    }
  }
  failpoint("trained");
  const rejected = probe && (await clock.time("evaluate", () => takeBack(run, probe, phase.rollback ?? 0)));

  const lastRound = at.round === phase.rounds && at.phase === recipe.phases.length - 1;
  const due = at.round % phase.evalEvery === 0 && counts(recipe, at.phase);
  const accuracy = lastRound || due ? await clock.time("evaluate", () => measure(run, lastRound)) : undefined;
  const checkpoint = `${phase.name}-${at.round}`;
  await clock.time("checkpoint", () => saveAll(run, checkpoint));
  failpoint("checkpointed");
  const metrics: Record<string, Json> = {
    ...figures(collected),
    ...learned,
    solved: [...solvedByDifficulty(collected)].map(([difficulty, share]) => [difficulty, share]),
    data: harvests.reduce((sum, { data }) => sum + data.length, 0),
    ...labelsRight(harvests, c, recipe.form),
    ...(before ? { before: plain(before) } : {}),
    ...(rejected ? { rejected: plain(rejected) } : {}),
    ...(accuracy ? { accuracy: plain(accuracy) } : {}),
  };
  if (phase.stop && accuracy && convergeDetect([...series(run, at.phase), accuracy.greedy], phase.stop))
    metrics["stop"] = true;
  return {
    ...at,
    name: `${phase.name} ${at.round}`,
    checkpoint,
    ...rowsOfRound(collected, harvests),
    updates,
    metrics,
    elapsed: clock.seconds,
  };
}

/** Goes back to the weights of the last round where accuracy fell too far; what was measured then, else undefined. */
async function takeBack(run: Run, before: Accuracy, allowed: number): Promise<Accuracy | undefined> {
  const checkpoint = run.ledger.lastRound()?.checkpoint;
  const after = await measure(run, false);
  // Nothing was saved before the first round of a run.
  if (!checkpoint || after.greedy >= before.greedy - allowed) return undefined;
  await run.models.load(run.ledger.checkpoint(checkpoint));
  return after;
}

/** An accuracy as the ledger keeps it. */
const plain = (accuracy: Accuracy): Json => ({
  ...accuracy,
  samples: accuracy.samples === undefined ? undefined : { ...accuracy.samples },
  byDifficulty: accuracy.byDifficulty?.map((pair) => [...pair]),
});

/** Held-out accuracy: in full with samples, or greedily on the probe. */
export async function measure(run: Run, full: boolean): Promise<Accuracy> {
  const { recipe, family, models, seed, signal, find, emit } = run;
  const { difficulties, tasks, probe, sampled, samples, k } = recipe.evaluation;
  emit({ event: "stage", stage: "evaluate" });
  const c = makeContext({
    models: models.byRole,
    families: new Map([[family.id, family]]),
    calls: memoryCalls(),
    seed: `${seed}/evaluation`,
    signal,
    emit,
  });
  const measured = await evaluate(heldOut(family, difficulties, full ? tasks : Math.min(tasks, probe)), c, {
    form: recipe.form,
    reasoner: (n, temperature) =>
      instantiate(find, "reasoner", { id: "cot", options: { form: recipe.form, n, temperature } }),
    sampled: full ? sampled : 0,
    samples,
    k,
  });
  // What an abort cut short counts as wrong: not a measurement.
  signal.throwIfAborted();
  return measured;
}

/** Greedy accuracies of a phase's rounds so far. */
function series({ ledger }: Run, phase: number): number[] {
  return ledger
    .rounds()
    .flatMap((round) => (round.phase === phase ? (accuracyOf(round.metrics, "accuracy")?.greedy ?? []) : []));
}

function solvedBefore({ ledger }: Run, at: Position): Map<number, number> {
  const last = ledger.rounds().findLast((round) => round.phase === at.phase);
  const solved = last?.metrics["solved"];
  return new Map(
    Array.isArray(solved)
      ? solved.flatMap((pair: Json) => (Array.isArray(pair) ? [[Number(pair[0]), Number(pair[1])] as const] : []))
      : [],
  );
}

function sourcesOf(run: Run): Sources {
  const { models, ledger, recipe } = run;
  const nameOf = (spec: TrainSpec): string => models.nameOf(spec.module);
  return {
    model: (spec) => {
      const model = models.byRole[spec.module];
      if (!model)
        throw new UserError(
          `The recipe trains the role "${spec.module}", which has no model.`,
          "Name a model for it under `roles`.",
        );
      return model;
    },
    checkpointOf: (name, spec) => {
      const index = recipe.phases.findIndex((phase) => phase.name === name);
      const round = ledger.rounds().findLast((summary) => summary.phase === index);
      if (!round?.checkpoint)
        throw new UserError(
          `The recipe starts a training from the end of phase "${name}", which has not run.`,
          `Phases: ${recipe.phases.map((phase) => phase.name).join(", ")}.`,
        );
      return `${ledger.checkpoint(round.checkpoint)}/${nameOf(spec)}`;
    },
  };
}

async function saveAll({ ledger, models }: Run, name: string): Promise<void> {
  await writeDirAtomically(ledger.checkpoint(name), async (dir) => {
    for (const [model, weights] of models.named) await weights.save(`${dir}/${model}`, { optimizer: true });
  });
}

/** The rows of a round: what was collected, and what processing derived from it. Shared objects are recorded once. */
function rowsOfRound(collected: readonly Group[], harvests: readonly Harvest[]): Partial<RoundRecord> {
  const groups = [...new Set([...collected, ...harvests.flatMap((h) => h.groups)])];
  const unique = <T extends { readonly id: string }>(items: readonly T[]): T[] => [
    ...new Map(items.map((item) => [item.id, item])).values(),
  ];
  return {
    tasks: unique(groups.map((group) => group.task)),
    solutions: unique(groups.flatMap((group) => group.solutions)),
    groups: groups.map((group) => ({
      taskId: group.task.id,
      source: group.source,
      solutions: group.solutions.map(({ id }) => id),
    })),
    judgements: [...new Set(groups.flatMap((group) => group.judgements))],
    trees: unique(groups.flatMap((group) => group.trees)),
    episodes: unique(groups.flatMap((group) => group.episodes)),
    drops: harvests.flatMap((h) => h.dropped),
    memory: harvests.flatMap((h) => h.memory),
    data: harvests.flatMap((h): readonly Datum[] => h.data),
  };
}
