/** What every kind of the generator is made of: ways to write a value, and the ways a written value is embedded. */
import type { Random } from "../../core/random.ts";
import type { Fraction } from "./exact.ts";

/** `tex` may stand between dollars, `plain` is ASCII or Unicode mathematics, `words` is language. */
export interface Form {
  readonly by: string;
  readonly text: string;
  readonly notation: "tex" | "plain" | "words";
}

/** A value drawn at random: all ways to write it, and values that are nearly it. */
export interface Item {
  /** All of them say the same. */
  readonly same: readonly Form[];
  /** None of them says the same as `same`. */
  readonly near: readonly Form[];
  /** Pairs that are equal although not everything in `same` is: a missing unit, a rounded decimal. */
  readonly alike?: readonly (readonly [Form, Form])[];
  /** Pairs that differ although … likewise. */
  readonly apart?: readonly (readonly [Form, Form])[];
}

export type Draw = (r: Random) => Item;

type Texts = Readonly<Record<string, string | undefined>>;

const list = (notation: Form["notation"], texts: Texts): Form[] =>
  Object.entries(texts).flatMap(([by, text]) => (text === undefined ? [] : [{ by, text, notation }]));

export const tex = (texts: Texts): Form[] => list("tex", texts);
export const plain = (texts: Texts): Form[] => list("plain", texts);
export const words = (texts: Texts): Form[] => list("words", texts);

/** The forms of values that are nearly equal, one form a value, named by what is wrong. */
export function nearly<V>(
  r: Random,
  forms: (value: V) => readonly Form[],
  values: Readonly<Record<string, V | undefined>>,
): Form[] {
  return Object.entries(values).flatMap(([by, value]) =>
    value === undefined ? [] : [{ ...r.pick(forms(value)), by }],
  );
}

/** The sides of a pair by name. */
export const pairs = (left: readonly Form[], right: readonly Form[]): (readonly [Form, Form])[] =>
  left.flatMap((a) => right.map((b) => [a, b] as const));

type Frame = (text: string) => string;

const frames: Record<Form["notation"], readonly Frame[]> = {
  tex: [
    (t) => `$${t}$`,
    (t) => `$$${t}$$`,
    (t) => `\\(${t}\\)`,
    (t) => `\\[ ${t} \\]`,
    (t) => `\\boxed{${t}}`,
    (t) => `$\\boxed{${t}}$`,
    (t) => `The answer is $${t}$.`,
    (t) => `Therefore, the final answer is $\\boxed{${t}}$.`,
    (t) => `<answer>$${t}$</answer>`,
    (t) => `Putting it all together:\n\\[ \\boxed{${t}} \\]`,
  ],
  plain: [
    (t) => ` ${t} `,
    (t) => `The answer is ${t}.`,
    (t) => `Answer: ${t}`,
    (t) => `#### ${t}`,
    (t) => `**${t}**`,
    (t) => `Let me think step by step.\nFinal answer: ${t}`,
    (t) => `<answer>${t}</answer>`,
  ],
  words: [(t) => `The answer is ${t}.`, (t) => `Answer: ${t}`, (t) => `Final answer: ${t}`, (t) => `${t}.`],
};

/** The text bare, or in one of the ways that answers are presented. */
export function framed(r: Random, { text, notation }: Form): { text: string; framed: boolean } {
  if (r.int(5) < 3) return { text, framed: false };
  return { text: r.pick(frames[notation])(text), framed: true };
}

/** \frac{n}{d}, or n where d is 1; the sign in front. */
export function texOf({ n, d }: Fraction): string {
  return d === 1n ? String(n) : `${n < 0n ? "-" : ""}\\frac{${n < 0n ? -n : n}}{${d}}`;
}

export const plainOf = ({ n, d }: Fraction): string => (d === 1n ? String(n) : `${n}/${d}`);

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** An integer in Unicode superscripts. */
export const raised = (n: number | bigint): string =>
  String(n)
    .replace("-", "⁻")
    .replaceAll(/\d/gu, (digit) => superscripts[Number(digit)]);

/** "1234567" → "1,234,567" with any separator; sign and digits after the point stay. */
export const grouped = (text: string, separator = ","): string =>
  text.replace(/\d+/u, (whole) => whole.replaceAll(/\B(?=(?:\d{3})+$)/gu, separator));

/** "+ 3" or "- 3", for a sum that is written from left to right. */
export const signed = (n: bigint | number): string => (n < 0 ? `- ${-n}` : `+ ${n}`);

const small =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const tens = ". . twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

/** An integer from 0 to 999,999 in English. */
export function spelled(n: number): string {
  if (n < 20) return small[n];
  if (n < 100) return tens[Math.floor(n / 10)] + (n % 10 === 0 ? "" : `-${small[n % 10]}`);
  const [unit, name] = n < 1000 ? [100, "hundred"] : [1000, "thousand"];
  const rest = n % unit;
  const joint = rest < 100 ? " and " : " ";
  return `${spelled(Math.floor(n / unit))} ${name}${rest === 0 ? "" : joint + spelled(rest)}`;
}
