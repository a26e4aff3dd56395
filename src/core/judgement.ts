import type { CallId } from "./call.ts";

/** The verdict on a solution, a node of a tree, or a pair. Scores: higher is better; null means undecided. */
export interface Judgement {
  /** Id of what is judged. */
  readonly of: string;
  /** Id of the method that judged. */
  readonly by: string;
  readonly level: "outcome" | "step" | "token";
  readonly score: number | null;
  readonly label?: string;
  /** 1-based index of the first wrong step; 0 = none. */
  readonly firstError?: number;
  readonly perStep?: readonly number[];
  readonly perToken?: Float32Array;
  readonly pairwise?: Pairwise;
  readonly critique?: string;
  readonly calls: readonly CallId[];
}

/** `wins` of `of` against `other`: 1, 0, or ½ for a tie. */
export interface Pairwise {
  readonly other: string;
  readonly wins: number;
}
