import { existsSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { ledgerFile, onDisk } from "./database.ts";
import { linkTree, temporaryFor } from "./files.ts";
import { Ledger, requireFree, type RoundSummary } from "./ledger.ts";
import { allTables, comparePositions, type Position } from "./tables.ts";

/**
 * A new run, opened for writing, that has everything of another up to a round, checkpoints included, and nothing after
 * it. It keeps the seed, so that both share their random numbers from there on. The directory appears whole. Throws
 * UserError if there is no such round, its checkpoint is gone, or the directory is taken.
 */
export function forkInto(source: Ledger, dir: string, round: number | Position, recipe: Json): Ledger {
  requireFree(dir);
  const at = findRound(source, round);
  const kept = source.rounds().filter((summary) => comparePositions(summary, at) <= 0);
  const { recipeId, seed, id: run } = source.head;
  const temporary = temporaryFor(dir);
  onDisk(`forking ${source.dir}`, dir, () => {
    try {
      const parent = { run, phase: at.phase, round: at.round };
      const fork = Ledger.create(temporary, { recipe, recipeId, seed, parent });
      try {
        copyRows(source, fork, at);
        copyCheckpoints(source, fork, kept);
      } finally {
        fork.close();
      }
      renameSync(temporary, dir);
    } catch (error) {
      rmSync(temporary, { recursive: true, force: true });
      throw error;
    }
  });
  return Ledger.open(dir, { write: true });
}

/** The finished round of a number, where phases count on, or of a phase and a number. Throws UserError if there is none. */
export function findRound(ledger: Ledger, round: number | Position): RoundSummary {
  const rounds = ledger.rounds();
  const found = rounds.filter((summary) =>
    typeof round === "number" ? summary.round === round : comparePositions(summary, round) === 0,
  );
  if (found.length === 1) return found[0];
  const wanted = typeof round === "number" ? String(round) : `${round.phase}.${round.round}`;
  const known = rounds.map((summary) =>
    typeof round === "number" ? summary.round : `${summary.phase}.${summary.round}`,
  );
  const choose =
    known.length === 0 ? "it has no finished round yet" : `choose one of ${known[0]} … ${known[known.length - 1]}`;
  throw found.length === 0
    ? new UserError(`run ${basename(ledger.dir)} has no finished round ${wanted}`, choose)
    : new UserError(
        `run ${basename(ledger.dir)} has ${found.length} rounds ${wanted}`,
        "name the phase too: PHASE.ROUND",
      );
}

function copyRows(source: Ledger, fork: Ledger, at: Position): void {
  const { database } = fork;
  source.flush();
  database.statement("ATTACH DATABASE ? AS source").run(join(source.dir, ledgerFile));
  database.transaction(() => {
    for (const { name } of allTables) {
      if (name === "run") continue;
      const sql = `INSERT INTO main.${name} SELECT * FROM source.${name} WHERE (phase, round) <= (?, ?)`;
      database.statement(sql).run(at.phase, at.round);
    }
  });
  database.exec("DETACH DATABASE source");
}

function copyCheckpoints(source: Ledger, fork: Ledger, rounds: readonly RoundSummary[]): void {
  const last = rounds.findLast(({ checkpoint }) => checkpoint !== null);
  for (const { checkpoint, name } of rounds) {
    if (checkpoint === null) continue;
    const from = source.checkpoint(checkpoint);
    // Older checkpoints may have been thinned out; the one to go on from may not.
    if (existsSync(from)) linkTree(from, fork.checkpoint(checkpoint));
    else if (checkpoint === last?.checkpoint) {
      throw new UserError(
        `the checkpoint ${from} of round ${name} is gone`,
        "fork at a round whose checkpoint is there",
      );
    }
  }
}
