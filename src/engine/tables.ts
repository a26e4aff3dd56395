import { z } from "zod";
import type { AdamW } from "../core/model.ts";

/** Parameters of a tabular model: rows of numbers by table and context. A row that is missing is zero. */
export type Tables = Map<string, Map<string, Float64Array>>;

/** The JSON form of tables. */
export const tablesFile = z.record(z.string(), z.record(z.string(), z.array(z.number())));

/** A row, made with zeros if it is missing. */
export function rowOf(tables: Tables, table: string, context: string, size: number): Float64Array {
  let rows = tables.get(table);
  if (!rows) tables.set(table, (rows = new Map<string, Float64Array>()));
  let row = rows.get(context);
  if (!row) rows.set(context, (row = new Float64Array(size)));
  return row;
}

export function* eachRow(tables: Tables): Generator<[table: string, context: string, row: Float64Array]> {
  for (const [table, rows] of tables) for (const [context, row] of rows) yield [table, context, row];
}

export function copyTables(tables: Tables): Tables {
  return new Map([...tables].map(([name, rows]) => [name, new Map([...rows].map(([at, row]) => [at, row.slice()]))]));
}

export function tablesToJson(tables: Tables): Record<string, Record<string, number[]>> {
  return Object.fromEntries(
    [...tables].map(([name, rows]) => [name, Object.fromEntries([...rows].map(([at, row]) => [at, [...row]]))]),
  );
}

export function tablesFromJson(json: z.infer<typeof tablesFile>): Tables {
  return new Map(
    Object.entries(json).map(([name, rows]) => [
      name,
      new Map(Object.entries(rows).map(([at, row]) => [at, Float64Array.from(row)])),
    ]),
  );
}

/** The JSON form of an optimizer's state. */
export const optimizerFile = z.object({ steps: z.int().min(0), first: tablesFile, second: tablesFile });

/** AdamW (Loshchilov & Hutter 2019) over tables, or plain gradient descent: weights ← weights − lr · gradient. */
export class TableOptimizer {
  readonly #kind: "adamw" | "sgd";
  #first: Tables = new Map();
  #second: Tables = new Map();
  #steps = 0;

  constructor(kind: "adamw" | "sgd") {
    this.#kind = kind;
  }

  /** One update in place; nothing changes without gradients, or if their norm (returned, before clipping) is not finite. */
  step(weights: Tables, gradients: Tables, o: AdamW): { gradNorm: number; skipped: boolean } {
    let sum = 0;
    for (const [, , row] of eachRow(gradients)) for (const g of row) sum += g * g;
    const gradNorm = Math.sqrt(sum);
    if (gradients.size === 0 || !Number.isFinite(gradNorm)) return { gradNorm, skipped: true };
    const scale = o.clip !== undefined && gradNorm > o.clip ? o.clip / gradNorm : 1;
    this.#steps++;
    for (const [table, context, row] of eachRow(gradients)) rowOf(weights, table, context, row.length);
    for (const [table, context, row] of eachRow(weights)) {
      const gradient =
        gradients
          .get(table)
          ?.get(context)
          ?.map((g) => g * scale) ?? new Float64Array(row.length);
      const decay = o.lr * (o.weightDecay ?? 0);
      for (let k = 0; k < row.length; k++) row[k] -= decay * row[k];
      if (this.#kind === "sgd") for (let k = 0; k < row.length; k++) row[k] -= o.lr * gradient[k];
      else this.#adam(table, context, row, gradient, o);
    }
    return { gradNorm, skipped: false };
  }

  #adam(table: string, context: string, row: Float64Array, gradient: Float64Array, o: AdamW): void {
    const { lr, betas = [0.9, 0.95], eps = 1e-8 } = o;
    const m = rowOf(this.#first, table, context, row.length);
    const v = rowOf(this.#second, table, context, row.length);
    const ofMean = 1 - betas[0] ** this.#steps;
    const ofSquare = 1 - betas[1] ** this.#steps;
    for (let k = 0; k < row.length; k++) {
      m[k] = betas[0] * m[k] + (1 - betas[0]) * gradient[k];
      v[k] = betas[1] * v[k] + (1 - betas[1]) * gradient[k] * gradient[k];
      row[k] -= (lr * (m[k] / ofMean)) / (Math.sqrt(v[k] / ofSquare) + eps);
    }
  }

  copy(): TableOptimizer {
    const copy = new TableOptimizer(this.#kind);
    copy.#first = copyTables(this.#first);
    copy.#second = copyTables(this.#second);
    copy.#steps = this.#steps;
    return copy;
  }

  toJson(): z.infer<typeof optimizerFile> {
    return { steps: this.#steps, first: tablesToJson(this.#first), second: tablesToJson(this.#second) };
  }

  /** Takes over a saved state, or starts anew without one. */
  load(state: z.infer<typeof optimizerFile> | undefined): void {
    this.#first = tablesFromJson(state?.first ?? {});
    this.#second = tablesFromJson(state?.second ?? {});
    this.#steps = state?.steps ?? 0;
  }
}
