/** A number or expression with what belongs to it: currency, unit, noun, "about", ratio. */
import { gcd, multiply, rational } from "../rational.ts";
import type { Answer, Expr, Rational } from "../term.ts";
import { numberOf } from "../number-words.ts";
import { unitOf } from "../units.ts";
import { expression } from "./expressions.ts";
import { countedNoun } from "./nouns.ts";
import { between, fail, find, findAll, is, type Scope, textOf, type Token } from "./tokens.ts";
import { apply, divided, negated, number } from "./trees.ts";

const roughly = new Set("about approximately approx approximate roughly around nearly almost circa ca".split(" "));
const moneySigns = new Set("$€£¥₹₽₩₿₺฿₫₴₪¢");
const scales = new Set(
  "hundred thousand million billion trillion quadrillion dozen hundreds thousands millions billions".split(" "),
);

type Value = Answer & { readonly kind: "value" };

/** Tokens [from, to) as a value. */
export function value(scope: Scope, from: number, to: number): Answer {
  const { tokens } = scope;
  let start = from;
  while (start < to && tokens[start].type === "word" && roughly.has(tokens[start].text.toLowerCase())) start++;
  if (start > from) {
    if (start >= to) fail();
    const result = value(scope, start, to);
    return result.kind === "value" ? { ...result, approximate: true } : fail();
  }
  return (
    dms(scope, from, to) ??
    money(scope, from, to) ??
    ratio(scope, from, to) ??
    suffixed(scope, from, to) ??
    plain(scope, from, to)
  );
}

function plain(scope: Scope, from: number, to: number): Value {
  const only = to === from + 1 ? scope.tokens[from] : undefined;
  const result: Value = { kind: "value", value: expression(scope, from, to) };
  return only?.endless ? { ...result, approximate: true } : result;
}

/** 30°15'20". */
function dms(scope: Scope, from: number, to: number): Value | undefined {
  const negative = is(scope.tokens[from], "operator", "-") ? 1 : 0;
  const written = scope.tokens.slice(from + negative, to);
  // Two primes are one sign.
  const found =
    written.length === 7 && written[5].text === "'" && written[6].text === "'"
      ? [...written.slice(0, 5), { ...written[5], text: "''" }]
      : written;
  if (found.length < 4 || found.length > 6 || !is(found[1], "operator", "°")) return undefined;
  const signs = found
    .filter((_, i) => i % 2 === 1)
    .map(({ text }) => text)
    .join(" ");
  if (signs !== "° '" && signs !== "° ' ''") return undefined;
  const unit = unitOf("°");
  if (!unit) return undefined;
  const [degrees, minutes, seconds] = [found[0], found[2], found[4]].map((token) => token?.value);
  if (!degrees || !minutes || (found.length > 4 && !seconds)) return undefined;
  const part = rational(
    minutes.n * 60n * (seconds?.d ?? 1n) + (seconds?.n ?? 0n) * minutes.d,
    minutes.d * (seconds?.d ?? 1n) * 3600n,
  );
  const all = number(rational(degrees.n * part.d + part.n * degrees.d, degrees.d * part.d));
  return { kind: "value", value: negative > 0 ? negated(all) : all, unit };
}

/** $5, US$ 5, USD 5, −$5. */
function money(scope: Scope, from: number, to: number): Value | undefined {
  const { tokens } = scope;
  const sign = is(tokens[from], "operator", "-") ? 1 : 0;
  let at = from + sign;
  let name = "";
  if (
    at < to &&
    (tokens[at].type === "word" || tokens[at].type === "letter") &&
    /^[A-Z][A-Za-z]{0,2}$/u.test(tokens[at].text)
  )
    name = tokens[at++].text;
  if (at < to && moneySigns.has(tokens[at].text)) name += tokens[at++].text;
  if (name === "" || at >= to || name === "¢") return undefined;
  const negative = is(tokens[at], "operator", "-") ? 1 : 0;
  if (tokens[at + negative]?.type !== "number" && !is(tokens[at + negative], "command", "frac")) return undefined;
  const unit = unitOf(name) ?? (name === "Rs" ? unitOf("INR") : undefined);
  if (unit?.sort !== "money") return undefined;
  const rest = suffixed(scope, at, to) ?? plain(scope, at, to);
  const amount = sign > 0 ? { ...rest, value: negated(rest.value) } : rest;
  if (rest.unit === undefined) {
    if (rest.noun === undefined || !rest.noun.startsWith("per ")) return { ...amount, unit };
    const rate = unitOf(`${name} ${rest.noun}`);
    return rate ? { kind: "value", value: amount.value, unit: rate } : { ...amount, unit };
  }
  // "$5 USD" says it twice; "$5/h" is a rate.
  if (rest.unit.sort === "money") return { ...amount, unit: rest.unit };
  const rate = /^(?:\/|per)/u.test(rest.unit.text) ? unitOf(`${name} ${rest.unit.text}`) : undefined;
  return rate ? { ...amount, unit: rate } : fail();
}

