/** Regions of the real line, and the region where a linear or quadratic polynomial is negative, zero or positive. */
import type { Comparison, Expr } from "../term.ts";
import type { Case } from "./case.ts";
import { defined, sideOf } from "./expressions.ts";
import { normal } from "./normal.ts";
import type { Term } from "./polynomial.ts";
import { polyExpr, table, unit } from "./polynomial.ts";
import { difference, minus, number, product, raise, some, sum, symbols } from "./tree.ts";

/** A combination of intervals; an end that is absent is infinite. */
export type Region =
  | { readonly kind: "span"; readonly low?: Expr; readonly high?: Expr; readonly closed: readonly [boolean, boolean] }
  | { readonly kind: "and"; readonly parts: readonly Region[] }
  | { readonly kind: "or"; readonly parts: readonly Region[] }
  | { readonly kind: "not"; readonly of: Region };

export const everything: Region = { kind: "span", closed: [false, false] };
export const empty: Region = { kind: "or", parts: [] };
export const single = (at: Expr): Region => ({ kind: "span", low: at, high: at, closed: [true, true] });

/** Coefficients of x⁰, x¹, x² of a polynomial in one variable, as constants; its sign may be that of the polynomial only. */
function coefficients(f: Expr, name: string, c: Case): readonly Expr[] | undefined {
  const t = table(c.fuel);
  const form = defined(() => normal(t, f));
  if (!form) return undefined;
  const below = polyExpr(t, form.d);
  const side = symbols(below).length === 0 ? sideOf(below, c.fuel) : undefined;
  if (!side) return undefined;
  const byDegree = [0, 1, 2].map(() => new Map<string, Term>());
  const isName = (e: Expr): boolean => e.kind === "symbol" && e.name === name;
  for (const { c: factor, m } of form.n.values()) {
    const others: number[] = [];
    let degree = 0;
    for (let j = 0; j < m.length; j += 2) {
      const { expr } = t.atoms[m[j]];
      if (isName(expr)) degree = m[j + 1] / unit;
      else if (some(expr, isName)) return undefined;
      else others.push(m[j], m[j + 1]);
    }
    if (degree !== 0 && degree !== 1 && degree !== 2) return undefined;
    byDegree[degree].set(others.join(), { c: factor, m: others });
  }
  return byDegree.map((p) => (side < 0 ? minus(polyExpr(t, p)) : polyExpr(t, p)));
}

/** The distinct real zeros in ascending order, and the sign above the last. */
function zeros(f: Expr, name: string, c: Case): { readonly at: readonly Expr[]; readonly above: -1 | 1 } | undefined {
  const [k, b, a] = coefficients(f, name, c) ?? [];
  if (!k) return undefined;
  const leading = sideOf(a, c.fuel);
  if (leading === 0) {
    const slope = sideOf(b, c.fuel);
    return slope ? { at: [minus(product(k, raise(b, number(-1))))], above: slope } : undefined;
  }
  if (leading === undefined) return undefined;
  const inside = difference(product(b, b), product(number(4), a, k));
  const side = sideOf(inside, c.fuel);
  if (side === undefined) return undefined;
  const root = raise(inside, number({ n: 1n, d: 2n }));
  const under = raise(product(number(2), a), number(-1));
  const [low, high] = [minus(root), root].map((r) => product(sum(minus(b), r), under));
  if (side <= 0) return { at: side === 0 ? [product(minus(b), under)] : [], above: leading };
  return { at: leading === 1 ? [low, high] : [high, low], above: leading };
}

/** Where f(name) = 0, ≠ 0, < 0 or ≤ 0. Undefined unless f is linear or quadratic. */
export function solved(f: Expr, name: string, sign: Comparison, c: Case): Region | undefined {
  const found = zeros(f, name, c);
  if (!found) return undefined;
  const { at, above } = found;
  const roots: Region = { kind: "or", parts: at.map(single) };
  if (sign === "=") return roots;
  if (sign === "!=") return { kind: "not", of: roots };
  if (sign !== "<" && sign !== "<=") return undefined;
  const closed = sign === "<=";
  if (at.length === 1 && isLinear(f, name, c)) {
    return above === 1
      ? { kind: "span", high: at[0], closed: [false, closed] }
      : { kind: "span", low: at[0], closed: [closed, false] };
  }
  if (at.length < 2) {
    if (above === 1) return closed ? roots : empty;
    return closed ? everything : { kind: "not", of: roots };
  }
  const inner: Region = { kind: "span", low: at[0], high: at[1], closed: [closed, closed] };
  const outer: Region = { kind: "span", low: at[0], high: at[1], closed: [!closed, !closed] };
  return above === 1 ? inner : { kind: "not", of: outer };
}

/** Is f linear, so that its one zero is a change of sign? */
function isLinear(f: Expr, name: string, c: Case): boolean {
  const [, , a] = coefficients(f, name, c) ?? [];
  return a !== undefined && sideOf(a, c.fuel) === 0;
}
