/** Functions and commands with their arguments: sin 2x, \log_2 8, f(x), \frac12, \sum, \int, \lim. */
import { rational } from "../rational.ts";
import type { Expr } from "../term.ts";
import { between, fail, findAll, is, type Scope, type Token } from "./tokens.ts";
import { apply, constant, divided, negated, number, power, symbol, whole } from "./trees.ts";

/** What functions need of the parser of expressions. */
export interface Parsing {
  readonly scope: Scope;
  at: number;
  readonly bound: string[];
  readonly next: Token | undefined;
  peek(by: number): Token | undefined;
  has(text: string): boolean;
  take(text: string): boolean;
  sum(): Expr;
  term(): Expr;
  atom(): Expr;
  exponent(): Expr;
  /** The expression up to the token `close`, which is passed. */
  inside(close: number): Expr;
  name(text: string): string;
  plainArgument(): Expr;
}

const several = new Set(["gcd", "lcm", "min", "max", "binomial", "permutations", "mod", "log", "det"]);
const invertible = /^(?:sin|cos|tan|cot|sec|csc)h?$/u;

export const startsArgument = (token: Token | undefined): boolean =>
  token !== undefined && (token.type !== "open" || token.text === "{" || token.text === "(");

/** The expressions between commas up to the bracket that closes at `close`, which is passed. */
function list(p: Parsing, close: number): Expr[] {
  const commas = findAll(p.scope, p.at, close, (token) => is(token, "operator", ",") || is(token, "operator", ";"));
  return between(p.at, close, commas).map(([, end]) => p.inside(end));
}

/** The close of the bracket that opens here, if one does. */
function bracketHere(p: Parsing, signs: readonly string[]): number | undefined {
  const token = p.next;
  return token?.type === "open" && signs.includes(token.text) ? p.scope.match[p.at] : undefined;
}

function applied(name: string, args: readonly Expr[]): Expr {
  const [x] = args;
  if (args.length === 1) {
    if (name === "exp") return power(constant("e"), x);
    if (name === "sqrt") return power(x, number(rational(1n, 2n)));
    if (name === "cbrt") return power(x, number(rational(1n, 3n)));
    if (name === "lg") return apply("log", x);
    if (name === "sgn") return apply("sign", x);
  } else if (!several.has(name)) fail();
  if (name === "root" || (args.length < 2 && ["binomial", "permutations", "mod"].includes(name))) fail();
  return apply(name, ...args);
}

/** A named function with its index, power and argument. */
export function argument(p: Parsing, { text }: Token): Expr {
  let name = text;
  let base: Expr | undefined;
  let exponent: Expr | undefined;
  if (name === "log") base = base10(p);
  for (;;) {
    if (p.has("_") && name === "log" && base === undefined) {
      p.at++;
      base = indexOf(p);
    } else if (p.has("^") && exponent === undefined) {
      p.at++;
      exponent = p.exponent();
    } else break;
  }
  if (exponent?.kind === "number" && exponent.value.n === -1n && exponent.value.d === 1n && invertible.test(name)) {
    name = `arc${name}`;
    exponent = undefined;
  }
  const args = argumentsOf(p, name);
  const result = applied(name, base === undefined ? args : [...args, base]);
  return exponent === undefined ? result : power(result, exponent);
}

function argumentsOf(p: Parsing, name: string): readonly Expr[] {
  const close = bracketHere(p, several.has(name) ? ["(", "[", "{", "\\{"] : ["(", "[", "{"]);
  if (close !== undefined) {
    p.at++;
    return list(p, close);
  }
  if (p.take("-")) return [negated(p.plainArgument())];
  return [name === "sqrt" || name === "cbrt" ? p.atom() : p.plainArgument()];
}

/** log2(8), log base 2 of 8. */
function base10(p: Parsing): Expr | undefined {
  const [token, after] = [p.next, p.peek(1)];
  if (token?.digits !== undefined && !token.space && (is(after, "open", "(") || after?.space)) return p.atom();
  if (token?.type !== "word" || token.text !== "base") return undefined;
  p.at++;
  const base = p.atom();
  if (p.next?.text === "of") p.at++;
  return base;
}

