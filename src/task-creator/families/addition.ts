import { z } from "zod";
import type { Family } from "../../core/family.ts";
import { defineMethod } from "../../core/method.ts";
import type { Random } from "../../core/random.ts";
import { digitWords, end, malformed, wordsOf } from "./grammar.ts";
import { familyOf } from "./stepped.ts";
import { blank, spelled, write } from "./written.ts";
import type { Written } from "./written.ts";

/** Digits of a number, least significant first. */
export type Digits = readonly number[];

interface Operands {
  readonly a: Digits;
  readonly b: Digits;
  /** Known to tasks only: checks and states of a question must not see it. */
  readonly sum?: Digits;
}

const wrongDigit = "<wrong-digit>";
const tooLong = "<too-long>";

const options = z.object({
  reversed: z.boolean().default(true).describe("numbers are written with the least significant digit first"),
  mixed: z.boolean().default(false).describe("the shorter operand may have any length up to the longer's"),
  carries: z.number().min(0).max(1).default(0.3).describe("share of tasks with a long carry chain put in"),
  digits: z.int().min(1).max(1000).default(200).describe("digits of the longest operand"),
  check: z
    .enum(["none", "length", "congruence"])
    .default("length")
    .describe(
      "what a checker without the answer looks at: nothing, the number of digits, or residues modulo 9, 11, 101",
    ),
});

/** The sum of two numbers by digits. */
export function add(a: Digits, b: Digits): number[] {
  const sum: number[] = [];
  let carry = 0;
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const column = (a[i] ?? 0) + (b[i] ?? 0) + carry;
    sum.push(column % 10);
    carry = column > 9 ? 1 : 0;
  }
  return carry === 1 ? [...sum, 1] : sum;
}

/** Has a reply as many digits as a sum of the operands may have, and no leading zero? */
export function plausibleLength(a: Digits, b: Digits, reply: Digits): boolean {
  const longest = Math.max(a.length, b.length);
  const extra = reply.length - longest;
  return (extra === 0 || (extra === 1 && reply[longest] === 1)) && (reply.at(-1) !== 0 || longest === 1);
}

/** Do the residues of the operands add up to the reply's, modulo 9, 11 and 101? Necessary, not sufficient. */
export function congruent(a: Digits, b: Digits, reply: Digits): boolean {
  return [9, 11, 101].every(
    (modulus) => (residue(a, modulus) + residue(b, modulus)) % modulus === residue(reply, modulus),
  );
}

function residue(digits: Digits, modulus: number): number {
  return digits.reduceRight((value, digit) => (value * 10 + digit) % modulus, 0);
}

/** Operands of so many digits; some with a stretch of digits that pass a carry on. */
function draw(random: Random, digits: number, o: { mixed: boolean; carries: number }): Operands {
  const number = (length: number): number[] =>
    Array.from({ length }, (_, i) => (i === length - 1 ? 1 + random.int(9) : random.int(10)));
  const a = number(digits);
  const b = number(o.mixed ? 1 + random.int(digits) : digits);
  if (random.next() < o.carries) {
    const first = random.int(b.length);
    const stop = first + 1 + random.int(b.length - first);
    for (let i = first; i < stop; i++) b[i] = i === first ? Math.min(9, 10 - a[i]) : 9 - a[i];
    b[b.length - 1] ||= 1;
  }
  return random.next() < 0.5 ? { a, b } : { a: b, b: a };
}

function addition(o: z.output<typeof options>): Family {
  // Everything inside is least significant first; only words have an order of writing.
  const ordered = <T>(list: readonly T[]): T[] => (o.reversed ? [...list] : [...list].reverse());
  const read = (words: readonly string[]): Digits | undefined => {
    const digits = ordered(words).map((word) => digitWords.indexOf(word));
    const leading = digits.length > 1 && digits.at(-1) === 0;
    return digits.length === 0 || digits.length > o.digits || digits.includes(-1) || leading ? undefined : digits;
  };
  const decimal = (digits: Digits): string => [...digits].reverse().join("");
  const sumOf = ({ a, b, sum }: Operands): Digits => sum ?? add(a, b);
  const longest = ({ a, b }: Operands): number => Math.max(a.length, b.length);
  const rest = ({ sum }: Operands, at: Written): string[][] | undefined =>
    sum &&
    ordered(sum)
      .slice(at.count)
      .map((digit) => [String(digit)]);
  const { check } = o;
  const checked = ({ a, b }: Operands, text: string): boolean => {
    const words = wordsOf(text);
    const reply = ordered(words.slice(0, -1)).map((word) => digitWords.indexOf(word));
    if (words.at(-1) !== end || reply.includes(-1) || !plausibleLength(a, b, reply)) return false;
    return check === "length" || congruent(a, b, reply);
  };

  return familyOf<Operands, Written>({
    id: "addition",
    about: `add two numbers digit by digit${o.reversed ? ", least significant first" : ""}`,
    words: ["+"],
    errors: [wrongDigit, tooLong],
    digits: digitWords,
    difficulty: { min: 1, max: o.digits, unit: "digits" },
    delimiter: "",
    opens: "=",
    example: "421 + 99",
    forced: true,
    ...(check === "none" ? {} : { check: checked }),
    read: (words, answer) => {
      const plus = words.indexOf("+");
      const a = plus < 0 ? undefined : read(words.slice(0, plus));
      const b = read(words.slice(plus + 1));
      return a && b && (answer === undefined ? { a, b } : { a, b, sum: add(a, b) });
    },
    worked: ({ a, b }) => ({ a, b, sum: add(a, b) }),
    write: ({ a, b }) => [...ordered(a).map(String), "+", ...ordered(b).map(String)],
    human: (text) => {
      const found = /^(?:what is |add )?(\d+) ?(?:\+|plus|and) ?(\d+)(?: ?=)?(?: ?\?)?$/.exec(text);
      const digits = (number: string): string[] => ordered([...number].reverse());
      return found === null ? undefined : [...digits(found[1]), "+", ...digits(found[2])];
    },
    draw: (random, digits) => draw(random, digits, o),
    proper: ({ a, b }) => (o.mixed || a.length === b.length) && a.at(-1) !== 0 && b.at(-1) !== 0,
    key: ({ a, b }) => [decimal(a), decimal(b)].sort().join(" + "),
    difficultyOf: longest,
    answer: (m) => decimal(sumOf(m)),
    start: () => blank,
    step: (m, written, words, from, to) => {
      const digit = digitWords.indexOf(words[from]);
      if (to - from !== 1 || digit < 0) return malformed;
      if (written.count === (m.sum?.length ?? longest(m) + 1)) return tooLong;
      const place = m.sum && (o.reversed ? written.count : m.sum.length - 1 - written.count);
      return place === undefined || m.sum?.[place] === digit ? write(written, words[from]) : wrongDigit;
    },
    done: (m, { count }) => (m.sum === undefined ? count >= longest(m) : count === m.sum.length),
    shape: (words, from) => digitWords.includes(words[from]),
    stated: (words) => decimal(ordered(words).map(Number)),
    stateKey: spelled,
    complete: rest,
    hint: (m) => ordered(sumOf(m)).map(String),
    maxWords: (m) => longest(m) + 2,
    equivalents: ({ a, b }) => [{ a: b, b: a }],
  });
}

export default defineMethod({
  id: "addition",
  kind: "family",
  contract: "family",
  section: "design",
  about: "Add two numbers of any length, written plainly or least significant digit first.",
  source:
    "reversed digits: Lee N. et al. 2023, Teaching Arithmetic to Small Transformers; self-training on longer ones: Lee N. et al. 2025",
  options,
  create: addition,
});
