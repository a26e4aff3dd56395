/** Numerals: groups of thousands, decimal points and commas, repeating decimals, exponents. */
import type { Policy } from "../policy.ts";
import { add, rational } from "../rational.ts";
import type { Expr, Rational } from "../term.ts";
import { fail } from "./tokens.ts";

export interface Numeral {
  readonly value: Rational;
  readonly places?: number;
  readonly endless?: boolean;
  /** Digits only, as written. */
  readonly digits?: string;
  /** Index after the last character. */
  readonly to: number;
}

/** What stands around a numeral decides whether a comma inside it separates. */
export interface Surroundings {
  readonly separators: Policy["separators"];
  /** Commas here part the members of a list: inside brackets without ";" and without ", ". */
  readonly listed: boolean;
  /** ", " occurs at all. */
  readonly spaced: boolean;
  /** An index or exponent: no groups. */
  readonly tight: boolean;
}

/** A comma that parts, not one inside a number. */
export const commaSpace = /[,，、]\s|,\\ |,~/u;

/** Do spaces follow the commas of the bracket that `here` is in, from `inside` on? Brackets that go on far count as if they did. */
export function spacedWithin(text: string, inside: number, here: number): boolean {
  const end = text.slice(here, here + 200).search(/[)\]}]/u);
  return end < 0 || commaSpace.test(text.slice(Math.max(inside, here - 200), here + end));
}

/** Powers of ten beyond which a numeral is not written out. */
const largest = 10_000;

const digit = (code: number): boolean => code >= 48 && code <= 57;

