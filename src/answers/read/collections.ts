/** Whatever stands in brackets: tuples, intervals, sets, builders, matrices, systems. */
import type { Answer, Expr } from "../term.ts";
import { expression } from "./expressions.ts";
import { matrix } from "./matrices.ts";
import { pieces } from "./piecewise.ts";
import { between, fail, find, findAll, is, nested, type Scope, textOf, type Token } from "./tokens.ts";
import { apply, power, symbol, valueOf } from "./trees.ts";

type Domain = (Answer & { readonly kind: "domain" })["name"];

const domains: Readonly<Record<string, Domain>> = {
  ℕ: "naturals",
  ℤ: "integers",
  ℚ: "rationals",
  ℝ: "reals",
  ℂ: "complexes",
  ℙ: "primes",
};

const letters: Readonly<Record<string, string>> = { N: "ℕ", Z: "ℤ", Q: "ℚ", R: "ℝ", C: "ℂ" };

export const infinity: Expr = { kind: "constant", name: "infinity" };
export const zero: Expr = { kind: "number", value: { n: 0n, d: 1n } };
const isInfinite = (e: Expr): boolean =>
  e.kind === "constant"
    ? e.name === "infinity"
    : e.kind === "product" && e.factors.some((factor) => isInfinite(factor));

/** ℝ, ℤ⁺, ℝ \ {0} written ℝ^*; a capital R where only a set makes sense. */
export function domain(scope: Scope, from: number, to: number, expected: boolean): Answer | undefined {
  const token = scope.tokens[from];
  const sign =
    token.type === "domain" ? token.text : expected && token.type === "letter" ? letters[token.text] : undefined;
  if (sign === undefined) return undefined;
  if (sign === "∅") return to === from + 1 ? { kind: "set", items: [], written: "braces" } : fail();
  const all: Answer = { kind: "domain", name: domains[sign] };
  const marks = scope.tokens
    .slice(from + 1, to)
    .map(({ text }) => text)
    .join("")
    .replaceAll(/[{}]/gu, "");
  if (marks === "") return all;
  const positive: Answer = { kind: "interval", low: zero, high: infinity, closed: [false, false] };
  const negative: Answer = {
    kind: "interval",
    low: { kind: "product", factors: [{ kind: "number", value: { n: -1n, d: 1n } }, infinity] },
    high: zero,
    closed: [false, false],
  };
  if (/^[\^_]\+$/u.test(marks)) return sign === "ℝ" ? positive : { kind: "intersection", parts: [all, positive] };
  if (/^[\^_]-$/u.test(marks)) return sign === "ℝ" ? negative : { kind: "intersection", parts: [all, negative] };
  if (marks === "^*")
    return { kind: "difference", parts: [all, { kind: "set", items: [valueOf(zero)], written: "braces" }] };
  // ℝ² and ℝⁿ are named; nothing is known of them.
  return sign !== "∅" && is(scope.tokens[from + 1], "operator", "^")
    ? valueOf(power(symbol(blackboardLetter(sign)), expression(scope, from + 2, to)))
    : undefined;
}

const blackboardLetter = (sign: string): string => Object.keys(letters).find((key) => letters[key] === sign) ?? sign;

const comma = (token: Token): boolean => is(token, "operator", ",");
const semicolon = (token: Token): boolean => is(token, "operator", ";");

/** The stretches between separators inside a bracket: ";" if there are any, else ",". */
function members(scope: Scope, from: number, to: number): [number, number][] {
  if (from >= to) return [];
  const cuts = findAll(scope, from, to, semicolon);
  const parts = between(from, to, cuts.length > 0 ? cuts : findAll(scope, from, to, comma));
  return parts.every(([a, b]) => a < b) ? parts : fail();
}

/** The answer that one bracket around tokens [from, to) makes; undefined if no bracket or environment spans them. */
export function collection(scope: Scope, from: number, to: number): Answer | undefined {
  return nested(scope, () => {
    const first = scope.tokens[from];
    if (first.type === "open" && scope.match[from] === to - 1) return bracketed(scope, from, to - 1);
    return environment(scope, from, to);
  });
}