/** The base of a logarithm. \log_28 has base 2, as TeX sets it. */
function indexOf(p: Parsing): Expr {
  const token = p.next;
  const close = bracketHere(p, ["{", "("]);
  if (close !== undefined) {
    p.at++;
    return p.inside(close);
  }
  const after = p.peek(1);
  const argued =
    after !== undefined &&
    (after.type === "number" ||
      after.type === "letter" ||
      after.type === "open" ||
      after.type === "command" ||
      after.type === "constant");
  if (token?.digits !== undefined && token.digits.length > 1 && !argued) return digit(p, token, token.digits);
  return p.atom();
}

/** Takes the first digit of a number and leaves the others. */
function digit(p: Parsing, token: Token, digits: string): Expr {
  const rest = digits.slice(1);
  p.scope.tokens[p.at] = { ...token, text: rest, digits: rest, value: { n: BigInt(rest), d: 1n } };
  return number({ n: BigInt(digits[0]), d: 1n });
}

/** The argument of a command: a group or one operand, of a numeral its first digit. */
function braced(p: Parsing, last: boolean): Expr {
  const close = bracketHere(p, ["{"]);
  if (close !== undefined) {
    p.at++;
    return p.inside(close);
  }
  const digits = p.next?.digits;
  if (digits !== undefined && digits.length > 1 && p.next) {
    if (last || digits.length > 2) fail();
    return digit(p, p.next, digits);
  }
  return p.atom();
}

/** \frac, \sqrt, \binom, \sum, … */
export function command(p: Parsing, { text }: Token): Expr {
  switch (text) {
    case "frac": {
      const over = braced(p, false);
      const under = braced(p, true);
      // d/dx is an operator, no quotient.
      if (over.kind === "symbol" && over.name === "d" && under.kind === "symbol" && under.name.startsWith("d")) fail();
      return divided(over, under);
    }
    case "binom": {
      const upper = braced(p, false);
      return apply("binomial", upper, braced(p, true));
    }
    case "sqrt":
      return root(p);
    case "sum":
    case "prod":
      return series(p, text === "sum" ? "sum" : "product");
    case "int":
      return integral(p);
    case "lim":
      return limit(p);
    case "overline":
      return overlined(p);
    default:
      return fail();
  }
}

function root(p: Parsing): Expr {
  let exponent = number(rational(1n, 2n));
  const bracket = bracketHere(p, ["["]);
  if (bracket !== undefined) {
    p.at++;
    exponent = divided(whole(1), p.inside(bracket));
  }
  const close = bracketHere(p, ["{"]);
  if (close === undefined) return power(p.atom(), exponent);
  p.at++;
  return power(p.inside(close), exponent);
}

/** A bar over one lower-case letter conjugates, over capitals it names a segment. */
function overlined(p: Parsing): Expr {
  const close = bracketHere(p, ["{"]);
  const only = close === undefined ? p.next : close === p.at + 2 ? p.peek(1) : undefined;
  if (only?.type === "letter" && only.text.toLowerCase() === only.text) return apply("conjugate", braced(p, true));
  if (close === undefined) return fail();
  if (p.scope.tokens.slice(p.at, close).some((token) => is(token, "constant", "i")))
    return apply("conjugate", braced(p, true));
  const capitals = p.scope.tokens
    .slice(p.at + 1, close)
    .every(({ type, text }) => type === "letter" && text.toUpperCase() === text);
  return capitals ? braced(p, true) : fail();
}

/** The upper bound, which an index may follow: \sum^3_{k=1}. */
function upperBound(p: Parsing): Expr {
  const token = p.next;
  if (!is(p.peek(1), "operator", "_") || !token || bracketHere(p, ["{"]) !== undefined) return p.exponent();
  p.at++;
  if (token.type === "letter") return symbol(token.text);
  if (token.type === "constant" && token.text === "infinity") return constant("infinity");
  return number(token.value ?? fail());
}

interface Bounds {
  readonly variable: string | undefined;
  readonly from: Expr | undefined;
  readonly to: Expr | undefined;
}

