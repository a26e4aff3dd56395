/** Functions in pieces: \begin{cases} x & x > 0 \\ -x & \text{otherwise} \end{cases}. */
import type { Answer, Comparison, Expr } from "../term.ts";
import { showExpr } from "../show.ts";
import { expression } from "./expressions.ts";
import { between, find, findAll, is, type Scope, type Token } from "./tokens.ts";
import { apply, negated, sum } from "./trees.ts";

interface Piece {
  readonly value: Expr;
  /** Undefined for "otherwise". */
  readonly when: Expr | undefined;
}

const leads = /^(?:if|when|for|where)$/u;
const rest = /^(?:otherwise|else|elsewhere)$/u;

/** left < right as the statement that a difference is positive, so that both ways to write it are one. */
function condition(sign: Comparison, left: Expr, right: Expr): Expr | undefined {
  switch (sign) {
    case "<":
      return apply("positive", sum([right, negated(left)]));
    case ">":
      return apply("positive", sum([left, negated(right)]));
    case "<=":
      return apply("nonnegative", sum([right, negated(left)]));
    case ">=":
      return apply("nonnegative", sum([left, negated(right)]));
    case "=":
      return apply("zero", apply("abs", sum([left, negated(right)])));
    case "!=":
      return apply("nonzero", apply("abs", sum([left, negated(right)])));
    case "≈":
    case "≡":
      return undefined;
  }
}

/** All that a condition says, joined; several comparisons in the order of their writing. */
function conditionOf(found: Answer): Expr | undefined {
  if (found.kind === "all") {
    const parts = found.parts.flatMap((part) => conditionOf(part) ?? []);
    return parts.length === found.parts.length ? apply("and", ...sorted(parts)) : undefined;
  }
  if (found.kind !== "relation") return undefined;
  const sides = found.sides.flatMap((side) => (side.kind === "value" && side.unit === undefined ? [side.value] : []));
  if (sides.length !== found.sides.length) return undefined;
  const parts = found.signs.flatMap((sign, i) => condition(sign, sides[i], sides[i + 1]) ?? []);
  if (parts.length !== found.signs.length) return undefined;
  return parts.length === 1 ? parts[0] : apply("and", ...sorted(parts));
}

const sorted = (parts: readonly Expr[]): Expr[] =>
  parts.toSorted((a, b) => (showExpr(a) < showExpr(b) ? -1 : showExpr(a) > showExpr(b) ? 1 : 0));

/** Without a sign that would only undo another. */
function minus(e: Expr): Expr {
  if (e.kind !== "product" || e.factors.length !== 2) return negated(e);
  const [sign, of] = e.factors;
  return sign.kind === "number" && sign.value.n === -1n && sign.value.d === 1n ? of : negated(e);
}

/** What holds where a single inequality does not. */
function opposite(e: Expr): Expr | undefined {
  if (e.kind !== "apply") return undefined;
  const [of] = e.args;
  if (e.name === "zero" || e.name === "nonzero") return apply(e.name === "zero" ? "nonzero" : "zero", of);
  if (of.kind !== "sum") return undefined;
  const [left, right] = of.terms;
  if (e.name === "positive") return apply("nonnegative", sum([minus(right), minus(left)]));
  return e.name === "nonnegative" ? apply("positive", sum([minus(right), minus(left)])) : undefined;
}

/** One line: a value, "&" or a comma or "if", and a condition. */
function piece(scope: Scope, from: number, to: number): Piece | undefined {
  const { tokens } = scope;
  const parts = (token: Token): boolean =>
    is(token, "operator", "&") || (token.type === "word" && leads.test(token.text));
  let cut = find(scope, from, to, parts);
  if (cut < 0) cut = find(scope, from, to, (token) => is(token, "operator", ","));
  if (cut < 0) cut = find(scope, from, to, (token) => token.type === "word" && rest.test(token.text));
  if (cut <= from) return undefined;
  const trailing = (i: number): boolean => is(tokens[i], "operator", ",") || is(tokens[i], "operator", ";");
  let valueEnd = cut;
  while (valueEnd > from && trailing(valueEnd - 1)) valueEnd--;
  let start = rest.test(tokens[cut].text) ? cut : cut + 1;
  while (start < to && (trailing(start) || is(tokens[start], "operator", "&") || leads.test(tokens[start].text)))
    start++;
  let end = to;
  while (end > start && trailing(end - 1)) end--;
  if (start >= end || valueEnd <= from) return undefined;
  const value = expression(scope, from, valueEnd);
  if (end === start + 1 && rest.test(tokens[start].text)) return { value, when: undefined };
  const when = conditionOf(scope.answer(start, end));
  return when && { value, when };
}

/** The pieces of tokens [from, to) as one expression: a value and its condition by turns; undefined if they are a system. */
export function pieces(scope: Scope, from: number, to: number): Expr | undefined {
  const cuts = findAll(scope, from, to, (token) => is(token, "operator", "\n"));
  const lines = between(from, to, cuts).filter(([a, b]) => a < b);
  const separated = lines.filter(
    ([a, b]) =>
      find(scope, a, b, (token) => token.type === "word" && (leads.test(token.text) || rest.test(token.text))) >= 0 ||
      startsWithValue(scope, a, b),
  );
  if (lines.length < 2 || separated.length < lines.length) return undefined;
  const found = lines.flatMap(([a, b]) => piece(scope, a, b) ?? []);
  if (found.length < lines.length) return undefined;
  const [first, second] = found;
  const both = found.length === 2 && first.when && second.when === undefined ? opposite(first.when) : undefined;
  const whole = both ? [first, { ...second, when: both }] : found;
  const args = whole.map(({ value, when }) => ({ value, when: when ?? apply("otherwise") }));
  const keyed = args.toSorted((a, b) => (showExpr(a.when) < showExpr(b.when) ? -1 : 1));
  return apply("cases", ...keyed.flatMap(({ value, when }) => [value, when]));
}

/** "x & x > 0": no comparison stands before the first "&" or comma, and one behind it. */
function startsWithValue(scope: Scope, from: number, to: number): boolean {
  const cut = find(scope, from, to, (token) => is(token, "operator", "&") || is(token, "operator", ","));
  const sign = find(scope, from, to, (token) => token.type === "compare");
  return cut > from && sign > cut + 1;
}