function bracketed(scope: Scope, open: number, close: number): Answer | undefined {
  const { tokens, match } = scope;
  const [first, last] = [tokens[open].text, tokens[close].text];
  if (first === "⌊" || first === "⌈") return undefined;
  if (first === "{" || first === "\\{") return braces(scope, open, close);
  if (tokens[open + 1]?.type === "begin" && match[open + 1] === close - 1) {
    return first === "(" || first === "[" ? environment(scope, open + 1, close) : fail();
  }
  const parts = members(scope, open + 1, close);
  const listed = first === "[" ? rowsOf(scope, parts) : undefined;
  if (listed) return { kind: "matrix", rows: listed };
  if (first !== "⟨") {
    if (first === "(" && last === ")" && parts.length === 1) return scope.answer(open + 1, close);
    if (parts.length === 2) return two(scope, parts, [first === "[", last === "]"]);
    if (first === "]" || first + last === "[)" || first + last === "(]" || last === "[") fail();
  }
  if (first === "(" && parts.length === 0) fail();
  const items = parts.map(([a, b]) => scope.answer(a, b));
  return { kind: "tuple", items, ...(first === "⟨" ? { vector: true } : {}) };
}

/** [[1, 2], [3, 4]]. */
function rowsOf(scope: Scope, parts: readonly [number, number][]): Expr[][] | undefined {
  const nestedRows = parts.every(
    ([a, b]) => is(scope.tokens[a], "open", "[") && scope.match[a] === b - 1 && is(scope.tokens[b - 1], "close", "]"),
  );
  if (parts.length === 0 || !nestedRows) return undefined;
  const cells = parts.map(([a, b]) => members(scope, a + 1, b - 1));
  if (cells.some((row) => row.length !== cells[0].length || row.length === 0)) return undefined;
  if (cells.flat().some(([a]) => scope.tokens[a].type === "open" && scope.tokens[a].text === "[")) return undefined;
  // A pair of pairs may be intervals as well as a matrix: as lists of lists it is a matrix.
  return cells.map((row) => row.map(([a, b]) => expression(scope, a, b)));
}

/** Two members in round or square brackets: a pair or an interval. */
function two(scope: Scope, parts: readonly [number, number][], closed: readonly [boolean, boolean]): Answer {
  const [[a, b], [c, d]] = parts;
  const [left, right] = [scope.answer(a, b), scope.answer(c, d)];
  const bounds = [left, right].map((side, i) =>
    side.kind !== "value" ? undefined : side.unit ? expression(scope, ...parts[i]) : side.value,
  );
  const [low, high] = bounds;
  if (!closed[0] && !closed[1]) {
    const infinite = low !== undefined && high !== undefined && (isInfinite(low) || isInfinite(high));
    const reversed = scope.tokens[a - 1].text === "]";
    if (!infinite && !reversed) return { kind: "pair", items: [left, right] };
  }
  if (low === undefined || high === undefined) {
    return closed[0] && closed[1] ? { kind: "tuple", items: [left, right] } : fail();
  }
  return { kind: "interval", low, high, closed };
}

function braces(scope: Scope, open: number, close: number): Answer {
  const { tokens } = scope;
  const bar =
    tokens[open + 1].text === "|"
      ? -1
      : find(
          scope,
          open + 1,
          close,
          (token, i) => is(token, "operator", "|") || is(token, "operator", ":") || suchThat(scope, i),
        );
  if (bar > 0) {
    const begin = suchThat(scope, bar) ? bar + 2 : bar + 1;
    const built = builder(scope, open + 1, bar, begin, close);
    if (built) return built;
  }
  const parts = members(scope, open + 1, close);
  // Braces around one thing among LaTeX commands only group.
  if (parts.length === 1 && tokens[open].text === "{" && scope.mathematical) return scope.answer(open + 1, close);
  const items = parts.map(([a, b]) => scope.answer(a, b));
  // {x = 1, y = 2} is the system in brackets.
  if (items.length > 1 && items.every(({ kind }) => kind === "relation")) return scope.answer(open + 1, close);
  return { kind: "set", items, written: "braces" };
}

