/** Arithmetic of quotients of polynomials. */
import { inverse, negate, one, rational } from "../rational.ts";
import type { Expr, Rational } from "../term.ts";
import type { Atom, Fraction, Poly, Table } from "./polynomial.ts";
import {
  asRational,
  atomPoly,
  constant,
  content,
  keyOf,
  monoPower,
  nothing,
  only,
  plus,
  polyExpr,
  scale,
  times,
  Undefined,
  unit,
  unity,
} from "./polynomial.ts";
import { number, product, raise } from "./tree.ts";

export const whollyOf = (n: Poly): Fraction => ({ n, d: unity });
export const fixed = (c: Rational): Fraction => whollyOf(constant(c));

/** The value of a fraction without atoms. */
export function exactly(f: Fraction): Rational | undefined {
  const [n, d] = [asRational(f.n), asRational(f.d)];
  return n && d && rational(n.n * d.d, n.d * d.n);
}

/** Signs and contents put in order, a constant or one-term denominator divided out. */
export function tidy(t: Table, n: Poly, d: Poly): Fraction {
  if (d.size === 0) throw new Undefined("division by zero");
  if (n.size === 0) return whollyOf(nothing);
  if (d === unity) return { n, d };
  const term = only(d);
  if (term && !hasBase(t, d)) {
    const by = monoPower(t, term.m, -unit);
    if (by) return whollyOf(scale(times(t, n, by), inverse(term.c)));
  }
  const common = content(d);
  return { n: scale(n, inverse(common)), d: scale(d, inverse(common)) };
}

const hasBase = (t: Table, p: Poly): boolean => {
  for (const { m } of p.values()) for (let j = 0; j < m.length; j += 2) if (t.atoms[m[j]].base) return true;
  return false;
};

export function sumOf(t: Table, a: Fraction, b: Fraction): Fraction {
  if (a.d === b.d) return tidy(t, plus(t, a.n, b.n), a.d);
  return tidy(t, plus(t, times(t, a.n, b.d), times(t, b.n, a.d)), times(t, a.d, b.d));
}

export function productOf(t: Table, a: Fraction, b: Fraction): Fraction {
  const d = a.d === unity ? b.d : b.d === unity ? a.d : times(t, a.d, b.d);
  return tidy(t, times(t, a.n, b.n), d);
}

export const opposite = (f: Fraction): Fraction => ({ n: scale(f.n, negate(one)), d: f.d });
export const inverted = (t: Table, f: Fraction): Fraction => tidy(t, f.d, f.n);

export const fractionExpr = (t: Table, f: Fraction): Expr =>
  f.d === unity ? polyExpr(t, f.n) : product(polyExpr(t, f.n), raise(polyExpr(t, f.d), number(-1)));

export const fractionKey = (t: Table, f: Fraction): string =>
  f.d === unity ? keyOf(t, f.n) : `(${keyOf(t, f.n)})/(${keyOf(t, f.d)})`;

/** Something taken as it stands. */
export const opaque = (t: Table, key: string, expr: Expr, positive = false): Fraction =>
  whollyOf(atomPoly(t, { key, expr, sort: "other", positive }));

const i: Atom = { key: "i", expr: { kind: "constant", name: "i" }, sort: "i", positive: false };
export const imaginary = (t: Table): Fraction => whollyOf(atomPoly(t, i));
