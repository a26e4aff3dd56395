import { existsSync } from "node:fs";
import { Option, type Command } from "commander";
import { UserError } from "../core/errors.ts";
import type { Evolved } from "../evolution/evolve.ts";
import { recipeFrom, recipeOf, resumeRun, startRun, type Settings } from "../evolution/start.ts";
import { findMethod } from "../registry.ts";
import { natural, positive, setting } from "./args.ts";
import { drive, type Driving } from "./drive.ts";
import type { Io } from "./io.ts";
import { freshDir, runDir } from "./places.ts";

export interface EvolveArgs extends Driving {
  readonly out?: string;
  readonly seed?: string;
  readonly set?: Settings;
  readonly resume?: string;
}

/** Starts a run of a recipe, by id or from a JSON file, or goes on with one. */
export async function evolveCommand(io: Io, name: string | undefined, o: EvolveArgs): Promise<Evolved> {
  if (o.resume !== undefined) return resume(io, name, o.resume, o);
  if (name === undefined)
    throw new UserError("evolve what?", "name a recipe (autodidact methods), a JSON file, or --resume DIR");
  const isFile = name.endsWith(".json") || existsSync(name);
  const recipe = isFile ? recipeFrom(name, o.set ?? {}) : await recipeOf(findMethod, name, o.set ?? {});
  const ledger = startRun(o.out ?? freshDir(recipe.id), recipe, o.seed ?? "1");
  return drive(io, ledger, recipe, o);
}

function resume(io: Io, name: string | undefined, run: string, o: EvolveArgs): Promise<Evolved> {
  const { ledger, recipe } = resumeRun(runDir(run));
  const given = [
    ["another recipe", name !== undefined && name !== recipe.id],
    ["--seed", o.seed !== undefined && o.seed !== ledger.head.seed],
    ["--set", o.set !== undefined],
    ["--out", o.out !== undefined],
  ].find(([, wrong]) => wrong);
  if (!given) return drive(io, ledger, recipe, o);
  ledger.close();
  throw new UserError(
    `--resume ${run} goes on with ${recipe.id}, seed ${ledger.head.seed}, as it is, and takes no ${given[0]}${name !== undefined && name !== recipe.id ? ` (${name})` : ""}`,
    `leave that out, or change a copy of the run: autodidact fork ${run}@ROUND --set key=value`,
  );
}

/** Options that every command has which runs the loop. */
export function drivingOptions(command: Command): Command {
  return command
    .option("--minutes <m>", "begin no round that would end after so many minutes of work in all", positive)
    .option("--threads <n>", "threads of the engine (default: the cores of the machine)", natural)
    .addOption(new Option("--device <device>", "what the engine runs on").choices(["cpu", "webgpu"]).default("cpu"))
    .option("--json", "one JSON event a line; the last is the result");
}

export function addEvolve(program: Command, io: Io): void {
  const command = program
    .command("evolve")
    .summary("run a recipe: tasks, reasoning, judgement, learning, again")
    .description("Runs a recipe: a model makes tasks, reasons, is judged, learns from that, and begins again.")
    .argument("[recipe]", "id of a recipe (see: autodidact methods), or a JSON file of a whole one")
    .option("--out <dir>", "directory of the run (default: runs/RECIPE-N)")
    .option("--seed <seed>", "everything random follows from it (default: 1)")
    .option("--set <key=value>", "an option of the recipe, or a dotted path into it; may be repeated", setting)
    .option("--resume <run>", "go on with a run that was interrupted or stopped by its time")
    .addHelpText(
      "after",
      `
Every finished round is safe: a run may be interrupted or killed at any moment and resumed to the same result.

Examples
  autodidact evolve expert-iter --minutes 8
  autodidact evolve expert-iter --set numbers=4 --set phases.1.train.0.batch=64 --seed 2
  autodidact evolve expert-iter --set rounds=0 --out runs/base      the base model alone; fork it with rounds=24
  autodidact evolve --resume runs/expert-iter-1`,
    );
  drivingOptions(command).action(
    async (name: string | undefined, o: EvolveArgs) => void (await evolveCommand(io, name, o)),
  );
}
