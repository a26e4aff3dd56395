import type { Family } from "../../core/family.ts";
import type { Random } from "../../core/random.ts";
import type { Question, Split } from "../../core/task.ts";

/** A step as words, without the delimiter. */
export type StepWords = readonly string[];

/**
 * The rules of a family whose replies are sequences of steps over a state. M is what a question is about (with the secret, if
 * the rules need one and it is known), S the state between steps. Everything else of a Family follows from them.
 */
export interface Rules<M extends object, S extends object | number> {
  readonly id: string;
  readonly about: string;
  /** Words beside the shared ones. */
  readonly words: readonly string[];
  /** Kinds of error beside the shared ones. */
  readonly errors: readonly string[];
  readonly numerals?: ReadonlyMap<string, number>;
  readonly digits?: readonly string[];
  readonly difficulty: Family["difficulty"];
  /** "" if every word is a step. */
  readonly delimiter: string;
  /** The word that opens the reply. */
  readonly opens: string;
  /** A question in a user's words, for error messages. */
  readonly example: string;
  /** Is every valid derivation right? */
  readonly forced: boolean;
  /** Can a question alone not tell which derivations are right? */
  readonly blind?: boolean;

  /** A question's words and back; undefined if they are no question. The answer is given when the truth is known. */
  read(words: readonly string[], answer?: string): M | undefined;
  write(m: M): string[];
  /** What the question alone implies, where `read` keeps it from checks and states because it is the answer. */
  worked?(m: M): M;
  /** The words of a question from a user's words. */
  human(text: string): string[] | undefined;
  /** A candidate for a task; undefined if the draw gave none. */
  draw(random: Random, difficulty: number): M | undefined;
  /** Is it a task that `draw` could have made, and solvable? */
  proper(m: M): boolean;
  key(m: M, question: Question): string;
  difficultyOf(m: M): number;
  answer(m: M): string | undefined;

  start(m: M): S;
  /** The state after words[from, to), or the kind of error. */
  step(m: M, state: S, words: readonly string[], from: number, to: number): S | string;
  /** Nothing is left to do. */
  done(m: M, state: S): boolean;
  /** The kind of error of ending in a state where nothing is left to do. */
  finish?(m: M, state: S): string | undefined;
  /** Does words[from, to) have the form of a step? */
  shape(words: readonly string[], from: number, to: number): boolean;
  /** The answer that a well-formed reply states, from its words without the last. */
  stated(words: readonly string[]): string;
  stateKey(state: S, m: M): string;
  /** A random valid derivation from the start. Absent: as `complete`. */
  derive?(m: M, random: Random): StepWords[] | undefined;
  /** The steps of a right end from an unfinished state; undefined if there is none (or it is not known). */
  complete(m: M, state: S, random: Random): StepWords[] | undefined;
  /** All legal steps from an unfinished state. */
  moves?(m: M, state: S): StepWords[];
  hint(m: M, random: Random): readonly string[] | undefined;
  /** The hint in the words of a well-formed reply without the last. Absent: the answer that it states. */
  hinted?(words: readonly string[]): readonly string[];
  /** Enough words for a reply in the short form. */
  maxWords(m: M): number;

  check?: "full" | ((m: M, text: string) => boolean);
  relabel?(m: M, state: S): M | undefined;
  equivalents?(m: M): M[];
  split?(m: M): Split;
  /** The words of a proposal and back, if a question alone does not make a task. */
  readonly proposals?: { write(m: M): string[]; read(words: readonly string[]): M | undefined };
}
