import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "../core/errors.ts";
import { asNumber, Database, isBusy } from "./database.ts";

export const lockFile = "lock.sqlite";

/** How long to wait for a process that only asks who holds the lock, in milliseconds. */
const patience = 500;

/**
 * The right to write to a run, held by one process. It is a write lock of the operating system on a small SQLite file,
 * so it ends with its process, however that dies, and never goes stale. The file's user_version is the holder's pid,
 * which others can still read.
 */
export class RunLock {
  readonly #db: Database;

  /** Throws UserError, naming the holder, if another process (or this one) has it. */
  constructor(dir: string) {
    this.#db = new Database(join(dir, lockFile), { timeout: patience });
    try {
      this.#db.transaction(() => this.#db.exec(`PRAGMA user_version = ${process.pid}`));
      this.#db.exec("BEGIN IMMEDIATE");
    } catch (error) {
      const busy = isBusy(error);
      const holder = busy ? holderIn(this.#db) : 0;
      this.#db.close();
      if (!busy) throw error;
      throw new UserError(
        `run ${basename(dir)} is in use by process ${holder} (${dir})`,
        `wait for it or stop it (kill ${holder}), or start another run with another --out`,
        error,
      );
    }
  }

  release(): void {
    this.#db.close();
  }
}

const holderIn = (db: Database): number => asNumber(db.value("PRAGMA user_version"));

/** The process that is writing to a run, or undefined. */
export function lockHolder(dir: string): number | undefined {
  if (!existsSync(join(dir, lockFile))) return undefined;
  const db = new Database(join(dir, lockFile), { timeout: 0 });
  try {
    db.exec("BEGIN IMMEDIATE");
    return undefined;
  } catch (error) {
    // Where the file cannot be written, no process can hold it.
    return isBusy(error) ? holderIn(db) : undefined;
  } finally {
    db.close();
  }
}
