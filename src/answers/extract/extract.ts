/** What a reply gives as its answer, and where it stands in it. */
import type { Policy } from "../policy.ts";
import { boxed } from "./boxed.ts";
import { bolded, fenced, hashes, json, lastLines, reply, tagged } from "./markers.ts";
import { phrases } from "./phrases.ts";
import { counted, equated, lastIn, refine, stated, unlabelled } from "./refine.ts";
import { formulas, isAnswer, isSentence, sentenceEnd } from "./sentence.ts";
import { type Extraction, type Span, take, trimmed } from "./span.ts";
import { nothing, settled } from "./words.ts";

export type { Extraction } from "./span.ts";

const simple = /^[-+−\d.,/%$€£\s]{1,60}$/u;
const marked =
  /\\(?:boxed|fbox|framebox)|<\|?\/?(?:answer|final|solution|result|ans|begin_of|think)|####|answer|antwort|lösung|ergebnis|r[ée]ponse|r[ée]sult|respuesta|resposta|solu|risposta|risultato|答|结果|ответ|정답|"result"|option|choose|```/iu;

const longest = 100_000;
const tailLength = 4000;

const opening = /^[\s*]*(?<word>yes|no|true|false)(?=[\s*]*[,.:;!—–-]|[\s*]*$)/iu;
const closing = /(?<![\p{L}])(?:(?:is|are)\s+)?(?<word>yes|no|true|false)[\s.*!]*$/iu;

/** The last sentence with something in it to take, seen from the end of the reply. */
function conclusion(text: string, region: Span, spans: readonly Span[]): Extraction[] {
  const start = Math.max(region.from, region.to - tailLength);
  const near = spans.filter((span) => span.to > start);
  const sentences: Span[] = [];
  for (let at = start; at < region.to;) {
    const end = sentenceEnd(text, at, region.to, near);
    const sentence = trimmed(text, { from: at, to: end });
    if (sentence.from < sentence.to) sentences.push(sentence);
    at = end + 1;
  }
  const found: Extraction[] = [];
  for (const sentence of sentences.toReversed()) {
    const said = concluded(text, sentence, near);
    if (said) found.push(said);
    if (found.length > 3) break;
  }
  return found;
}

function concluded(text: string, sentence: Span, spans: readonly Span[]): Extraction | undefined {
  const said = text.slice(sentence.from, sentence.to);
  const none = nothing.exec(said);
  if (none) {
    const from = sentence.from + none.index;
    return take(text, { from, to: from + none[0].length }, "conclusion");
  }
  const sign = said.lastIndexOf("=");
  const equal = sign < 0 ? undefined : equated(text, sentence, spans);
  const { at, found } = stated(text, sentence, spans, "conclusion");
  if (equal && (at === undefined || at < sign)) return equal;
  return found ?? equal ?? lastIn(text, sentence, spans, "conclusion");
}

const inBrackets = /(?<![\p{L}\d])\([A-J]\)(?![\p{L}\d])/gu;

/** "I would go with (B) here": the last option in brackets of a few words that are no mathematics. */
function optional(text: string, body: Span): Extraction | undefined {
  const said = text.slice(body.from, body.to);
  if (said.length > 200 || /[\d\\=+^$]/u.test(said) || !/\p{Ll}{3,}\s/u.test(said) || said.startsWith("("))
    return undefined;
  const last = [...said.matchAll(inBrackets)].at(-1);
  const from = body.from + (last?.index ?? 0);
  return last && take(text, { from, to: from + last[0].length }, "option in brackets");
}

/** Candidates, best first; nothing is looked for that a better one made unnecessary. */
function* candidates(text: string): Generator<Extraction> {
  const region = reply(text);
  const body = trimmed(text, region);
  const whole = text.slice(body.from, body.to);
  const named = settled.test(whole.trim());
  if (
    body.from < body.to &&
    (named || !marked.test(whole)) &&
    isAnswer(whole) &&
    !isSentence(text.slice(body.from, region.to))
  ) {
    const option = optional(text, body);
    if (option) yield option;
    const all = take(
      text,
      counted(text, unlabelled(text, body, /[:：]/u.test(whole) ? formulas(text, region) : [])),
      "whole",
    );
    if (all) yield all;
    return;
  }
  yield* tagged(text, region);
  const said = phrases(text, region);
  yield* [...said.final, ...hashes(text, region)].sort((a, b) => b.from - a.from);
  for (const box of boxed(text, region)) yield (isAnswer(box.text) ? undefined : refine(text, box, box.how)) ?? box;
  yield* json(text, region);
  yield* said.plain.sort((a, b) => b.from - a.from);
  yield* fenced(text, region);
  const last = lastLines(text, region);
  if (last) yield last;
  const truth = opening.exec(text.slice(region.from, Math.min(region.to, region.from + 200))) ?? undefined;
  const verdict = truth ?? closing.exec(text.slice(Math.max(region.from, region.to - 40), region.to));
  const word = verdict?.groups?.["word"];
  if (verdict && word !== undefined) {
    const base = truth ? region.from : Math.max(region.from, region.to - 40);
    const from = base + verdict.index + verdict[0].indexOf(word);
    yield { text: word, from, to: from + word.length, how: "yes or no" };
  }
  const paragraph = Math.max(region.from, text.lastIndexOf("\n\n", body.to - 1));
  const strong = bolded(text, region);
  yield* strong.filter(({ from }) => from >= paragraph);
  const spans = formulas(text, region);
  yield* conclusion(text, region, spans);
  yield* strong;
  const chosen = optional(text, body);
  if (chosen) yield chosen;
  const math = spans.at(-1);
  const formula = math && take(text, math, "last formula");
  if (formula) yield formula;
  const rest = lastIn(text, { from: Math.max(region.from, region.to - 4 * tailLength), to: region.to }, [], "reply");
  if (rest) yield rest;
  const all = take(text, body, "whole");
  if (all) yield all;
}

/** The candidates of the end of the text, which is all of an ordinary one. */
function* shifted(text: string): Generator<Extraction> {
  const cut = Math.max(0, text.length - longest);
  if (cut === 0) yield* candidates(text);
  else for (const one of candidates(text.slice(cut))) yield { ...one, from: one.from + cut, to: one.to + cut };
}

/**
 * The answer that a reply gives: in tags, after "####" or "final answer", boxed, after "the answer is" (in eight languages), as JSON,
 * on the last line, as its last formula, equation, or number with unit. Later places win over earlier ones of the same sort. A text
 * that is an answer by itself is taken whole. Thoughts in <think> tags count only where nothing follows them. Only the last
 * 100,000 characters are searched. Undefined for an empty text.
 */
export function extract(text: string, policy: Policy): Extraction | undefined {
  if (simple.test(text)) return take(text, { from: 0, to: text.length }, "whole");
  let longer: Extraction | undefined;
  for (const one of shifted(text)) {
    if (one.text.length <= policy.length) return one;
    longer ??= one;
  }
  return longer;
}

/** All candidates, best first, each text once; none longer than the policy reads, unless there is no other. */
export function extractAll(text: string, policy: Policy): Extraction[] {
  const found = new Map<string, Extraction>();
  for (const one of shifted(text)) if (!found.has(one.text)) found.set(one.text, one);
  const all = [...found.values()];
  const short = all.filter((one) => one.text.length <= policy.length);
  return short.length > 0 ? short : all.slice(0, 1);
}
