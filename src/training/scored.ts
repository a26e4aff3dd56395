/** What objectives share: the rows of a minibatch in order, and refusing numbers that are none. */
import type { Scored, ScoredRow } from "../core/contracts.ts";
import type { Datum, Row } from "../core/datum.ts";
import { rowsOf } from "../core/datum.ts";
import { UserError } from "../core/errors.ts";

export type OfKind<K extends Datum["kind"]> = Extract<Datum, { readonly kind: K }>;

function isKind<K extends Datum["kind"]>(datum: Datum, kind: K): datum is OfKind<K> {
  return datum.kind === kind;
}

/** The datum as the kind that an objective reads. */
export function expectKind<K extends Datum["kind"]>(datum: Datum, kind: K): OfKind<K> {
  if (isKind(datum, kind)) return datum;
  throw new UserError(
    `Datum ${datum.id} of stream "${datum.source}" is of kind "${datum.kind}"; this objective reads "${kind}".`,
    "Choose a builder and an objective that fit each other.",
  );
}

/** A row with its scores and the place for its gradient ∂loss/∂log π, aligned with row.ids. */
export interface Slot {
  readonly row: Row;
  readonly scored: ScoredRow;
  readonly gradient: Float32Array;
}

/** The rows of a datum with gradients of zero. Slots of a batch in order are the order of a lesson's gradients. */
export function slotsOf({ datum, rows }: Scored): Slot[] {
  return rowsOf(datum).map((row, i) => ({ row, scored: rows[i], gradient: new Float32Array(row.ids.length) }));
}

/** The number, or an error that names the datum, what it is and the token. */
export function finite(value: number | undefined, what: string, datum: Datum, t: number): number {
  if (value !== undefined && Number.isFinite(value)) return value;
  throw new UserError(
    `Datum ${datum.id}: ${what} of token ${t} is ${value === undefined ? "missing" : value}.`,
    value === undefined
      ? "Use data whose calls recorded what this objective needs, or give it a model that can score them."
      : "The model has diverged or its scores are broken: lower the learning rate and start from the last good checkpoint.",
  );
}
