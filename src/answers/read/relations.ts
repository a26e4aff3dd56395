/** Lists, alternatives, systems, relations and operations on sets: everything between brackets and whole answers. */
import { burn, type Answer, type Comparison, type Expr } from "../term.ts";
import { ray } from "./bounds.ts";
import { collection, definition, domain } from "./collections.ts";
import { expression } from "./expressions.ts";
import { between, fail, find, findAll, is, nested, type Scope, textOf, type Token } from "./tokens.ts";
import { apply, valueOf } from "./trees.ts";
import { value } from "./values.ts";

const isWord = (token: Token, text: string): boolean =>
  (token.type === "word" || token.type === "operator") && token.text.toLowerCase() === text;
const isOr = (token: Token): boolean => isWord(token, "or");
const isSemicolon = (token: Token): boolean => is(token, "operator", ";") || is(token, "operator", "\n");
const conditions = new Set(["where", "for", "if", "when", "with", "and"]);
const isComma = (token: Token): boolean =>
  is(token, "operator", ",") ||
  is(token, "operator", "and") ||
  (token.type === "word" && conditions.has(token.text.toLowerCase()));

/** Tokens [from, to) by the whole grammar. */
export function answer(scope: Scope, from: number, to: number): Answer {
  return nested(scope, () => {
    burn(scope.fuel, to - from + 1);
    if (from >= to) fail();
    const or = findAll(scope, from, to, isOr);
    if (or.length > 0) return alternatives(scope, from, to, or);
    const semicolons = findAll(scope, from, to, isSemicolon);
    if (semicolons.length === 0) return list(scope, from, to);
    const stretches = between(from, to, semicolons).filter(([a, b]) => a < b);
    return stretches.length === 0 ? fail() : combine(stretches.map(([a, b]) => list(scope, a, b)));
  });
}

/** The stretches between commas and "and"; ", and" is one cut. */
function parts(scope: Scope, from: number, to: number, test: (token: Token) => boolean): [number, number][] {
  const found = between(from, to, findAll(scope, from, to, test));
  return found.filter(([a, b], i) => {
    if (a < b) return true;
    const doubled = i > 0 && i < found.length - 1 && is(scope.tokens[a - 1], "operator", ",");
    return doubled ? false : fail();
  });
}

/** Where "(k ∈ ℤ)" behind something begins. */
function conditionAt(scope: Scope, from: number, to: number): number | undefined {
  const { tokens, match } = scope;
  const open = is(tokens[to - 1], "close", ")") ? match[to - 1] : -1;
  if (open <= from || !tokens[open].space || tokens[open - 1].type === "function" || tokens[open].text !== "(")
    return undefined;
  const inside = find(scope, open + 1, to - 1, (token) => token.type === "compare");
  return inside > open + 1 ? open : undefined;
}

function list(scope: Scope, from: number, to: number): Answer {
  const open = conditionAt(scope, from, to);
  if (open !== undefined) return combine([list(scope, from, open), answer(scope, open + 1, to - 1)]);
  const stretches = parts(scope, from, to, isComma);
  return stretches.length === 1
    ? single(scope, ...stretches[0])
    : combine(stretches.map(([a, b]) => single(scope, a, b)));
}

function alternatives(scope: Scope, from: number, to: number, cuts: readonly number[]): Answer {
  if (find(scope, from, to, isComma) >= 0) {
    const flat = parts(scope, from, to, (token) => isOr(token) || isComma(token)).map(([a, b]) => single(scope, a, b));
    if (!flat.slice(1).some(({ kind }) => kind === "relation") || sameName(flat)) return alternativesOf(flat);
  }
  return alternativesOf(between(from, to, cuts).map(([a, b]) => list(scope, a, b)));
}

/** "x = 2 or 3" says x = 2 or x = 3. */
function alternativesOf(items: readonly Answer[]): Answer {
  return { kind: "set", items: distributed(items) ?? items, written: "or" };
}

type Relation = Answer & { readonly kind: "relation" };

const isEquation = (found: Answer): found is Relation =>
  found.kind === "relation" && found.signs.length === 1 && found.signs[0] === "=";

