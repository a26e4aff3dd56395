/** Building, comparing and walking trees of answers. */
import { isZero, negate, one, whole, zero } from "../rational.ts";
import type { Answer, Expr, Fuel, Rational } from "../term.ts";
import { burn } from "../term.ts";

export const number = (value: Rational | number): Expr => ({
  kind: "number",
  value: typeof value === "number" ? whole(value) : value,
});
export const symbol = (name: string): Expr => ({ kind: "symbol", name });
export const pi: Expr = { kind: "constant", name: "pi" };
export const infinity: Expr = { kind: "constant", name: "infinity" };

export function sum(...terms: readonly Expr[]): Expr {
  return terms.length === 1 ? terms[0] : { kind: "sum", terms };
}

export function product(...factors: readonly Expr[]): Expr {
  return factors.length === 1 ? factors[0] : { kind: "product", factors };
}

export const raise = (base: Expr, exponent: Expr): Expr => ({ kind: "power", base, exponent });
export const apply = (name: string, ...args: readonly Expr[]): Expr => ({ kind: "apply", name, args });

export function minus(a: Expr): Expr {
  if (a.kind === "number") return number(negate(a.value));
  return product(number(negate(one)), a);
}

export function difference(a: Expr, b: Expr): Expr {
  return b.kind === "number" && isZero(b.value) ? a : sum(a, minus(b));
}

export const valueOf = (value: Expr): Answer => ({ kind: "value", value });
export const nought: Expr = number(zero);

const isRecord = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === "object" && x !== null;

/** Are two trees the same, member by member? Numbers are compared by value, whatever their `places`. */
export function sameTree(a: unknown, b: unknown, fuel: Fuel): boolean {
  if (a === b) return true;
  if (!isRecord(a) || !isRecord(b)) return false;
  burn(fuel, 0.1);
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => sameTree(item, b[i], fuel));
  }
  if (a["kind"] !== b["kind"]) return false;
  for (const key in a) if (key !== "places" && !sameTree(a[key], b[key], fuel)) return false;
  for (const key in b) if (b[key] !== undefined && key !== "places" && a[key] === undefined) return false;
  return true;
}

/** The parts directly below. */
export function parts(e: Expr): readonly Expr[] {
  switch (e.kind) {
    case "number":
    case "constant":
    case "symbol":
      return [];
    case "sum":
      return e.terms;
    case "product":
      return e.factors;
    case "power":
      return [e.base, e.exponent];
    case "apply":
    case "bound":
      return e.args;
    case "plusminus":
      return [e.of];
  }
}

/** Does any node satisfy the test? */
export function some(e: Expr, test: (node: Expr) => boolean): boolean {
  return test(e) || parts(e).some((part) => some(part, test));
}

/** The same node over changed parts; the node itself where nothing changed. */
export function rebuild(e: Expr, change: (part: Expr) => Expr): Expr {
  const list = (from: readonly Expr[]): readonly Expr[] => {
    const to = from.map(change);
    return to.every((part, i) => part === from[i]) ? from : to;
  };
  switch (e.kind) {
    case "number":
    case "constant":
    case "symbol":
      return e;
    case "sum": {
      const terms = list(e.terms);
      return terms === e.terms ? e : { ...e, terms };
    }
    case "product": {
      const factors = list(e.factors);
      return factors === e.factors ? e : { ...e, factors };
    }
    case "power": {
      const [base, exponent] = [change(e.base), change(e.exponent)];
      return base === e.base && exponent === e.exponent ? e : { ...e, base, exponent };
    }
    case "apply":
    case "bound": {
      const args = list(e.args);
      return args === e.args ? e : { ...e, args };
    }
    case "plusminus": {
      const of = change(e.of);
      return of === e.of ? e : { ...e, of };
    }
  }
}

/** The expression with every free symbol of that name replaced. */
export function substitute(e: Expr, name: string, by: Expr): Expr {
  if (e.kind === "bound" && binds(e, name)) {
    const last = e.args.length - 1;
    return { ...e, args: e.args.map((arg, j) => (j === 0 || j === last ? arg : substitute(arg, name, by))) };
  }
  if (e.kind === "symbol") return e.name === name ? by : e;
  return rebuild(e, (part) => substitute(part, name, by));
}

const binds = (e: Extract<Expr, { kind: "bound" }>, name: string): boolean =>
  e.args.length > 2 && e.args[0].kind === "symbol" && e.args[0].name === name;

/** Names of the free symbols, sorted. */
export function symbols(...expressions: readonly Expr[]): string[] {
  const names = new Set<string>();
  const visit = (e: Expr, hidden: readonly string[]): void => {
    if (e.kind === "symbol") {
      if (!hidden.includes(e.name)) names.add(e.name);
      return;
    }
    const [index] = e.kind === "bound" ? e.args : [];
    const bound =
      index?.kind === "symbol" && e.kind === "bound" && binds(e, index.name) ? [...hidden, index.name] : hidden;
    for (const part of parts(e)) visit(part, bound);
  };
  for (const e of expressions) visit(e, []);
  return [...names].sort();
}

/** Every expression of an answer changed. */
export function mapAnswer(a: Answer, change: (e: Expr) => Expr): Answer {
  const deep = (part: Answer): Answer => mapAnswer(part, change);
  switch (a.kind) {
    case "value":
      return { ...a, value: change(a.value) };
    case "tuple":
      return { ...a, items: a.items.map(deep) };
    case "set":
      return { ...a, items: a.items.map(deep) };
    case "interval":
      return { ...a, low: change(a.low), high: change(a.high) };
    case "pair":
      return { ...a, items: [deep(a.items[0]), deep(a.items[1])] };
    case "union":
    case "intersection":
    case "difference":
    case "all":
      return { ...a, parts: a.parts.map(deep) };
    case "builder":
      return { ...a, variable: change(a.variable), domain: a.domain && deep(a.domain), where: a.where.map(deep) };
    case "matrix":
      return { ...a, rows: a.rows.map((row) => row.map(change)) };
    case "relation":
      return { ...a, sides: a.sides.map(deep) };
    case "member":
      return { ...a, of: change(a.of), set: deep(a.set) };
    case "choice":
      return { ...a, text: a.text && deep(a.text) };
    case "domain":
    case "date":
    case "time":
    case "truth":
    case "nothing":
    case "text":
      return a;
  }
}

/** Does any expression of an answer satisfy the test? */
export function anyIn(a: Answer, test: (e: Expr) => boolean): boolean {
  let found = false;
  mapAnswer(a, (e) => {
    found ||= some(e, test);
    return e;
  });
  return found;
}

const signed = (e: Expr, flip: 1 | -1): Expr =>
  e.kind === "plusminus"
    ? e.sign * flip === 1
      ? signed(e.of, flip)
      : minus(signed(e.of, flip))
    : rebuild(e, (part) => signed(part, flip));

/** The two readings of an answer with ±, the upper signs first; the answer alone where it has none. */
export function readings(a: Answer): readonly Answer[] {
  if (!anyIn(a, (e) => e.kind === "plusminus")) return [a];
  return [mapAnswer(a, (e) => signed(e, 1)), mapAnswer(a, (e) => signed(e, -1))];
}
