import type { Random } from "./random.ts";
import type { Step } from "./solution.ts";
import type { Question, Split, Task } from "./task.ts";

/**
 * What a role writes. "short": one derivation. "long": several tries, each ended by a verdict of its own, in one chain.
 * "critique": the first wrong step of a given solution, the kind of error and the correction. "proposal": a new task.
 */
export type Form = "short" | "long" | "critique" | "proposal";

/** A text read by the grammar of its form. Reading never evaluates text as code and never throws. */
export interface Parsed {
  /** The whole text follows the grammar, ending included. */
  readonly wellFormed: boolean;
  readonly steps: readonly Step[];
  /** Normalised; absent if the text states none. */
  readonly answer?: string;
  /** Long form: the tries in order, as texts of the short form, and what the chain itself said of each. */
  readonly attempts?: readonly { readonly text: string; readonly accepted: boolean }[];
}

/** What the exact verifier says of a solution. */
export interface Verdict {
  readonly correct: boolean;
  readonly wellFormed: boolean;
  /** One per parsed step: is it right given the steps before it? */
  readonly steps: readonly boolean[];
  /** 1-based index of the first wrong step; 0 = none. */
  readonly firstError: number;
  /** Kind of the first error, from the family's list of error kinds. */
  readonly error?: string;
  /** Long form: tries made, and which was right (1-based; 0 = none). */
  readonly attempts?: number;
  readonly solvedAt?: number;
}

/** What an exact check says of a critique. */
export interface CritiqueVerdict {
  readonly wellFormed: boolean;
  /** The named step is the first wrong one (or none is, and the critique says so). */
  readonly locates: boolean;
  readonly kind: boolean;
  /** The correction, put in place of the wrong step, makes the derivation right up to there. */
  readonly fixes: boolean;
}

/**
 * A procedural task family: a generator, an exact verifier and a formal grammar in words separated by single spaces.
 * A token of the embedded model is one word, so each role can be trained and measured at a million parameters.
 */
export interface Family {
  readonly id: string;
  readonly about: string;
  /** Every word of the family's grammar, in a fixed order. */
  readonly words: readonly string[];
  /** Kinds of error a critique may name; each is one of `words`. */
  readonly errors: readonly string[];
  /** Numbers among the words, for number-aware initial embeddings; and the digits, for coupled positions. */
  readonly numerals?: ReadonlyMap<string, number>;
  readonly digits?: readonly string[];
  /** Range of difficulty, both ends included, and what it counts. */
  readonly difficulty: { readonly min: number; readonly max: number; readonly unit: string };
  /** A task of the split. Tasks of different splits have different keys. */
  generate(random: Random, o: { difficulty: number; split: Split }): Task;
  /** What decides the split: equal keys are the same problem (operand order and the like do not matter). */
  key(question: Question): string;
  /** The question in a user's words, as far as understood. Throws UserError showing the form expected. */
  question(text: string): Question;
  /** The text that a model continues, ended by the word that opens the reply. */
  prompt(question: Question, form: Form, given?: { readonly solution?: string; readonly hint?: string }): string;
  /** The word that ends a reply. */
  readonly end: string;
  /** The word that ends a step; "" where every word is a step. The last step ends with `end`. */
  readonly delimiter: string;
  /** Enough words for any sensible reply to the question in this form. */
  maxTokens(question: Question, form: Form): number;
  parse(question: Question, text: string, form: Form): Parsed;
  verify(task: Task, text: string, form: Form): Verdict;
  /** Checks that see only the question, never the truth: what an honest self-training filter may use. May be weaker than verify. */
  check?(question: Question, text: string): boolean;
  /** A canonical key of the state after these steps, for merging; undefined if a step is invalid. Sees the question only. */
  state?(question: Question, steps: readonly string[]): string | undefined;
  /** The same problem put differently, with the same answer: for votes whose errors should not be the same. */
  equivalents?(question: Question): Question[];
  /**
   * A random valid derivation of the question's material, right or not: what a base model is made from. In the long form as
   * many `tries`, or fewer where one is right; `last` is the text of the last of them.
   */
  play(question: Question, random: Random, form: Form, o?: { tries?: number; last?: string }): string | undefined;
  /** Hindsight: the task that a failed but valid derivation does solve, or undefined. */
  relabel?(task: Task, text: string): Task | undefined;
  /** A correct reply, from the truth: for supervision and for STaR's rationalisation, never for a Reasoner. */
  solve(task: Task, random: Random): string | undefined;
  /** The gold answer as a hint for rationalisation. */
  hint(task: Task): string | undefined;
  /** The hint that would have led to a reply of the short form, whatever it reaches; undefined if it breaks the grammar. */
  hintOf?(question: Question, reply: string): string | undefined;
  /** The exact critique of a reply, in the grammar of critiques. */
  critique(task: Task, text: string): string;
  judgeCritique(task: Task, solution: string, critique: string): CritiqueVerdict;
  /** A task in the grammar of proposals, and back; undefined if it is no valid task of the family. */
  proposal(task: Task): string;
  propose(text: string, split: Split): Task | undefined;
  /** Exact truth, where the rules can be enumerated. */
  readonly truth?: ExactTruth;
}

/** A policy over the legal moves of a state: log-probabilities, one per move. */
export type MovePolicy = (
  question: Question,
  steps: readonly string[],
  moves: readonly string[],
) => Promise<Float64Array>;

/** Exact quantities of an enumerable family, to test estimators against. */
export interface ExactTruth {
  /** Legal next steps from a state given by its steps. */
  moves(question: Question, steps: readonly string[]): string[];
  /** P(success) of a policy from a state. */
  value(task: Task, steps: readonly string[], policy: MovePolicy): Promise<number>;
  /** 1 if some continuation of the steps solves the task, else 0. */
  optimum(task: Task, steps: readonly string[]): number;
}
