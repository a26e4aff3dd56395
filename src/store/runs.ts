import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { ledgerFile } from "./database.ts";
import { isTemporary } from "./files.ts";
import { Ledger } from "./ledger.ts";
import { lockHolder } from "./lock.ts";

export interface RunSummary {
  readonly dir: string;
  /** Bytes on disk; what forks share by hard links counts in each. */
  readonly bytes: number;
  /** Interrupted: neither marked as finished nor being written. */
  readonly state: "running" | "finished" | "interrupted" | "damaged";
  /** The process that writes to a running one. */
  readonly pid?: number;
  /** What is wrong with a damaged one, which has none of the rest. */
  readonly problem?: string;
  readonly id?: string;
  readonly recipeId?: string;
  readonly seed?: string;
  readonly parent?: string;
  readonly rounds?: number;
  readonly first?: Readonly<Record<string, Json>>;
  readonly last?: Readonly<Record<string, Json>>;
  /** Milliseconds since 1970. */
  readonly created?: number;
  readonly updated?: number;
}

/** The runs in a folder by name; a folder that does not exist has none. Damaged ones are listed as such. */
export function listRuns(folder: string): RunSummary[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => !isTemporary(name) && existsSync(join(folder, name, ledgerFile)));
  return names.sort().map((name) => summarise(join(folder, name)));
}

/** What a run directory holds. Does not throw on a damaged one. */
export function summarise(dir: string): RunSummary {
  const bytes = sizeOf(dir);
  try {
    const pid = lockHolder(dir);
    const ledger = Ledger.open(dir, { write: false });
    try {
      const { id, recipeId, seed, parent } = ledger.head;
      const rounds = ledger.rounds();
      const created = ledger.createdTime;
      return {
        dir,
        bytes,
        state: pid !== undefined ? "running" : ledger.finishedTime !== null ? "finished" : "interrupted",
        ...(pid === undefined ? {} : { pid }),
        id,
        recipeId,
        seed,
        ...(parent === undefined ? {} : { parent: `${parent.run}@${parent.phase}.${parent.round}` }),
        rounds: rounds.length,
        first: rounds[0]?.metrics ?? {},
        last: rounds.at(-1)?.metrics ?? {},
        created,
        updated: rounds.at(-1)?.committedTime ?? created,
      };
    } finally {
      ledger.close();
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { dir, bytes, state: "damaged", problem: error.message };
  }
}

function sizeOf(dir: string): number {
  let bytes = 0;
  for (const entry of readdirSync(dir, { withFileTypes: true, recursive: true })) {
    // A running process may remove a temporary between the listing and this.
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}
