import type { CallId } from "./call.ts";
import type { Json } from "./json.ts";

/** What a Reasoner may see. */
export interface Question {
  readonly id: string;
  /** Id of the task family, which owns the grammar of questions and solutions. */
  readonly family: string;
  readonly text: string;
  readonly public?: Json;
  readonly secret?: never;
}

/** Where a task comes from: the operator that made it, its parents and the seed. */
export interface Origin {
  readonly by: string;
  readonly parents: readonly string[];
  readonly seed: string;
  readonly split: Split;
}

/** Tasks for training and for evaluation are disjoint by construction. */
export type Split = "train" | "eval";

/** A problem with its truth. */
export interface Task {
  readonly id: string;
  readonly family: string;
  readonly text: string;
  readonly public?: Json;
  readonly difficulty?: number;
  readonly origin: Origin;
  readonly by: readonly CallId[];
  readonly secret: { readonly answer?: string; readonly solution?: readonly string[]; readonly tests?: Json };
}

/** The question of a task. Secret and origin are removed at run time too, since structural typing alone would leak them. */
export function ask(task: Task): Question {
  const { id, family, text } = task;
  return Object.freeze(task.public === undefined ? { id, family, text } : { id, family, text, public: task.public });
}
