/**
 * Polynomials with rational coefficients over atoms: symbols, primes under a root, π, e, i and whatever else is taken as
 * it stands (sin 1, 2^x, √(1 + x)). Exponents are rational, counted in units of 1/5040, which keeps sums of roots up to
 * the tenth (and most beyond) exact. Powers that have a value are replaced by it: √2·√2 = 2, i² = −1.
 */
import { add, fits, floor, gcd, isZero, multiply, one, power, rational, same } from "../rational.ts";
import type { Expr, Fuel, Rational } from "../term.ts";
import { burn } from "../term.ts";
import { number, product, raise, sum } from "./tree.ts";

export const unit = 5040;

export interface Atom {
  /** Says all there is to say about it: two atoms of one table are the same if their keys are. */
  readonly key: string;
  readonly expr: Expr;
  readonly sort: "prime" | "i" | "symbol" | "base" | "other";
  readonly prime?: bigint;
  /** What stands under the root. */
  readonly base?: Poly;
  /** Certainly a positive real number wherever it is defined. */
  readonly positive: boolean;
}

/** Atom numbers and exponents in turn, by ascending number. */
export type Mono = readonly number[];
export interface Term {
  readonly c: Rational;
  readonly m: Mono;
}
/** By the text of the monomial; no zero coefficients. */
export type Poly = ReadonlyMap<string, Term>;

/** n / d, d never zero. Not always in lowest terms: compare by cross multiplication. */
export interface Fraction {
  readonly n: Poly;
  readonly d: Poly;
}

export interface Table {
  readonly atoms: Atom[];
  readonly ids: Map<string, number>;
  /** What the atoms that are logarithms are taken of. */
  readonly logs: Map<string, Fraction>;
  readonly fuel: Fuel;
}

/** Something has no value here: a division by zero, ln 0, infinity in a sum. */
export class Undefined extends Error {
  override readonly name = "Undefined";
}

/** A number is too large or too small to be computed with; it may well have a value. */
export class Unreachable extends Undefined {}

export const table = (fuel: Fuel): Table => ({ atoms: [], ids: new Map(), logs: new Map(), fuel });

export function intern(t: Table, atom: Atom): number {
  const known = t.ids.get(atom.key);
  if (known !== undefined) return known;
  const id = t.atoms.push(atom) - 1;
  t.ids.set(atom.key, id);
  return id;
}

export const constant = (c: Rational): Poly => (isZero(c) ? new Map() : new Map([["", { c, m: [] }]]));
export const nothing: Poly = new Map();
export const unity: Poly = constant(one);

export const single = (c: Rational, m: Mono): Poly => new Map([[m.join(), { c, m }]]);
export const atomPoly = (t: Table, atom: Atom, exponent = unit): Poly => single(one, [intern(t, atom), exponent]);

/** The value of a polynomial without atoms. */
export function asRational(p: Poly): Rational | undefined {
  if (p.size === 0) return { n: 0n, d: 1n };
  return p.size === 1 ? p.get("")?.c : undefined;
}

/** The only term, if there is just one. */
export function only(p: Poly): Term | undefined {
  if (p.size !== 1) return undefined;
  for (const term of p.values()) return term;
  return undefined;
}

function put(into: Map<string, Term>, term: Term): void {
  const key = term.m.join();
  const before = into.get(key);
  const c = before ? add(before.c, term.c) : term.c;
  if (isZero(c)) into.delete(key);
  else into.set(key, { c, m: term.m });
}

export function plus(t: Table, a: Poly, b: Poly): Poly {
  if (a.size === 0) return b;
  if (b.size === 0) return a;
  burn(t.fuel, 1 + (a.size + b.size) / 4);
  const result = new Map(a);
  for (const term of b.values()) put(result, term);
  return result;
}

export function scale(p: Poly, by: Rational): Poly {
  if (isZero(by)) return nothing;
  if (same(by, one)) return p;
  return new Map([...p].map(([key, { c, m }]) => [key, { c: multiply(c, by), m }]));
}

/** A monomial with the powers that have a value replaced by it; `over` are the bases whose roots became whole. */
function settle(t: Table, c: Rational, m: Mono): { readonly term: Term; readonly over: readonly Poly[] } {
  let coefficient = c;
  const kept: number[] = [];
  const over: Poly[] = [];
  for (let j = 0; j < m.length; j += 2) {
    const [atom, e] = [t.atoms[m[j]], m[j + 1]];
    if (e === 0) continue;
    let rest = e;
    if (atom.sort === "prime" && atom.prime !== undefined) {
      const wholes = Math.floor(e / unit);
      if (wholes !== 0 && fits({ n: atom.prime, d: 1n }, BigInt(wholes))) {
        coefficient = multiply(coefficient, power({ n: atom.prime, d: 1n }, BigInt(wholes), t.fuel));
        rest = e - wholes * unit;
      }
    } else if (atom.sort === "i") {
      const quarter = (((e / unit) % 4) + 4) % 4;
      if (quarter >= 2) coefficient = multiply(coefficient, { n: -1n, d: 1n });
      rest = quarter % 2 === 1 ? unit : 0;
    } else if (atom.base && e >= unit) {
      for (; rest >= unit; rest -= unit) over.push(atom.base);
    }
    if (rest !== 0) kept.push(m[j], rest);
  }
  return { term: { c: coefficient, m: kept }, over };
}

function merge(a: Mono, b: Mono): Mono {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const result: number[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (j >= b.length || (i < a.length && a[i] < b[j])) {
      result.push(a[i], a[i + 1]);
      i += 2;
    } else if (i >= a.length || b[j] < a[i]) {
      result.push(b[j], b[j + 1]);
      j += 2;
    } else {
      result.push(a[i], a[i + 1] + b[j + 1]);
      i += 2;
      j += 2;
    }
  }
  return result;
}