const groupSign = /(?: ?\{, ?\}|,\\! ?|\\,|\\thinspace ?|\\ |[,.'’ _~\u00a0\u2009\u202f\u2007٬])(?=\d)/uy;
const repetend =
  /(?:\\dot\s*\{?(\d)\}?(\d*)\\dot\s*\{?(\d)\}?|\\(?:overline|bar|dot)\s*\{(\d+)\}|\\(?:overline|bar|dot)\s*(\d)|\((\d+)\)(?![\p{L}\d^(]))/uy;
const ellipsis = /\s*(?:\.{2,}|…|\\[lc]?dots[cb]?(?![a-z]))/uy;
const exponent = /[eE]([+\-−]?\d+)(?![\p{L}\d.])/uy;
const lined = /(?:\d[\u0305\u0304\u0307])+/uy;

function at(pattern: RegExp, text: string, index: number): RegExpExecArray | null {
  pattern.lastIndex = index;
  return pattern.exec(text);
}

function digitsFrom(text: string, from: number): number {
  let i = from;
  while (i < text.length && digit(text.charCodeAt(i))) i++;
  return i;
}

/** A rational from digits before and after the point. */
function fixed(before: string, after: string): Rational {
  return after === ""
    ? { n: BigInt(before || "0"), d: 1n }
    : rational(BigInt(before + after), 10n ** BigInt(after.length));
}

type Piece = { readonly sign: string; readonly digits: string; readonly to: number };

function first(text: string, from: number): Piece {
  const to = digitsFrom(text, from);
  return { sign: "", digits: text.slice(from, to), to };
}

/** Runs of digits with one sign between each two. */
function pieces(text: string, from: number, listed: boolean): Piece[] {
  const found = [first(text, from)];
  for (let to = found[0].to; ;) {
    const sign = at(groupSign, text, to);
    if (!sign) return found;
    const begin = to + sign[0].length;
    to = digitsFrom(text, begin);
    const kind = sign[0].includes("{")
      ? "{,}"
      : ",.'_".includes(sign[0][0])
        ? sign[0][0]
        : sign[0][0] === "’"
          ? "'"
          : " ";
    const digits = text.slice(begin, to);
    if (kind === "," ? listed : " '_".includes(kind) && digits.length !== 3) return found;
    found.push({ sign: kind, digits, to });
  }
}

const groups = (found: readonly Piece[], count: number): boolean =>
  /^(?:[1-9]\d{0,2}|0)$/u.test(found[0].digits) &&
  (found[0].digits !== "0" || count === 1) &&
  found.slice(1, count).every((piece) => piece.digits.length === 3);

/** 12,34,567 as it is written in India. */
const lakh = (found: readonly Piece[], count: number): boolean =>
  count > 2 &&
  /^[1-9]\d?$/u.test(found[0].digits) &&
  found[count - 1].digits.length === 3 &&
  found.slice(1, count - 1).every((piece) => piece.digits.length === 2);

/** How many pieces are groups of the whole part, and whether one more is the decimal part. `follows`: a comma comes next. */
function divide(
  found: readonly Piece[],
  around: Surroundings,
  follows: boolean,
): { readonly whole: number; readonly decimal: boolean } {
  const sign = found[1]?.sign;
  if (sign === undefined) return { whole: 1, decimal: false };
  let run = 2;
  while (run < found.length && found[run].sign === sign) run++;
  const after = found[run]?.sign;
  const grouped = groups(found, run);
  const alone = run === found.length;
  const { separators, listed, spaced } = around;
  switch (sign) {
    case ",":
    case "{,}": {
      if (sign === "," && listed) return { whole: 1, decimal: false };
      if (separators === "comma") return { whole: 1, decimal: run === 2 };
      if (grouped || (separators === "auto" && lakh(found, run))) return { whole: run, decimal: after === "." };
      if (separators === "point" || run > 2 || !alone || follows) return { whole: 1, decimal: false };
      return { whole: 1, decimal: sign === "{,}" || !spaced || found[0].digits === "0" };
    }
    case ".": {
      const comma = after === "," && separators !== "point" && !listed && found[run + 1]?.sign !== ",";
      if (grouped && separators !== "point" && (run > 2 || comma || (separators === "comma" && alone)))
        return { whole: run, decimal: comma };
      return run > 2 ? fail() : { whole: 1, decimal: true };
    }
    default: {
      let whole = 1;
      while (whole < run && groups(found, whole + 1)) whole++;
      if (whole < run || after === undefined) return { whole, decimal: false };
      return { whole, decimal: after === "." || (after === "," && separators !== "point" && !listed) };
    }
  }
}

/** The shortest period that ends these digits, repeated at least twice (a single digit, unless 0, at least twice as well). */
function period(digits: string): number | undefined {
  for (let length = 1; length * 2 <= digits.length; length++) {
    const last = digits.slice(-length);
    if (digits.slice(-2 * length, -length) === last && (length > 1 || digits.length >= 2) && !/^0+$/u.test(last))
      return length;
  }
  return undefined;
}

/** 0.before(repeated) with the whole part. */
function repeating(whole: string, before: string, repeated: string): Rational {
  const tail = rational(BigInt(repeated), (10n ** BigInt(repeated.length) - 1n) * 10n ** BigInt(before.length));
  return add(fixed(whole, before), tail);
}

/** Shifts the point; undefined if the number would be too long. */
export function shifted(value: Rational, places: number | undefined, by: number): Expr | undefined {
  if (Math.abs(by) > largest) return undefined;
  const scale = 10n ** BigInt(Math.abs(by));
  const result = by < 0 ? rational(value.n, value.d * scale) : rational(value.n * scale, value.d);
  const left = places === undefined && by >= 0 ? 0 : (places ?? 0) - by;
  return left > 0 ? { kind: "number", value: result, places: left } : { kind: "number", value: result };
}

/** The unsigned numeral at `from`, where a digit or a point before a digit stands. */
export function numeral(text: string, from: number, around: Surroundings): Numeral {
  const bare = text.charCodeAt(from) === 46;
  const found = bare ? [] : around.tight ? [first(text, from)] : pieces(text, from, around.listed);
  const split = bare ? { whole: 0, decimal: false } : divide(found, around, text[found.at(-1)?.to ?? 0] === ",");
  const before = found
    .slice(0, split.whole)
    .map((piece) => piece.digits)
    .join("");
  let to = bare ? from : found[split.whole - 1].to;
  let after: string | undefined;
  if (split.decimal) {
    after = found[split.whole].digits;
    to = found[split.whole].to;
  } else if (text.charCodeAt(to) === 46 && (bare || text.charCodeAt(to + 1) !== 46)) {
    const end = digitsFrom(text, to + 1);
    after = text.slice(to + 1, end);
    to = end;
  }
  return finish(text, before, after, to);
}

/** The numeral with these digits so far, and what follows: a period, an ellipsis, an exponent. */
function finish(text: string, before: string, after: string | undefined, to: number): Numeral {
  if (after !== undefined) {
    const over = at(repetend, text, to);
    if (over) {
      const digits = over[4] ?? over[5] ?? over[6] ?? over[1] + over[2] + over[3];
      return { value: repeating(before, after, digits), to: to + over[0].length };
    }
    const marks = after === "" ? null : at(lined, text, to - 1);
    if (marks) {
      return {
        value: repeating(before, after.slice(0, -1), marks[0].replaceAll(/\D/gu, "")),
        to: marks.index + marks[0].length,
      };
    }
    const dots = after === "" ? null : at(ellipsis, text, to);
    if (dots) {
      const length = period(after);
      const end = to + dots[0].length;
      if (length === undefined) return { value: fixed(before, after), places: after.length, endless: true, to: end };
      return { value: repeating(before, after.slice(0, -length), after.slice(-length)), to: end };
    }
  }
  const value = fixed(before, after ?? "");
  const power = at(exponent, text, to);
  if (power) {
    const moved = shifted(value, after?.length, Number(power[1].replace("−", "-")));
    if (moved?.kind === "number") return { value: moved.value, places: moved.places, to: to + power[0].length };
  }
  if (after === undefined || after === "") return { value, digits: after === undefined ? before : undefined, to };
  return { value, places: after.length, to };
}
