/** Single values: units, percent, money, nouns, and decimals that the writer rounded. */
import { absolute, digitsAt, divide, multiply, one, same, subtract, terminates } from "../rational.ts";
import type { Answer, Expr, Rational, Unit, Verdict } from "../term.ts";
import type { Case, Kind } from "./case.ts";
import { any, different, equal } from "./case.ts";
import { evaluate } from "./evaluate.ts";
import { compareExpressions, defined, rationalValue } from "./expressions.ts";
import { number, pi, product, raise, sum, symbols } from "./tree.ts";

type Value = Kind<"value">;

/** How a number stands in its answer: marked as approximate, with digits hidden in the unit ("33.3%" has three). */
export interface Manner {
  readonly about?: boolean;
  readonly extra?: number;
}

/** A decimal as written, with the digits after its point. */
function decimalOf(e: Expr): { readonly value: Rational; readonly places: number } | undefined {
  if (e.kind === "number")
    return e.places === undefined || e.places < 1 ? undefined : { value: e.value, places: e.places };
  if (e.kind !== "product" || e.factors.length !== 2) return undefined;
  const [sign, inner] = e.factors;
  const found = sign.kind === "number" && sign.value.n === -1n && sign.value.d === 1n ? decimalOf(inner) : undefined;
  return found && { value: { n: -found.value.n, d: found.value.d }, places: found.places };
}

/**
 * Is the decimal what a careful writer makes of the exact value: its rounding at the last place, with `policy.places`
 * digits (and two significant ones), or one significant digit more than that? Values with a finite expansion have to be written out, unless the writer said
 * "about". From 15 significant digits on, the nearest double is accepted as well.
 */
function rounds(decimal: Expr, exact: Expr, c: Case, manner: Manner, loose: boolean): Verdict | undefined {
  const written = decimalOf(decimal);
  if (!written || symbols(exact).length > 0) return undefined;
  const { places, value } = written;
  const shown = absolute(digitsAt(value, places)).toString().length;
  const least = manner.about ? Math.min(1, c.policy.places) : c.policy.places;
  const enough = places + (manner.extra ?? 0) >= least ? shown >= Math.min(2, least) : shown > least;
  if (!enough) return undefined;
  const known = rationalValue(exact, c.fuel);
  if (known && terminates(known) && !loose && !manner.about && !standsForMore(exact, value, places)) return undefined;
  if (known && digitsAt(known, places) === digitsAt(value, places)) return equal(`rounded to ${places} places`);
  const found = defined(() => evaluate(exact, { at: new Map(), real: false }, 50 + places, c.fuel).z);
  if (!found || !found.im.isZero()) return undefined;
  if (shown >= 15 && found.re.toNumber() === Number(value.n) / Number(value.d)) return equal("the same double");
  if (known) return undefined;
  const error = found.re.minus(evaluate(number(value), { at: new Map(), real: true }, 50 + places, c.fuel).z.re).abs();
  return error.times(2).lt(`1e-${places}`) ? equal(`rounded to ${places} places`) : undefined;
}

/**
 * A decimal of twelve digits or more stands for the number it was cut from, unless it differs from the shorter one so
 * little that the difference must be meant: 0.2902435312 is rounded to 0.29, 0.100000000001 is not 0.10.
 */
function standsForMore(exact: Expr, value: Rational, places: number): boolean {
  const long = decimalOf(exact);
  if (!long || long.places < 12 || places > 6) return false;
  const apart = subtract(long.value, value);
  return absolute(digitsAt(apart, places + 3)) >= 1n;
}

function close(a: Expr, b: Expr, c: Case): Verdict | undefined {
  const values = defined(() => [a, b].map((e) => evaluate(e, { at: new Map(), real: false }, 40, c.fuel).z.re));
  if (!values) return undefined;
  const [x, y] = values;
  const larger = x.abs().gt(y.abs()) ? x.abs() : y.abs();
  return x.minus(y).abs().lte(larger.times(c.policy.tolerance)) ? equal("within the tolerance") : undefined;
}

/** Two numbers or symbolic expressions, decimals rounded as the policy allows. */
export function compareNumbers(a: Expr, b: Expr, c: Case, left: Manner = {}, right: Manner = {}): Verdict {
  const verdict = compareExpressions(a, b, c.fuel);
  const { rounding, reference } = c.policy;
  if (verdict.equal || rounding === "none") return verdict;
  if (rounding === "relative") return close(a, b, c) ?? verdict;
  const gold = reference === "gold";
  return rounds(a, b, c, left, gold) ?? (gold && decimalOf(a) ? undefined : rounds(b, a, c, right, false)) ?? verdict;
}

