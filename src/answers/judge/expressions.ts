/** Are two expressions equal? Normal form first, then constants to a hundred digits, then values at points. */
import { bits, compare as compareRational, same } from "../rational.ts";
import type { Expr, Fuel, Rational, Verdict } from "../term.ts";
import { OutOfFuel } from "../term.ts";
import { opened } from "./bound.ts";
import { different, equal, undecided } from "./case.ts";
import { add, exponentOf, isZero, modulus, negate } from "./complex.ts";
import { roughly } from "./doubles.ts";
import type { Point, Value } from "./evaluate.ts";
import { evaluate } from "./evaluate.ts";
import { exactly } from "./fractions.ts";
import { normal } from "./normal.ts";
import { points } from "./points.ts";
import type { Fraction, Table } from "./polynomial.ts";
import { asRational, independent, plus, scale, table, times, Undefined, Unreachable } from "./polynomial.ts";
import { number, parts, sameTree, some, substitute, symbols } from "./tree.ts";

const isInfinity = (e: Expr): boolean => e.kind === "constant" && e.name === "infinity";
const isOpen = (e: Expr): boolean => e.kind === "bound" || e.kind === "plusminus";
const isImaginary = (e: Expr): boolean =>
  (e.kind === "constant" && e.name === "i") || (e.kind === "apply" && /^(?:conjugate|re|im|arg)$/u.test(e.name));

/** 1 or −1 for ∞ times constants, undefined for anything that is no infinity. Throws Undefined for ∞ − ∞ and the like. */
export function infinite(e: Expr, fuel: Fuel): 1 | -1 | undefined {
  if (isInfinity(e)) return 1;
  if (!some(e, isInfinity) || e.kind === "bound") return undefined;
  const below = parts(e).map((part) => infinite(part, fuel));
  if (e.kind === "product") {
    let sign: 1 | -1 = 1;
    for (const [j, factor] of e.factors.entries()) {
      const side = below[j] ?? sideOf(factor, fuel);
      if (side !== 1 && side !== -1) throw new Undefined("infinity times something unknown");
      sign = sign === side ? 1 : -1;
    }
    return sign;
  }
  if (e.kind === "sum") {
    const signs = new Set(below.filter((side) => side !== undefined));
    if (signs.size === 1) return signs.has(1) ? 1 : -1;
  }
  throw new Undefined("arithmetic with infinity");
}

/** The sign of a real constant. */
export function sideOf(e: Expr, fuel: Fuel): -1 | 0 | 1 | undefined {
  return order(e, { kind: "number", value: { n: 0n, d: 1n } }, fuel);
}

/** Runs with at most a share of the fuel; undefined where that, or the length of a number, was not enough. */
function within<T>(fuel: Fuel, share: number, work: (part: Fuel) => T): T | undefined {
  const part: Fuel = { left: fuel.left * share };
  const before = part.left;
  try {
    return work(part);
  } catch (error) {
    if (error instanceof OutOfFuel) return undefined;
    throw error;
  } finally {
    fuel.left -= before - Math.max(0, part.left);
  }
}

/** Undefined instead of an exception. */
export function defined<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof Undefined) return undefined;
    throw error;
  }
}

interface Normals {
  readonly t: Table;
  readonly a: Fraction;
  readonly b: Fraction;
}

const crossed = ({ t, a, b }: Normals): Fraction["n"] =>
  plus(t, times(t, a.n, b.d), scale(times(t, b.n, a.d), { n: -1n, d: 1n }));

function byNormalForm(a: Expr, b: Expr, fuel: Fuel): Verdict | undefined {
  const t = table(fuel);
  const sides = [a, b].map((e) => defined(() => normal(t, opened(t, e))));
  const [left, right] = sides;
  if (!left || !right) return left || right ? different("undefined") : undecided("undefined on both sides");
  const apart = crossed({ t, a: left, b: right });
  const rationals = exactly(left) && exactly(right);
  if (apart.size === 0) return equal(rationals ? "exact" : "normal form");
  if (asRational(apart) ?? independent(t, apart)) return different(rationals ? "exact" : "normal form");
  return undefined;
}

/** a = b? */
export function compareExpressions(a: Expr, b: Expr, fuel: Fuel): Verdict {
  if (a.kind === "number" && b.kind === "number") {
    return same(a.value, b.value) ? equal("exact") : different("exact");
  }
  if (sameTree(a, b, fuel)) return equal("same");
  if (some(a, isInfinity) || some(b, isInfinity)) {
    const signs = defined(() => [infinite(a, fuel), infinite(b, fuel)]);
    if (!signs) return undecided("arithmetic with infinity");
    if (signs[0] !== undefined || signs[1] !== undefined) {
      return signs[0] === signs[1] ? equal("infinity") : different("infinity");
    }
  }
  const verdict = within(fuel, 0.5, (part) => byNormalForm(a, b, part));
  if (verdict) return verdict;
  const t = table(fuel);
  const [x, y] = [a, b].map((e) => defined(() => opened(t, e)) ?? e);
  const names = symbols(x, y);
  if (some(x, isOpen) || some(y, isOpen)) return compareAtIntegers(x, y, names, fuel);
  return names.length === 0 ? compareConstants(x, y, fuel) : compareAtPoints(x, y, names, fuel);
}

