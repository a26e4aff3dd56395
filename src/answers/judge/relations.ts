/** Equations, inequalities, chains and systems. */
import type { Answer, Comparison, Expr, Verdict } from "../term.ts";
import type { Case, Kind } from "./case.ts";
import { any, different, equal, every, undecided, unordered } from "./case.ts";
import { defined, proportional } from "./expressions.ts";
import { normal } from "./normal.ts";
import type { Fraction, Poly, Table } from "./polynomial.ts";
import { monoPower, ratio, single, table, times, unit } from "./polynomial.ts";
import { one } from "../rational.ts";
import { difference, some, substitute, symbol, symbols } from "./tree.ts";
import { bare } from "./values.ts";

export type Relation = Kind<"relation">;

const relation = (a: Answer, sign: Comparison, b: Answer): Relation => ({
  kind: "relation",
  sides: [a, b],
  signs: [sign],
});

/** Names of functions that are asked for: f(x), P(n), not sin x. */
const free = /^[A-Za-z]\w?'*(?:\^-1)?$|^[A-Za-z]_\w+$/u;

/** What an equation gives a value to: a symbol, or f(x) of symbols or numbers. */
export interface Named {
  readonly name: string;
  readonly of: Expr;
  readonly value: Answer;
}

/** The name of what an expression names: x, f(x). */
export function label(e: Expr | undefined): string | undefined {
  if (e?.kind === "symbol") return e.name;
  if (e?.kind !== "apply" || !free.test(e.name) || e.args.length === 0) return undefined;
  const args = e.args.map((arg) =>
    arg.kind === "symbol" ? arg.name : arg.kind === "number" ? `${arg.value.n}/${arg.value.d}` : "",
  );
  return args.includes("") ? undefined : `${e.name}(${args.join()})`;
}

/** A quantity that is asked for by more than one letter: AB, |AB|, S_{ABC} : S, P(A). Capitals only, since xy = 6 is an equation. */
function isQuantity(e: Expr): boolean {
  if (e.kind === "symbol") return /^[A-Z]/u.test(e.name);
  if (e.kind === "product") return e.factors.length > 0 && e.factors.every(isQuantity);
  if (e.kind === "power") return e.exponent.kind === "number" && e.exponent.value.n === -1n && isQuantity(e.base);
  return e.kind === "apply" && (e.name === "abs" || /^[A-Z]\w?$/u.test(e.name)) && e.args.every(isQuantity);
}

/** The constant that an equation gives to such a quantity. */
function quantity(a: Answer): Answer | undefined {
  if (a.kind !== "relation" || a.signs.length !== 1 || a.signs[0] !== "=") return undefined;
  for (const [side, value] of [a.sides, [a.sides[1], a.sides[0]]]) {
    const of = bare(side);
    if (of && isQuantity(of) && isConstant(value)) return value;
  }
  return undefined;
}

const mentions = (a: Answer, name: Expr): boolean => {
  const e = bare(a);
  return (
    e !== undefined &&
    some(e, (node) =>
      name.kind === "symbol"
        ? node.kind === "symbol" && node.name === name.name
        : node.kind === "apply" && name.kind === "apply" && node.name === name.name,
    )
  );
};

/** x = 5, 5 = x, f(x) = 2x + 1. */
export function named(a: Answer): Named | undefined {
  if (a.kind !== "relation" || a.signs.length !== 1 || (a.signs[0] !== "=" && a.signs[0] !== "≈")) return undefined;
  for (const [side, value] of [a.sides, [a.sides[1], a.sides[0]]]) {
    const of = bare(side);
    const name = label(of);
    if (of && name !== undefined && !mentions(value, of)) {
      const about = a.signs[0] === "≈" && value.kind === "value";
      return { name, of, value: about ? { ...value, approximate: true } : value };
    }
  }
  return undefined;
}

/** What a statement says when it does not hold whatever the symbols mean. */
export const absurd = "contradiction";

/**
 * A chain as the statement it makes: computed step by step it says its last exact member; an equation, or several that
 * hold together. `absurd` where constants that should be equal are not.
 */
