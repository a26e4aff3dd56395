import type { CallId, Ids } from "./call.ts";

/** A sequence to train on: ids[from..] are response tokens, everything before is prompt and never trained. */
export interface Row {
  readonly ids: Ids;
  readonly from: number;
  /** Loss weight of each of `ids`; default 1 from `from` on. Entries before `from` are ignored. */
  readonly mask?: readonly number[];
  /** log π_old of each of `ids` (0 in the prompt), when sampled by the policy being trained. */
  readonly old?: readonly number[];
}

interface Base {
  readonly id: string;
  readonly taskId: string;
  /** The stream of data it belongs to, by which a recipe mixes minibatches. */
  readonly source: string;
  readonly by: readonly CallId[];
}

export interface Sft extends Base {
  readonly kind: "sft";
  readonly row: Row;
  readonly weight: number;
}
export interface Pair extends Base {
  readonly kind: "pair";
  readonly chosen: Row;
  readonly rejected: Row;
  readonly margin?: number;
}
export interface Unary extends Base {
  readonly kind: "unary";
  readonly row: Row;
  readonly good: boolean;
}
export interface Ranked extends Base {
  readonly kind: "ranked";
  readonly rows: readonly Row[];
  readonly rewards: readonly number[];
}
/** One rollout. Segments share one reward; several of them are the turns of an episode. */
export interface Rl extends Base {
  readonly kind: "rl";
  readonly segments: readonly Row[];
  /** Rollouts of the same prompt carry the same group. */
  readonly group: string;
  readonly reward: number;
  /** Rewards inside the rollout, at (segment, position in the segment's ids). */
  readonly dense?: readonly { readonly segment: number; readonly position: number; readonly value: number }[];
  /** Set by an advantage estimator before minibatches are cut: one number a token of each segment. */
  readonly advantages?: readonly (readonly number[])[];
}
export interface Value extends Base {
  readonly kind: "value";
  readonly row: Row;
  /** One target a token of row.ids, NaN where there is none. */
  readonly targets: readonly number[];
  readonly head: string;
}
export interface Critique extends Base {
  readonly kind: "critique";
  readonly row: Row;
  readonly label: number;
}

/** A training example (spec §0.2). */
export type Datum = Sft | Pair | Unary | Ranked | Rl | Value | Critique;

/** The sequences of a datum, in a fixed order. */
export function rowsOf(datum: Datum): readonly Row[] {
  switch (datum.kind) {
    case "pair":
      return [datum.chosen, datum.rejected];
    case "ranked":
      return datum.rows;
    case "rl":
      return datum.segments;
    default:
      return [datum.row];
  }
}

/** The loss weight of token t of a row. */
export function weightAt(row: Row, t: number): number {
  return t < row.from ? 0 : (row.mask?.[t] ?? 1);
}

/** The number of response tokens of a row with non-zero weight. */
export function responseTokens(row: Row): number {
  let count = 0;
  for (let t = row.from; t < row.ids.length; t++) if (weightAt(row, t) !== 0) count++;
  return count;
}
