import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { accuracyOf } from "../evolution/evaluate.ts";
import { ledgerFile } from "../store/database.ts";
import { listRuns, summarise, type RunSummary } from "../store/runs.ts";
import { json, line, paint, percent, table, type Io } from "./io.ts";
import { runsFolder } from "./places.ts";

/** Lists the runs of a folder. */
export function runsCommand(io: Io, folder: string, o: { json?: boolean }): RunSummary[] {
  const runs = existsSync(join(folder, ledgerFile)) ? [summarise(folder)] : listRuns(folder);
  if (o.json === true) json(io, runs);
  else if (runs.length === 0) line(io, `No runs in ${folder}/. Begin one with: autodidact evolve expert-iter`);
  else show(io, runs);
  return runs;
}

function show(io: Io, runs: readonly RunSummary[]): void {
  const rows = runs.map((run) => [
    run.dir,
    run.state + (run.pid === undefined ? "" : ` (${run.pid})`),
    run.problem ?? run.recipeId ?? "",
    run.seed ?? "",
    run.rounds === undefined ? "" : String(run.rounds),
    percent(accuracyOf(run.last ?? {}, "accuracy")?.greedy),
    `${(run.bytes / 2 ** 20).toFixed(0)} MB`,
    run.updated === undefined ? "" : new Date(run.updated).toISOString().slice(0, 16).replace("T", " "),
  ]);
  const colours = { running: "cyan", finished: "green", interrupted: "yellow", damaged: "red" } as const;
  line(
    io,
    table([["run", "state", "recipe", "seed", "rounds", "greedy", "size", "last round (UTC)"], ...rows], {
      right: [4, 5, 6],
      styled: (cell, row, column) =>
        row === 0 ? paint(io, "dim", cell) : column === 1 ? paint(io, colours[runs[row - 1].state], cell) : cell,
    }),
  );
}

export function addRuns(program: Command, io: Io): void {
  program
    .command("runs")
    .summary("list runs")
    .description("Lists the runs in a folder: their state, recipe, rounds and last greedy accuracy.")
    .argument("[dir]", "folder of runs, or one run", runsFolder)
    .option("--json", "a JSON list")
    .addHelpText("after", "\nExample\n  autodidact runs")
    .action((folder: string, o: { json?: boolean }) => void runsCommand(io, folder, o));
}
