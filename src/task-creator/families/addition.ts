import { z } from "zod";
import type { Family } from "../../core/family.ts";
import { defineMethod } from "../../core/method.ts";
import { add, congruent, drawOperands, plausibleLength } from "./digits.ts";
import type { Digits } from "./digits.ts";
import { digitWords, end, malformed, wordsOf } from "./grammar.ts";
import { familyOf } from "./stepped.ts";
import { blank, spelled, write } from "./written.ts";
import type { Written } from "./written.ts";

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
    draw: (random, digits) => drawOperands(random, digits, o),
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
    hinted: (words) => words,
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