export function settled(a: Relation, c: Case): Answer | typeof absurd {
  const { sides, signs } = a;
  if (!signs.every((sign) => sign === "=" || sign === "≈")) return signs.length === 1 ? a : split(a);
  const first = bare(sides[0]);
  const lead = first && label(first) !== undefined && !sides.slice(1).some((side) => mentions(side, first));
  const last = sides.length - 1;
  const trailing = bare(sides[last]);
  if (!lead && signs.length > 1 && trailing && label(trailing) !== undefined && signs.every((sign) => sign === "=")) {
    return settled({ ...a, sides: [...sides].reverse() }, c);
  }
  const members = lead ? sides.slice(1) : sides;
  const joins = lead ? signs.slice(1) : signs;
  if (members.length === 1) return a;
  const value = chainValue(members, joins, c);
  if (value === absurd) return absurd;
  if (value === undefined) return signs.length === 1 ? a : split(a);
  return lead ? relation(sides[0], "=", signs[0] === "≈" && members.length === 1 ? value : value) : value;
}

/** The last of the members that are joined by "=", if they are all equal. */
function chainValue(
  members: readonly Answer[],
  joins: readonly Comparison[],
  c: Case,
): Answer | undefined | typeof absurd {
  const until = joins.indexOf("≈");
  const exact = until < 0 ? members : members.slice(0, until + 1);
  let best = exact[0];
  for (let j = 1; j < exact.length; j++) {
    const { equal: same, how } = c.compare(best, exact[j]);
    if (same === null) return undefined;
    if (!same) return exact.every(isConstant) ? absurd : undefined;
    if (!how.includes("rounded")) best = exact[j];
  }
  // An equation between two symbolic sides that happens to be an identity is read as a computation.
  return best;
}

const isConstant = (a: Answer): boolean => a.kind === "value" && symbols(a.value).length === 0;

/** a < b ≤ c as a < b and b ≤ c. */
export function split({ sides, signs }: Relation): Kind<"all"> {
  return { kind: "all", parts: signs.map((sign, j) => relation(sides[j], sign, sides[j + 1])) };
}

/** The same statement with < and ≤ only, as (sign, left, right). */
export function oriented({ sides, signs }: Relation): readonly [Comparison, Answer, Answer] {
  const [sign] = signs;
  if (sign === ">") return ["<", sides[1], sides[0]];
  if (sign === ">=") return ["<=", sides[1], sides[0]];
  return [sign === "≈" ? "=" : sign, sides[0], sides[1]];
}

/** left − right, if both are expressions. */
export function gapOf(left: Answer, right: Answer): Expr | undefined {
  const [l, r] = [bare(left), bare(right)];
  return l && r && difference(l, r);
}

/** The numerator, multiplied by what stands below in it. */
function cleared(t: Table, f: Fraction): Poly {
  const lowest = new Map<number, number>();
  for (const { m } of f.n.values()) {
    for (let j = 0; j < m.length; j += 2) if (m[j + 1] < Math.min(0, lowest.get(m[j]) ?? 0)) lowest.set(m[j], m[j + 1]);
  }
  let n = f.n;
  for (const [id, e] of lowest) n = times(t, n, monoPower(t, [id, unit], -e) ?? single(one, []));
  return n;
}

/** Are there only whole powers of symbols in it, no roots or other constants? */
function isPlain(t: Table, p: Poly): boolean {
  for (const { m } of p.values()) {
    for (let j = 0; j < m.length; j += 2) if (t.atoms[m[j]].sort !== "symbol" || m[j + 1] % unit !== 0) return false;
  }
  return true;
}

/** Is f = c · g for a constant c ≠ 0 (and, for inequalities, c > 0)? */
function multiples(f: Expr, g: Expr, positive: boolean, c: Case): Verdict {
  const t = table(c.fuel);
  const sides = defined(() => [normal(t, f), normal(t, g)] as const);
  if (sides) {
    if (sides[0].n.size === 0 || sides[1].n.size === 0) {
      return sides[0].n.size === sides[1].n.size ? equal("identities") : different("an identity and an equation");
    }
    const by = positive ? undefined : ratio(cleared(t, sides[0]), cleared(t, sides[1]));
    const plain = ratio(sides[0].n, sides[1].n);
    if (by || (plain && plain.n > 0n && sides[0].d === sides[1].d)) return equal("a constant multiple");
    if (sides.every((side) => side.d.size === 1 && isPlain(t, side.n) && isPlain(t, side.d))) {
      return different("not a constant multiple");
    }
  }
  const sign = proportional(f, g, c.fuel);
  if (sign === undefined) return undecided("too few points where both have a value");
  return sign !== false && (!positive || sign === 1)
    ? equal("a constant multiple at points")
    : different("not a constant multiple");
}