export function times(t: Table, a: Poly, b: Poly): Poly {
  const result = new Map<string, Term>();
  let extra: Poly = nothing;
  burn(t.fuel, 1 + a.size * b.size);
  for (const x of a.values()) {
    for (const y of b.values()) {
      const c = multiply(x.c, y.c);
      if (x.m.length === 0 || y.m.length === 0) {
        put(result, { c, m: x.m.length === 0 ? y.m : x.m });
        continue;
      }
      const { term, over } = settle(t, c, merge(x.m, y.m));
      if (over.length === 0) put(result, term);
      else
        extra = plus(
          t,
          extra,
          over.reduce((p, base) => times(t, p, base), single(term.c, term.m)),
        );
    }
  }
  return plus(t, result, extra);
}

/** A monomial to a rational power of `exponent` units; its coefficient must be 1. Undefined where an exponent is not exact. */
export function monoPower(t: Table, m: Mono, exponent: number): Poly | undefined {
  const raised: number[] = [];
  for (let j = 0; j < m.length; j += 2) {
    const e = m[j + 1] % unit === 0 ? (m[j + 1] / unit) * exponent : (m[j + 1] * exponent) / unit;
    if (!Number.isSafeInteger(e) || !(m[j + 1] % unit === 0 || Number.isSafeInteger(m[j + 1] * exponent)))
      return undefined;
    if (t.atoms[m[j]].sort === "i" && e % unit !== 0) return undefined;
    raised.push(m[j], e);
  }
  const { term, over } = settle(t, one, raised);
  return over.reduce((p, base) => times(t, p, base), single(term.c, term.m));
}

/** The greatest rational that divides every coefficient, positive. */
export function content(p: Poly): Rational {
  let [n, d] = [0n, 1n];
  for (const { c } of p.values()) {
    n = gcd(c.n, n);
    d = (d / gcd(d, c.d)) * c.d;
  }
  return n === 0n ? one : rational(n, d);
}

const monoKey = (t: Table, m: Mono): string => {
  const texts: string[] = [];
  for (let j = 0; j < m.length; j += 2) texts.push(`${t.atoms[m[j]].key}^${m[j + 1]}`);
  return texts.sort().join("·");
};

/** The terms in an order that depends on the polynomial only. */
export function ordered(t: Table, p: Poly): { readonly key: string; readonly term: Term }[] {
  burn(t.fuel, p.size / 4);
  const terms = [...p.values()].map((term) => ({ key: monoKey(t, term.m), term }));
  return terms.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

export const keyOf = (t: Table, p: Poly): string =>
  ordered(t, p)
    .map(({ key, term: { c } }) => `${c.n}${c.d === 1n ? "" : `/${c.d}`}${key}`)
    .join("+");

/** Is p = c · q for a rational c ≠ 0? Then c. */
export function ratio(p: Poly, q: Poly): Rational | undefined {
  if (p.size !== q.size || p.size === 0) return undefined;
  let by: Rational | undefined;
  for (const [key, { c }] of p) {
    const other = q.get(key);
    if (!other) return undefined;
    const here = rational(c.n * other.c.d, c.d * other.c.n);
    if (by && !same(by, here)) return undefined;
    by = here;
  }
  return by;
}

const exponentExpr = (e: number): Expr => number(rational(BigInt(e), BigInt(unit)));

/** The polynomial as an expression. */
export function polyExpr(t: Table, p: Poly): Expr {
  if (p.size === 0) return number(0);
  const terms = ordered(t, p).map(({ term: { c, m } }) => {
    const all: Expr[] = m.length > 0 && same(c, one) ? [] : [number(c)];
    for (let j = 0; j < m.length; j += 2) {
      const { expr } = t.atoms[m[j]];
      all.push(m[j + 1] === unit ? expr : raise(expr, exponentExpr(m[j + 1])));
    }
    return product(...all);
  });
  return sum(...terms);
}

/**
 * Do different polynomials over these atoms certainly have different values? So it is over symbols, roots of primes, and
 * one of π and e; and for sums of rational multiples of logarithms of primes (unique factorisation).
 */
export function independent(t: Table, p: Poly): boolean {
  const transcendental = new Set<string>();
  let logarithms = false;
  let others = false;
  for (const { m } of p.values()) {
    for (let j = 0; j < m.length; j += 2) {
      const atom = t.atoms[m[j]];
      if (isLogOfPrime(t, atom) && m.length === 2 && m[1] === unit) logarithms = true;
      else {
        others = true;
        if (atom.sort === "other") {
          if (atom.key !== "π" && atom.key !== "e") return false;
          transcendental.add(atom.key);
        } else if (atom.sort === "base" || (atom.sort === "prime" && !isPrime(atom))) return false;
        else if (atom.sort === "symbol" && m[j + 1] % unit !== 0) return false;
      }
    }
  }
  return logarithms ? !others : transcendental.size < 2;
}

/** Beyond this, trial division does not show that a factor is prime. */
const surePrime = 25_000_000n;

const isPrime = (atom: Atom): boolean => atom.prime !== undefined && atom.prime < surePrime;

function isLogOfPrime(t: Table, { key }: Atom): boolean {
  const inside = t.logs.get(key);
  const m = inside?.d === unity ? only(inside.n)?.m : undefined;
  return m?.length === 2 && m[1] === unit && isPrime(t.atoms[m[0]]);
}

/** ⌊a⌋ as a number of units, if a · 5040 is whole and small. */
export function unitsOf(a: Rational): number | undefined {
  const scaled = multiply(a, { n: BigInt(unit), d: 1n });
  const n = floor(scaled);
  return scaled.d === 1n && n >= -(2n ** 52n) && n <= 2n ** 52n ? Number(n) : undefined;
}
