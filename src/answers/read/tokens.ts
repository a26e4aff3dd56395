/** What the lexer hands to the parsers. */
import type { Policy } from "../policy.ts";
import type { Answer, Fuel, Rational } from "../term.ts";

export type TokenType =
  | "number"
  /** One variable: a Latin or Greek letter, "dx". */
  | "letter"
  /** Letters that are no variables: units, nouns, connectives, contents of \text. */
  | "word"
  /** sin, log, max, … by its name in trees. */
  | "function"
  /** pi, e, i, infinity. */
  | "constant"
  /** frac, sqrt, binom, sum, … that take arguments. */
  | "command"
  /** + - * / ^ _ ! ' % ° ± ∓ , ; : | ‖ … ∪ ∩ \ and money signs. */
  | "operator"
  | "compare"
  /** ( [ { ⟨ ⌊ ⌈; "{" groups, "\{" makes sets. */
  | "open"
  | "close"
  /** \begin and \end; `text` is the environment. */
  | "begin"
  | "end"
  /** ℝ, ∅ and their like. */
  | "domain";

export interface Token {
  readonly type: TokenType;
  readonly text: string;
  /** White space stands before it. */
  readonly space: boolean;
  readonly value?: Rational;
  readonly places?: number;
  /** A numeral that goes on ("3.14…") without a visible period. */
  readonly endless?: boolean;
  /** Digits only, as written: may be split after \frac and read in another base. */
  readonly digits?: string;
}

/** A stretch of tokens and all that reading it needs. */
export interface Scope {
  /** Changed only by \frac12, which splits a number. */
  readonly tokens: Token[];
  /** The partner of each bracket, bar and environment; −1 elsewhere. */
  readonly match: readonly number[];
  readonly policy: Policy;
  readonly fuel: Fuel;
  /** The text is between $ signs or has LaTeX commands. */
  readonly mathematical: boolean;
  /** Reads tokens [from, to) by the whole grammar. */
  readonly answer: (from: number, to: number) => Answer;
  depth: number;
}

/** Thrown, always the same one (no stack is built), where the text has no reading; `read` then takes it as text. */
export const unreadable = new Error("no reading");

/** Ends this reading. */
export function fail(): never {
  throw unreadable;
}

/** Brackets inside brackets beyond which nothing is read. */
const deepest = 200;

/** Runs `inside` one level deeper; fails beyond the deepest. */
export function nested<T>(scope: Scope, inside: () => T): T {
  if (++scope.depth > deepest) fail();
  const result = inside();
  scope.depth--;
  return result;
}

/** Is it the operator, comparison or bracket written so? */
export function is(token: Token | undefined, type: TokenType, text?: string): boolean {
  return token !== undefined && token.type === type && (text === undefined || token.text === text);
}

/** The first index in [from, to) outside brackets whose token satisfies `test`, or −1. */
export function find(scope: Scope, from: number, to: number, test: (token: Token, index: number) => boolean): number {
  const { tokens, match } = scope;
  for (let i = from; i < to; i++) {
    if (test(tokens[i], i)) return i;
    if (match[i] > i) i = match[i] - 1;
  }
  return -1;
}

/** All such indices. */
export function findAll(
  scope: Scope,
  from: number,
  to: number,
  test: (token: Token, index: number) => boolean,
): number[] {
  const found: number[] = [];
  for (let i = find(scope, from, to, test); i >= 0; i = find(scope, skip(scope, i), to, test)) found.push(i);
  return found;
}

/** The index after a token; after the whole bracket if it opens one. */
function skip(scope: Scope, i: number): number {
  return scope.match[i] > i ? scope.match[i] : i + 1;
}

/** The stretches of [from, to) between the given indices. */
export function between(from: number, to: number, cuts: readonly number[]): [number, number][] {
  const edges = [from - 1, ...cuts, to];
  return edges.slice(1).map((end, i) => [edges[i] + 1, end]);
}

/** The tokens' text with the spaces that stood between them. */
export function textOf(tokens: readonly Token[]): string {
  return tokens
    .map((token, i) => (token.space && i > 0 ? " " : "") + token.text)
    .join("")
    .trim();
}
