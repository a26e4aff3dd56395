/** A child as a selection score sees it. */
export interface Arm {
  /** Mean value; of an unvisited child what first-play urgency says, Infinity included. */
  readonly q: number;
  /** π(a|s), normalised over the siblings. */
  readonly prior: number;
  readonly visits: number;
  /** N(s) of the parent. */
  readonly parentVisits: number;
}

/** Higher is selected. `weight` scales the exploration term: 1, or less where a schedule lowers it. */
export type Score = (arm: Arm, weight: number) => number;
