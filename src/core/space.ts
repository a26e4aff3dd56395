import type { CallId, Cost } from "./call.ts";
import type { Solution } from "./solution.ts";

export interface Child<S> {
  readonly state: S;
  readonly action: string;
  /** log π(action | state). */
  readonly logprob: number;
  readonly calls: readonly CallId[];
}

/** What a search walks over. Two states with equal keys are the same state; one without a key is like no other. */
export interface Space<S> {
  readonly root: S;
  /** At most k children of a state, equal actions already merged; fewer when the model offers fewer or the budget ends. */
  expand(state: S, k: number): Promise<Child<S>[]>;
  isTerminal(state: S): boolean;
  solution(state: S): Solution;
  key?(state: S): string | undefined;
  /** What expanding has cost so far. */
  spent(): Cost;
}
