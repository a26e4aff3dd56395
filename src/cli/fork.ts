import type { Command } from "commander";
import { UserError } from "../core/errors.ts";
import type { Evolved } from "../evolution/evolve.ts";
import { changeRecipe, forkRun, parseRecipe, roundAt, type Settings } from "../evolution/start.ts";
import { findMethod } from "../registry.ts";
import { Ledger } from "../store/ledger.ts";
import { setting } from "./args.ts";
import { drive, type Driving } from "./drive.ts";
import { drivingOptions } from "./evolve.ts";
import type { Io } from "./io.ts";
import { freshDir, runDir, splitRound } from "./places.ts";

export interface ForkArgs extends Driving {
  readonly out?: string;
  readonly set?: Settings;
}

/** A new run that shares the rounds of another up to one and goes on from there by a changed recipe. */
export async function forkCommand(io: Io, from: string, o: ForkArgs): Promise<Evolved> {
  const { run, round } = splitRound(from);
  if (round === undefined) throw new UserError(`fork ${from} at which round?`, `write RUN@ROUND, such as ${from}@2`);
  const dir = runDir(run);
  const source = Ledger.open(dir, { write: false });
  const { fork, recipe } = await forked(source, dir, round, o).finally(() => source.close());
  return drive(io, fork, recipe, o);
}

async function forked(source: Ledger, dir: string, round: number, o: ForkArgs) {
  const old = parseRecipe(source.head.recipe, dir);
  const at = roundAt(old, source.rounds(), round);
  const recipe = await changeRecipe(findMethod, old, o.set ?? {});
  return { recipe, fork: forkRun(source, at, o.out ?? freshDir(`${old.id}-fork`), recipe) };
}

export function addFork(program: Command, io: Io): void {
  const command = program
    .command("fork")
    .summary("go on from a round of a run in another way")
    .description(
      "Makes a new run that shares another's rounds up to ROUND, and goes on from there by a changed recipe.",
    )
    .argument(
      "<run@round>",
      "a run (directory, or name in runs/) and the last round to keep; 0 keeps what is before the first",
    )
    .option("--set <key=value>", "an option of the recipe, or a dotted path into it; may be repeated", setting)
    .option("--out <dir>", "directory of the new run (default: runs/RECIPE-fork-N)")
    .addHelpText(
      "after",
      `
Rounds are those of the phases that reason (in a run without any, of its last phase). Only what comes after changes:
a setting of a phase that is over has no effect.

Examples
  autodidact fork runs/expert-iter-1@2 --set samples=16
  autodidact fork runs/expert-iter-1@0 --set arm=hindsight --out runs/control`,
    );
  drivingOptions(command).action(async (from: string, o: ForkArgs) => void (await forkCommand(io, from, o)));
}