const sameDims = (a: Unit, b: Unit): boolean => {
  const names = new Set([...Object.keys(a.dims), ...Object.keys(b.dims)]);
  return [...names].every((name) => (a.dims[name] ?? 0) === (b.dims[name] ?? 0));
};

const sameScale = (a: Unit, b: Unit): boolean =>
  same(a.scale, b.scale) && (a.pi ?? 0) === (b.pi ?? 0) && same(a.offset ?? none, b.offset ?? none);

const none: Rational = { n: 0n, d: 1n };

/** The value in the base units of its dimension. */
function based(value: Expr, unit: Unit): Expr {
  const plain = same(unit.scale, one) ? value : scaled(value, unit.scale);
  const turned = unit.pi ? product(plain, raise(pi, number(unit.pi))) : plain;
  return unit.offset ? sum(turned, number(unit.offset)) : turned;
}

/** Keeps numbers numbers, so that they stay cheap. */
const scaled = (value: Expr, by: Rational): Expr =>
  value.kind === "number" ? number(multiply(value.value, by)) : product(number(by), value);

/** A value given in one unit, told in another of the same dimension. */
function converted(value: Expr, from: Unit, to: Unit): Expr {
  const power = (from.pi ?? 0) - (to.pi ?? 0);
  const shift = subtract(from.offset ?? none, to.offset ?? none);
  const moved = scaled(value, divide(from.scale, to.scale));
  const turned = power === 0 ? moved : product(moved, raise(pi, number(power)));
  return shift.n === 0n ? turned : sum(turned, number(divide(shift, to.scale)));
}

function compareUnits(a: Value, b: Value, u: Unit, v: Unit, c: Case): Verdict {
  const [left, right] = [{ about: a.approximate }, { about: b.approximate }];
  if (u.sort === "percent" && v.sort === "percent") {
    if (sameScale(u, v)) return compareNumbers(a.value, b.value, c, { ...left, extra: 2 }, { ...right, extra: 2 });
    return compareNumbers(based(a.value, u), based(b.value, v), c, left, right);
  }
  if (u.sort === "percent" || v.sort === "percent" || !sameDims(u, v)) return different("units");
  if (sameScale(u, v)) return compareNumbers(a.value, b.value, c, left, right);
  if (c.policy.units === "strict") return different("units");
  return any([
    compareNumbers(a.value, converted(b.value, v, u), c, left, right),
    compareNumbers(converted(a.value, u, v), b.value, c, left, right),
  ]);
}

/** A value with a unit and one without, `flipped` if the first is the answer. */
function compareMissing(a: Value, u: Unit, b: Value, c: Case, flipped: boolean): Verdict {
  const { percent, missingUnit } = c.policy;
  const numbers = (x: Expr, extra: number): Verdict => {
    const [left, right] = [{ about: a.approximate, extra }, { about: b.approximate }];
    return flipped ? compareNumbers(b.value, x, c, right, left) : compareNumbers(x, b.value, c, left, right);
  };
  const asWritten = (): Verdict => numbers(a.value, 0);
  const asShare = (): Verdict => {
    const decimal = decimalOf(a.value);
    const share = scaled(a.value, u.scale);
    const written = decimal && share.kind === "number" ? { ...share, places: decimal.places + 2 } : share;
    return numbers(written, 0);
  };
  if (u.sort === "percent") {
    if (percent === "value") return asShare();
    return percent === "number" ? asWritten() : any([asWritten(), asShare()]);
  }
  const verdicts: Verdict[] = [];
  if (missingUnit) verdicts.push(asWritten());
  if (u.sort === "angle") verdicts.push(numbers(based(a.value, u), 0));
  return verdicts.length === 0 ? different("a unit is missing") : any(verdicts);
}

export function compareValues(a: Value, b: Value, c: Case): Verdict {
  const { nouns, units } = c.policy;
  const dropped = (unit: Unit | undefined): Unit | undefined =>
    units === "ignore" && unit?.sort !== "percent" ? undefined : unit;
  const [u, v] = [dropped(a.unit), dropped(b.unit)];
  if (nouns === "compare") {
    if (a.noun !== undefined && b.noun !== undefined && a.noun !== b.noun) return different("nouns");
    if ((a.noun !== undefined && v && !u) || (b.noun !== undefined && u && !v)) return different("a noun and a unit");
  }
  if (u && v) return compareUnits(a, b, u, v, c);
  if (u) return compareMissing(a, u, b, c, false);
  if (v) return compareMissing(b, v, a, c, true);
  return compareNumbers(a.value, b.value, c, { about: a.approximate }, { about: b.approximate });
}

/** The answer without units, names of things and marks of approximation: for what is compared as a bare expression. */
export const bare = (a: Answer): Expr | undefined => (a.kind === "value" && !a.unit ? a.value : undefined);
