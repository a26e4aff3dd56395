/** The one loop: rounds of phases, each committed whole, so that a run can be killed, resumed and forked at any round. */
import type { RunEvent } from "../core/context.ts";
import { failpoint } from "../core/failpoint.ts";
import { parameterShapes, type DecoderConfig } from "../engine/embedded/config.ts";
import type { Device } from "../engine/embedded/thread.ts";
import type { Ledger, RoundSummary } from "../store/ledger.ts";
import { accuracyOf, type Accuracy } from "./evaluate.ts";
import { Buffers } from "./learn.ts";
import { makeModels } from "./models.ts";
import { recipeSchema } from "./recipe.ts";
import { instantiate, type FindMethod } from "./resolver.ts";
import { measure, oneRound, type Run } from "./run.ts";

export interface EvolveOptions {
  /** Open for writing; its head holds the recipe and the seed. Rounds already in it are not done again. */
  readonly ledger: Ledger;
  readonly find: FindMethod;
  /** No round is begun that would probably end after this many seconds of the whole run. */
  readonly seconds?: number;
  readonly threads?: number;
  readonly device?: Device;
  readonly signal?: AbortSignal;
  readonly emit?: (event: RunEvent) => void;
}

export interface Evolved {
  /** Seconds of work, those before an interruption included. */
  readonly seconds: number;
  readonly rounds: number;
  /** In full, before the first round that reasons; and at the end. */
  readonly first?: Accuracy;
  readonly final?: Accuracy;
  /** Why it ended before its last round, if it did. */
  readonly stopped?: "time" | "converged";
}

/** Runs what is left of a run. Rejects with the signal's reason when aborted; finished rounds are kept. */
export async function evolve(o: EvolveOptions): Promise<Evolved> {
  const recipe = recipeSchema.parse(o.ledger.head.recipe);
  const seed = o.ledger.head.seed;
  const family = await instantiate(o.find, "family", recipe.family);
  const models = await makeModels(recipe, family, { seed, threads: o.threads, device: o.device });
  const run: Run = {
    ledger: o.ledger,
    find: o.find,
    recipe,
    family,
    models,
    seed,
    signal: o.signal ?? new AbortController().signal,
    emit: o.emit ?? (() => {}),
  };
  run.emit({
    event: "start",
    recipe: recipe.id,
    family: recipe.family.id,
    seed,
    device: o.device ?? "cpu",
    parameters: [...models.named.values()].reduce((sum, model) => sum + parameters(model.config), 0),
    phases: recipe.phases.map(({ name, rounds }) => ({ name, rounds })),
  });
  try {
    return await phases(run, o.seconds);
  } finally {
    await models.close();
  }
}

async function phases(run: Run, seconds = Infinity): Promise<Evolved> {
  const { ledger, recipe, models } = run;
  const resumed = ledger.lastRound();
  if (resumed?.checkpoint) await models.load(ledger.checkpoint(resumed.checkpoint));
  let stopped: Evolved["stopped"];
  for (const [index, phase] of recipe.phases.entries()) {
    const finished = ledger.rounds().filter((round) => round.phase === index);
    stopped = finished.at(-1)?.metrics["stop"] === true ? "converged" : undefined;
    if (stopped) continue;
    const buffers = new Buffers(phase);
    for (const { round } of finished) buffers.add([...ledger.rows("data", { phase: index, round })]);
    for (let round = finished.length + 1; round <= phase.rounds; round++) {
      run.signal.throwIfAborted();
      if (outOfTime(ledger.rounds(), index, seconds)) {
        stopped = "time";
        break;
      }
      const record = await oneRound(run, { phase: index, round }, buffers);
      ledger.commitRound(record);
      failpoint("round-committed");
      run.emit({
        event: "round",
        phase: phase.name,
        round,
        of: phase.rounds,
        elapsed: elapsedOf(ledger.rounds()),
        metrics: record.metrics,
        seconds: record.elapsed,
      });
      if (record.metrics?.["stop"] === true) {
        stopped = "converged";
        break;
      }
    }
    if (stopped === "time") break;
  }
  ledger.finish();
  const rounds = ledger.rounds();
  const first = rounds.map((round) => accuracyOf(round.metrics, "before")).find((accuracy) => accuracy !== undefined);
  const last = accuracyOf(rounds.at(-1)?.metrics ?? {}, "accuracy");
  // A run that ended before its last round has not measured it in full.
  const final = last?.samples === undefined && rounds.length > 0 ? await measure(run, true) : last;
  return { seconds: elapsedOf(rounds), rounds: rounds.length, first, final, stopped };
}

/** Seconds that rounds took. */
export function elapsedOf(rounds: readonly RoundSummary[]): number {
  return rounds.reduce((sum, { elapsed }) => sum + (elapsed["total"] ?? 0), 0);
}

function outOfTime(rounds: readonly RoundSummary[], phase: number, seconds: number): boolean {
  const recent = rounds.filter((round) => round.phase === phase).slice(-3);
  const expected = recent.length === 0 ? 0 : elapsedOf(recent) / recent.length;
  return elapsedOf(rounds) + expected > seconds;
}

const parameters = (config: DecoderConfig): number =>
  Object.values(parameterShapes(config)).reduce((sum, shape) => sum + shape.reduce((size, n) => size * n, 1), 0);
