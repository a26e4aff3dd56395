/** Functions in normal form: values where they are exact, symmetries of sign, logarithms of products of primes. */
import {
  absolute,
  add,
  binomial,
  compare,
  factorial,
  floor,
  gcd,
  isInteger,
  isZero,
  multiply,
  negate,
  one,
  rational,
  subtract,
  whole,
  zero,
} from "../rational.ts";
import type { Rational } from "../term.ts";
import {
  exactly,
  fixed,
  fractionExpr,
  fractionKey,
  inverted,
  opaque,
  opposite,
  productOf,
  sumOf,
  whollyOf,
} from "./fractions.ts";
import type { Fraction, Table } from "./polynomial.ts";
import { atomPoly, only, ordered, Undefined, unit, unity } from "./polynomial.ts";
import { powerOf } from "./powers.ts";
import { apply } from "./tree.ts";

function standing(t: Table, name: string, args: readonly Fraction[], positive = false): Fraction {
  const key = `${name}(${args.map((arg) => fractionKey(t, arg)).join(",")})`;
  return opaque(t, key, apply(name, ...args.map((arg) => fractionExpr(t, arg))), positive);
}

const half = rational(1n, 2n);
const root = (t: Table, n: number): Fraction => powerOf(t, fixed(whole(n)), fixed(half));

/** cos πr for r a multiple of 1/12, 1/8 or 1/10. */
export function cosPi(t: Table, r: Rational): Fraction | undefined {
  let turned = subtract(r, multiply(whole(2), { n: floor(multiply(r, half)), d: 1n }));
  if (compare(turned, one) > 0) turned = subtract(whole(2), turned);
  if (compare(turned, half) > 0) {
    const mirrored = cosPi(t, subtract(one, turned));
    return mirrored && opposite(mirrored);
  }
  const plus = (a: Fraction, b: Fraction, over: number): Fraction =>
    productOf(t, sumOf(t, a, b), fixed(rational(1n, BigInt(over))));
  const nested = (a: Fraction, over: number): Fraction =>
    productOf(t, powerOf(t, a, fixed(half)), fixed(rational(1n, BigInt(over))));
  switch (`${turned.n}/${turned.d}`) {
    case "0/1":
      return fixed(one);
    case "1/12":
      return plus(root(t, 6), root(t, 2), 4);
    case "1/10":
      return nested(sumOf(t, fixed(whole(10)), productOf(t, fixed(whole(2)), root(t, 5))), 4);
    case "1/8":
      return nested(sumOf(t, fixed(whole(2)), root(t, 2)), 2);
    case "1/6":
      return plus(root(t, 3), fixed(zero), 2);
    case "1/5":
      return plus(root(t, 5), fixed(one), 4);
    case "1/4":
      return plus(root(t, 2), fixed(zero), 2);
    case "3/10":
      return nested(sumOf(t, fixed(whole(10)), productOf(t, fixed(whole(-2)), root(t, 5))), 4);
    case "1/3":
      return fixed(half);
    case "3/8":
      return nested(sumOf(t, fixed(whole(2)), opposite(root(t, 2))), 2);
    case "2/5":
      return plus(root(t, 5), fixed(whole(-1)), 4);
    case "5/12":
      return plus(root(t, 6), opposite(root(t, 2)), 4);
    case "1/2":
      return fixed(zero);
    default:
      return undefined;
  }
}

export const sinPi = (t: Table, r: Rational): Fraction | undefined => cosPi(t, subtract(half, r));

/** r where f = πr. */
function ofPi(t: Table, f: Fraction): Rational | undefined {
  if (f.d !== unity) return undefined;
  if (f.n.size === 0) return zero;
  const term = only(f.n);
  return term && term.m.length === 2 && term.m[1] === unit && t.atoms[term.m[0]].key === "π" ? term.c : undefined;
}

const negative = (t: Table, f: Fraction): boolean => {
  const first = ordered(t, f.n)[0];
  return first !== undefined && first.term.c.n < 0n;
};

function circular(t: Table, name: "sin" | "cos", x: Fraction): Fraction {
  const r = ofPi(t, x);
  const value = r && (name === "sin" ? sinPi(t, r) : cosPi(t, r));
  if (value) return value;
  if (!negative(t, x)) return standing(t, name, [x]);
  const mirrored = standing(t, name, [opposite(x)]);
  return name === "sin" ? opposite(mirrored) : mirrored;
}

/** ln f: over the primes and powers where f is a product of positive things. */
function logarithm(t: Table, f: Fraction): Fraction {
  if (f.n.size === 0) throw new Undefined("ln 0");
  const term = f.d === unity ? only(f.n) : undefined;
  const positive = term && term.c.n > 0n && term.m.every((id, j) => j % 2 === 1 || t.atoms[id].positive);
  if (!term || !positive) return whollyLog(t, f);
  let result = fixed(zero);
  const part = (of: Fraction, times: Rational): void => {
    result = sumOf(t, result, productOf(t, of, fixed(times)));
  };
  const primes = powerOf(t, fixed(term.c), fixed(rational(1n, BigInt(unit))));
  const roots = term.c.n === 1n && term.c.d === 1n ? [] : (only(primes.n)?.m ?? []);
  if (primes.d !== unity || (only(primes.n)?.c.d ?? 0n) !== 1n || only(primes.n)?.c.n !== 1n) return whollyLog(t, f);
  for (let j = 0; j < roots.length; j += 2) {
    part(whollyLog(t, whollyOf(atomPoly(t, t.atoms[roots[j]]))), whole(roots[j + 1]));
  }
  for (let j = 0; j < term.m.length; j += 2) {
    const atom = t.atoms[term.m[j]];
    const of = atom.key === "e" ? fixed(one) : whollyLog(t, whollyOf(atomPoly(t, atom)));
    part(of, rational(BigInt(term.m[j + 1]), BigInt(unit)));
  }
  return result;
}

