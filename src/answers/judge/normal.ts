/** The normal form of an expression: a quotient of polynomials over atoms, with what has an exact value computed. */
import { one, zero } from "../rational.ts";
import type { Expr } from "../term.ts";
import { burn, OutOfFuel } from "../term.ts";
import { exactly, fixed, fractionKey, imaginary, opaque, productOf, sumOf, whollyOf } from "./fractions.ts";
import { applied, cosPi, sinPi } from "./functions.ts";
import type { Fraction, Table } from "./polynomial.ts";
import { atomPoly, keyOf, only, single, Undefined, unity } from "./polynomial.ts";
import { powerOf } from "./powers.ts";
import { parts, some } from "./tree.ts";

const named = { pi: { key: "π", positive: true }, e: { key: "e", positive: true } };

/** The normal form. Throws Undefined where there is no value and OutOfFuel. */
export function normal(t: Table, e: Expr): Fraction {
  burn(t.fuel);
  switch (e.kind) {
    case "number":
      return fixed(e.value);
    case "symbol":
      return whollyOf(atomPoly(t, { key: `x:${e.name}`, expr: e, sort: "symbol", positive: false }));
    case "constant":
      if (e.name === "i") return imaginary(t);
      if (e.name === "infinity") throw new Undefined("infinity in an expression");
      return whollyOf(atomPoly(t, { ...named[e.name], expr: e, sort: "other" }));
    case "sum":
      return e.terms.reduce<Fraction>((f, term) => sumOf(t, f, normal(t, term)), fixed(zero));
    case "product":
      return e.factors.reduce<Fraction>((f, factor) => productOf(t, f, normal(t, factor)), fixed(one));
    case "power": {
      const exponent = normal(t, e.exponent);
      const by = exactly(exponent);
      // Opened up, 9^(9^9) would be too long: it stays a power of a prime.
      if (by && by.n > 2n ** 40n) throw new OutOfFuel("an exponent is too large");
      const base = normal(t, e.base);
      return turn(t, base, exponent) ?? powerOf(t, base, exponent);
    }
    case "apply":
      return applied(
        t,
        e.name,
        e.args.map((arg) => normal(t, arg)),
      );
    case "plusminus":
      return opaque(t, `${e.sign === 1 ? "±" : "∓"}(${fractionKey(t, normal(t, e.of))})`, e);
    case "bound":
      return opaque(t, `${e.name}(${e.args.map((arg) => boundKey(t, arg)).join()})`, e);
  }
}

/** e^(iπr) = cos πr + i sin πr. */
function turn(t: Table, base: Fraction, exponent: Fraction): Fraction | undefined {
  if (base.d !== unity || keyOf(t, base.n) !== "1e^5040" || exponent.d !== unity) return undefined;
  const term = only(exponent.n);
  if (!term || term.m.length !== 4 || keyOf(t, single(one, term.m)) !== "1i^5040·π^5040") return undefined;
  const [real, imag] = [cosPi(t, term.c), sinPi(t, term.c)];
  return real && imag && sumOf(t, real, productOf(t, imaginary(t), imag));
}

const isInfinity = (e: Expr): boolean => e.kind === "constant" && e.name === "infinity";

/** The arguments of a bound symbol may hold infinities, which have no normal form. */
const boundKey = (t: Table, e: Expr): string =>
  some(e, isInfinity)
    ? `${e.kind}:${parts(e)
        .map((part) => (isInfinity(part) ? "∞" : boundKey(t, part)))
        .join("|")}`
    : fractionKey(t, normal(t, e));