function suchThat(scope: Scope, i: number): boolean {
  return scope.tokens[i].text === "such" && scope.tokens[i + 1]?.text === "that";
}

/** {x ∈ D | conditions}. */
function builder(scope: Scope, from: number, to: number, begin: number, end: number): Answer | undefined {
  const member = find(scope, from, to, (token) => is(token, "compare", "in"));
  if (find(scope, from, to, comma) >= 0 || from === to || begin === end) return undefined;
  const variable = pattern(scope, from, member < 0 ? to : member);
  const conditions = scope.answer(begin, end);
  const where = conditions.kind === "all" ? conditions.parts : [conditions];
  if (member < 0) return { kind: "builder", variable, where };
  return {
    kind: "builder",
    variable,
    domain: domain(scope, member + 1, to, true) ?? scope.answer(member + 1, to),
    where,
  };
}

/** What a builder collects: an expression, or (x, y) as the application "tuple". */
function pattern(scope: Scope, from: number, to: number): Expr {
  const spans = is(scope.tokens[from], "open", "(") && scope.match[from] === to - 1;
  const parts = spans ? members(scope, from + 1, to - 1) : [];
  return parts.length < 2
    ? expression(scope, from, to)
    : apply("tuple", ...parts.map(([a, b]) => expression(scope, a, b)));
}

const systems = /^(?:cases|dcases|rcases|aligned|align|split|gathered|gather|array|eqnarray|alignedat)$/u;

/** \begin…\end: a system, a function in pieces, or what is worked out with matrices. */
function environment(scope: Scope, from: number, to: number): Answer | undefined {
  const { tokens, match } = scope;
  if (is(tokens[from], "begin") && match[from] === to - 1 && systems.test(tokens[from].text)) {
    const relations = find(scope, from + 1, to - 1, (token) => token.type === "compare") >= 0;
    const piecewise = relations ? pieces(scope, from + 1, to - 1) : undefined;
    if (piecewise) return valueOf(piecewise);
    if (relations || tokens[from].text !== "array") return system(scope, from + 1, to - 1);
  }
  return matrix(scope, from, to);
}

/** Lines that hold together. */
function system(scope: Scope, from: number, to: number): Answer {
  const cuts = findAll(scope, from, to, (token) => is(token, "operator", "\n"));
  const parts = between(from, to, cuts)
    .map(([a, b]): [number, number] => [a, is(scope.tokens[b - 1], "operator", ",") ? b - 1 : b])
    .filter(([a, b]) => a < b)
    .map(([a, b]) => scope.answer(a, b));
  if (parts.length === 0 || parts.some(({ kind }) => !["relation", "member", "all"].includes(kind))) fail();
  return parts.length === 1
    ? parts[0]
    : { kind: "all", parts: parts.flatMap((part) => (part.kind === "all" ? part.parts : [part])) };
}

/** P(x) as a function where a definition says so: a letter with symbols or numbers in brackets is all of [from, to). */
export function definition(scope: Scope, from: number, to: number): Expr | undefined {
  const { tokens, match } = scope;
  if (tokens[from].type !== "letter" || !is(tokens[from + 1], "open", "(") || match[from + 1] !== to - 1)
    return undefined;
  const inner = tokens.slice(from + 2, to - 1);
  // P(X = 2) is a name for what is asked.
  if (tokens[from].text === "P" && inner.some(({ type }) => type === "compare"))
    return apply("P", symbol(textOf(inner)));
  if (inner.length === 0 || !inner.every(({ type, text }) => type === "letter" || type === "number" || text === ","))
    return undefined;
  const args = members(scope, from + 2, to - 1).map(([a, b]) =>
    b === a + 1 && tokens[a].type === "letter" ? symbol(tokens[a].text) : expression(scope, a, b),
  );
  return apply(tokens[from].text, ...args);
}