function whollyLog(t: Table, f: Fraction): Fraction {
  const log = standing(t, "ln", [f]);
  t.logs.set(`ln(${fractionKey(t, f)})`, f);
  return log;
}

function magnitude(t: Table, f: Fraction): Fraction {
  const value = exactly(f);
  if (value) return fixed(rational(absolute(value.n), value.d));
  const term = f.d === unity ? only(f.n) : undefined;
  if (!term) return standing(t, "abs", [negative(t, f) ? opposite(f) : f], true);
  const size = rational(absolute(term.c.n), term.c.d);
  if (term.m.every((id, j) => j % 2 === 1 || t.atoms[id].positive))
    return { n: polyScaled(f, term.c.n < 0n), d: unity };
  const inner = productOf(t, f, fixed(rational(term.c.d, term.c.n)));
  return productOf(t, fixed(size), standing(t, "abs", [inner], true));
}

const polyScaled = (f: Fraction, flip: boolean): Fraction["n"] => (flip ? opposite(f).n : f.n);

type Rule = (t: Table, args: readonly Fraction[]) => Fraction | undefined;

/** A rule for rational arguments only; the function stands as it is elsewhere. */
const ofNumbers =
  (least: number, value: (t: Table, args: readonly Rational[]) => Rational | undefined): Rule =>
  (t, args) => {
    const values: Rational[] = [];
    for (const arg of args) {
      const known = exactly(arg);
      if (!known) return undefined;
      values.push(known);
    }
    const result = values.length >= least ? value(t, values) : undefined;
    return result && fixed(result);
  };

const integers = (value: (t: Table, args: readonly bigint[]) => bigint): Rule =>
  ofNumbers(1, (t, args) =>
    args.every(isInteger)
      ? {
          n: value(
            t,
            args.map(({ n }) => n),
          ),
          d: 1n,
        }
      : undefined,
  );

const one1 =
  (rule: (t: Table, x: Fraction) => Fraction | undefined): Rule =>
  (t, args) =>
    args.length === 1 ? rule(t, args[0]) : undefined;

const lcm = (a: bigint, b: bigint): bigint => (a === 0n || b === 0n ? 0n : absolute(a * b) / gcd(a, b));

const rules = new Map<string, Rule>([
  ["sin", one1((t, x) => circular(t, "sin", x))],
  ["cos", one1((t, x) => circular(t, "cos", x))],
  ["tan", one1((t, x) => productOf(t, circular(t, "sin", x), inverted(t, circular(t, "cos", x))))],
  ["cot", one1((t, x) => productOf(t, circular(t, "cos", x), inverted(t, circular(t, "sin", x))))],
  ["sec", one1((t, x) => inverted(t, circular(t, "cos", x)))],
  ["csc", one1((t, x) => inverted(t, circular(t, "sin", x)))],
  ["ln", one1(logarithm)],
  ["exp", one1((t, x) => powerOf(t, opaque(t, "e", { kind: "constant", name: "e" }, true), x))],
  ["log", (t, [x, base]) => productOf(t, logarithm(t, x), inverted(t, logarithm(t, base ?? fixed(whole(10)))))],
  ["abs", one1(magnitude)],
  ["floor", ofNumbers(1, (_, [x]) => ({ n: floor(x), d: 1n }))],
  ["ceil", ofNumbers(1, (_, [x]) => ({ n: -floor(negate(x)), d: 1n }))],
  ["round", ofNumbers(1, (_, [x]) => ({ n: floor(add(x, half)), d: 1n }))],
  ["sign", ofNumbers(1, (_, [x]) => whole(compare(x, zero)))],
  ["max", ofNumbers(1, (_, args) => args.reduce((a, b) => (compare(a, b) < 0 ? b : a)))],
  ["min", ofNumbers(1, (_, args) => args.reduce((a, b) => (compare(a, b) > 0 ? b : a)))],
  [
    "mod",
    ofNumbers(2, (_, [a, b]) =>
      isZero(b) ? undefined : subtract(a, multiply(b, { n: floor(rational(a.n * b.d, a.d * b.n)), d: 1n })),
    ),
  ],
  ["gcd", integers((_, args) => args.reduce(gcd))],
  ["lcm", integers((_, args) => args.reduce(lcm))],
  ["factorial", integers((t, [n]) => (n < 0n ? missing("factorial") : factorial(n, t.fuel)))],
  ["doublefactorial", integers((t, [n]) => (n < 0n ? missing("factorial") : factorial(n, t.fuel, 2)))],
  ["binomial", integers((t, [n, k]) => binomial(n, k, t.fuel))],
]);

function missing(name: string): never {
  throw new Undefined(`${name} of a negative number`);
}

/** A function of arguments in normal form. */
export function applied(t: Table, name: string, args: readonly Fraction[]): Fraction {
  return rules.get(name)?.(t, args) ?? standing(t, name, args);
}
