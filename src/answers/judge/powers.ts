/** Powers and roots in normal form. */
import { compare, factors, fits, inverse, isInteger, isZero, negate, one, power, rational, zero } from "../rational.ts";
import type { Rational } from "../term.ts";
import {
  exactly,
  fixed,
  fractionExpr,
  fractionKey,
  imaginary,
  inverted,
  opaque,
  opposite,
  productOf,
  whollyOf,
} from "./fractions.ts";
import type { Atom, Fraction, Table } from "./polynomial.ts";
import {
  atomPoly,
  content,
  intern,
  keyOf,
  monoPower,
  only,
  polyExpr,
  scale,
  single,
  times,
  Undefined,
  unit,
  unitsOf,
  unity,
} from "./polynomial.ts";
import { number, raise } from "./tree.ts";

export function integerPower(t: Table, f: Fraction, k: bigint): Fraction {
  if (k < 0n) return integerPower(t, inverted(t, f), -k);
  if (k === 0n) return fixed(one);
  const value = exactly(f);
  if (value && fits(value, k)) return fixed(power(value, k, t.fuel));
  const [n, d] = [only(f.n), only(f.d)];
  if (n && d && d.m.length === 0 && k < 2n ** 40n) {
    const coefficient = fits(n.c, k) ? fixed(power(n.c, k, t.fuel)) : primePower(t, n.c, Number(k) * unit);
    const rest = coefficient && monoPower(t, n.m, Number(k) * unit);
    if (coefficient && rest) return productOf(t, coefficient, whollyOf(rest));
  }
  const terms = Math.max(f.n.size, f.d.size);
  let grown = 1;
  for (let j = 1; j < terms && grown < 1e6; j++) grown = (grown * (Number(k) + j)) / j;
  if (grown > 2_000 || k > 2_000n)
    return opaque(t, `(${fractionKey(t, f)})^${k}`, raise(fractionExpr(t, f), number({ n: k, d: 1n })));
  let result = f;
  for (let j = 1n; j < k; j++) result = productOf(t, result, f);
  return result;
}

const primes = (t: Table, c: Rational): [bigint, number][] => [
  ...factors(c.n, t.fuel),
  ...factors(c.d, t.fuel).map(([p, k]): [bigint, number] => [p, -k]),
];

const primeAtom = (p: bigint): Atom => ({
  key: `p${p}`,
  expr: number({ n: p, d: 1n }),
  sort: "prime",
  prime: p,
  positive: true,
});

/** c^(units/5040) for c > 0, over its primes. */
function primePower(t: Table, c: Rational, units: number): Fraction | undefined {
  if (c.n <= 0n) return undefined;
  let result = unity;
  for (const [p, k] of primes(t, c)) {
    const raised = monoPower(t, [intern(t, primeAtom(p)), unit], k * units);
    if (!raised) return undefined;
    result = times(t, result, raised);
  }
  return whollyOf(result);
}

/** f^(p/q), q > 1, by the school's convention: odd roots of negative reals are real. */
function rootOf(t: Table, f: Fraction, exponent: Rational): Fraction | undefined {
  const units = unitsOf(exponent);
  if (units === undefined || f.d !== unity) return undefined;
  if (f.n.size === 0) {
    if (exponent.n < 0n) throw new Undefined("a power of zero");
    return fixed(zero);
  }
  const term = only(f.n);
  const even = exponent.d % 2n === 0n;
  if (term) {
    const sure = term.m.every((id, j) => {
      if (j % 2 === 1) return true;
      const atom = t.atoms[id];
      if (atom.positive) return true;
      return atom.sort !== "i" && (!even || (term.c.n > 0n && term.m[j + 1] % (2 * unit) !== 0));
    });
    if (sure) {
      const negative = term.c.n < 0n;
      if (negative && exponent.d % 2n === 0n && exponent.d !== 2n) return undefined;
      const coefficient = primePower(t, negative ? negate(term.c) : term.c, units);
      const rest = monoPower(t, term.m, units);
      if (!coefficient || !rest) return undefined;
      const root = productOf(t, coefficient, whollyOf(rest));
      if (!negative) return root;
      if (even) return productOf(t, root, integerPower(t, imaginary(t), exponent.n));
      return exponent.n % 2n === 0n ? root : opposite(root);
    }
  }
  const common = content(f.n);
  const base = scale(f.n, inverse(common));
  const outer = primePower(t, common, units);
  if (!outer) return undefined;
  const wholes = Math.floor(units / unit);
  const atom: Atom = { key: `[${keyOf(t, base)}]`, expr: polyExpr(t, base), sort: "base", base, positive: false };
  const root = whollyOf(atomPoly(t, atom, units - wholes * unit));
  return productOf(t, outer, productOf(t, root, integerPower(t, whollyOf(base), BigInt(wholes))));
}

/** b^x for an exponent with atoms: 2^(n+1) = 2·2^n, 4^x = (2^x)², e^(ln u) = u. */
function exponential(t: Table, base: Fraction, exponent: Fraction): Fraction | undefined {
  const term = only(base.n);
  if (!term || base.d !== unity || exponent.d !== unity || term.c.n <= 0n) return undefined;
  const parts: { readonly atom: Atom; readonly units: number }[] = [];
  for (let j = 0; j < term.m.length; j += 2) parts.push({ atom: t.atoms[term.m[j]], units: term.m[j + 1] });
  for (const [p, k] of primes(t, term.c)) parts.push({ atom: primeAtom(p), units: k * unit });
  let result = fixed(one);
  for (const { atom, units } of parts) {
    if (atom.sort === "i") return undefined;
    for (const { c, m } of exponent.n.values()) {
      const by = unitsOf({ n: c.n * BigInt(units), d: c.d * BigInt(unit) });
      if (by === undefined) return undefined;
      if (m.length === 0) {
        const value = powerOf(t, whollyOf(atomPoly(t, atom)), fixed(rational(BigInt(by), BigInt(unit))));
        result = productOf(t, result, value);
        continue;
      }
      const inner = single(one, m);
      if (atom.key === "e" && m.length === 2 && m[1] === unit) {
        const inside = t.logs.get(t.atoms[m[0]].key);
        if (inside && by % unit === 0) {
          result = productOf(t, result, integerPower(t, inside, BigInt(by / unit)));
          continue;
        }
      }
      const written = raise(atom.expr, polyExpr(t, inner));
      const key = `${atom.key}^(${keyOf(t, inner)})`;
      const raised = atomPoly(
        t,
        { key, expr: written, sort: "other", positive: atom.positive && !key.includes("i^") },
        by,
      );
      result = productOf(t, result, whollyOf(raised));
    }
  }
  return result;
}

export function powerOf(t: Table, base: Fraction, exponent: Fraction): Fraction {
  const by = exactly(exponent);
  if (by && isInteger(by)) {
    if (isZero(by) && base.n.size === 0) throw new Undefined("0^0");
    return integerPower(t, base, by.n);
  }
  const found = by ? rootOf(t, base, by) : exponential(t, base, exponent);
  if (found) return found;
  const value = exactly(base);
  if (value && compare(value, one) === 0) return base;
  const expr = raise(fractionExpr(t, base), fractionExpr(t, exponent));
  return opaque(t, `(${fractionKey(t, base)})^(${fractionKey(t, exponent)})`, expr);
}
