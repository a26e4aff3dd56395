/** Fixtures of the specification and numeric gradients, for tests of objectives. */
import type { Loss, Objective, Scored, ScoredRow } from "../core/contracts.ts";
import { rowsOf, type Datum, type Rl, type Row, type Sft } from "../core/datum.ts";
import type { Random } from "../core/random.ts";

/** A row of `n` response tokens after `prompt` prompt tokens. */
export function row(n: number, prompt = 1, extra: Partial<Row> = {}): Row {
  return { ids: Array.from({ length: prompt + n }, (_, i) => i), from: prompt, ...extra };
}

/** Values of response tokens, aligned with the row's ids. */
export function aligned(r: Row, values: readonly number[]): number[] {
  return [...Array.from({ length: r.from }, () => 0), ...values];
}

export function sftDatum(id: string, r: Row, weight = 1): Sft {
  return { kind: "sft", id, taskId: "t", source: "s", by: [], row: r, weight };
}

export function rlDatum(id: string, segments: readonly Row[], reward: number, extra: Partial<Rl> = {}): Rl {
  return { kind: "rl", id, taskId: "t", source: "s", by: [], segments, group: "g", reward, ...extra };
}

/** A datum scored with log-probs (and reference log-probs) of its response tokens, one list a row. */
export function scored(
  datum: Datum,
  logprobs: readonly (readonly number[])[],
  refs?: readonly (readonly number[])[],
): Scored {
  const rows = rowsOf(datum).map((r, i): ScoredRow => ({
    logprob: Float32Array.from(aligned(r, logprobs[i])),
    ...(refs ? { ref: Float32Array.from(aligned(r, refs[i])) } : {}),
    outputs: {},
  }));
  return { datum, rows };
}

/** ROLL: two responses of one prompt with π_old = π_ref = e⁻¹ and ratios (1.5) and (1, .5, 1.1); advantages +1 and −1. */
export function roll(): Scored[] {
  const ratios = [[1.5], [1, 0.5, 1.1]];
  return ratios.map((rhos, i) => {
    const r = row(rhos.length);
    const minusOne = rhos.map(() => -1);
    const segment = { ...r, old: aligned(r, minusOne) };
    const advantages = [
      aligned(
        r,
        rhos.map(() => 1 - 2 * i),
      ),
    ];
    const datum = rlDatum(`y${i + 1}`, [segment], 1 - i, { advantages });
    return scored(datum, [rhos.map((rho) => -1 + Math.log(rho))], [minusOne]);
  });
}

/** Gradients of the response tokens by log-prob, one list a row, in the order of the batch. */
export function gradientsOf(loss: Loss, batch: readonly Scored[]): number[][] {
  const rows = batch.flatMap(({ datum }) => rowsOf(datum));
  const gradients = loss(batch).gradients.logprob ?? [];
  return gradients.map((gradient, i) => Array.from(gradient.subarray(rows[i].from)));
}

const step = 2 ** -9;

/** Log-prob on a grid on which a difference of ± one step is exact in float32. */
export function gridLogprob(random: Random): number {
  return -(1 + random.int(4 * 512)) * step;
}

/** Central differences of the loss by every log-prob, for log-probs on the grid. */
export function numericGradients(loss: Loss, batch: readonly Scored[]): number[][] {
  return batch.flatMap(({ rows }, i) =>
    rows.map((_, j) => {
      const from = rowsOf(batch[i].datum)[j].from;
      const at = (t: number, delta: number): number => {
        const moved = batch.map((item, k) =>
          k !== i
            ? item
            : {
                ...item,
                rows: item.rows.map((r, l) =>
                  l !== j ? r : { ...r, logprob: r.logprob.with(t, r.logprob[t] + delta) },
                ),
              },
        );
        return loss(moved).loss;
      };
      return Array.from(
        rows[j].logprob.slice(from),
        (_value, t) => (at(from + t, step) - at(from + t, -step)) / (2 * step),
      );
    }),
  );
}

/** A random minibatch of rollouts: lengths 0 to 5, one or two segments, fractional and zero loss weights. */
export function randomRollouts(random: Random, n: number): Scored[] {
  return Array.from({ length: n }, (_, i) => {
    const segments = Array.from({ length: 1 + random.int(2) }, (): Row => {
      const r = row(random.int(6), 1 + random.int(3));
      const mask = r.ids.map(() => random.pick([0, 0.5, 1, 1, 2]));
      return { ...r, mask, old: r.ids.map((_token, t) => (t < r.from ? 0 : gridLogprob(random))) };
    });
    const datum = rlDatum(`r${i}`, segments, random.int(3), { group: `g${i % 3}` });
    const near = (r: Row): number[] =>
      (r.old ?? []).slice(r.from).map((old) => Math.min(-step, old + (random.int(257) - 128) * step));
    return scored(datum, segments.map(near), segments.map(near));
  });
}

/** The batch with the advantages of the objective's estimator. */
export function credited(objective: Objective, batch: readonly Scored[]): Scored[] {
  const data = objective.advantage?.(
    batch.map(({ datum, rows }) => ({
      datum,
      rows: rows.map((r, i) => ({ ...r, logprob: Float32Array.from(rowsOf(datum)[i].old ?? []) })),
    })),
  );
  return batch.map((item, i) => ({ ...item, datum: data?.[i] ?? item.datum }));
}
