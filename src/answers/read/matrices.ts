/** Matrices, and sums, products and powers of them that can be worked out. */
import { add, multiply } from "../rational.ts";
import { burn, type Answer, type Expr } from "../term.ts";
import { expression } from "./expressions.ts";
import { between, fail, find, findAll, is, type Scope } from "./tokens.ts";
import { divided, negated, number, product, sum, whole } from "./trees.ts";

type Rows = readonly (readonly Expr[])[];
type Matrix = Answer & { readonly kind: "matrix" };

const environments = /^(?:[pbBvV]?(?:small)?matrix|array|tabular)$/u;
/** Rows or columns of matrices that are multiplied, and their exponents, at most. */
const largest = 12;

/** Tokens [from, to) as a matrix; undefined if no matrix stands in them. Fails where one does and has no reading. */
export function matrix(scope: Scope, from: number, to: number): Matrix | undefined {
  const { tokens, match } = scope;
  if (is(tokens[from], "operator", "|") && tokens[from + 1]?.type === "begin" && match[from + 1] === to - 2) {
    return { kind: "matrix", rows: rows(scope, from + 1, to - 2), determinant: true };
  }
  if (is(tokens[from], "function", "det")) {
    const inner = matrix(scope, from + 1, to);
    return inner && !inner.determinant ? { ...inner, determinant: true } : undefined;
  }
  if (find(scope, from, to, (token, i) => token.type === "begin" || opensMatrix(scope, i)) < 0) return undefined;
  const begin = is(tokens[from], "begin") && match[from] === to - 1 ? from : -1;
  if (begin >= 0 && environments.test(tokens[begin].text)) {
    const determinant = /^[vV]/u.test(tokens[begin].text);
    return { kind: "matrix", rows: rows(scope, begin, to - 1), ...(determinant ? { determinant } : {}) };
  }
  return { kind: "matrix", rows: total(scope, from, to) };
}

const isSign = (scope: Scope, i: number): boolean =>
  (is(scope.tokens[i], "operator", "+") || is(scope.tokens[i], "operator", "-")) &&
  (is(scope.tokens[i - 1], "end") || is(scope.tokens[i - 1], "close"));

/** A sum of terms with matrices. */
function total(scope: Scope, from: number, to: number): Rows {
  const cuts = findAll(scope, from + 1, to, (_, i) => isSign(scope, i));
  const terms = between(from, to, cuts).map(([a, b], i) => {
    const found = term(scope, a, b);
    return i > 0 && is(scope.tokens[cuts[i - 1]], "operator", "-") ? scaled(whole(-1), found) : found;
  });
  return terms.reduce((a, b) => {
    if (a.length !== b.length || a[0].length !== b[0].length) fail();
    return a.map((row, i) => row.map((cell, j) => plus([cell, b[i][j]])));
  });
}

/** A factor before matrices, which are multiplied from left to right. */
function term(scope: Scope, from: number, to: number): Rows {
  const { tokens, match } = scope;
  const first = find(scope, from, to, (token, i) => token.type === "begin" || opensMatrix(scope, i));
  if (first < 0) fail();
  let result: Rows | undefined;
  for (let at = first; at < to;) {
    if (result && is(tokens[at], "operator", "*")) at++;
    const bracket = opensMatrix(scope, at);
    const begin = bracket ? at + 1 : at;
    if (!is(tokens[begin], "begin") || !environments.test(tokens[begin].text) || /^[vV]/u.test(tokens[begin].text))
      fail();
    const inner = rows(scope, begin, match[begin]);
    const raised = exponent(scope, match[at] + 1, to, inner);
    result = result ? times(scope, result, raised.rows) : raised.rows;
    at = raised.to;
  }
  if (!result || first === from) return result ?? fail();
  const end = is(tokens[first - 1], "operator", "*") ? first - 1 : first;
  const factor = is(tokens[from], "operator", "-") && end === from + 1 ? whole(-1) : expression(scope, from, end);
  return scaled(factor, result);
}

/** \left( \begin{array}… \end{array} \right). */
const opensMatrix = ({ tokens, match }: Scope, i: number): boolean =>
  is(tokens[i], "open") && is(tokens[i + 1], "begin") && match[i + 1] === match[i] - 1;

/** A matrix with the transposition or power behind it. */
function exponent(scope: Scope, at: number, to: number, base: Rows): { readonly rows: Rows; readonly to: number } {
  const { tokens, match } = scope;
  const primed = is(tokens[at], "operator", "'");
  if (at >= to || (!primed && !is(tokens[at], "operator", "^"))) return { rows: base, to: at };
  const close = primed ? at : Math.max(match[at + 1] ?? -1, at + 1);
  const written = tokens
    .slice(primed ? at : at + 1, close + 1)
    .map(({ text }) => text)
    .join("")
    .replaceAll(/[{}]/gu, "");
  if (/^[T⊤']$/u.test(written)) {
    return { rows: base[0].map((_, i) => base.map((row) => row[i])), to: close + 1 };
  }
  if (written === "-1") return { rows: inverted(base), to: close + 1 };
  const power = /^\d$/u.test(written) ? Number(written) : 0;
  if (power === 0) fail();
  let result = base;
  for (let i = 1; i < power; i++) result = times(scope, result, base);
  return { rows: result, to: close + 1 };
}

/** The inverse of a matrix of two rows and columns. */
function inverted(base: Rows): Rows {
  if (base.length !== 2 || base[0].length !== 2) fail();
  const [[a, b], [c, d]] = base;
  const determinant = plus([by([a, d]), negated(by([b, c]))]);
  return [
    [d, negated(b)],
    [negated(c), a],
  ].map((row) => row.map((cell) => divided(cell, determinant)));
}

function times(scope: Scope, a: Rows, b: Rows): Rows {
  if (a[0].length !== b.length || Math.max(a.length, b.length, b[0].length) > largest) fail();
  burn(scope.fuel, a.length * b.length * b[0].length);
  return a.map((row) => b[0].map((_, j) => plus(row.map((cell, k) => by([cell, b[k][j]])))));
}

const scaled = (factor: Expr, m: Rows): Rows => m.map((row) => row.map((cell) => product([factor, cell])));

/** Sums and products of numerals are numbers; others stay as they are. */
function plus(terms: readonly Expr[]): Expr {
  const values = terms.flatMap((one) => (one.kind === "number" ? [one.value] : []));
  return values.length === terms.length ? number(values.reduce((a, b) => add(a, b))) : sum(terms);
}

function by(factors: readonly Expr[]): Expr {
  const values = factors.flatMap((one) => (one.kind === "number" ? [one.value] : []));
  return values.length === factors.length ? number(values.reduce((a, b) => multiply(a, b))) : product(factors);
}

function rows(scope: Scope, begin: number, end: number): Rows {
  const cuts = findAll(scope, begin + 1, end, (token) => is(token, "operator", "\n"));
  const lines = between(begin + 1, end, cuts).filter(([a, b]) => a < b);
  const cells = lines.map(([a, b]) =>
    between(
      a,
      b,
      findAll(scope, a, b, (token) => is(token, "operator", "&")),
    ).map(([c, d]) => expression(scope, c, d)),
  );
  return cells.length > 0 && cells.every((row) => row.length === cells[0].length) ? cells : fail();
}
