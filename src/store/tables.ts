import type { SQLInputValue } from "node:sqlite";
import type { Role, Version } from "../core/call.ts";
import type { RunEvent } from "../core/context.ts";
import type { Datum } from "../core/datum.ts";
import type { Drop, Memory } from "../core/group.ts";
import type { Json } from "../core/json.ts";
import type { Judgement } from "../core/judgement.ts";
import type { Episode, Solution } from "../core/solution.ts";
import type { Task } from "../core/task.ts";
import type { Tree } from "../core/tree.ts";
import { pack, unpack } from "./codec.ts";
import { asBytes, asText, type Database, orNull } from "./database.ts";

/** A round of a run: its phase's index and its number. Rounds are committed in ascending order of (phase, round). */
export interface Position {
  readonly phase: number;
  readonly round: number;
}

/** Negative if a is before b, 0 if equal. */
export const comparePositions = (a: Position, b: Position): number => a.phase - b.phase || a.round - b.round;

/** Which solutions were judged together, and for which stream of training data. */
export interface GroupRecord {
  readonly taskId: string;
  readonly source?: string;
  readonly solutions: readonly string[];
}

/** One training of a module: what it started from, what came out, what it was trained on. */
export interface Update {
  readonly role: Role;
  readonly objective: string;
  readonly from: Version;
  readonly to: Version;
  readonly steps: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** Ids of data. */
  readonly data?: readonly string[];
}

export interface Metric {
  readonly name: string;
  readonly value: Json;
}

/** What the tables of a round hold; the order of rows within a round is part of the record. */
export interface Rows {
  tasks: Task;
  solutions: Solution;
  groups: GroupRecord;
  judgements: Judgement;
  drops: Drop;
  memory: Memory;
  data: Datum;
  updates: Update;
  metrics: Metric;
  trees: Tree;
  episodes: Episode;
  events: RunEvent;
}

/** Columns to query by, beside the whole row in `body` and `numbers`. */
interface Column<T> {
  readonly type: "TEXT" | "INTEGER" | "REAL";
  readonly of: (row: T) => SQLInputValue | undefined;
}
type Columns<T> = Readonly<Record<string, Column<T>>>;

const text = <T>(of: (row: T) => string | undefined): Column<T> => ({ type: "TEXT", of });
const real = <T>(of: (row: T) => number | null | undefined): Column<T> => ({ type: "REAL", of });
const flag = <T>(of: (row: T) => boolean): Column<T> => ({ type: "INTEGER", of: (row) => Number(of(row)) });

/** A table of a round's rows, keyed by (phase, round, position). */
export class RoundTable<T> {
  readonly name: string;
  readonly #columns: Columns<T>;
  readonly #insert: string;
  readonly ddl: string;

  /** `indexed` names a column that gets an index. */
  constructor(name: string, columns: Columns<T>, indexed?: string) {
    this.name = name;
    this.#columns = columns;
    const names = Object.keys(columns);
    this.#insert = `INSERT INTO ${name} VALUES (${Array.from({ length: names.length + 5 }, () => "?").join()})`;
    const declared = names.map((column) => `${column} ${columns[column].type},`).join(" ");
    this.ddl =
      `CREATE TABLE ${name} (phase INTEGER NOT NULL, round INTEGER NOT NULL, position INTEGER NOT NULL, ${declared} ` +
      `body TEXT NOT NULL, numbers BLOB, PRIMARY KEY (phase, round, position)) WITHOUT ROWID;` +
      (indexed === undefined ? "" : `CREATE INDEX ${name}_${indexed} ON ${name} (${indexed});`);
  }

