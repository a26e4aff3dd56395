/** The generator's own exact numbers, apart from the checker's, so that a fault of one is not the label of the other. */
import type { Random } from "../../core/random.ts";

/** n / d in lowest terms, d > 0. */
export interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}

const magnitude = (n: bigint): bigint => (n < 0n ? -n : n);

export function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [magnitude(a), magnitude(b)];
  while (y > 0n) [x, y] = [y, x % y];
  return x;
}

/** n / d in lowest terms; d ≠ 0. */
export function fraction(n: bigint | number, d: bigint | number = 1n): Fraction {
  const [top, bottom] = [BigInt(n), BigInt(d)];
  const shared = gcd(top, bottom) * (bottom < 0n ? -1n : 1n);
  return { n: top / shared, d: bottom / shared };
}

export const plus = (a: Fraction, b: Fraction): Fraction => fraction(a.n * b.d + b.n * a.d, a.d * b.d);
export const times = (a: Fraction, b: Fraction): Fraction => fraction(a.n * b.n, a.d * b.d);
export const minus = (a: Fraction): Fraction => ({ n: -a.n, d: a.d });
export const same = (a: Fraction, b: Fraction): boolean => a.n === b.n && a.d === b.d;

/** Digits before the point, digits after it until they repeat, and the digits that repeat. The fraction is ≥ 0. */
export function expansion({ n, d }: Fraction): { whole: string; fixed: string; period: string } {
  const seen = new Map<bigint, number>();
  let digits = "";
  let rest = n % d;
  while (rest !== 0n && !seen.has(rest)) {
    seen.set(rest, digits.length);
    digits += String((rest * 10n) / d);
    rest = (rest * 10n) % d;
  }
  const from = seen.get(rest) ?? digits.length;
  return { whole: String(n / d), fixed: digits.slice(0, from), period: digits.slice(from) };
}

/** The decimal of a fraction whose denominator has no primes but 2 and 5; undefined for others. */
export function terminating(f: Fraction): string | undefined {
  let rest = f.d;
  for (const prime of [2n, 5n]) while (rest % prime === 0n) rest /= prime;
  if (rest !== 1n) return undefined;
  const { whole, fixed } = expansion({ n: magnitude(f.n), d: f.d });
  return `${f.n < 0n ? "-" : ""}${whole}${fixed === "" ? "" : `.${fixed}`}`;
}

/** `scaled` · 10^−places as a decimal with exactly that many digits after the point. */
export function pointed(scaled: bigint, places: number): string {
  const digits = String(magnitude(scaled)).padStart(places + 1, "0");
  const sign = scaled < 0n ? "-" : "";
  return places === 0 ? sign + digits : `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** The fraction rounded half away from zero, times 10^places. */
export function scaledTo({ n, d }: Fraction, places: number): bigint {
  const [top, bottom] = [magnitude(n) * 10n ** BigInt(places) * 2n + d, 2n * d];
  return n < 0n ? -(top / bottom) : top / bottom;
}

/** An integer of that many digits, the first one not zero. */
export function drawnInteger(r: Random, length: number): bigint {
  return BigInt(Array.from({ length }, (_, i) => (i === 0 ? 1 + r.int(9) : r.int(10))).join(""));
}

/** An integer from `low` to `high`, both included. */
export const between = (r: Random, low: number, high: number): number => low + r.int(high - low + 1);

/** An integer from −`high` to `high` that is not 0. */
export const nonzero = (r: Random, high: number): number => between(r, 1, high) * (r.int(2) === 0 ? 1 : -1);

export const drawnSign = (r: Random): bigint => (r.int(3) === 0 ? -1n : 1n);
