/** One optimiser step from a minibatch: score, loss over the whole minibatch, backward in microbatches, update. */
import type { Lesson, Objective, Scored, ScoredRow } from "../core/contracts.ts";
import { rowsOf, type Datum, type Row } from "../core/datum.ts";
import type { AdamW, Output, Outputs, Trainable } from "../core/model.ts";
import type { Reference } from "./reference.ts";

export interface UpdateOptions {
  readonly adam: AdamW;
  /** Most positions, padding included, in one forward or backward. */
  readonly microTokens: number;
  readonly dropoutSeed?: number;
  readonly reference?: Reference;
  /**
   * Where the current log-probs come from: a forward pass; `Row.old` (nothing was updated since sampling); or nowhere,
   * when the gradient does not depend on them and nobody wants to know the loss.
   */
  readonly current: "forward" | "old" | "unknown";
}

export interface Updated {
  /** Without `loss` where the log-probs were unknown. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly gradNorm: number;
  readonly skipped: boolean;
  /** Positions trained on, prompts included, padding not. */
  readonly tokens: number;
}

/** Indices of rows in microbatches: one in the given order if it fits, else by length so that little is padded. */
export function microbatches(rows: readonly { readonly ids: readonly number[] }[], tokens: number): number[][] {
  const indices = rows.map((_, i) => i);
  const longest = rows.reduce((most, row) => Math.max(most, row.ids.length), 0);
  if (rows.length === 0) return [];
  if (longest * rows.length <= tokens) return [indices];
  indices.sort((a, b) => rows[a].ids.length - rows[b].ids.length || a - b);
  const batches: number[][] = [];
  let open: number[] = [];
  for (const i of indices) {
    if (open.length > 0 && (open.length + 1) * rows[i].ids.length > tokens) {
      batches.push(open);
      open = [];
    }
    open.push(i);
  }
  return [...batches, open];
}

/** Teacher-forced outputs of rows, in microbatches; arrays in the order of the rows. */
export async function forwardRows(
  model: Trainable,
  rows: readonly Row[],
  want: readonly Output[],
  o: { readonly microTokens: number; readonly dropoutSeed?: number },
): Promise<Outputs> {
  const results: Outputs = Object.fromEntries(want.map((output) => [output, Array<Float32Array>(rows.length)]));
  for (const batch of microbatches(rows, o.microTokens)) {
    const part = await model.forward(
      batch.map((i) => ({ ids: rows[i].ids })),
      want,
      { dropoutSeed: o.dropoutSeed },
    );
    for (const output of want) {
      batch.forEach((row, i) => {
        const values = part[output]?.[i];
        if (!values) throw new Error(`model ${model.name} gave no ${output}`);
        const all = results[output];
        if (all) all[row] = values;
      });
    }
  }
  return results;
}

async function score(
  model: Trainable,
  objective: Objective,
  data: readonly Datum[],
  o: UpdateOptions,
): Promise<Scored[]> {
  const rows = data.flatMap(rowsOf);
  const want: Output[] = o.current === "forward" ? ["logprob", ...objective.needs] : [...objective.needs];
  const outputs = want.length > 0 ? await forwardRows(model, rows, want, o) : {};
  const references = objective.reference && o.reference ? await o.reference.score(rows) : undefined;
  let next = 0;
  const scoreRow = (row: Row): ScoredRow => {
    const i = next++;
    const known = o.current === "old" ? Float32Array.from(row.old ?? []) : new Float32Array(row.ids.length);
    const extra = objective.needs.flatMap((output) => {
      const values = outputs[output]?.[i];
      return values ? [[output, values] as const] : [];
    });
    return {
      logprob: outputs.logprob?.[i] ?? known,
      ...(references ? { ref: references[i] } : {}),
      outputs: Object.fromEntries(extra),
    };
  };
  return data.map((datum) => ({ datum, rows: rowsOf(datum).map(scoreRow) }));
}

/**
 * Backward of a lesson. Rows whose gradients are all zero add nothing and are left out, except under dropout, whose
 * masks are those of the forward pass only for the same microbatches.
 */
async function backward(model: Trainable, rows: readonly Row[], lesson: Lesson, o: UpdateOptions): Promise<void> {
  const outputs = Object.entries(lesson.gradients).flatMap(([output, arrays]) =>
    arrays ? [[output, arrays] as const] : [],
  );
  const taught = rows.flatMap((row, i) =>
    o.dropoutSeed !== undefined || outputs.some(([, arrays]) => arrays[i].some((value) => value !== 0))
      ? [{ ids: row.ids, i }]
      : [],
  );
  for (const batch of microbatches(taught, o.microTokens)) {
    const gradients: Outputs = Object.fromEntries(
      outputs.map(([output, arrays]) => [output, batch.map((at) => arrays[taught[at].i])]),
    );
    await model.backward(
      batch.map((at) => ({ ids: taught[at].ids })),
      gradients,
      { dropoutSeed: o.dropoutSeed },
    );
  }
}

/**
 * Trains a model on one minibatch. The loss sees all its rows at once, so that how rows are split for forward and
 * backward never changes what is learned.
 */
export async function update(
  model: Trainable,
  objective: Objective,
  data: readonly Datum[],
  o: UpdateOptions,
): Promise<Updated> {
  const scored = await score(model, objective, data, o);
  const rows = data.flatMap(rowsOf);
  const lesson = objective.loss(scored);
  await backward(model, rows, lesson, o);
  const { gradNorm, skipped } = await model.step(o.adam);
  return {
    metrics: o.current === "unknown" ? lesson.metrics : { ...lesson.metrics, loss: lesson.loss },
    gradNorm,
    skipped,
    tokens: rows.reduce((sum, row) => sum + row.ids.length, 0),
  };
}
