/** Numbers in prose, with the signs, units and nouns that belong to them. */
import { durationOf } from "../dates.ts";
import { numberOf } from "../number-words.ts";
import { unitOf } from "../units.ts";
import type { Span } from "./span.ts";
import { irregularPlurals, months, stops } from "./words.ts";

const digits = String.raw`\d{1,3}(?:[,'’   ]\d{3})+(?!\d)(?:\.\d+)?|\d+(?:[.,]\d+)*|\.\d+`;
/** A number that no letter, digit or index mark touches from the left, so that "x2" and "H2O" have none. */
const number = new RegExp(
  String.raw`(?<![\p{L}\d_^\\.,])(?<time>\d{1,2}:[0-5]\d(?::[0-5]\d)?(?:\s*[ap]\.?m(?:\.|(?!\p{L})))?|\d{1,2}\s*[ap]\.?m(?:\.|(?!\p{L})))|` +
    String.raw`(?<date>(?<!\p{L})(?:${months})\.?\s+\d{1,2}(?:st|nd|rd|th)?(?:,?\s+\d{4})?(?!\p{L})|(?<![\p{L}\d])\d{1,2}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:${months})(?!\p{L})(?:,?\s+\d{4})?|(?<![\d.])\d{4}-\d{2}-\d{2}(?!\d))|` +
    String.raw`(?<![\p{L}\d_^.,])(?<value>(?:(?<=^|[\s(=:$€£¥₹,*~≈])[-−+])?(?:(?:US|A|C|R|HK|NZ|S)?\\?\p{Sc}\s?)?(?:${digits})(?:\s*(?:[x×]|\\times|\*)\s*10\s*(?:\^|\*\*)\s*\{?[-−+]?\d+\}?|[eE][-+]?\d+(?!\p{L}))?(?:\s?\/\s?\d+(?![\d/]))?(?:\s\d+\/\d+)?[½⅓⅔¼¾⅛⅜⅝⅞]?|[½⅓⅔¼¾⅛⅜⅝⅞])`,
  "giu",
);

const unitWords =
  /[ \t ]?(?:\\?[%‰]|[°º]\s?[CF]?(?!\p{L})|\p{Sc}|\p{L}[\p{L}]*(?:\.(?=[\s,]))?(?:\^\{?-?\d\}?|[²³])?(?:[/·]\p{L}+(?:\^?\d|[²³])?)*)/uy;
const scaleWord = /^\s(?:hundred|thousand|million|billion|trillion|dozen)(?!\p{L})/iu;

/** Where the unit or the counted noun behind a number ends; `from` where there is neither. */
export function tail(text: string, from: number, to: number): number {
  const ends = [from];
  const words: string[] = [];
  const region = text.slice(0, Math.min(to, from + 80));
  for (let i = 0; i < 4; i++) {
    unitWords.lastIndex = ends[i];
    const found = unitWords.exec(region);
    if (!found || unitWords.lastIndex > to) break;
    words.push(found[0].trim());
    ends.push(unitWords.lastIndex);
  }
  for (let size = words.length; size > 0; size--) {
    // A preposition that looks like a unit ("5 in total") is one only where nothing follows.
    const last = words[size - 1].toLowerCase();
    if (/^(?:in|a|at|as|an)$/u.test(last) && /^[ \t]+\p{L}/u.test(text.slice(ends[size], ends[size] + 3))) continue;
    if (unitOf(region.slice(from, ends[size]))) return ends[size];
  }
  let end = from;
  for (const [i, word] of words.slice(0, 3).entries()) {
    const low = word.toLowerCase();
    if (!/^\p{Ll}{2,}$/u.test(word) || stops.has(low)) break;
    if (i === 0) end = ends[1];
    const plural = irregularPlurals.has(low) || (low.endsWith("s") && !/(?:ss|us|is)$/u.test(low));
    if (plural) return ends[i + 1];
  }
  return end;
}

export interface Quantity extends Span {
  /** Of the number and its sign alone. */
  readonly bare: Span;
}

/** The quantities in a part of a text, in order; "2 hours 30 minutes" is one. */
export function quantities(text: string, { from, to }: Span): Quantity[] {
  const found: Quantity[] = [];
  const part = text.slice(from, to);
  for (const match of part.matchAll(number)) {
    const start = from + match.index;
    let end = start + match[0].length;
    const bare = { from: start, to: end };
    if (match.groups?.["value"] !== undefined) {
      const scale = scaleWord.exec(text.slice(end, Math.min(to, end + 12)));
      if (scale) end += scale[0].length;
      end = tail(text, end, to);
    }
    const before = found.at(-1);
    if (before && start - before.to < 8 && durationOf(text.slice(before.from, end)))
      found[found.length - 1] = { from: before.from, to: end, bare };
    else found.push({ from: start, to: end, bare });
  }
  return found;
}

/** The last number written in words ("twenty-three apples"); the longest that ends where it does. */
export function spelledNumber(text: string, { from, to }: Span): Span | undefined {
  const words = [...text.slice(Math.max(from, to - 400), to).matchAll(/\p{L}+(?:-\p{L}+)*/gu)];
  const base = Math.max(from, to - 400);
  for (let last = words.length - 1; last >= 0; last--) {
    if (!numberOf(words[last][0]) && !/^(?:half|halves|quarters?|\p{L}+(?:th|rd)s?)$/iu.test(words[last][0])) continue;
    const end = base + words[last].index + words[last][0].length;
    for (let first = Math.max(0, last - 9); first <= last; first++) {
      const start = base + words[first].index;
      if (/^(?:and|of)$/iu.test(words[first][0]) || !numberOf(text.slice(start, end))) continue;
      return { from: start, to: tail(text, end, to) };
    }
  }
  return undefined;
}
