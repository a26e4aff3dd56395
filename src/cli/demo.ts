import type { Command } from "commander";
import { recipeOf, startRun } from "../evolution/start.ts";
import { findMethod } from "../registry.ts";
import { drive } from "./drive.ts";
import { drivingOptions, type EvolveArgs } from "./evolve.ts";
import { line, paint, wrap, type Io } from "./io.ts";
import { freshDir } from "./places.ts";

const minutes = 8;

const story = [
  "A transformer of under a million parameters, with random weights, first reads random arithmetic: valid sums that lead nowhere in particular. It then knows the rules of countdown (make a target from given numbers) but hardly ever hits one.",
  "From there it learns by itself: each round it gets fresh tasks, tries each several times, keeps what a checker of the rules accepts, and trains on that. No worked solution is ever shown to it.",
  "Watch `greedy`: the share of 200 tasks, held out and never trained on, that its first reply solves. At most ten minutes on two cores; Ctrl-C stops it and loses nothing.",
];

/** The countdown demonstration: a new run every time. */
export async function demoCommand(io: Io, o: EvolveArgs): Promise<void> {
  const recipe = await recipeOf(findMethod, "expert-iter", o.set ?? {});
  const ledger = startRun(o.out ?? freshDir("demo"), recipe, o.seed ?? "1");
  if (o.json !== true) {
    line(io, paint(io, "bold", "autodidact: a model teaches itself countdown"));
    for (const paragraph of story) line(io, `\n${wrap(paragraph, Math.min(96, io.columns))}`);
    line(io);
  }
  await drive(io, ledger, recipe, { minutes, ...o });
  if (o.json === true) return;
  line(io, `ask it    npx autodidact solve --checkpoint ${ledger.dir} "3 5 7 > 22"`);
  line(io, `go on     npx autodidact evolve --resume ${ledger.dir}`);
}

export function addDemo(program: Command, io: Io): void {
  const command = program
    .command("demo")
    .description("Shows a model teach itself countdown, within ten minutes on two cores.")
    .option("--seed <seed>", "everything random follows from it (default: 1)")
    .option("--out <dir>", "directory of the run (default: runs/demo-N)")
    .addHelpText("after", "\nExample\n  autodidact demo --seed 2");
  drivingOptions(command).action((o: EvolveArgs) => demoCommand(io, o));
}