const symbolOf = (found: Answer): string | undefined =>
  found.kind === "value" && found.value.kind === "symbol" && found.unit === undefined ? found.value.name : undefined;

/** Equations that all say what one and the same symbol is. */
function sameName(items: readonly Answer[]): boolean {
  const names = items.map((item) => (isEquation(item) ? symbolOf(item.sides[0]) : undefined));
  return names[0] !== undefined && names.every((name) => name === names[0]);
}

function distributed(items: readonly Answer[]): Answer[] | undefined {
  const [first, ...rest] = items;
  if (!isEquation(first) || symbolOf(first.sides[0]) === undefined || rest.length === 0) return undefined;
  if (rest.some(({ kind }) => !["value", "tuple", "pair", "interval", "matrix"].includes(kind))) return undefined;
  return [first, ...rest.map((item): Answer => ({ kind: "relation", sides: [first.sides[0], item], signs: ["="] }))];
}

/** What several parts say together. */
function combine(items: readonly Answer[]): Answer {
  if (items.length === 1) return items[0];
  if (sameName(items)) return { kind: "set", items, written: "or" };
  const same = distributed(items);
  if (same) return { kind: "set", items: same, written: "or" };
  if (items.every(({ kind }) => kind === "relation" || kind === "member")) {
    return repeated(items) ?? { kind: "all", parts: items };
  }
  return paired(items) ?? { kind: "set", items, written: "listed" };
}

/** p = 5, q = 2, p = 7, q = 2: as many solutions as there are rounds of the names. */
function repeated(items: readonly Answer[]): Answer | undefined {
  const names = items.map((item) => (isEquation(item) ? symbolOf(item.sides[0]) : undefined));
  const size = names.indexOf(names[0], 1);
  const rounds =
    size > 1 && items.length % size === 0 && names.every((name, i) => name !== undefined && name === names[i % size]);
  if (!rounds) return undefined;
  const solutions = Array.from({ length: items.length / size }, (_, i) => items.slice(i * size, (i + 1) * size));
  return { kind: "set", items: solutions.map((solution) => ({ kind: "all", parts: solution })), written: "or" };
}

/** "a, b = 1, 2". */
function paired(items: readonly Answer[]): Answer | undefined {
  const half = (items.length - 1) / 2;
  const middle = items[half];
  if (middle === undefined || !isEquation(middle)) return undefined;
  const left = [...items.slice(0, half), middle.sides[0]];
  const right = [middle.sides[1], ...items.slice(half + 1)];
  if (left.some((name) => symbolOf(name) === undefined) || right.some(({ kind }) => kind !== "value")) return undefined;
  return { kind: "all", parts: left.map((name, i) => ({ kind: "relation", sides: [name, right[i]], signs: ["="] })) };
}

/** One part of a list: a relation, an operation on sets, or less. */
function single(scope: Scope, from: number, to: number): Answer {
  const cuts = findAll(scope, from, to, (token) => token.type === "compare");
  const union = find(scope, from, to, (token, i) => isUnion(scope, token, i));
  const unionFirst = union >= 0 && cuts.length > 1 && cuts[0] < union && cuts.some((cut) => cut > union);
  if (cuts.length === 0 || (unionFirst && !cuts.some((cut) => scope.tokens[cut].text === "in"))) {
    return kindOf(scope, from, to) ?? sets(scope, from, to, false);
  }
  return relation(scope, from, to, cuts);
}

const kinds: readonly (readonly [RegExp, (Answer & { readonly kind: "domain" })["name"]])[] = [
  [/^(?:is )?(?:(?:an|any|some) )?(?:integers?|whole numbers?)$/u, "integers"],
  [/^(?:is )?(?:(?:a|any|some) )?real(?: numbers?)?$/u, "reals"],
  [/^(?:is )?(?:(?:a|any|some) )?natural(?: numbers?)?$/u, "naturals"],
];

