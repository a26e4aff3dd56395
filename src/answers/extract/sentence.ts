/** Sentences, formulas in them, and the question whether a piece of text is an answer by itself. */
import { numberOf } from "../number-words.ts";
import type { Span } from "./span.ts";
import { neutral, prose, settled } from "./words.ts";

const closers: Readonly<Record<string, string>> = { "\\(": "\\)", "\\[": "\\]", $$: "$$", $: "$" };

/**
 * Formulas between dollar signs, \( \), \[ \] and LaTeX environments, in order. A dollar sign before a digit whose partner is
 * missing, stands in another paragraph or makes prose of what is between is money.
 */
export function formulas(text: string, region: Span): Span[] {
  const found: Span[] = [];
  const mark = /\\begin\{([a-z]+\*?)\}|\\[([]|\\.|\$\$?/gu;
  mark.lastIndex = region.from;
  const missing = new Set<string>();
  for (let at = mark.exec(text); at && at.index < region.to; at = mark.exec(text)) {
    const close = at[1] === undefined ? closers[at[0]] : `\\end{${at[1]}}`;
    if (close === undefined) continue;
    const from = at.index;
    // An opening without a closing one is looked for once only: the whole stays linear.
    if (missing.has(close) || missing.size > 20) continue;
    let end = text.indexOf(close, mark.lastIndex);
    while (close === "$" && end > 0 && text[end - 1] === "\\") end = text.indexOf(close, end + 1);
    if (end < 0 || end >= region.to) {
      missing.add(close);
      continue;
    }
    if (close === "$" && money(text, from, end)) continue;
    found.push({ from, to: end + close.length });
    mark.lastIndex = end + close.length;
  }
  return found;
}

/** Is the dollar sign at `from` a currency sign rather than the start of a formula that ends at `end`? */
function money(text: string, from: number, end: number): boolean {
  if (end - from > 2000) return true;
  const inside = text.slice(from + 1, end);
  if (/\n\s*\n/u.test(inside) || inside.trim() === "") return true;
  if (!/^\s?-?[\d.]/u.test(inside)) return false;
  if (/^\.?\d/u.test(text.slice(end + 1, end + 3))) return true;
  return /(?<![\\\p{L}])\p{L}{3,}(?!\p{L}*[({}])/u.test(inside.replaceAll(/\\[a-z]+\s*\{[^{}]*\}/gu, ""));
}

const abbreviations =
  /(?:^|[^\p{L}])(?:in|ft|yd|mi|lb|lbs|oz|hr|hrs|min|sec|vs|e\.g|i\.e|etc|approx|ca|cf|dr|mr|mrs|ms|st|no|sq|cu|fig|eq|resp|z\.b|[ap]\.m|u\.s|mt|jr|sr)$/iu;

/** Where the sentence that `from` is in ends: after its mark, at the end of the line, or at `to`. Formulas and braces are not cut. */
export function sentenceEnd(text: string, from: number, to: number, spans: readonly Span[]): number {
  let next = spans.findIndex((span) => span.to > from);
  for (let i = from; i < to; i++) {
    const span = next < 0 ? undefined : spans[next];
    if (span && i >= span.from) {
      i = Math.max(i, span.to - 1);
      next++;
      continue;
    }
    const char = text[i];
    if (char === "\n" || char === "。" || char === "！") return i;
    if (char !== "." && char !== "!" && char !== "?") continue;
    const after = text.slice(i + 1, i + 4);
    if (!/^(?:[\s)"”*_$]|$|\\)/u.test(after) && !/^\p{Lu}\p{Ll}/u.test(after)) continue;
    if (char === "!" && /[\d)]/u.test(text[i - 1] ?? "") && !/^\s+\p{Lu}|^\s*$/u.test(after)) continue;
    const before = text.slice(Math.max(from, i - 8), i);
    // "B. 12 apples", "5 in. long": the sentence goes on.
    if (char === "." && /^\s*\d/u.test(after) && /(?:^|[\s(])\p{Lu}$/u.test(before)) continue;
    if (char === "." && abbreviations.test(before) && !/^\s+\p{Lu}|^\s*$|^\n/u.test(after)) continue;
    return i;
  }
  return to;
}

const token =
  /\\(?:begin|end)\s*\{[a-z]*\*?\}|\\[a-zA-Z]+|(?<word>(?<![\p{L}])\p{L}[\p{L}'’]*(?:-\p{L}+)*)|(?<end>[.!?]\s+(?=\p{Lu}|[-*#])|\n)/gu;

const mostWords = 6;
const longest = 1500;

/**
 * Is this text an answer and nothing else: a formula, a number with its unit, a list of those, or a few words without a verb?
 * "18 eggs", "x = 2 or x = 3", "no solution", "the Eiffel Tower"; not "She has 18 eggs".
 */
export function isAnswer(text: string): boolean {
  if (text.length > longest * 8) return false;
  const said = text.trim();
  if (said === "" || !/[\p{L}\p{N}∅∞√π]/u.test(said)) return false;
  if (/^[-+−]?[\p{Sc}]?[\d.,/]+%?$/u.test(said) || settled.test(said)) return true;
  if (/\n\s*\n|[:：]\s*\n|\*\*[\s:,.]|\s\*\*\S/u.test(said)) return false;
  const math = /\\[a-zA-Z]|[=^{}]/u.test(said);
  let words = math && said.includes("\n") ? mostWords - 2 : 0;
  for (const { groups } of said.matchAll(token)) {
    const word = groups?.["word"]?.toLowerCase().replace("’", "'");
    if (groups?.["end"] !== undefined && !(math && groups["end"] === "\n")) return false;
    if (word === undefined || word.length < 2 || neutral.has(word)) continue;
    if (prose.has(word) || prose.has(word.split("'")[0]) || ++words > mostWords)
      return words > mostWords && numberOf(said) !== undefined;
  }
  return math || said.length <= 300;
}

/** "The temperature dropped to -5 °C." has no word that gives it away, but it has the form of a sentence. */
export function isSentence(text: string): boolean {
  return /^\p{Lu}\p{Ll}*\s+\p{Ll}+\s/u.test(text) && /\d/u.test(text) && /[.!]\s*$/u.test(text.slice(-8));
}