/** _{n=1}^{m} in either order. */
function bounds(p: Parsing, named: boolean): Bounds {
  let variable: string | undefined;
  let from: Expr | undefined;
  let to: Expr | undefined;
  for (;;) {
    if (p.take("^")) to = upperBound(p);
    else if (!p.take("_")) return { variable, from, to };
    else if (named) {
      const close = bracketHere(p, ["{"]);
      if (close === undefined || !is(p.peek(2), "compare", "=")) fail();
      variable = variableOf(p.peek(1));
      p.at += 3;
      from = p.inside(close);
    } else from = braced(p, true);
  }
}

function variableOf(token: Token | undefined): string {
  return token && (token.type === "letter" || token.text === "i") ? token.text : fail();
}

function series(p: Parsing, name: "sum" | "product"): Expr {
  const { variable, from, to } = bounds(p, true);
  if (variable === undefined || from === undefined || to === undefined) return fail();
  p.bound.push(variable);
  const body = p.term();
  p.bound.pop();
  return { kind: "bound", name, args: [symbol(variable), from, to, body] };
}

function integral(p: Parsing): Expr {
  const { from, to } = bounds(p, false);
  if ((from === undefined) !== (to === undefined)) return fail();
  let close = p.at;
  while (!(p.scope.tokens[close]?.type === "letter" && /^d[a-z]/u.test(p.scope.tokens[close].text))) {
    if (close >= p.scope.tokens.length) return fail();
    close = Math.max(close, p.scope.match[close]) + 1;
  }
  const variable = symbol(p.scope.tokens[close].text.slice(1));
  const body = close === p.at ? whole(1) : p.inside(close);
  if (close === p.at) p.at++;
  return { kind: "bound", name: "integral", args: from && to ? [variable, from, to, body] : [variable, body] };
}

/** \lim_{x \to a^+}: the side is a fourth argument, 1 or −1. */
function limit(p: Parsing): Expr {
  if (!p.take("_")) return fail();
  const close = bracketHere(p, ["{"]) ?? fail();
  if (!is(p.peek(2), "operator", "→")) return fail();
  const variable = variableOf(p.peek(1));
  p.at += 3;
  const sign = p.scope.tokens[close - 1].text === "}" ? close - 2 : close - 1;
  const { text } = p.scope.tokens[sign];
  const sided =
    (text === "+" || text === "-") && (p.scope.tokens[sign - 1].text === "^" || p.scope.tokens[sign - 2].text === "^");
  const cut = p.scope.tokens[sign - 1].text === "^" ? sign - 1 : sign - 2;
  const to = p.inside(sided ? cut : close);
  p.at = close + 1;
  const body = p.term();
  const args = [symbol(variable), to, body];
  return { kind: "bound", name: "limit", args: sided ? [...args, whole(text === "+" ? 1 : -1)] : args };
}

/** f(x), f'(x), f^{-1}(x), C(n, k), C_n^k; undefined for a symbol without an argument. */
export function call(p: Parsing, { text }: Token): Expr | undefined {
  if (text === "C" || text === "P") return chosen(p, text);
  if (!/^[fghFGH]$/u.test(text)) return undefined;
  let name = p.name(text);
  const start = p.at;
  if (p.take("^")) {
    const exponent = p.exponent();
    const isInverse = exponent.kind === "number" && exponent.value.n === -1n && bracketHere(p, ["("]) !== undefined;
    if (isInverse) name += "^-1";
    else p.at = start;
  }
  const close = p.next?.space ? undefined : bracketHere(p, ["("]);
  if (close === undefined) return symbol(name);
  p.at++;
  return apply(name, ...list(p, close));
}

function chosen(p: Parsing, letter: "C" | "P"): Expr | undefined {
  const name = letter === "C" ? "binomial" : "permutations";
  const close = bracketHere(p, ["("]);
  if (close !== undefined) {
    const commas = findAll(p.scope, p.at + 1, close, (token) => is(token, "operator", ","));
    if (commas.length !== 1 || (letter === "P" && p.peek(1)?.type !== "number")) return undefined;
    p.at++;
    return apply(name, ...list(p, close));
  }
  if (letter === "P" || !p.has("_")) return undefined;
  const index = p.at + 1;
  if (p.peek(Math.max(p.scope.match[index] ?? -1, index) + 1 - p.at)?.text !== "^") return undefined;
  p.at++;
  const upper = braced(p, true);
  return p.take("^") ? apply(name, upper, braced(p, true)) : undefined;
}
