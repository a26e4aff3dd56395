/**
 * What an answer says, once it is read: the common language of the reader (text → Answer) and the judge (Answer × Answer
 * → Verdict). Trees are immutable plain data; numbers are exact.
 */

/** n / d in lowest terms, d > 0. */
export interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}

/** A mathematical expression as written, not simplified. */
export type Expr =
  /** `places`: digits after the point, where it was written as a decimal that may have been rounded; repeating ones have none. */
  | { readonly kind: "number"; readonly value: Rational; readonly places?: number }
  | { readonly kind: "constant"; readonly name: "pi" | "e" | "i" | "infinity" }
  /** A variable, Greek or indexed ones included ("x", "alpha", "x_1"). */
  | { readonly kind: "symbol"; readonly name: string }
  | { readonly kind: "sum"; readonly terms: readonly Expr[] }
  | { readonly kind: "product"; readonly factors: readonly Expr[] }
  /** Quotients are products with powers of −1, roots powers with fractional exponents. */
  | { readonly kind: "power"; readonly base: Expr; readonly exponent: Expr }
  /** sin, arcsin, ln, log (base last, 10 if missing), abs, floor, factorial, binomial, gcd, max, conjugate, an unknown f, … */
  | { readonly kind: "apply"; readonly name: string; readonly args: readonly Expr[] }
  /** ±x (sign 1) or ∓x (sign −1); all in one answer flip together. */
  | { readonly kind: "plusminus"; readonly sign: 1 | -1; readonly of: Expr }
  /** A symbol bound by ∑, ∏, ∫, lim: `args` as the notation gives them (variable, from, to, body). */
  | { readonly kind: "bound"; readonly name: "sum" | "product" | "integral" | "limit"; readonly args: readonly Expr[] };

export type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=" | "≈" | "≡";

/** A unit of measure, reduced: value · scale · π^pi (+ offset) in base units. */
export interface Unit {
  /** As written, for messages. */
  readonly text: string;
  /** Exponents of base dimensions ("m", "kg", "s", "A", "K", "mol", "cd", "angle", "bit", "USD", "EUR", …); none for percent. */
  readonly dims: Readonly<Record<string, number>>;
  readonly scale: Rational;
  /** Power of π in the scale (degrees: 1/180 with π¹). */
  readonly pi?: number;
  /** Added after scaling (°C, °F as a lone unit). */
  readonly offset?: Rational;
  readonly sort: "measure" | "percent" | "money" | "angle";
}

export type Answer =
  | {
      readonly kind: "value";
      readonly value: Expr;
      readonly unit?: Unit;
      /** What is counted, singular and lower case ("apple" in "5 apples"); never a known unit. */
      readonly noun?: string;
      /** "about", "≈", "roughly". */
      readonly approximate?: boolean;
      /** The numeral was written in this base (`1011_2`, 0x…); `value` is already converted. */
      readonly base?: number;
    }
  /** Ordered, in round brackets or angle brackets; also points and vectors in a row. Intervals in disguise stay `ambiguous`. */
  | { readonly kind: "tuple"; readonly items: readonly Answer[]; readonly vector?: boolean }
  /** {…}, ∅; `alternatives` for "2 or 3", "x = 2, x = 3", "2, 3" without brackets (`listed`). */
  | { readonly kind: "set"; readonly items: readonly Answer[]; readonly written: "braces" | "listed" | "or" }
  | { readonly kind: "interval"; readonly low: Expr; readonly high: Expr; readonly closed: readonly [boolean, boolean] }
  /** (a, b): a point or an open interval; the other side or the policy decides. */
  | { readonly kind: "pair"; readonly items: readonly [Answer, Answer] }
  | { readonly kind: "union" | "intersection" | "difference"; readonly parts: readonly Answer[] }
  /** {x | …}, ℝ, ℤ, … */
  | { readonly kind: "builder"; readonly variable: Expr; readonly domain?: Answer; readonly where: readonly Answer[] }
  | { readonly kind: "domain"; readonly name: "naturals" | "integers" | "rationals" | "reals" | "complexes" | "primes" }
  | { readonly kind: "matrix"; readonly rows: readonly (readonly Expr[])[]; readonly determinant?: boolean }
  /** Chains too: sides.length = signs.length + 1. */
  | { readonly kind: "relation"; readonly sides: readonly Answer[]; readonly signs: readonly Comparison[] }
  /** x ∈ S. */
  | { readonly kind: "member"; readonly of: Expr; readonly set: Answer }
  /** Several relations that hold together (systems, "x = 2 and y = 3", "(p, q) = (3, 2)" unfolded). */
  | { readonly kind: "all"; readonly parts: readonly Answer[] }
  /** Calendar dates; a missing part is undefined. Times of day in seconds after midnight. */
  | {
      readonly kind: "date";
      readonly year?: number;
      readonly month?: number;
      readonly day?: number;
      readonly weekday?: number;
    }
  | { readonly kind: "time"; readonly seconds: number; readonly zone?: string }
  /** An option of a multiple choice, upper case; `text` what stands beside it. */
  | { readonly kind: "choice"; readonly letters: readonly string[]; readonly text?: Answer }
  | { readonly kind: "truth"; readonly value: boolean | "unknown" }
  /** "no solution", "undefined", "does not exist" are `nothing`. */
  | { readonly kind: "nothing"; readonly what: "no-solution" | "undefined" }
  /** Anything else: folded (case, accents, punctuation, articles, white space). */
  | { readonly kind: "text"; readonly text: string };

/** `equal` is null where it could not be decided. `how` names the deciding comparison in a few words ("exact", "64 digits", …). */
export interface Verdict {
  readonly equal: boolean | null;
  readonly how: string;
}

/** Steps of work still allowed; reading and judging both spend it, so that nothing hangs. Deterministic, unlike a clock. */
export interface Fuel {
  left: number;
}

/** Thrown inside `answers/` when the fuel is gone; `verify` turns it into the verdict "undecided". */
export class OutOfFuel extends Error {
  override readonly name = "OutOfFuel";
}

/** Takes `steps` from the fuel. Throws OutOfFuel when there is none left. */
export function burn(fuel: Fuel, steps = 1): void {
  fuel.left -= steps;
  if (fuel.left < 0) throw new OutOfFuel("out of fuel");
}