/** a : b is a / b; more terms are reduced by their common divisor. */
function ratio(scope: Scope, from: number, to: number): Value | undefined {
  const cuts = findAll(
    scope,
    from,
    to,
    (token) => is(token, "operator", ":") || (token.type === "word" && token.text === "to"),
  );
  if (cuts.length === 0) return undefined;
  const terms = between(from, to, cuts).map(([a, b]) => expression(scope, a, b));
  if (terms.length === 2) return { kind: "value", value: divided(terms[0], terms[1]) };
  const values = terms.flatMap((term) => (term.kind === "number" ? [term.value] : []));
  if (values.length < terms.length) return { kind: "value", value: apply("ratio", ...terms) };
  const common = values.reduce((d, term) => (d * term.d) / gcd(d, term.d), 1n);
  const whole = values.map((term) => (term.n * common) / term.d);
  const divisor = whole.reduce((d, term) => gcd(d, term), 0n) || 1n;
  return { kind: "value", value: apply("ratio", ...whole.map((term) => number({ n: term / divisor, d: 1n }))) };
}

/** "log base 2 of 8" has words inside. */
const logarithm = (scope: Scope, from: number, i: number): boolean =>
  scope.tokens.slice(Math.max(from, i - 4), i).some((token) => is(token, "function", "log"));

/** A letter right behind a numeral without a space is a unit only if it can hardly be a variable. */
const unitLetters = /^[mgsLWVNJ]$/u;

/** 5 × 10^{3}. */
const isNumeric = (tokens: readonly Token[]): boolean =>
  tokens.every(
    ({ type, text }) => type === "number" || (text !== "+" && type === "operator") || text === "{" || text === "}",
  );

/** Where a unit or noun may begin behind a number. */
function tailAt(scope: Scope, from: number, to: number): number {
  const { tokens } = scope;
  return find(scope, from + 1, to, (token, i) => {
    if (token.type === "word") return !["base", "of"].includes(token.text) || !logarithm(scope, from, i);
    if (token.type === "operator")
      return (
        "°%‰".includes(token.text) ||
        moneySigns.has(token.text) ||
        (token.text === "/" && tokens[i + 1]?.type === "word")
      );
    if (token.type !== "letter") return false;
    return (
      (tokens[i - 1].type === "number" || (token.space && i - from <= 10 && isNumeric(tokens.slice(from, i)))) &&
      (token.space || (!scope.mathematical && (unitLetters.test(token.text) || is(tokens[i + 1], "operator", "/"))))
    );
  });
}

/** A number with a unit or noun behind it; undefined if there is none. */
function suffixed(scope: Scope, from: number, to: number): Value | undefined {
  const { tokens } = scope;
  const at = tailAt(scope, from, to);
  if (at < 0) return undefined;
  const tail = tokens.slice(at, to);
  if (tail[0].type === "word") return worded(scope, from, at, to) ?? fail();
  // In sin 30° the degrees are the argument's.
  if (find(scope, from, at, ({ type }) => type === "function") >= 0) return undefined;
  const sign = unitOf(tail[0].text);
  const described = tail.length > 1 && tail.slice(1).every(({ type }) => type === "word");
  const unit = described && sign?.sort === "percent" ? undefined : unitOf(textOf(tail));
  if (unit) return { ...plain(scope, from, at), unit };
  // "% of the class": the unit is the first sign.
  if (!sign || !described || tail[0].type !== "operator") return undefined;
  const noun = countedNoun(tail.slice(1).map((token) => token.text.toLowerCase()));
  if (noun === undefined) return undefined;
  const rate = noun.startsWith("per ") && sign.sort === "money" ? unitOf(`${tail[0].text} ${noun}`) : undefined;
  return { ...plain(scope, from, at), unit: rate ?? sign, ...(noun === "" || rate ? {} : { noun }) };
}

/** A number and words. */
function worded(scope: Scope, from: number, at: number, to: number): Value | undefined {
  const { tokens } = scope;
  const first = tokens[at].text.toLowerCase();
  if (first === "out" && tokens[at + 1]?.text === "of" && to > at + 2) {
    return { kind: "value", value: divided(expression(scope, from, at), expression(scope, at + 2, to)) };
  }
  const spelt = tokens[from].type === "number" && to - from <= 6 ? numberOf(textOf(tokens.slice(from, to))) : undefined;
  if (spelt) return { kind: "value", value: number(spelt) };
  const scale = scales.has(first) ? numberOf(`one ${first.replace(/s$/u, "")}`) : undefined;
  const described = counted(scope, scale ? at + 1 : at, to);
  if (!described) return undefined;
  const head = plain(scope, from, at);
  return { ...head, ...described, ...(scale ? { value: times(head.value, scale) } : {}) };
}

function times(e: Expr, scale: Rational): Expr {
  return e.kind === "number" ? number(multiply(e.value, scale)) : { kind: "product", factors: [e, number(scale)] };
}

const isCounted = ({ type, text }: Token): boolean =>
  type === "word" || type === "letter" || (type === "constant" && text.length === 1) || text === "-" || text === "'";

/** The unit or noun that tokens [at, to) name. */
function counted(scope: Scope, at: number, to: number): Pick<Value, "unit" | "noun"> | undefined {
  if (at >= to) return {};
  const tail = scope.tokens.slice(at, to);
  const text = textOf(tail);
  const whole = unitOf(text);
  if (whole) return { unit: whole };
  if (!tail.every((token) => isCounted(token))) return undefined;
  const words = text.split(/\s+/u);
  for (let size = Math.min(words.length - 1, 4); size > 0; size--) {
    const unit = unitOf(words.slice(0, size).join(" "));
    const noun = unit ? countedNoun(words.slice(size).map((word) => word.toLowerCase())) : undefined;
    if (unit && noun !== undefined) return noun === "" ? { unit } : { unit, noun };
  }
  const noun = countedNoun(words.map((word) => word.toLowerCase()));
  return noun === undefined ? undefined : noun === "" ? {} : { noun };
}
