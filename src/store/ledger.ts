import { accessSync, constants, existsSync, mkdirSync, readdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Call, CallId } from "../core/call.ts";
import type { Datum } from "../core/datum.ts";
import { UserError } from "../core/errors.ts";
import { failpoint } from "../core/failpoint.ts";
import { canonical, hash, type Json } from "../core/json.ts";
import { CallTable } from "./calls.ts";
import { pack, unpack } from "./codec.ts";
import { asNumber, asText, Database, isMalformed, ledgerFile, onDisk, orNull } from "./database.ts";
import { digestOf, type DigestOptions } from "./digest.ts";
import { isTemporary, removeTemporaries, temporaryFor, writeFileAtomically } from "./files.ts";
import { lockFile, RunLock } from "./lock.ts";
import {
  applicationId,
  comparePositions,
  type Position,
  roundTables,
  type Rows,
  schema,
  schemaVersion,
} from "./tables.ts";

export const recipeFile = "recipe.json";
export const checkpointsFolder = "checkpoints";

/** What a run is. Its id is the content address of the rest. */
export interface RunHead {
  readonly id: string;
  readonly recipe: Json;
  /** The recipe's name. */
  readonly recipeId: string;
  readonly seed: string;
  /** The run and the round that this one was forked from. */
  readonly parent?: Position & { readonly run: string };
}

/** Everything of a round but its calls. A missing list is empty. */
export interface RoundRecord
  extends Position, Partial<{ readonly [K in Exclude<keyof Rows, "metrics">]: readonly Rows[K][] }> {
  readonly name: string;
  /** Name of a directory in `checkpoints/` that is complete by now, or null if the round saved none. */
  readonly checkpoint: string | null;
  readonly metrics?: Readonly<Record<string, Json>>;
  /** Seconds that parts of the round took: the only thing in a record that may differ between equal runs. */
  readonly elapsed?: Readonly<Record<string, number>>;
}

export interface RoundSummary extends Position {
  readonly name: string;
  readonly checkpoint: string | null;
  readonly metrics: Readonly<Record<string, Json>>;
  readonly elapsed: Readonly<Record<string, number>>;
  /** Milliseconds since 1970. */
  readonly committedTime: number;
}

/**
 * The record of a run: a SQLite file in write-ahead mode. Calls are written in batches as they come; the rest of a
 * round in one transaction at its end. So SIGKILL at any moment leaves the finished rounds and most calls of the
 * unfinished one, which is then done again, with its calls replayed. Errors of the disk are UserErrors.
 */
export class Ledger {
  readonly dir: string;
  readonly head: RunHead;
  readonly #db: Database;
  readonly #lock: RunLock | undefined;
  readonly #calls: CallTable;

  private constructor(dir: string, db: Database, lock: RunLock | undefined) {
    this.dir = dir;
    this.#db = db;
    this.#lock = lock;
    this.head = readHead(db);
    this.#calls = new CallTable(db, dir);
    if (lock !== undefined) this.#calls.adopt(this.lastRound());
  }

  /**
   * Makes the directory of a new run and opens it for writing. Throws UserError if it holds a run or anything else, or
   * cannot be written.
   */
  static create(dir: string, head: Omit<RunHead, "id">): Ledger {
    onDisk("creating a run", dir, () => {
      requireFree(dir);
      mkdirSync(dir, { recursive: true });
      accessSync(dir, constants.W_OK);
      const lock = new RunLock(dir);
      try {
        removeTemporaries(dir);
        mkdirSync(join(dir, checkpointsFolder), { recursive: true });
        writeFileAtomically(join(dir, recipeFile), `${JSON.stringify(head.recipe, null, 2)}\n`);
        writeEmpty(join(dir, ledgerFile), { id: hash(headJson(head)), ...head });
      } finally {
        lock.release();
      }
    });
    return Ledger.open(dir, { write: true });
  }

  /**
   * Opens the run in a directory. With `write` it takes the run's lock. Throws UserError if there is no run, another
   * process writes to it, or the file is foreign, damaged or of a newer version.
   */
  static open(dir: string, o: { write: boolean }): Ledger {
    const path = join(dir, ledgerFile);
    if (!existsSync(path)) {
      throw new UserError(`${dir} is not a run directory: it has no ${ledgerFile}`, "see `autodidact runs` for runs");
    }
    return onDisk("opening the ledger", dir, () => {
      if (o.write) accessSync(dir, constants.W_OK);
      const lock = o.write ? new RunLock(dir) : undefined;
      let db: Database | undefined;
      try {
        db = new Database(path, { readOnly: !o.write });
        checkSchema(db, dir);
        if (o.write) {
          removeTemporaries(dir);
          removeTemporaries(join(dir, checkpointsFolder));
          db.exec("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 8192");
        }
        db.exec("PRAGMA cache_size = -65536");
        return new Ledger(dir, db, lock);
      } catch (error) {
        db?.close();
        lock?.release();
        if (isMalformed(error)) {
          throw new UserError(`the ledger in ${dir} is damaged`, "restore the directory from a copy", error);
        }
        throw error;
      }
    });
  }

