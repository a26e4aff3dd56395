import type { CallId, Cost, Ids } from "./call.ts";

/** A step of a solution: a span of its text. The token that contains the delimiter ends the step. */
export interface Step {
  readonly text: string;
  readonly kind?: "reason" | "eval" | "fix" | "backtrack" | "final";
}

/** A failure that is data: `where` names the boundary at which the attempt failed. */
export interface RunError {
  readonly where: "sample" | "parse" | "tool" | "budget" | "abort";
  readonly message: string;
}

/** One attempt at a task. */
export interface Solution {
  readonly id: string;
  readonly taskId: string;
  /** The completion as the model wrote it, prompt excluded. */
  readonly text: string;
  readonly steps: readonly Step[];
  readonly answer?: string;
  readonly by: readonly CallId[];
  readonly cost: Cost;
  readonly error?: RunError;
}

/** Turns of one or several roles with observations between them: agents, corrections, games. */
export interface Episode {
  readonly id: string;
  readonly taskId: string;
  readonly turns: readonly ({ readonly call: CallId } | { readonly observation: Ids })[];
  readonly rewards: readonly { readonly turn: number; readonly token?: number; readonly value: number }[];
}
