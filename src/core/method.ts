import type { z } from "zod";

/** Kinds of methods, as the specification groups them. */
export const kinds = [
  "task-creator", "reasoner", "search", "selection-score", "value-source", "action", "evaluator", "post-processor",
  "long-cot", "objective", "builder", "evaluator-training", "post-processor-training", "recipe", "strategy", "instrument",
  "family",
] as const;
export type Kind = (typeof kinds)[number];

/** Which contract `create` fulfils. */
export type ContractName =
  | "task-creator" | "reasoner" | "guide" | "evaluator" | "post-processor" | "builder" | "objective" | "recipe"
  | "instrument" | "family" | "scores";

/** A method: one file, one id. */
export interface Method<O extends z.ZodType = z.ZodType, T = unknown> {
  readonly id: string;
  readonly kind: Kind;
  readonly contract: ContractName;
  /** Section of the specification. */
  readonly section: string;
  /** One line. */
  readonly about: string;
  /** Paper, or where the formula comes from. */
  readonly source: string;
  readonly options: O;
  create(options: z.output<O>): T;
}

/** Declares a method. The default export of a file named after its id. */
export function defineMethod<O extends z.ZodType, T>(method: Method<O, T>): Method<O, T> {
  return Object.freeze(method);
}