/** "n is an integer". */
function kindOf(scope: Scope, from: number, to: number): Answer | undefined {
  const [first, second] = [scope.tokens[from], scope.tokens[from + 1]];
  if (first.type !== "letter" || to - from < 2 || to - from > 5 || (second.type !== "word" && second.type !== "letter"))
    return undefined;
  const words = textOf(scope.tokens.slice(from + 1, to)).toLowerCase();
  const found = kinds.find(([pattern]) => pattern.test(words));
  return found && { kind: "member", of: { kind: "symbol", name: first.text }, set: { kind: "domain", name: found[1] } };
}

const comparisons: Readonly<Record<string, Comparison>> = {
  "=": "=",
  "!=": "!=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
  "≈": "≈",
  "≡": "≡",
};

/** Tokens of "(mod n)" at the end: where they begin, and n. */
function modulus(scope: Scope, from: number, to: number): { readonly at: number; readonly n: Expr } | undefined {
  const { tokens, match } = scope;
  const open = match[to - 1];
  if (is(tokens[to - 1], "close") && open > from) {
    if (is(tokens[open + 1], "function", "mod")) return { at: open, n: expression(scope, open + 2, to - 1) };
    if (is(tokens[open - 1], "command", "pmod")) return { at: open - 1, n: expression(scope, open + 1, to - 1) };
  }
  if (is(tokens[to - 2], "command", "pmod")) return { at: to - 2, n: expression(scope, to - 1, to) };
  return undefined;
}

function relation(scope: Scope, from: number, end: number, cuts: readonly number[]): Answer {
  const { tokens } = scope;
  const found = modulus(scope, from, end) ?? looseModulus(scope, cuts, end);
  const to = found?.at ?? end;
  const member = cuts.find((cut) => tokens[cut].text === "in");
  if (member !== undefined) {
    if (cuts.length > 1) fail();
    return { kind: "member", of: expression(scope, from, member), set: sets(scope, member + 1, to, true) };
  }
  const signs = cuts.map((cut) => comparisons[tokens[cut].text] ?? fail());
  const stretches = between(from, to, cuts);
  const empty = stretches[0][0] === stretches[0][1];
  if (empty && (signs[0] === "=" || signs[0] === "≈") && to > from + 1) {
    const rest = answer(scope, from + 1, to);
    return signs[0] === "≈" && rest.kind === "value" ? { ...rest, approximate: true } : rest;
  }
  if (empty && stretches.length === 2 && /^[<>]=?$/u.test(signs[0]))
    return ray(signs[0], answer(scope, from + 1, to)) ?? fail();
  const sides = stretches.map(([a, b], i) => {
    const name = i === 0 && signs[0] === "=" ? labelled(scope, a, b) : undefined;
    return name ?? sideOf(scope, a, b, i === 0 && signs[0] === "=");
  });
  if (found) {
    if (signs.some((sign) => sign !== "=" && sign !== "≡")) fail();
    const reduced = sides.map((part) => valueOf(apply("mod", part.kind === "value" ? part.value : fail(), found.n)));
    return { kind: "relation", sides: reduced, signs: signs.map(() => "≡") };
  }
  return unfolded(sides, signs) ?? { kind: "relation", sides, signs };
}

const derivative = /^(?:frac)?\{?(d[a-z])\}?\/?\{?(d[a-z])\}?$/u;

/** The name of what an equation says, where it is no mathematics: "Area of ABC", [ABC], S_{△ABC}. */
function labelled(scope: Scope, from: number, to: number): Answer | undefined {
  const tokens = scope.tokens.slice(from, to);
  const [, over, under] = derivative.exec(textOf(tokens).replaceAll(" ", "")) ?? [];
  if (over !== undefined && under !== undefined) return valueOf({ kind: "symbol", name: `${over}/${under}` });
  if (
    tokens.length > 10 ||
    tokens.some(({ type }) => !["word", "letter", "constant", "open", "close", "operator"].includes(type))
  )
    return undefined;
  const named =
    tokens.some(({ type, text }) => type === "word" && text.length > 2 && text !== "mod") &&
    tokens.every(({ type, text }) => type !== "operator" || text === "_" || text === "'");
  const text = textOf(tokens);
  const area = /^\[[A-Z]{3,8}\]$|^[A-Z]_\{?△[A-Z]+\}?$/u.test(text.replaceAll(" ", ""));
  return named || area ? valueOf({ kind: "symbol", name: text.replaceAll(/[{}]/gu, "") }) : undefined;
}

