/** Options of multiple-choice questions: "(B)", "B.", "B) 12", "Option C", "A, C". */
import type { Answer } from "../term.ts";
import { symbol } from "./trees.ts";

const lone = /^(?:[([]\s*([A-Ja-j])\s*[)\]]|([A-J])[).:]?|([a-h])[)])\.?$/u;
const named = /^(?:(?:the\s+)?(?:correct\s+)?(?:option|choice|answer))\s*:?\s*[([]?([A-Ja-j])[)\].]?$/iu;
const beside = /^(?:[([]\s*([A-Ja-j])\s*[)\]]|([A-J])\s*[).:]|([a-h])\))\s+(\S.*)$/su;
/** "C Cecile": the letter and what it stands for, without a mark between them. */
const unmarked = /^(?<letter>[A-J])\s+(?<rest>\p{Lu}\p{Ll}+(?:\s\p{L}+){0,3})$/u;
const several = /^[([{]?[A-J](?:\s*(?:,|;|&|\band\b|,\s*and\b)\s*[A-J])+[)\]}]?$/u;

/** \textbf{(B)}\ 12, as competitions set it. */
const set =
  /^\\(?:text(?:bf|rm|it)?|mathrm|mathbf|mbox)\s*\{\s*\((?<letter>[A-J])\)\s*\}(?:\\[ ,;:!]|\\q?quad(?![a-z])|~|\s)*(?<rest>\S.*)$/su;
const bracketed = /^[([][A-J][)\]](?:\s*(?:,|;|&|\band\b|,\s*and\b)\s*[([][A-J][)\]])+$/u;

/**
 * The choice a text states. A lone capital letter from A to J counts as one, though it may be a symbol (`symbolOfChoice`);
 * small letters need a bracket. `rest` reads what stands beside the letter.
 */
export function choice(text: string, rest: (text: string) => Answer): Answer | undefined {
  if (text.length === 1) return text >= "A" && text <= "J" ? { kind: "choice", letters: [text] } : undefined;
  const one = lone.exec(text) ?? named.exec(text);
  if (one) return { kind: "choice", letters: [(one[1] ?? one[2] ?? one[3]).toUpperCase()] };
  const printed = text.startsWith("\\") ? set.exec(text)?.groups : undefined;
  if (printed?.["letter"] !== undefined && printed["rest"] !== undefined)
    return { kind: "choice", letters: [printed["letter"]], text: rest(printed["rest"]) };
  if (!/^[([{A-J]|^[a-h]\)/u.test(text)) return undefined;
  if (bracketed.test(text) || (several.test(text) && !/^[([{]/u.test(text))) {
    const letters = [...new Set(text.match(/(?<![A-Za-z])[A-J](?![A-Za-z])/gu))].sort();
    return { kind: "choice", letters };
  }
  const { letter, rest: name } = unmarked.exec(text)?.groups ?? {};
  if (letter !== undefined && name !== undefined) return { kind: "choice", letters: [letter], text: rest(name) };
  const found = beside.exec(text);
  if (!found) return undefined;
  // Brackets around a letter before a sign are mathematics: "(a) + b".
  if (/^[-+*/^=<>_!|×·≤≥≠≈∈∪∩]|^\\(?:cdot|times|cup|cap|in|le|ge|ne)/u.test(found[4])) return undefined;
  return { kind: "choice", letters: [(found[1] ?? found[2] ?? found[3]).toUpperCase()], text: rest(found[4]) };
}

/** A lone letter read as a choice, as the symbol it may be as well; undefined for anything else. */
export function symbolOfChoice(answer: Answer): Answer | undefined {
  if (answer.kind !== "choice" || answer.letters.length !== 1 || answer.text !== undefined) return undefined;
  return { kind: "value", value: symbol(answer.letters[0]) };
}
