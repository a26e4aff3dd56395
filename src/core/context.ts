import type { Budget } from "./budget.ts";
import type { Call, CallId, Role } from "./call.ts";
import type { Family } from "./family.ts";
import type { Judgement } from "./judgement.ts";
import type { Completion, Model, Prompt, Sampling } from "./model.ts";
import type { Random } from "./random.ts";
import type { Solution } from "./solution.ts";
import type { Task } from "./task.ts";
import type { Evaluator, Guide } from "./contracts.ts";
import type { Json } from "./json.ts";

/** Something that happened, for progress displays and the ledger. */
export interface RunEvent {
  readonly event: string;
  readonly [field: string]: Json | undefined;
}

export interface Tool {
  readonly name: string;
  readonly about: string;
  /** The observation; a failure is an observation too and never throws. */
  run(input: string, signal: AbortSignal): Promise<string>;
}

/** A completion with the call that the ledger knows it by. */
export type Sample = Completion & { readonly call: CallId };

/** Everything a method may use. Ground truth is not among it. */
export interface Context {
  /** The model that serves a role. Throws UserError if the run has none. */
  model(role: Role): Model;
  /** Samples from a role's model and records one Call a completion; spends the budget. */
  sample(role: Role, prompt: Prompt, o: Sampling): Promise<Sample[]>;
  /** A recorded call of this run. Throws UserError if unknown. */
  call(id: CallId): Call;
  family(id: string): Family;
  readonly tools: Readonly<Record<string, Tool>>;
  /** Judges finished solutions without truth (votes, verifiers that see the question only). */
  readonly evaluator?: Evaluator;
  /** Values inside a search. */
  readonly guide?: Guide;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly budget: Budget;
  emit(event: RunEvent): void;
  /** The same context with another random stream (forked by the label) or other parts. */
  with(
    change: Partial<Pick<Context, "budget" | "evaluator" | "guide" | "signal">> & { label?: string | number },
  ): Context;
}

/** The context of a search that gathers training data: it may ask the truth, and its trees are marked. */
export interface CollectContext extends Context {
  oracle(task: Task, solutions: readonly Solution[]): Promise<Judgement[]>;
}
