/** Building expressions as they are written: only signs and quotients of numerals are worked out. */
import { negate, rational } from "../rational.ts";
import type { Answer, Expr, Rational } from "../term.ts";

export const number = (value: Rational): Expr => ({ kind: "number", value });
export const whole = (n: number): Expr => number({ n: BigInt(n), d: 1n });
export const symbol = (name: string): Expr => ({ kind: "symbol", name });
export const constant = (name: "pi" | "e" | "i" | "infinity"): Expr => ({ kind: "constant", name });
export const power = (base: Expr, exponent: Expr): Expr => ({ kind: "power", base, exponent });
export const inverse = (of: Expr): Expr => power(of, whole(-1));
export const apply = (name: string, ...args: readonly Expr[]): Expr => ({ kind: "apply", name, args });
export const valueOf = (value: Expr): Answer => ({ kind: "value", value });

export const sum = (terms: readonly Expr[]): Expr => (terms.length === 1 ? terms[0] : { kind: "sum", terms });

export const product = (factors: readonly Expr[]): Expr =>
  factors.length === 1 ? factors[0] : { kind: "product", factors };

export function negated(e: Expr): Expr {
  if (e.kind === "number") return { ...e, value: negate(e.value) };
  if (e.kind === "product" && e.factors[0].kind === "number")
    return product([negated(e.factors[0]), ...e.factors.slice(1)]);
  return product([whole(-1), e]);
}

/** over / under; a quotient of exact numerals is one number. */
export function divided(over: Expr, under: Expr): Expr {
  if (over.kind === "number" && under.kind === "number" && under.value.n !== 0n) {
    const exact = over.places === undefined && under.places === undefined;
    const [a, b] = [over.value, under.value];
    if (exact) return number(rational(a.n * b.d, a.d * b.n));
  }
  return product([over, inverse(under)]);
}