/** Sums up to n and the like are compared for a few n. */
function compareAtIntegers(a: Expr, b: Expr, names: readonly string[], fuel: Fuel): Verdict {
  const verdict = undecided("a sum, integral or limit that was not evaluated");
  if (names.length === 0) return verdict;
  for (const n of [1, 2, 3, 5, 8, 13]) {
    const at = (e: Expr): Expr =>
      names.reduce((inner, name, j) => substitute(inner, name, number(n + 7 * j + ((n * j) % 3))), e);
    const { equal: agree } = compareExpressions(at(a), at(b), fuel);
    if (agree === false) return different("values at integers");
    if (agree === null) return verdict;
  }
  return equal("values at integers");
}

const nowhere: Point = { at: new Map(), real: false };

function gap(x: Value, y: Value): Value["z"]["re"] {
  return modulus(add(x.z, negate(y.z)));
}

/** Has the constant a value? */
function status(e: Expr, fuel: Fuel): "value" | "undefined" | "unreachable" {
  try {
    evaluate(e, nowhere, 30, fuel);
    return "value";
  } catch (error) {
    if (error instanceof Unreachable) return "unreachable";
    if (error instanceof Undefined) return "undefined";
    throw error;
  }
}

const digitsOf = (e: Expr): number =>
  e.kind === "number"
    ? Math.ceil(bits(e.value.n) * 0.3 + bits(e.value.d) * 0.3)
    : Math.max(0, ...parts(e).map(digitsOf));

/**
 * Constants agree if their difference shrinks with the precision, and differ if it stays; how many digits that takes
 * follows from the largest and smallest numbers met, so that 1 and tanh 1000 are told apart.
 */
export function compareConstants(a: Expr, b: Expr, fuel: Fuel): Verdict {
  const at = (digits: number): readonly [Value, Value] | undefined =>
    defined(() => [evaluate(a, nowhere, digits, fuel), evaluate(b, nowhere, digits, fuel)]);
  if (roughly(a, b, nowhere, fuel) === "apart") return different("15 digits");
  const first = at(30);
  if (!first) {
    const [x, y] = [a, b].map((e) => status(e, fuel));
    if (x === y || x === "unreachable" || y === "unreachable") return undecided(`${x} and ${y}`);
    return different("undefined");
  }
  const reach = Math.max(first[0].reach, first[1].reach);
  const size = gap(...first);
  if (reach < 6 && !size.isZero() && size.e > -12) return different("30 digits");
  const digits = 100 + 2 * reach + digitsOf(a) + digitsOf(b);
  if (digits > 900) return exponents(first) ?? undecided("too many digits needed");
  const [second, third] = [at(digits), at(digits + 60)];
  if (!second || !third) return undecided("undefined");
  const [before, after] = [gap(...second), gap(...third)];
  if (after.isZero() && before.isZero()) return equal(`${digits} digits`);
  if (after.isZero() || after.lt(before.times("1e-40"))) return equal(`${digits} digits`);
  if (before.isZero())
    return after.e < -digits + 2 * Math.min(reach, 50) + 20 ? equal(`${digits} digits`) : undecided("digits");
  return before.minus(after).abs().lt(after.times("1e-6")) ? different(`${digits} digits`) : undecided("digits");
}

/** Numbers too large for digits differ if their orders of magnitude do. */
function exponents([x, y]: readonly [Value, Value]): Verdict | undefined {
  return Math.abs(exponentOf(x.z) - exponentOf(y.z)) > 1 ? different("order of magnitude") : undefined;
}

/** −1, 0, 1 as a < b, a = b, a > b for real constants; undefined where it cannot be told. */
export function order(a: Expr, b: Expr, fuel: Fuel): -1 | 0 | 1 | undefined {
  if (a.kind === "number" && b.kind === "number") return compareRational(a.value, b.value);
  const ends = defined(() => [infinite(a, fuel) ?? 0, infinite(b, fuel) ?? 0] as const);
  if (!ends) return undefined;
  if (ends[0] !== 0 || ends[1] !== 0) return ends[0] < ends[1] ? -1 : ends[0] > ends[1] ? 1 : 0;
  if (symbols(a, b).length > 0) return undefined;
  const { equal: decided } = compareExpressions(a, b, fuel);
  if (decided !== false) return decided ? 0 : undefined;
  const t = table(fuel);
  const exact = within(fuel, 0.5, () => defined(() => [exactly(normal(t, a)), exactly(normal(t, b))]));
  if (exact?.[0] && exact[1]) return compareRational(exact[0], exact[1]);
  const values = defined(() => [evaluate(a, nowhere, 100, fuel).z, evaluate(b, nowhere, 100, fuel).z] as const);
  if (!values || !values[0].im.isZero() || !values[1].im.isZero()) return undefined;
  return values[0].re.lt(values[1].re) ? -1 : 1;
}

