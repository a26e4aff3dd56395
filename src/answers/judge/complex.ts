/** Complex arithmetic over decimals of a chosen precision. Principal branches everywhere. */
import { Decimal } from "decimal.js";
import * as fixed from "./fixed.ts";
import { Undefined, Unreachable } from "./polynomial.ts";

export interface Complex {
  readonly re: Decimal;
  readonly im: Decimal;
}

/** Decimal exponents beyond which numbers are not computed: sines of such sizes would take for ever. */
const largest = 100_000;

export interface Field {
  readonly digits: number;
  readonly make: (value: string | number) => Decimal;
  readonly pi: Decimal;
  readonly zero: Complex;
  readonly one: Complex;
}

const fields = new Map<number, Field>();

/** The arithmetic of that many significant digits (at most 1000). */
export function field(digits: number): Field {
  let found = fields.get(digits);
  if (!found) {
    const Number = Decimal.clone({ defaults: true, precision: digits });
    const make = (value: string | number): Decimal => new Number(value);
    const zero = { re: make(0), im: make(0) };
    found = { digits, make, pi: Number.acos(-1), zero, one: { re: make(1), im: make(0) } };
    fields.set(digits, found);
  }
  return found;
}

export const isReal = (z: Complex): boolean => z.im.isZero();
export const isZero = (z: Complex): boolean => z.re.isZero() && z.im.isZero();
const real = (f: Field, re: Decimal): Complex => ({ re, im: f.zero.im });

/** Decimal exponent of the larger part; −∞ for zero. */
export function exponentOf(z: Complex): number {
  const of = (x: Decimal): number => (x.isZero() ? -Infinity : x.e);
  return Math.max(of(z.re), of(z.im));
}

/** The number itself; Unreachable for infinities and sizes out of bounds. */
export function checked(z: Complex): Complex {
  if (!z.re.isFinite() || !z.im.isFinite() || Math.abs(z.re.e) > 1e14) throw new Unreachable("not a finite number");
  return z;
}

export const add = (a: Complex, b: Complex): Complex => ({
  re: a.re.plus(b.re),
  im: b.im.isZero() ? a.im : a.im.plus(b.im),
});

export const negate = (a: Complex): Complex => ({ re: a.re.negated(), im: a.im.isZero() ? a.im : a.im.negated() });

export function multiply(a: Complex, b: Complex): Complex {
  if (a.im.isZero() && b.im.isZero()) return { re: a.re.times(b.re), im: a.im };
  if (b.im.isZero()) return { re: a.re.times(b.re), im: a.im.times(b.re) };
  if (a.im.isZero()) return { re: a.re.times(b.re), im: a.re.times(b.im) };
  return {
    re: a.re.times(b.re).minus(a.im.times(b.im)),
    im: a.re.times(b.im).plus(a.im.times(b.re)),
  };
}

export function invert(f: Field, a: Complex): Complex {
  if (isZero(a)) throw new Undefined("division by zero");
  if (isReal(a)) return real(f, f.one.re.div(a.re));
  const size = a.re.times(a.re).plus(a.im.times(a.im));
  return { re: a.re.div(size), im: a.im.negated().div(size) };
}

export const divide = (f: Field, a: Complex, b: Complex): Complex => multiply(a, invert(f, b));

export const modulus = (a: Complex): Decimal =>
  a.im.isZero() ? a.re.abs() : a.re.times(a.re).plus(a.im.times(a.im)).sqrt();

export function argument(f: Field, a: Complex): Decimal {
  if (a.im.isZero()) return a.re.isNegative() ? f.pi : f.zero.re;
  if (a.re.isZero()) return f.pi.div(a.im.isNegative() ? -2 : 2);
  const angle = fixed.arctan(a.im.div(a.re), f.digits, f.make, f.pi);
  if (!a.re.isNegative()) return angle;
  return a.im.isNegative() ? angle.minus(f.pi) : angle.plus(f.pi);
}