/** Names that stand for the same: y = … and f(x) = …, f(t) = … and f(x) = …. The second's value in the first's letters. */
function aligned(a: Named, b: Named): Answer | undefined {
  if (a.name === b.name) return b.value;
  const [p, q] = [a.of, b.of];
  if (p.kind === "apply" && q.kind === "apply") {
    if (p.name !== q.name || p.args.length !== q.args.length || b.value.kind !== "value") return undefined;
    let { value } = b.value;
    for (const [j, arg] of q.args.entries()) {
      const to = p.args[j];
      if (arg.kind !== "symbol" || to.kind !== "symbol") return undefined;
      value = substitute(value, arg.name, symbol(`${to.name}\u0000`));
    }
    for (const to of p.args) if (to.kind === "symbol") value = substitute(value, `${to.name}\u0000`, to);
    return { ...b.value, value };
  }
  const graph = (f: Expr, y: Expr): boolean =>
    f.kind === "apply" && f.args.every((arg) => arg.kind === "symbol") && y.kind === "symbol" && y.name === "y";
  return graph(p, q) || graph(q, p) ? b.value : undefined;
}

export function compareRelations(a: Relation, b: Relation, c: Case): Verdict {
  const [[sign, l, r], [other, m, s]] = [oriented(a), oriented(b)];
  if (sign !== other) return different("relations");
  if (sign === "≡") return every([c.compare(l, m), c.compare(r, s)], "congruence");
  const sides = (): Verdict => every([c.compare(l, m), c.compare(r, s)], "sides");
  const swapped = (): Verdict => every([c.compare(l, s), c.compare(r, m)], "sides");
  if (sign === "=") {
    const [x, y] = [named(a), named(b)];
    const value = x && y && aligned(x, y);
    if (x && value) {
      const verdict = c.compare(x.value, value);
      if (verdict.equal) return verdict;
    }
  }
  const [f, g] = [gapOf(l, r), gapOf(m, s)];
  if (f && g) return multiples(f, g, sign === "<" || sign === "<=", c);
  return sign === "=" || sign === "!=" ? any([sides(), swapped()]) : sides();
}

/** Solutions and values under their names: x = 2 → 2, {x = 2, x = 3} → {2, 3}, x = 1 and y = 2 → (1, 2). */
export function stripped(a: Answer): Answer | undefined {
  if (a.kind === "relation") return named(a)?.value ?? quantity(a);
  if (a.kind === "set") {
    const items = a.items.map((item) => stripped(item));
    const all = items.filter((item) => item !== undefined);
    return all.length === a.items.length && all.length > 0 ? { ...a, items: all } : undefined;
  }
  if (a.kind === "all") {
    const parts = a.parts.map(named).filter((part) => part !== undefined);
    if (a.parts.length < 2) return undefined;
    if (parts.length < a.parts.length) {
      const items = a.parts.map((part) => stripped(part)).filter((part) => part !== undefined);
      return items.length === a.parts.length ? { kind: "tuple", items } : undefined;
    }
    const names = new Set(parts.map(({ name }) => name));
    const items = parts.map(({ value }) => value);
    if (names.size === 1) return { kind: "set", items, written: "listed" };
    return names.size === parts.length ? { kind: "tuple", items } : undefined;
  }
  return undefined;
}

/** The names under which an answer gives values, sorted. */
export function labels(a: Answer): string[] {
  if (a.kind === "set" || a.kind === "all") {
    return [...new Set((a.kind === "set" ? a.items : a.parts).flatMap(labels))].sort();
  }
  const name = named(a)?.name;
  return name === undefined ? [] : [name];
}

/** Parts that hold together, in any order. */
export const compareSystems = (a: Kind<"all">, b: Kind<"all">, c: Case): Verdict => unordered(a.parts, b.parts, c);
