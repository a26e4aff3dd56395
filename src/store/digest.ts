import { createHash } from "node:crypto";
import type { SQLOutputValue } from "node:sqlite";
import { asText, type Database } from "./database.ts";
import { allTables, type Position } from "./tables.ts";

export interface DigestOptions {
  /** Leaves out every round after this one. */
  readonly upTo?: Position;
  /** False leaves out what the run is (recipe, seed, parent) and compares what it did. Default true. */
  readonly head?: boolean;
}

type Row = Record<string, SQLOutputValue>;

/** The rows of a table that count: in the order of its primary key, without times, of finished rounds only. */
function* countedRows(db: Database, table: (typeof allTables)[number], o: DigestOptions): Generator<Row> {
  const columns = [...db.rows(`SELECT name FROM pragma_table_info('${table.name}')`)];
  const names = columns.map((column) => asText(column.name)).filter((name) => !name.endsWith("_time"));
  const quoted = names.map((name) => `"${name}"`).join();
  const conditions = ["TRUE"];
  const { upTo } = o;
  if (table.name === "calls") conditions.push("(phase, round) IN (SELECT phase, round FROM rounds)");
  if (upTo !== undefined && table.name !== "run") conditions.push("(phase, round) <= (?, ?)");
  const sql = `SELECT ${quoted} FROM ${table.name} WHERE ${conditions.join(" AND ")} ORDER BY ${table.key.join()}`;
  const values = upTo === undefined || table.name === "run" ? [] : [upTo.phase, upTo.round];
  yield* db.rows(sql, values);
}

const tablesFor = (o: DigestOptions): typeof allTables => (o.head === false ? allTables.slice(1) : allTables);

/** SHA-256, in hexadecimal digits, over all counted rows. */
export function digestOf(db: Database, o: DigestOptions): string {
  const sha = createHash("sha256");
  for (const table of tablesFor(o)) {
    sha.update(`${table.name}\n`);
    for (const row of countedRows(db, table, o)) {
      const blobs: Uint8Array[] = [];
      const plain = Object.values(row).map((value) => {
        if (!(value instanceof Uint8Array)) return value;
        blobs.push(value);
        return { bytes: value.length };
      });
      sha.update(JSON.stringify(plain));
      for (const blob of blobs) sha.update(blob);
    }
  }
  return sha.digest("hex");
}

export interface Difference {
  readonly table: string;
  /** Primary key of the row, columns joined by a point. */
  readonly row: string;
  /** The first differing column, or undefined if only one ledger has the row. */
  readonly column?: string;
  readonly a?: SQLOutputValue;
  readonly b?: SQLOutputValue;
}

function sameValue(a: SQLOutputValue, b: SQLOutputValue): boolean {
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array)) return a === b;
  return Buffer.compare(a, b) === 0;
}

/** The first place at which two ledgers differ in what their digests cover, or undefined if they agree. */
export function firstDifference(
  a: { readonly database: Database },
  b: { readonly database: Database },
  o: DigestOptions = {},
): Difference | undefined {
  for (const table of tablesFor(o)) {
    const others = countedRows(b.database, table, o);
    const keyOf = (row: Row): string => table.key.map((column) => String(row[column])).join(".");
    for (const row of countedRows(a.database, table, o)) {
      const other = others.next();
      if (other.done === true) return { table: table.name, row: keyOf(row) };
      for (const [column, value] of Object.entries(row)) {
        if (sameValue(value, other.value[column])) continue;
        return { table: table.name, row: keyOf(row), column, a: value, b: other.value[column] };
      }
    }
    const extra = others.next();
    if (extra.done !== true) return { table: table.name, row: keyOf(extra.value) };
  }
  return undefined;
}