/** The value of a rational constant; undefined for anything else. */
export function rationalValue(e: Expr, fuel: Fuel): Rational | undefined {
  if (e.kind === "number") return e.value;
  if (some(e, (node) => isInfinity(node) || node.kind === "symbol")) return undefined;
  return within(fuel, 0.25, (part) => {
    const t = table(part);
    return defined(() => exactly(normal(t, opened(t, e))));
  });
}

/** Values of both sides at a point with digits enough for the numbers met there. */
function valuesAt(a: Expr, b: Expr, where: Point, fuel: Fuel): readonly [Value, Value, number] | undefined {
  let digits = 30;
  for (let attempt = 0; attempt < 2; attempt++) {
    const values = defined(() => [evaluate(a, where, digits, fuel), evaluate(b, where, digits, fuel)] as const);
    if (!values) return undefined;
    const reach = Math.max(values[0].reach, values[1].reach);
    if (reach <= (digits - 30) / 2 + 4) return [...values, digits];
    digits = 30 + 2 * reach;
    if (digits > 400) return undefined;
  }
  return undefined;
}

/** On the real line where there is a value on it; off it where i is written. */
const modesOf = (a: Expr, b: Expr): readonly boolean[] =>
  some(a, isImaginary) || some(b, isImaginary) ? [true] : [false, true];

/** Points at which both sides have a value, with their values; as many as it takes to believe what they agree on. */
function* sampled(a: Expr, b: Expr, names: readonly string[], fuel: Fuel): Generator<readonly [Value, Value, number]> {
  let found = 0;
  for (const imaginary of modesOf(a, b)) {
    for (const { where, needed } of points(a, b, names, imaginary)) {
      if (!needed && found >= 4) break;
      const values = valuesAt(a, b, where, fuel);
      if (!values) continue;
      found++;
      yield values;
    }
    if (found > 0) return;
  }
}

/** Points that are looked at with all digits; at the others doubles that agree are enough. */
const thorough = 3;

function compareAtPoints(a: Expr, b: Expr, names: readonly string[], fuel: Fuel): Verdict {
  let agreed = 0;
  for (const imaginary of modesOf(a, b)) {
    for (const { where, needed } of points(a, b, names, imaginary)) {
      if (!needed && agreed >= 4) break;
      const rough = roughly(a, b, where, fuel);
      if (rough === "apart") return different("values at a point");
      if (rough === "close" && agreed >= thorough) {
        agreed++;
        continue;
      }
      const values = valuesAt(a, b, where, fuel);
      if (!values) continue;
      const [x, y, digits] = values;
      const size = gap(x, y);
      const scaleOf = Math.max(0, exponentOf(x.z), exponentOf(y.z));
      if (!size.isZero() && size.e > scaleOf + 12 - digits + (digits - 30) / 2) return different("values at a point");
      agreed++;
    }
    if (agreed > 0) break;
  }
  return agreed >= 2 ? equal(`${agreed} points`) : undecided("too few points where both have a value");
}

/** Is a = c · b for one constant c? Its sign (0 if it is not real) if so; false if not; undefined if that is not known. */
export function proportional(a: Expr, b: Expr, fuel: Fuel): -1 | 0 | 1 | false | undefined {
  const names = symbols(a, b);
  let first: readonly [Value, Value] | undefined;
  let agreed = 0;
  for (const [x, y, digits] of sampled(a, b, names, fuel)) {
    if (isZero(x.z) !== isZero(y.z)) return false;
    if (isZero(x.z)) continue;
    if (!first) first = [x, y];
    else {
      const [p, q] = first;
      const left = {
        re: x.z.re.times(q.z.re).minus(x.z.im.times(q.z.im)),
        im: x.z.re.times(q.z.im).plus(x.z.im.times(q.z.re)),
      };
      const right = {
        re: p.z.re.times(y.z.re).minus(p.z.im.times(y.z.im)),
        im: p.z.re.times(y.z.im).plus(p.z.im.times(y.z.re)),
      };
      const size = modulus(add(left, negate(right)));
      if (!size.isZero() && size.e > exponentOf(left) + 14 - digits + (digits - 30) / 2) return false;
      agreed++;
    }
  }
  if (!first || agreed < 2) return undefined;
  const [x, y] = first;
  if (!x.z.im.isZero() || !y.z.im.isZero()) return 0;
  return x.z.re.isNegative() === y.z.re.isNegative() ? 1 : -1;
}
