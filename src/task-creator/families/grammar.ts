import { streamKey } from "../../core/random.ts";
import type { Split } from "../../core/task.ts";

/** Ends every reply. */
export const end = ";";
/** Verdicts that a long chain gives its own tries. */
export const wrong = "<wrong>";
export const right = "<right>";
/** In a critique: no step is wrong; no step could be put here instead. */
export const fine = "<fine>";
export const none = "<none>";
export const stepMark = "<step>";
export const hintMark = "<hint>";

/** Kinds of error that every family has: not a step, stopped too early, and (in chains) a try misjudged. */
export const malformed = "<malformed>";
export const unfinished = "<unfinished>";
export const wrongVerdict = "<wrong-verdict>";
export const sharedErrors = [malformed, unfinished, wrongVerdict] as const;

/** The word that opens the prompt of each form. */
export const roleWords = { short: "<solve>", long: "<chain>", critique: "<critique>", proposal: "<propose>" } as const;

export const digitWords: readonly string[] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/** Words that every family has, first in every vocabulary. */
export const sharedWords: readonly string[] = [
  ":",
  end,
  roleWords.short,
  roleWords.long,
  roleWords.critique,
  roleWords.proposal,
  hintMark,
  wrong,
  right,
  fine,
  none,
  stepMark,
  ...sharedErrors,
  ...digitWords,
];

/** The words of a text; none for the empty text. */
export function wordsOf(text: string): string[] {
  return text === "" ? [] : text.split(" ");
}

/** The numbers 0..max as words. */
export function numeralsTo(max: number): ReadonlyMap<string, number> {
  return new Map(Array.from({ length: max + 1 }, (_, value) => [String(value), value]));
}

/** `a op b = c`, read from words[from, to). */
export interface Equation {
  readonly a: number;
  readonly op: string;
  readonly b: number;
  readonly c: number;
}

/** A reader of equations with these numbers and operators; undefined if the words are none. */
export function equations(
  numerals: ReadonlyMap<string, number>,
  operators: readonly string[],
): (words: readonly string[], from: number, to: number) => Equation | undefined {
  return (words, from, to) => {
    const op = words[from + 1];
    if (to - from !== 5 || words[from + 3] !== "=" || !operators.includes(op)) return undefined;
    const a = numerals.get(words[from]);
    const b = numerals.get(words[from + 2]);
    const c = numerals.get(words[from + 4]);
    return a === undefined || b === undefined || c === undefined ? undefined : { a, op, b, c };
  };
}

/** The words of an equation. */
export function equationWords({ a, op, b, c }: Equation): string[] {
  return [String(a), op, String(b), "=", String(c)];
}

/** A number written digit by digit. */
export function digitsOf(value: number): string[] {
  return [...String(value)];
}

/** A name of 64 bits for a text. */
export function fingerprint(text: string): string {
  return streamKey(text)
    .map((part) => part.toString(16).padStart(8, "0"))
    .join("");
}

/** One key in ten belongs to evaluation, by its hash. */
export function splitOf(key: string): Split {
  return streamKey(`split ${key}`)[0] % 10 === 0 ? "eval" : "train";
}

/** What a critique says: step 0 = nothing is wrong; the correction is a step without its delimiter, or absent if there is none. */
export interface CritiqueText {
  readonly step: number;
  readonly kind?: string;
  readonly correction?: readonly string[];
}

/** `<fine> ;` or `<step> 2 <kind> correction ;`, the step counted from 1 and written in digits. */
export function writeCritique(critique: CritiqueText): string {
  const { step, kind, correction } = critique;
  if (step === 0 || kind === undefined) return `${fine} ${end}`;
  return [stepMark, ...digitsOf(step), kind, ...(correction ?? [none]), end].join(" ");
}

/** Undefined if the text does not follow the grammar of critiques. */
export function readCritique(text: string, errors: readonly string[]): CritiqueText | undefined {
  const words = wordsOf(text);
  if (words.at(-1) !== end) return undefined;
  if (words.length === 2 && words[0] === fine) return { step: 0 };
  if (words[0] !== stepMark) return undefined;
  let at = 1;
  while (at < words.length && digitWords.includes(words[at])) at++;
  const step = Number(words.slice(1, at).join(""));
  const kind = words[at];
  const correction = words.slice(at + 1, -1);
  if (at === 1 || words[1] === "0" || at > 5 || !errors.includes(kind) || correction.length === 0) return undefined;
  return correction.length === 1 && correction[0] === none ? { step, kind } : { step, kind, correction };
}
