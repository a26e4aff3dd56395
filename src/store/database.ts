import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from "node:sqlite";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { messageOf, UserError } from "../core/errors.ts";

/** The file that makes a directory a run. */
export const ledgerFile = "ledger.sqlite";

/** SQLite's primary result codes that come from the environment (sqlite.org/rescode.html). */
const sqlite = {
  error: 1,
  busy: 5,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const;

/** The primary SQLite result code of an error, or undefined if it is none of SQLite's. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return undefined;
  return error.errcode & 0xff;
}

function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** What reading a file that is no whole ledger gives, besides SQLite's own word for it. */
export const isMalformed = (error: unknown): boolean =>
  error instanceof TypeError || error instanceof SyntaxError || sqliteCode(error) === sqlite.error;

export const isBusy = (error: unknown): boolean => sqliteCode(error) === sqlite.busy;

/**
 * Runs a piece of work on a run directory and turns errors of the environment (disk full, no permission, damaged file)
 * into UserErrors that say what was being done and how to go on. Other errors pass as they are.
 */
export function onDisk<T>(doing: string, dir: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw diskError(error, doing, dir);
  }
}

/** What `onDisk` throws for an error. */
export function diskError(error: unknown, doing: string, dir: string): unknown {
  const code = sqliteCode(error);
  const system = systemCode(error);
  const run = [dir, dirname(dir)].find((at) => existsSync(join(at, ledgerFile)));
  const safe = run === undefined ? "" : "; the finished rounds are safe";
  const again = run === undefined ? "try again" : `go on with: autodidact evolve --resume ${run}`;
  if (code === sqlite.full || system === "ENOSPC" || system === "EDQUOT") {
    return new UserError(
      `no space left on device while ${doing} in ${dir}${safe}`,
      `free some space and ${again}`,
      error,
    );
  }
  if (code === sqlite.readOnly || system === "EACCES" || system === "EPERM" || system === "EROFS") {
    return new UserError(`no permission to write while ${doing} in ${dir}`, "make the directory writable", error);
  }
  if (code === sqlite.corrupt || code === sqlite.notADatabase) {
    return new UserError(
      `the ledger in ${dir} is damaged (${messageOf(error)})`,
      "restore the directory from a copy, or start the run again with another --out",
      error,
    );
  }
  if (code === sqlite.busy) {
    return new UserError(`the ledger in ${dir} is locked by another program`, "close it and try again", error);
  }
  if (code === sqlite.io || code === sqlite.cannotOpen) {
    return new UserError(
      `the disk failed while ${doing} in ${dir} (${messageOf(error)})${safe}`,
      `check the disk and its free space, and ${again}`,
      error,
    );
  }
  return error;
}

/** A SQLite file with its prepared statements. */
export class Database {
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string, o: { readOnly?: boolean; timeout?: number } = {}) {
    this.#path = path;
    this.#db = new DatabaseSync(path, { readOnly: o.readOnly ?? false, timeout: o.timeout ?? 5000 });
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** Rows one by one. Not from a shared statement, so that several readings may be under way. */
  *rows(sql: string, values: readonly SQLInputValue[] = []): Generator<Record<string, SQLOutputValue>> {
    try {
      yield* this.#db.prepare(sql).iterate(...values);
    } catch (error) {
      throw diskError(error, "reading the ledger", dirname(this.#path));
    }
  }

  /** The first column of the first row of a query. */
  value(sql: string): SQLOutputValue | undefined {
    const row = this.#db.prepare(sql).get();
    return row === undefined ? undefined : Object.values(row)[0];
  }

  /** All of the work is written, or, if anything fails or the process dies, none. */
  transaction<T>(work: () => T): T {
    this.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.exec("COMMIT");
      return result;
    } catch (error) {
      // SQLite has already rolled back by itself after some errors, a full disk among them.
      if (this.#db.isTransaction) this.exec("ROLLBACK");
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }
}

const wrong = (want: string): TypeError => new TypeError(`a column of the ledger holds no ${want}`);

/** A column as text, number or bytes. Throw TypeError if it holds something else. */
export function asText(value: SQLOutputValue | undefined): string {
  if (typeof value !== "string") throw wrong("text");
  return value;
}
export function asNumber(value: SQLOutputValue | undefined): number {
  if (typeof value !== "number") throw wrong("number");
  return value;
}
export function asBytes(value: SQLOutputValue | undefined): Uint8Array {
  if (!(value instanceof Uint8Array)) throw wrong("bytes");
  return value;
}
/** The same for a column that may be empty. */
export function orNull<T>(as: (value: SQLOutputValue) => T, value: SQLOutputValue): T | null {
  return value === null ? null : as(value);
}