  insert(db: Database, at: Position, rows: readonly T[]): void {
    const statement = db.statement(this.#insert);
    const columns = Object.values(this.#columns);
    for (let position = 0; position < rows.length; position++) {
      const row = rows[position];
      const { body, numbers } = pack(row);
      const queried = columns.map((column) => column.of(row) ?? null);
      statement.run(at.phase, at.round, position, ...queried, body, numbers);
    }
  }

  /** Rows in the order of commit, or as `clause` (SQL after FROM) says. */
  *read(db: Database, clause = "ORDER BY phase, round, position", values: readonly SQLInputValue[] = []): Generator<T> {
    for (const row of db.rows(`SELECT body, numbers FROM ${this.name} ${clause}`, values)) {
      yield unpack<T>({ body: asText(row.body), numbers: orNull(asBytes, row.numbers) });
    }
  }
}

/** The tables that a round writes. */
export const roundTables: { readonly [K in keyof Rows]: RoundTable<Rows[K]> } = {
  tasks: new RoundTable<Task>(
    "tasks",
    {
      id: text((t) => t.id),
      family: text((t) => t.family),
      difficulty: real((t) => t.difficulty),
      origin: text((t) => t.origin.by),
      split: text((t) => t.origin.split),
    },
    "id",
  ),
  solutions: new RoundTable<Solution>(
    "solutions",
    {
      id: text((s) => s.id),
      task_id: text((s) => s.taskId),
      answer: text((s) => s.answer),
      error: text((s) => s.error?.where),
    },
    "id",
  ),
  groups: new RoundTable<GroupRecord>("groups", { task_id: text((g) => g.taskId), source: text((g) => g.source) }),
  judgements: new RoundTable<Judgement>(
    "judgements",
    {
      of: text((j) => j.of),
      by: text((j) => j.by),
      level: text((j) => j.level),
      score: real((j) => j.score),
      label: text((j) => j.label),
    },
    "of",
  ),
  drops: new RoundTable<Drop>("drops", {
    id: text((d) => d.id),
    by: text((d) => d.by),
    reason: text((d) => d.reason),
  }),
  memory: new RoundTable<Memory>("memory", { family: text((m) => m.family) }),
  data: new RoundTable<Datum>(
    "data",
    { id: text((d) => d.id), kind: text((d) => d.kind), task_id: text((d) => d.taskId), source: text((d) => d.source) },
    "source",
  ),
  updates: new RoundTable<Update>("updates", {
    role: text((u) => u.role),
    objective: text((u) => u.objective),
    from_version: text((u) => u.from),
    to_version: text((u) => u.to),
  }),
  metrics: new RoundTable<Metric>("metrics", { name: text((m) => m.name) }),
  trees: new RoundTable<Tree>("trees", {
    id: text((t) => t.id),
    task_id: text((t) => t.taskId),
    by: text((t) => t.by),
    oracle: flag((t) => t.oracle),
  }),
  episodes: new RoundTable<Episode>("episodes", { id: text((e) => e.id), task_id: text((e) => e.taskId) }),
  events: new RoundTable<RunEvent>("events", { event: text((e) => e.event) }),
};

/** "ADID": marks a SQLite file as a ledger. */
export const applicationId = 0x41444944;
/** Raised with every change of the tables. */
export const schemaVersion = 1;

/**
 * The whole schema. Columns whose names end in `_time` are the only ones that may differ between two runs of the same
 * recipe and seed; they are milliseconds since 1970, or, in elapsed_time, seconds by name.
 */
export const schema = [
  `PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion};`,
  `CREATE TABLE run (id TEXT PRIMARY KEY, recipe TEXT NOT NULL, recipe_id TEXT NOT NULL, seed TEXT NOT NULL, parent TEXT,
     created_time INTEGER NOT NULL, finished_time INTEGER) WITHOUT ROWID;`,
  `CREATE TABLE rounds (phase INTEGER NOT NULL, round INTEGER NOT NULL, name TEXT NOT NULL, checkpoint TEXT,
     elapsed_time TEXT, committed_time INTEGER NOT NULL, PRIMARY KEY (phase, round)) WITHOUT ROWID;`,
  `CREATE TABLE calls (id TEXT PRIMARY KEY, phase INTEGER NOT NULL, round INTEGER NOT NULL, role TEXT NOT NULL,
     model TEXT NOT NULL, prompt BLOB NOT NULL, output BLOB NOT NULL, text TEXT NOT NULL, logprobs BLOB,
     request TEXT NOT NULL, request_numbers BLOB, seed TEXT NOT NULL, calls INTEGER NOT NULL,
     input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, money REAL, recorded_time INTEGER NOT NULL);`,
  ...Object.values(roundTables).map((table) => table.ddl),
].join("\n");

/** Every table with its primary key, in a fixed order: what digests, comparisons and forks walk over. */
export const allTables: readonly { readonly name: string; readonly key: readonly string[] }[] = [
  { name: "run", key: ["id"] },
  { name: "rounds", key: ["phase", "round"] },
  { name: "calls", key: ["id"] },
  ...Object.values(roundTables).map(({ name }) => ({ name, key: ["phase", "round", "position"] })),
];
