/** Questions with one of their numbers hidden. Source: Yu L. et al. 2023, MetaMath (after Weng et al. 2023). */
import { numberOf } from "./number-words.ts";
import { showRational } from "./show.ts";

export interface Masked {
  /** The question with an unknown in place of one number. */
  readonly text: string;
  /** The number alone, in digits. */
  readonly hidden: string;
}

/**
 * One variant a number of the question: a word with a digit and without letters and any of `:()*"+–-`, or a number word
 * ("three"). The unknown is `x`; in LaTeX it is `X`, and number words stay. What stands around the numeral ("$", "%", a full
 * stop) is kept.
 */
export function maskNumbers(question: string, { latex = false }: { readonly latex?: boolean } = {}): Masked[] {
  const words = question.split(/(\s+)/u);
  const unknown = latex ? "X" : "x";
  return words.flatMap((word, i): Masked[] => {
    const found = numeralIn(word, latex);
    if (!found) return [];
    const { before, hidden, after } = found;
    return [{ text: words.with(i, `${before}${unknown}${after}`).join(""), hidden }];
  });
}

interface Found {
  readonly before: string;
  readonly hidden: string;
  readonly after: string;
}

function numeralIn(word: string, latex: boolean): Found | undefined {
  if (/[:()*"+–-]/u.test(word)) return undefined;
  if (!/\p{L}/u.test(word)) {
    const [, before, hidden, after] = /^(\D*?)(\d+(?:,\d{3})*(?:\.\d+)?(?:\/\d+)?|\.\d+)(\D*)$/u.exec(word) ?? [];
    return hidden === undefined ? undefined : { before, hidden, after };
  }
  if (latex) return undefined;
  const [, before, name, after] = /^([^\p{L}]*)(\p{L}+)([^\p{L}]*)$/u.exec(word) ?? [];
  const value = name === undefined ? undefined : numberOf(name);
  return value && { before, hidden: showRational(value), after };
}
