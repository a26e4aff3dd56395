import type { z } from "zod";
import type {
  Builder,
  Evaluator,
  Generator,
  Guide,
  Objective,
  PostProcessor,
  Reasoner,
  TaskCreator,
} from "./contracts.ts";
import type { Family } from "./family.ts";

/** Kinds of methods, as the specification groups them. */
export const kinds = [
  "task-creator",
  "reasoner",
  "search",
  "selection-score",
  "value-source",
  "action",
  "evaluator",
  "post-processor",
  "long-cot",
  "objective",
  "builder",
  "evaluator-training",
  "post-processor-training",
  "recipe",
  "strategy",
  "instrument",
  "family",
] as const;
export type Kind = (typeof kinds)[number];

/** What `create` returns, by the name of the contract it fulfils. */
export interface Contracts {
  "task-creator": TaskCreator;
  reasoner: Reasoner;
  guide: Guide;
  evaluator: Evaluator;
  "post-processor": PostProcessor;
  builder: Builder;
  generator: Generator;
  objective: Objective;
  family: Family;
  /** A recipe as its file writes it; the loop validates it against its schema. */
  recipe: object;
  /** A pure function of numbers; each has its own signature and is imported where it is used. */
  function: unknown;
}
export type ContractName = keyof Contracts;

/** A method: one file, one id. */
export interface Method<
  C extends ContractName = ContractName,
  O extends z.ZodType = z.ZodType,
  T extends Contracts[C] = Contracts[C],
> {
  readonly id: string;
  readonly kind: Kind;
  readonly contract: C;
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
export function defineMethod<C extends ContractName, O extends z.ZodType, T extends Contracts[C]>(
  method: Method<C, O, T>,
): Method<C, O, T> {
  return Object.freeze(method);
}
