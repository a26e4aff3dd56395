/** Runs what is left of an opened run, with a view of it and a report at its end. */
import type { Json } from "../core/json.ts";
import type { Device } from "../engine/embedded/thread.ts";
import { evolve, elapsedOf, type Evolved } from "../evolution/evolve.ts";
import type { Recipe } from "../evolution/recipe.ts";
import { findMethod } from "../registry.ts";
import { diskError } from "../store/database.ts";
import type { Ledger } from "../store/ledger.ts";
import { Interrupted, json, type Io } from "./io.ts";
import { drawCurve, measures, report } from "./report.ts";
import { JsonView, LiveView, PlainView, type View } from "./view.ts";

export interface Driving {
  readonly minutes?: number;
  readonly threads?: number;
  readonly device?: Device;
  readonly json?: boolean;
}

/** Takes the ledger over and closes it. Throws Interrupted, with the way to go on, when the user stops it. */
export async function drive(io: Io, ledger: Ledger, recipe: Recipe, o: Driving): Promise<Evolved> {
  const seconds = o.minutes === undefined ? undefined : o.minutes * 60;
  const view = o.json === true ? new JsonView(io) : io.tty ? new LiveView(io, seconds) : new PlainView(io);
  try {
    const evolved = await watched(io, ledger, recipe, view, { ...o, seconds });
    drawCurve(ledger, recipe, evolved.final);
    if (o.json !== true) await report(io, ledger, recipe, evolved);
    else
      json(io, {
        event: "done",
        run: ledger.dir,
        seconds: evolved.seconds,
        first: measures(evolved.first),
        final: measures(evolved.final),
      });
    return evolved;
  } catch (error) {
    if (io.signal.aborted) throw new Interrupted(`resume with: autodidact evolve --resume ${ledger.dir}`);
    throw diskError(error, "writing the run", ledger.dir);
  } finally {
    ledger.close();
  }
}

async function watched(
  io: Io,
  ledger: Ledger,
  recipe: Recipe,
  view: View,
  o: Driving & { seconds?: number },
): Promise<Evolved> {
  try {
    return await evolve({
      ledger,
      find: findMethod,
      seconds: o.seconds,
      threads: o.threads,
      device: o.device,
      signal: io.signal,
      emit: (event) => {
        if (event.event !== "start") return view.on(event);
        view.on({ ...event, run: ledger.dir });
        for (const past of history(ledger, recipe)) view.on({ event: "round", ...past });
      },
    });
  } finally {
    view.close();
  }
}

/** The rounds that a run has when it is opened, as the events they were. */
function history(ledger: Ledger, recipe: Recipe): Record<string, Json>[] {
  const rounds = ledger.rounds();
  return rounds.map(({ phase, round, metrics, elapsed }, i) => ({
    phase: recipe.phases[phase].name,
    round,
    of: recipe.phases[phase].rounds,
    elapsed: elapsedOf(rounds.slice(0, i + 1)),
    metrics,
    seconds: elapsed,
    past: true,
  }));
}
