/** From a statement about the answer to the answer in it. */
import { numberOf } from "../number-words.ts";
import { boxed } from "./boxed.ts";
import { quantities, spelledNumber, tail } from "./quantity.ts";
import { formulas, isAnswer, isSentence, sentenceEnd } from "./sentence.ts";
import { type Extraction, type Span, take, trimmed } from "./span.ts";
import { clause, neutral, stops } from "./words.ts";

const letter =
  /^(?:\\\(|\$)?[([]?(?<choice>[A-J])(?:[)\]](?:\\\)|\$)?|(?=[.,;:](?:\s|$)|\s+(?:because|since|as|is)(?!\p{L})|\s*$))/u;
const truth = /^(?:yes|no(?!\s+\p{L})|true|false|correct|incorrect|ja|nein|oui|non|sí|да|нет|是|否)(?![\p{L}])/iu;
/** "is 5", "= 5", "has 18 eggs": the last of these in a closing sentence says what it came to. */
const copula =
  /(?<![\p{L}])(?:is|are|was|were|(?:it|that|there)['’]s|equals?|be|has|have|had|gets?|gives?|gave|makes?|made|costs?|totals?|remains?|leaves?|yields?|obtains?|finds?|needs?|earns?|spends?|pays?|takes?|rounds?(?: up| down| off)? to|(?:in|de)creases? by|ist|sind|beträgt|ergibt|est|sont|es|son|vale|è|sono|é|são|равен|равна|равно|составляет)(?![\p{L}])\s*(?:equal to|exactly|only|now|therefore|about|a total of|:)?\s*/giu;
/** "a total of 40 hours", "a length of 5 cm". */
const total = /^(?:(?:an?|the)\s+)?(?:\p{L}+\s+)?of\s+(?=\\?[\p{Sc}\d(])/u;
const linked = /^(?:[\s,;&*]|and|or|und|oder|et|ou|y|o|e|и|или)*$/u;
const bold = /\*\*([^*\n]{1,300})\*\*/gu;

/** What an equation in prose comes to: the last side, where the one before it is a computation; x = 2 stays as it is. */
export function rightSide(text: string, span: Span): Span {
  const written = text.slice(span.from, span.to);
  const signs = [...written.matchAll(/(?<![<>!\\:])=(?![=])/gu)];
  const last = signs.at(-1);
  if (
    !last ||
    /\\begin|\\approx|≈|[<>≤≥,;]|\\[lg]eq?(?![a-z])|\\(?:pm|mp|text|quad|in)(?![a-z])|(?<!\p{L})(?:and|or)(?!\p{L})/u.test(
      written,
    )
  )
    return span;
  const left = written.slice(signs.length > 1 ? signs[signs.length - 2].index + 1 : 0, last.index);
  if (signs.length === 1 && !/\d\s*(?:[-+*/×÷·−]|\\(?:cdot|times|div|frac))|\\d?frac\s*\{?\d|\\text|\\%/u.test(left))
    return span;
  const close = /(?:\$\$?|\\\)|\\\])$/u.exec(written)?.[0].length ?? 0;
  return trimmed(text, { from: span.from + last.index + 1, to: span.to - close });
}

const loose = /^\s+(?<word>\p{L}+)(?:[\s,]+[\p{L}'’]+)*$/u;
const kept = new Set("and or to plus minus times divided multiplied than away out".split(" "));

/** "$5.50 per person", "18 eggs left", "7 in total": without the words that no longer count anything. */
export function withoutTail(text: string, span: Span): Span {
  const [first] = quantities(text, span);
  if (!first || first.from > span.from + 1 || first.to >= span.to || span.to - first.to > 100) return span;
  const word = loose.exec(text.slice(first.to, span.to))?.groups?.["word"]?.toLowerCase();
  return word !== undefined && stops.has(word) && !kept.has(word) ? { from: span.from, to: first.to } : span;
}

/** The formula that starts the part, with those that "and", "or" and commas link to it, and the unit behind. */
function leadingFormulas(text: string, part: Span, spans: readonly Span[]): Span | undefined {
  const first = spans.findIndex((span) => span.from >= part.from);
  if (first < 0 || spans[first].from > part.from + 1) return undefined;
  let last = first;
  while (
    last + 1 < spans.length &&
    spans[last + 1].to <= part.to &&
    linked.test(text.slice(spans[last].to, spans[last + 1].from))
  )
    last++;
  const { from } = spans[first];
  return { from, to: tail(text, spans[last].to, part.to) };
}

/** The answer at the very start of a part: a choice, yes or no, formulas, a quantity. */
export function leading(text: string, part: Span, spans: readonly Span[], how: string): Extraction | undefined {
  const said = text.slice(part.from, part.to);
  const choice = letter.exec(said);
  if (choice) return take(text, { from: part.from, to: part.from + choice[0].length }, `${how}, choice`);
  const word = truth.exec(said);
  if (word) return take(text, { from: part.from, to: part.from + word[0].length }, how);
  const math = leadingFormulas(text, part, spans);
  if (math) return take(text, math, how);
  const [quantity] = quantities(text, part);
  return quantity && quantity.from <= part.from + 1 ? take(text, quantity, how) : undefined;
}

/**
 * The answer within what follows "the answer is", a tag or the like: all of the sentence where that is an answer, else what it
 * starts with, what is bold in it, its last formula or number. Undefined where none of these is there and the sentence is long.
 */
export function refine(text: string, region: Span, how: string): Extraction | undefined {
  const whole = trimmed(text, region);
  if (whole.from >= whole.to) return undefined;
  const [box] = boxed(text, whole);
  if (box) return { ...box, how: `${how}, ${box.how}` };
  // "Jane left 3 hours ago." has the form of a sentence, whatever its words.
  const sentence = isSentence(text.slice(region.from, region.to).trim());
  const spans = formulas(text, whole);
  if (!sentence && isAnswer(text.slice(whole.from, whole.to)))
    return take(text, withoutTail(text, unlabelled(text, whole, spans)), how);
  const part = trimmed(text, { from: whole.from, to: sentenceEnd(text, whole.from, whole.to, spans) });
  const said = text.slice(part.from, part.to);
  if (!isSentence(`${said}.`) && isAnswer(said))
    return take(text, withoutTail(text, unlabelled(text, part, spans)), how);
  const cut = clause.exec(said);
  const inFormula = cut && spans.some((span) => part.from + cut.index >= span.from && part.from + cut.index < span.to);
  if (cut && !inFormula && cut.index > 0 && isAnswer(said.slice(0, cut.index))) {
    return take(text, { from: part.from, to: part.from + cut.index }, how);
  }
  const start = leading(text, part, spans, how);
  if (start) return start;
  const strong = [...said.matchAll(bold)].at(-1);
  if (strong && isAnswer(strong[1])) {
    const from = part.from + strong.index + 2;
    return take(text, { from, to: from + strong[1].length }, `${how}, bold`);
  }
  const found = stated(text, part, spans, how).found ?? lastIn(text, part, spans, how);
  if (found) return found;
  // "Answer: We need to find …": the answer comes later.
  if (part.to < whole.to && /^(?:we|first|let|to|in order|step|start)(?!\p{L})/iu.test(said)) return undefined;
  return said.split(/\s+/u).length <= 12 ? take(text, part, how) : undefined;
}

const consequence = /,?\s+(?:so|thus|hence|therefore|giving|which gives)\s+(?=[$\\\d])/gu;
/** "The winner is Alice": a name. */
const proper = /^\p{Lu}\p{Ll}+(?:\s\p{Lu}\p{Ll}+){0,2}$/u;
/** "the vertex is at (-1, 2)". */
const point = /[([][^()[\]]{1,80},[^()[\]]{1,80}[)\]]$/u;

export interface Stated {
  /** Where the last "is" of the part stands, outside formulas. */
  readonly at: number | undefined;
  /** The answer behind it. */
  readonly found: Extraction | undefined;
}

/** What stands behind the last "is", "has", "gives" of a sentence, where that is an answer or begins with one. */
export function stated(text: string, part: Span, spans: readonly Span[], how: string): Stated {
  const said = text.slice(part.from, part.to);
  const inFormula = (at: number): boolean => spans.some((span) => at >= span.from && at < span.to);
  const last = [...said.matchAll(copula)].findLast(({ index }) => !inFormula(part.from + index));
  if (!last) return { at: undefined, found: undefined };
  const start = part.from + last.index + last[0].length;
  // "We get $2x = 10$, so $x = 5$": the consequence.
  const so = [...text.slice(start, part.to).matchAll(consequence)].findLast(({ index }) => !inFormula(start + index));
  const behind = trimmed(text, { from: start + (so ? so.index + so[0].length : 0), to: part.to });
  const rest = { ...behind, from: behind.from + (total.exec(text.slice(behind.from, behind.to))?.[0].length ?? 0) };
  const remainder = text.slice(rest.from, rest.to);
  const answer = /\d|\\[a-zA-Z]|[=^∞π√∅]/u.test(remainder) && isAnswer(remainder);
  // "increasing on $(0, 1)$", "on March 5": words that lead up to an answer, unless they are mathematics.
  const lead = /^(?:\p{Ll}+ )+(?=[\d$\\])/u.exec(remainder)?.[0].trim().split(" ") ?? [];
  const found =
    answer && !/^(?:on|at|in|by|for|to)\s/u.test(remainder) && lead.every((word) => neutral.has(word))
      ? take(text, withoutTail(text, rightSide(text, unlabelled(text, rest, spans))), how)
      : rest.from < rest.to
        ? (leading(text, rest, spans, how) ?? (proper.test(remainder) ? take(text, rest, how) : undefined))
        : undefined;
  return { at: last.index, found };
}

const quantified = /^(?:(?<word>[\p{L}'’]+)\s+){1,6}?(?:of|to|at|by|about)\s+(?=[-−+]?\s?\\?[\p{Sc}\d.])/u;
const operation =
  /(?<!\p{L})(?:roots?|log|ln|base|cubed?|squared?|factorial|power|sum|product|quotient|difference|ratio|out|from|half|halves|thirds?|quarters?|fourths?|\p{L}+ths?|between)(?!\p{L})/iu;

/** "net change of -$40": the quantity that ends a phrase about it. */
export function counted(text: string, part: Span): Span {
  const said = part.to - part.from <= 120 ? text.slice(part.from, part.to) : "";
  const found = / (?:of|to|at|by|about) /u.test(said) ? quantified.exec(said) : null;
  if (!found || operation.test(found[0]) || numberOf(found[0].trim().split(/\s+/u)[0])) return part;
  const from = part.from + found[0].length;
  const [quantity] = quantities(text, { from: from - 1, to: part.to });
  return quantity && quantity.from <= from && quantity.to === part.to ? { from, to: part.to } : part;
}

const label = /^(?:[\p{L}'’-]+\s+){0,7}[\p{L}'’-]{2,}\s*[:：]\s*(?=\$|\\\(|\\\[|\\begin)/u;

/** "Special matrix: $…$": the formula, where it is all that stands behind the colon. */
export function unlabelled(text: string, part: Span, spans: readonly Span[]): Span {
  const found = label.exec(text.slice(part.from, Math.min(part.to, part.from + 120)));
  const from = part.from + (found?.[0].length ?? 0);
  return found && spans.some((span) => span.from === from && span.to === part.to) ? { from, to: part.to } : part;
}

/** The last formula, the right side of the last equation, or the last quantity, whichever the part has. */
export function lastIn(text: string, part: Span, spans: readonly Span[], how: string): Extraction | undefined {
  const math = spans.findLast((span) => span.from >= part.from && span.to <= part.to);
  const numbers = quantities(text, part);
  const number = numbers.at(-1);
  // A number outside formulas and behind the last of them is nearer to the conclusion, unless it only counts a unit of it.
  if (math && !(number && number.from > math.to + 20)) {
    const side = rightSide(text, math);
    const to = side.to === math.to ? tail(text, math.to, part.to) : side.to;
    return take(text, { from: side.from, to }, `${how}, ${side.from === math.from ? "last formula" : "right side"}`);
  }
  const equals = text.slice(part.from, part.to).lastIndexOf("=");
  if (equals >= 0) {
    const right = trimmed(text, { from: part.from + equals + 1, to: part.to });
    if (right.from < right.to && isAnswer(text.slice(right.from, right.to)))
      return take(text, right, `${how}, right side`);
    const first = numbers.find((quantity) => quantity.from >= right.from);
    if (first && first.from <= right.from + 1) return take(text, first, `${how}, right side`);
  }
  const pair = point.exec(text.slice(Math.max(part.from, part.to - 170), part.to))?.[0];
  if (pair !== undefined && /\d/u.test(pair) && isAnswer(pair))
    return take(text, { from: part.to - pair.length, to: part.to }, `${how}, point`);
  const found = number ?? spelledNumber(text, part);
  return found && take(text, found, `${how}, last number`);
}

/** What the last equation of a sentence outside formulas comes to: "so 9 * 2 = $18 every day", "x = 26". */
export function equated(text: string, sentence: Span, spans: readonly Span[]): Extraction | undefined {
  const sign = text.lastIndexOf("=", sentence.to - 1);
  if (sign < sentence.from || spans.some((span) => span.to > sign)) return undefined;
  const right = trimmed(text, { from: sign + 1, to: sentence.to });
  const [value] = quantities(text, right);
  const left = text.slice(sentence.from, sign);
  const unknown = /(?:^|[\s:,(])(?<name>\p{L}[\d']?)\s*$/u.exec(left)?.groups?.["name"];
  if (!value || value.from > right.from + 1) {
    // "20 = A": the value may stand on either side.
    const turned = /^\p{L}$/u.test(text.slice(right.from, right.to))
      ? quantities(text, { from: sentence.from, to: sign }).at(-1)
      : undefined;
    return turned && text.slice(turned.to, sign).trim() === "" ? take(text, turned, "left side") : undefined;
  }
  // "f(x) = 2x + 1": the right side goes on behind its first number.
  if (/^(?:[\p{L}(^]|\s*[-+*/×·^](?!\s*\p{L}{2}))/u.test(text.slice(value.to, right.to))) {
    const name = /\p{L}(?:\(\p{L}\))?\s*$/u.exec(left);
    const from =
      name && !/\p{L}{2}/u.test(left.slice(Math.max(0, name.index - 1), name.index + 2))
        ? sentence.from + name.index
        : right.from;
    return isAnswer(text.slice(right.from, right.to)) ? take(text, { from, to: right.to }, "right side") : undefined;
  }
  // "x = 2 and y = 3": each unknown with its value.
  const list = /(?<![\p{L}\d])\p{L}[\d']?\s*=[^=]{1,60}?(?:,|;|\s(?:and|or))\s+(?:\p{L}[\d']?\s*=[^=]{1,60})+$/u.exec(
    text.slice(sentence.from, value.to).slice(-400),
  );
  if (unknown !== undefined && list && isAnswer(list[0]))
    return take(text, { from: value.to - list[0].length, to: value.to }, "equations");
  const alone = unknown !== undefined && !left.includes("=");
  const from = alone ? sentence.from + left.lastIndexOf(unknown) : value.from;
  return take(text, { from, to: value.to }, "right side");
}
