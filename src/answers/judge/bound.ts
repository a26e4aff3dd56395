/** Sums, products, integrals and limits that can be written out exactly. */
import { add, isInteger, one, rational } from "../rational.ts";
import type { Expr, Rational } from "../term.ts";
import { burn } from "../term.ts";
import { exactly } from "./fractions.ts";
import { normal } from "./normal.ts";
import type { Table } from "./polynomial.ts";
import { Undefined, unit, unity } from "./polynomial.ts";
import { difference, number, product, raise, rebuild, some, substitute, sum } from "./tree.ts";

/** Terms beyond which a sum is left as it stands. */
const most = 1_000;

const isBound = (e: Expr): boolean => e.kind === "bound";

/** The expression with every bound symbol that can be opened up gone. */
export function opened(t: Table, e: Expr): Expr {
  if (!some(e, isBound)) return e;
  const inner = rebuild(e, (part) => opened(t, part));
  if (inner.kind !== "bound" || inner.args.some((arg) => some(arg, isBound))) return inner;
  const [variable, from, to, body] = inner.args;
  if (variable?.kind !== "symbol") return inner;
  switch (inner.name) {
    case "sum":
    case "product":
      return (body && series(t, inner.name, variable.name, from, to, body)) ?? inner;
    case "integral":
      return (body && area(t, variable.name, from, to, body)) ?? inner;
    case "limit":
      return (to && !body && finite(from) && limit(t, variable.name, from, to)) || inner;
  }
}

const finite = (e: Expr): boolean => !some(e, (node) => node.kind === "constant" && node.name === "infinity");

function value(t: Table, e: Expr): Rational | undefined {
  return finite(e) ? exactly(normal(t, e)) : undefined;
}

function series(t: Table, name: "sum" | "product", index: string, from: Expr, to: Expr, body: Expr): Expr | undefined {
  const [low, high] = [value(t, from), value(t, to)];
  if (!low || !high || !isInteger(low) || !isInteger(high) || high.n - low.n >= BigInt(most)) return undefined;
  const terms: Expr[] = [];
  for (let k = low.n; k <= high.n; k++) {
    burn(t.fuel, 4);
    terms.push(substitute(body, index, number({ n: k, d: 1n })));
  }
  if (terms.length === 0) return number(name === "sum" ? 0 : 1);
  return name === "sum" ? sum(...terms) : product(...terms);
}

/** ∫ of a sum of powers, term by term. */
function area(t: Table, name: string, from: Expr, to: Expr, body: Expr): Expr | undefined {
  if (!finite(from) || !finite(to)) return undefined;
  const integrand = normal(t, body);
  if (integrand.d !== unity) return undefined;
  const terms: Expr[] = [];
  for (const { c, m } of integrand.n.values()) {
    let exponent: Rational = { n: 0n, d: 1n };
    const outside: Expr[] = [number(c)];
    for (let j = 0; j < m.length; j += 2) {
      const { expr, sort } = t.atoms[m[j]];
      const by = rational(BigInt(m[j + 1]), BigInt(unit));
      if (sort === "symbol" && expr.kind === "symbol" && expr.name === name) exponent = by;
      else if (some(expr, (node) => node.kind === "symbol" && node.name === name)) return undefined;
      else outside.push(raise(expr, number(by)));
    }
    const next = add(exponent, one);
    if (next.n <= 0n) return undefined;
    const ends = difference(raise(to, number(next)), raise(from, number(next)));
    terms.push(product(...outside, ends, number({ n: next.d, d: next.n })));
  }
  return terms.length === 0 ? number(0) : sum(...terms);
}

/** The value at the point itself, where the expression is made of continuous things and has one. */
function limit(t: Table, name: string, to: Expr, body: Expr): Expr | undefined {
  if (some(body, (node) => node.kind === "apply" && /^(?:abs|floor|ceil|round|sign|mod)$/u.test(node.name)))
    return undefined;
  const there = substitute(body, name, to);
  try {
    normal(t, there);
    return there;
  } catch (error) {
    if (error instanceof Undefined) return undefined;
    throw error;
  }
}