/** x ≡ 3 mod 5 without brackets. */
function looseModulus(
  scope: Scope,
  cuts: readonly number[],
  to: number,
): { readonly at: number; readonly n: Expr } | undefined {
  if (!cuts.some((cut) => scope.tokens[cut].text === "≡")) return undefined;
  const at = find(scope, cuts[0], to, (token) => is(token, "function", "mod"));
  return at < 0 ? undefined : { at, n: expression(scope, at + 1, to) };
}

/** (p, q) = (3, 2). */
function unfolded(sides: readonly Answer[], signs: readonly Comparison[]): Answer | undefined {
  if (signs.length !== 1 || signs[0] !== "=") return undefined;
  const [left, right] = sides;
  if ((left.kind !== "tuple" && left.kind !== "pair") || (right.kind !== "tuple" && right.kind !== "pair"))
    return undefined;
  if (left.items.length !== right.items.length || left.items.some((item) => symbolOf(item) === undefined))
    return undefined;
  return {
    kind: "all",
    parts: left.items.map((item, i) => ({ kind: "relation", sides: [item, right.items[i]], signs: ["="] })),
  };
}

/** One side of a relation, without the "&" that align it. */
function sideOf(scope: Scope, from: number, to: number, first: boolean): Answer {
  let [a, b] = [from, to];
  while (a < b && is(scope.tokens[a], "operator", "&")) a++;
  while (a < b && is(scope.tokens[b - 1], "operator", "&")) b--;
  if (a >= b) fail();
  const defined = first ? definition(scope, a, b) : undefined;
  return defined ? valueOf(defined) : sets(scope, a, b, false);
}

function isUnion(scope: Scope, token: Token, i: number): boolean {
  if (is(token, "operator", "∪")) return true;
  const joins =
    ["close", "domain"].includes(scope.tokens[i - 1]?.type) && ["open", "domain"].includes(scope.tokens[i + 1]?.type);
  return (
    joins &&
    ((token.type === "letter" && token.text === "U") || (token.type === "word" && token.text.toLowerCase() === "union"))
  );
}

function isIntersection(token: Token): boolean {
  return is(token, "operator", "∩") || (token.type === "word" && token.text.toLowerCase() === "intersect");
}

function isDifference(scope: Scope, token: Token, i: number): boolean {
  if (is(token, "operator", "\\")) return true;
  const [before, next] = [scope.tokens[i - 1], scope.tokens[i + 1]];
  return (
    is(token, "operator", "-") &&
    before !== undefined &&
    (before.type === "domain" || before.text === "R") &&
    next?.type === "open" &&
    next.text.endsWith("{")
  );
}

/** Unions of intersections of differences. `expected`: only a set makes sense here. */
function sets(scope: Scope, from: number, to: number, expected: boolean): Answer {
  for (const [kind, test] of [
    ["union", (token: Token, i: number) => isUnion(scope, token, i)],
    ["intersection", isIntersection],
    ["difference", (token: Token, i: number) => isDifference(scope, token, i)],
  ] as const) {
    const cuts = findAll(scope, from, to, test);
    if (cuts.length === 0) continue;
    return nested(scope, () => {
      const pieces = between(from, to, cuts).map(([a, b]) => (a < b ? operand(scope, a, b) : fail()));
      return { kind, parts: pieces };
    });
  }
  return simple(scope, from, to, expected);
}

/** An operand of a set operation: x < 2 ∪ x > 5 has relations. */
function operand(scope: Scope, from: number, to: number): Answer {
  const cuts = findAll(scope, from, to, (token) => token.type === "compare");
  return cuts.length > 0 ? relation(scope, from, to, cuts) : sets(scope, from, to, true);
}

function simple(scope: Scope, from: number, to: number, expected: boolean): Answer {
  if (from >= to) fail();
  const found = domain(scope, from, to, expected) ?? collection(scope, from, to);
  if (found) return found;
  const modular = modulus(scope, from, to);
  if (!modular) return value(scope, from, to);
  return valueOf(apply("mod", expression(scope, from, modular.at), modular.n));
}