  /** Records a call as part of a round. A call that is recorded already stays as it is. */
  putCall(at: Position, call: Call): void {
    this.#writable();
    this.#calls.put(at, call);
  }

  getCall(id: CallId): Call | undefined {
    return this.#calls.get(id);
  }

  /** Writes the calls that wait to be written. */
  flush(): void {
    this.#calls.flush();
  }

  /** Writes a finished round, whole or not at all. Throws RangeError if it is not after the last one. */
  commitRound(record: RoundRecord): void {
    this.#writable();
    const last = this.lastRound();
    if (last !== undefined && comparePositions(record, last) <= 0) {
      throw new RangeError(`round ${record.phase}.${record.round} is not after ${last.phase}.${last.round}`);
    }
    this.flush();
    onDisk(`recording round ${record.phase}.${record.round}`, this.dir, () =>
      this.#db.transaction(() => {
        this.#calls.removeOrphans();
        this.#writeRows(record);
        const elapsed = record.elapsed === undefined ? null : pack(record.elapsed).body;
        this.#db
          .statement("INSERT INTO rounds VALUES (?, ?, ?, ?, ?, ?)")
          .run(record.phase, record.round, record.name, record.checkpoint, elapsed, Date.now());
        this.#db.exec("UPDATE run SET finished_time = NULL WHERE finished_time IS NOT NULL");
        failpoint("ledger-commit-before");
      }),
    );
    this.#calls.forgetOrphans();
    failpoint("ledger-commit-after");
  }

  #writeRows(record: RoundRecord): void {
    const db = this.#db;
    const metrics = Object.entries(record.metrics ?? {}).map(([name, value]) => ({ name, value }));
    roundTables.tasks.insert(db, record, record.tasks ?? []);
    roundTables.solutions.insert(db, record, record.solutions ?? []);
    roundTables.groups.insert(db, record, record.groups ?? []);
    roundTables.judgements.insert(db, record, record.judgements ?? []);
    roundTables.drops.insert(db, record, record.drops ?? []);
    roundTables.memory.insert(db, record, record.memory ?? []);
    roundTables.data.insert(db, record, record.data ?? []);
    roundTables.updates.insert(db, record, record.updates ?? []);
    roundTables.metrics.insert(
      db,
      record,
      metrics.sort((a, b) => (a.name < b.name ? -1 : 1)),
    );
    roundTables.trees.insert(db, record, record.trees ?? []);
    roundTables.episodes.insert(db, record, record.episodes ?? []);
    roundTables.events.insert(db, record, record.events ?? []);
  }

  /** Marks the run as finished; another round unmarks it. */
  finish(): void {
    this.#writable();
    this.flush();
    onDisk("finishing the run", this.dir, () => {
      this.#db.statement("UPDATE run SET finished_time = ?").run(Date.now());
    });
  }

  /** When the run was marked as finished, in milliseconds since 1970. */
  get finishedTime(): number | null {
    return orNull(asNumber, this.#db.value("SELECT finished_time FROM run") ?? null);
  }

  get createdTime(): number {
    return asNumber(this.#db.value("SELECT created_time FROM run"));
  }

  /** The finished rounds in order. */
  rounds(): RoundSummary[] {
    return [...this.#rounds("ORDER BY phase, round")];
  }

  lastRound(): RoundSummary | undefined {
    return [...this.#rounds("ORDER BY phase DESC, round DESC LIMIT 1")][0];
  }

  *#rounds(clause: string): Generator<RoundSummary> {
    for (const row of this.#db.rows(`SELECT * FROM rounds ${clause}`)) {
      const at = { phase: asNumber(row.phase), round: asNumber(row.round) };
      const elapsed = orNull(asText, row.elapsed_time);
      yield {
        ...at,
        name: asText(row.name),
        checkpoint: orNull(asText, row.checkpoint),
        metrics: Object.fromEntries(Array.from(this.rows("metrics", at), ({ name, value }) => [name, value])),
        elapsed: elapsed === null ? {} : unpack({ body: elapsed, numbers: null }),
        committedTime: asNumber(row.committed_time),
      };
    }
  }

  /** Rows of a table in order, of all rounds or of one. */
  rows<K extends keyof Rows>(table: K, at?: Position): Iterable<Rows[K]> {
    if (at === undefined) return roundTables[table].read(this.#db);
    return roundTables[table].read(this.#db, "WHERE phase = ? AND round = ? ORDER BY position", [at.phase, at.round]);
  }

  /** Training data, newest first: of these sources (default all), from a round on, at most `limit`. */
  data(o: { sources?: readonly string[]; from?: Position; limit?: number } = {}): Datum[] {
    const { sources, from = { phase: 0, round: 0 }, limit = -1 } = o;
    const places = sources === undefined ? "" : `AND source IN (${sources.map(() => "?").join()})`;
    const clause = `WHERE (phase, round) >= (?, ?) ${places} ORDER BY phase DESC, round DESC, position DESC LIMIT ?`;
    return [...roundTables.data.read(this.#db, clause, [from.phase, from.round, ...(sources ?? []), limit])];
  }

  /** The directory of a checkpoint that a round names. */
  checkpoint(name: string): string {
    return join(this.dir, checkpointsFolder, name);
  }

  /**
   * SHA-256 over every row of the finished rounds and their calls, times left out: equal for two runs that did the same,
   * whatever the order in which calls were written and however often a run was killed and resumed.
   */
  digest(o: DigestOptions = {}): string {
    this.flush();
    return digestOf(this.#db, o);
  }

  /** The database, for comparisons, forks and exports inside the store. */
  get database(): Database {
    this.flush();
    return this.#db;
  }

  /** Writes what waits and gives the lock back. */
  close(): void {
    try {
      this.flush();
    } finally {
      this.#db.close();
      this.#lock?.release();
    }
  }

  #writable(): void {
    if (this.#lock === undefined) throw new Error(`the ledger in ${this.dir} was opened for reading`);
  }
}

/** Throws UserError if a directory exists and holds anything but what a process killed while creating a run left. */
export function requireFree(dir: string): void {
  if (!existsSync(dir)) return;
  if (!statSync(dir).isDirectory()) throw new UserError(`${dir} is a file`, "choose a new directory with --out");
  const names = readdirSync(dir);
  if (names.includes(ledgerFile)) {
    throw new UserError(`${dir} holds a run already`, `continue it with --resume ${dir}, or choose another --out`);
  }
  const own = [lockFile, recipeFile, checkpointsFolder];
  const foreign = names.find((name) => !own.some((prefix) => name.startsWith(prefix)) && !isTemporary(name));
  if (foreign === undefined) return;
  throw new UserError(`${dir} is not empty: it holds ${foreign}`, "choose a new directory with --out");
}

const headJson = ({ recipe, recipeId, seed, parent }: Omit<RunHead, "id">): Json => ({
  recipe,
  recipeId,
  seed,
  parent: parent === undefined ? undefined : { run: parent.run, phase: parent.phase, round: parent.round },
});

/** Writes a ledger that has only a head; the file appears whole. */
function writeEmpty(path: string, head: RunHead): void {
  const temporary = temporaryFor(path);
  const db = new Database(temporary);
  try {
    db.exec("PRAGMA journal_mode = WAL");
    db.transaction(() => {
      db.exec(schema);
      const parent = head.parent === undefined ? null : pack(head.parent).body;
      db.statement("INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, NULL)").run(
        head.id,
        canonical(head.recipe),
        head.recipeId,
        head.seed,
        parent,
        Date.now(),
      );
    });
  } finally {
    db.close();
  }
  renameSync(temporary, path);
}

function readHead(db: Database): RunHead {
  const row = db.statement("SELECT * FROM run").get();
  const parent = orNull(asText, row?.parent ?? null);
  return {
    id: asText(row?.id),
    recipe: unpack({ body: asText(row?.recipe), numbers: null }),
    recipeId: asText(row?.recipe_id),
    seed: asText(row?.seed),
    ...(parent === null ? {} : { parent: unpack({ body: parent, numbers: null }) }),
  };
}

function checkSchema(db: Database, dir: string): void {
  if (db.value("PRAGMA application_id") !== applicationId) {
    throw new UserError(`${join(dir, ledgerFile)} is a database of another program`, "name a run directory");
  }
  const version = asNumber(db.value("PRAGMA user_version"));
  if (version > schemaVersion) {
    throw new UserError(`the run in ${dir} was written by a newer autodidact`, "update: npm install autodidact@latest");
  }
}