function bounded(x: Decimal): Decimal {
  if (x.e > 17) throw new Unreachable("too large for an elementary function");
  return x;
}

export function exp(f: Field, a: Complex): Complex {
  const size = bounded(a.re).exp();
  if (size.e > largest * 1e6) throw new Unreachable("too large");
  if (isReal(a)) return real(f, size);
  bounded(a.im);
  return { re: size.times(a.im.cos()), im: size.times(a.im.sin()) };
}

export function ln(f: Field, a: Complex): Complex {
  if (isZero(a)) throw new Undefined("ln 0");
  if (isReal(a) && a.re.isPositive()) return real(f, fixed.ln(a.re, f.digits, f.make));
  return { re: fixed.ln(modulus(a), f.digits, f.make), im: argument(f, a) };
}

export function power(f: Field, a: Complex, b: Complex): Complex {
  if (isReal(b) && b.re.isInteger() && b.re.abs().lte(64)) {
    let [result, base, k] = [f.one, a, Math.abs(b.re.toNumber())];
    for (; k > 0; k >>= 1) {
      if (k % 2 === 1) result = multiply(result, base);
      base = multiply(base, base);
    }
    return b.re.isNegative() ? invert(f, result) : result;
  }
  if (isZero(a)) {
    if (isReal(b) && b.re.isPositive()) return f.zero;
    throw new Undefined("a power of zero");
  }
  if (isReal(a) && isReal(b) && (a.re.isPositive() || b.re.isInteger())) {
    if (b.re.eq(0.5)) return real(f, a.re.sqrt());
    if (a.re.e !== 0 && Math.abs(a.re.e) * Math.abs(b.re.toNumber()) > 8e15) throw new Unreachable("too large");
    return real(f, b.re.isInteger() ? a.re.pow(b.re) : b.re.times(fixed.ln(a.re, f.digits, f.make)).exp());
  }
  return exp(f, multiply(ln(f, a), b));
}

export function sin(f: Field, a: Complex): Complex {
  bounded(a.re);
  if (isReal(a)) return real(f, a.re.sin());
  bounded(a.im);
  return { re: a.re.sin().times(a.im.cosh()), im: a.re.cos().times(a.im.sinh()) };
}

export function cos(f: Field, a: Complex): Complex {
  bounded(a.re);
  if (isReal(a)) return real(f, a.re.cos());
  bounded(a.im);
  return { re: a.re.cos().times(a.im.cosh()), im: a.re.sin().times(a.im.sinh()).negated() };
}

export const root = (f: Field, a: Complex): Complex => power(f, a, { re: f.make(0.5), im: f.zero.im });

const i = (f: Field): Complex => ({ re: f.zero.re, im: f.one.re });

/** −i ln(iz + √(1 − z²)) */
export function arcsin(f: Field, a: Complex): Complex {
  if (isReal(a) && a.re.abs().lte(1)) return real(f, fixed.arcsin(a.re, f.digits, f.make, f.pi));
  const inside = add(multiply(i(f), a), root(f, add(f.one, negate(multiply(a, a)))));
  return negate(multiply(i(f), ln(f, inside)));
}

export const arccos = (f: Field, a: Complex): Complex => add(real(f, f.pi.div(2)), negate(arcsin(f, a)));

/** (i/2) (ln(1 − iz) − ln(1 + iz)) */
export function arctan(f: Field, a: Complex): Complex {
  if (isReal(a)) return real(f, fixed.arctan(a.re, f.digits, f.make, f.pi));
  const turned = multiply(i(f), a);
  const difference = add(ln(f, add(f.one, negate(turned))), negate(ln(f, add(f.one, turned))));
  return multiply({ re: f.zero.re, im: f.make(0.5) }, difference);
}

export const conjugate = (a: Complex): Complex => ({ re: a.re, im: a.im.negated() });
