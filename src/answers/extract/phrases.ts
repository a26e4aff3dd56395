/** "The answer is …" in several languages, and the lines that stand for it. */
import { refine } from "./refine.ts";
import { formulas, isAnswer } from "./sentence.ts";
import { type Extraction, join, type Span, take } from "./span.ts";

const noun =
  /(?<![\p{L}])(?<before>(?:(?:the|my|our|your|la|le|die|das|a|o|il|el)\s+)?(?:(?:final|correct|right|endgültige|richtige|finale)\s+)?)(?:answer|solution|result|antwort|lösung|ergebnis|réponse|résultat|respuesta|resultado|solución|resposta|solução|risposta|risultato|soluzione)(?![\p{L}])|(?:correct|right|best)\s+(?:option|choice|statement)(?![\p{L}])|(?<![\p{L}])(?:окончательный\s+|правильный\s+)?ответ(?:ом)?(?![\p{L}])|(?:最终|正确|最后的?)?(?:答案|结果)|答え|정답/giu;
const adjective = /^\s+(?:finale?|correcta?|correcte|correta|corretta|definitiva)(?![\p{L}])/iu;
const link =
  /^[\s*_"“”)]{0,6}(?:\((?:in|to|rounded)[^)\n]{0,60}\)\s*)?(?:(?:to|of|for|in)\s[^.:\n=]{1,100}?\s)??(?:(?:is|are|was|would be|will be|should be|must be|equals|comes to|comes out to(?: be)?|turns out to be|choice is|ist|lautet|beträgt|est|es|è|é|является|равен|равно|为|是)(?![a-zà-ÿа-я])|[:：]|=|—|–(?=\s))[\s:：*_"“”]*/iu;
const detour =
  /^(?:(?:the |la |die |l['’])?(?:option|choice|opción|opção|opzione|вариант|选项)(?![\p{L}])|for sure|definitely|clearly|certainly|therefore|thus|hence|then|also|indeed|simply|just|actually|equal to|given by|donc|:|\}|\*\*)\s*[,:：]?\s*/iu;
const refusal =
  /^(?:not|n't|no longer|obtained|found by|as follows|that|what|how|unique|correct|wrong|incorrect|required|based|expressed|supposed|going)(?!\p{L})(?!\s*$)/iu;
const reversed =
  /(?<![\p{L}\d])(?:option|choice|answer|statement)?\s?[([]?([A-J])[)\]]?\s+(?:is|must be|would be)\s+(?:the\s+)?(?:correct|right|best|true|answer)(?!\p{L})|(?<!\p{L})(?:option|choose|select|pick|choice)\s*:?\s*[([]?([A-J])(?![\p{L}\d])/gu;

const considered = 64;

/** Lines under "Final answer:": a block of formulas, or short answers one a line, joined by commas. */
function below(text: string, from: number, to: number, how: string): Extraction | undefined {
  const start = from + (/^\s*/u.exec(text.slice(from, Math.min(to, from + 200)))?.[0].length ?? 0);
  const blank = /\n\s*\n/u.exec(text.slice(start, Math.min(to, start + 4000)));
  const end = blank ? start + blank.index : to;
  const [first] = formulas(text, { from: start, to: Math.min(to, start + 4000) });
  if (first?.from === start && text.slice(first.from, first.to).includes("\n")) return refine(text, first, how);
  const lines: Extraction[] = [];
  for (let at = start; at < end && lines.length < 20;) {
    const stop = text.indexOf("\n", at);
    const next = stop < 0 || stop > end ? end : stop;
    const mark = /^\s*(?:[-*•]\s+|\d{1,2}[.)]\s+)?/u.exec(text.slice(at, Math.min(next, at + 40)))?.[0].length ?? 0;
    const line = take(text, { from: at + mark, to: next }, how);
    if (line && !isAnswer(line.text))
      return lines.length === 0 ? refine(text, { from: at + mark, to: end }, how) : undefined;
    if (line) lines.push(line);
    at = next + 1;
  }
  return lines.length > 1 ? join(lines, ", ", `${how}, lines`) : lines[0];
}

/** The statement that starts at `from`: the rest of its line, or the lines below where that is empty. */
function statement(text: string, from: number, to: number, how: string): Extraction | undefined {
  let start = from;
  const skipped = detour.exec(text.slice(start, Math.min(to, start + 40)));
  if (skipped) start += skipped[0].length;
  const line = text.indexOf("\n", start);
  const rest = text.slice(start, line < 0 || line > to ? to : line);
  if (/^[\s*_:]*$/u.test(rest)) return below(text, start, to, how);
  if (refusal.test(rest)) return undefined;
  const block = /^\s*(?:\$\$|\\\[|\\begin)/u.test(rest);
  return refine(text, { from: start, to: block || line < 0 || line > to ? to : line }, how);
}

export interface Phrases {
  /** "Final answer: …", "ANSWER: …" on a line of its own. */
  readonly final: Extraction[];
  /** "the answer is …" */
  readonly plain: Extraction[];
}

/** Statements of the answer, later ones first. */
export function phrases(text: string, region: Span): Phrases {
  const found: Phrases = { final: [], plain: [] };
  const part = text.slice(region.from, region.to);
  const nouns = [...part.matchAll(noun)].slice(-considered);
  for (const match of nouns.toReversed()) {
    const at = region.from + match.index;
    if (/^a result$/iu.test(match[0])) continue;
    let end = at + match[0].length;
    const after = adjective.exec(text.slice(end, Math.min(region.to, end + 20)));
    if (after) end += after[0].length;
    const bond = link.exec(text.slice(end, Math.min(region.to, end + 200)));
    if (!bond || (bond[0].includes("\n") && !/[:：]/u.test(bond[0]))) continue;
    const lineStart =
      /(?:^|\n)[\s*_#>]*$/u.test(text.slice(Math.max(region.from, at - 20), at)) &&
      (at - region.from < 20 || text.slice(at - 20, at).includes("\n"));
    const colon = /[:：]/u.test(bond[0]);
    const last = /final|endgültig|definitiv|最终|окончательный/iu.test(match[0] + (after?.[0] ?? ""));
    const isResult = /result|ergebnis|résultat|risultato|结果|solution|lösung|solu/iu.test(match[0]);
    const how = last ? "final answer" : "the answer is";
    const said = statement(text, end + bond[0].length - lineBreaks(bond[0]), region.to, how);
    if (said) found[last || (colon && lineStart && !isResult) ? "final" : "plain"].push(said);
  }
  for (const match of [...part.matchAll(reversed)].slice(-4).toReversed()) {
    const name = match[1] ?? match[2];
    const from = region.from + match.index + match[0].indexOf(name, name === "A" ? 0 : 0);
    const choice = take(text, { from, to: from + 1 }, "the answer is, choice");
    if (choice) found.plain.push(choice);
  }
  return found;
}

/** A link ends before line breaks: what is below them is read as lines. */
function lineBreaks(bond: string): number {
  const at = bond.indexOf("\n");
  return at < 0 ? 0 : bond.length - at;
}
