/** Exact rational numbers over BigInt: always in lowest terms, denominators positive. */
import type { Fuel, Rational } from "./term.ts";
import { burn, OutOfFuel } from "./term.ts";

export const zero: Rational = { n: 0n, d: 1n };
export const one: Rational = { n: 1n, d: 1n };

/** Bits of a numerator or denominator beyond which a result is not computed (about 10⁵ decimal digits). */
const mostBits = 332_000;

const safe = BigInt(Number.MAX_SAFE_INTEGER);

export const absolute = (n: bigint): bigint => (n < 0n ? -n : n);

export function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [absolute(a), absolute(b)];
  while (y > safe) [x, y] = [y, x % y];
  if (y === 0n) return x;
  [x, y] = [y, x % y];
  let [p, q] = [Number(x), Number(y)];
  if (x > safe) {
    while (y !== 0n) [x, y] = [y, x % y];
    return x;
  }
  while (q !== 0) [p, q] = [q, p % q];
  return BigInt(p);
}

/** n / d in lowest terms. Throws RangeError if d = 0. */
export function rational(n: bigint, d = 1n): Rational {
  if (d === 1n) return { n, d };
  if (d === 0n) throw new RangeError("division by zero");
  const common = gcd(n, d);
  const by = d < 0n ? -common : common;
  return by === 1n ? { n, d } : { n: n / by, d: d / by };
}

/** The rational of a small integer. */
export const whole = (n: number): Rational => ({ n: BigInt(n), d: 1n });

export const isZero = (a: Rational): boolean => a.n === 0n;
export const isInteger = (a: Rational): boolean => a.d === 1n;
export const same = (a: Rational, b: Rational): boolean => a.n === b.n && a.d === b.d;

export function add(a: Rational, b: Rational): Rational {
  if (a.d === b.d) return rational(a.n + b.n, a.d);
  return rational(a.n * b.d + b.n * a.d, a.d * b.d);
}

export const negate = (a: Rational): Rational => ({ n: -a.n, d: a.d });
export const subtract = (a: Rational, b: Rational): Rational => add(a, negate(b));

export function multiply(a: Rational, b: Rational): Rational {
  if (a.d === 1n && b.d === 1n) return { n: a.n * b.n, d: 1n };
  return rational(a.n * b.n, a.d * b.d);
}

/** 1 / a. Throws RangeError if a = 0. */
export function inverse(a: Rational): Rational {
  if (a.n === 0n) throw new RangeError("division by zero");
  return a.n < 0n ? { n: -a.d, d: -a.n } : { n: a.d, d: a.n };
}

export const divide = (a: Rational, b: Rational): Rational => multiply(a, inverse(b));

/** −1, 0 or 1. */
export function compare(a: Rational, b: Rational): -1 | 0 | 1 {
  const difference = a.d === b.d ? a.n - b.n : a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The greatest integer ≤ a. */
export function floor(a: Rational): bigint {
  const quotient = a.n / a.d;
  return a.n < 0n && quotient * a.d !== a.n ? quotient - 1n : quotient;
}

/** Bits of |n|, within four. */
export const bits = (n: bigint): number => absolute(n).toString(16).length * 4;

const size = (a: Rational): number => Math.max(bits(a.n), bits(a.d));

/** Can a^k be written out? */
export function fits(a: Rational, k: bigint): boolean {
  if (a.d === 1n && (a.n === 0n || a.n === 1n || a.n === -1n)) return true;
  const times = absolute(k);
  return times <= BigInt(mostBits) && size(a) * Number(times) <= mostBits;
}

/** a^k. Throws RangeError for 0 to a negative power and OutOfFuel where the result would be too long. */
export function power(a: Rational, k: bigint, fuel: Fuel): Rational {
  if (k < 0n) return power(inverse(a), -k, fuel);
  if (!fits(a, k)) throw new OutOfFuel(`a power of ${String(k)} is too long to write out`);
  if (a.d === 1n && a.n >= -1n && a.n <= 1n) return a.n === -1n && k % 2n === 0n ? one : k === 0n ? one : a;
  if (size(a) * Number(k) > 4096) burn(fuel, Math.ceil((size(a) * Number(k)) / 256));
  return { n: a.n ** k, d: a.d ** k };
}

/** n! or n!! (step 2). Throws RangeError for n < 0 and OutOfFuel where the result would be too long. */
export function factorial(n: bigint, fuel: Fuel, step: 1 | 2 = 1): bigint {
  if (n < 0n) throw new RangeError("factorial of a negative number");
  if (n > 25_000n) throw new OutOfFuel("a factorial is too long to write out");
  burn(fuel, Math.ceil(Number(n) ** 1.5 / 64));
  let product = 1n;
  for (let k = n; k > 1n; k -= BigInt(step)) product *= k;
  return product;
}

/** n over k for integers, 0 for k < 0 and for k > n ≥ 0. Throws OutOfFuel where the result would be too long. */
export function binomial(n: bigint, k: bigint, fuel: Fuel): bigint {
  if (k < 0n || (n >= 0n && k > n)) return 0n;
  const least = n >= 0n && n - k < k ? n - k : k;
  if (least > 5_000n) throw new OutOfFuel("a binomial coefficient is too long to write out");
  burn(fuel, Math.ceil(Number(least) / 4));
  let product = 1n;
  for (let j = 1n; j <= least; j++) product = (product * (n - least + j)) / j;
  return product;
}

/** Has the decimal expansion an end? */
export function terminates(a: Rational): boolean {
  let d = a.d;
  while (d % 10n === 0n) d /= 10n;
  while (d % 5n === 0n) d /= 5n;
  while (d % 2n === 0n) d /= 2n;
  return d === 1n;
}

/** ⌊a · 10^places + ½⌋ with halves away from zero: the digits of a rounded to that many places. */
export function digitsAt(a: Rational, places: number): bigint {
  const scaled = places >= 0 ? { n: a.n * 10n ** BigInt(places), d: a.d } : { n: a.n, d: a.d * 10n ** BigInt(-places) };
  const rounded = (2n * absolute(scaled.n) + scaled.d) / (2n * scaled.d);
  return a.n < 0n ? -rounded : rounded;
}

/** Prime factors of n > 0 with exponents, by trial division; the last one may be composite where it is very large. */
export function factors(n: bigint, fuel: Fuel): [bigint, number][] {
  const found: [bigint, number][] = [];
  let rest = n;
  const take = (p: bigint): void => {
    let times = 0;
    while (rest % p === 0n) {
      rest /= p;
      times++;
    }
    if (times > 0) found.push([p, times]);
  };
  for (const p of [2n, 3n, 5n]) take(p);
  for (let p = 7n; p < 5_000n && p * p <= rest; p += 2n) {
    burn(fuel, 0.1);
    take(p);
  }
  if (rest > 1n) {
    const root = squareRoot(rest);
    found.push(root * root === rest ? [root, 2] : [rest, 1]);
  }
  return found;
}

/** ⌊√n⌋ for n ≥ 0, by Newton's method. */
export function squareRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let x = 1n << BigInt(Math.ceil(n.toString(16).length * 2 + 1));
  for (;;) {
    const next = (x + n / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}
