import { z } from "zod";
import { UserError } from "../../core/errors.ts";
import type { Family } from "../../core/family.ts";
import { defineMethod } from "../../core/method.ts";
import { equations, equationWords, malformed, numeralsTo, splitOf } from "./grammar.ts";
import { familyOf } from "./stepped.ts";
import type { StepWords } from "./rules.ts";

/** a ≥ b ≥ 1 in a question; b = 0 ends Euclid's algorithm. */
interface Pair {
  readonly a: number;
  readonly b: number;
}

const wrongOperands = "<wrong-operands>";
const wrongResult = "<wrong-result>";

const options = z.object({ max: z.int().min(20).max(1000).default(255).describe("largest number") });

function divisions({ a, b }: Pair): number {
  return b === 0 ? 0 : 1 + divisions({ a: b, b: a % b });
}
function divisor({ a, b }: Pair): number {
  return b === 0 ? a : divisor({ a: b, b: a % b });
}
/** The steps of Euclid's algorithm. */
function euclid({ a, b }: Pair): StepWords[] {
  return b === 0 ? [] : [equationWords({ a, op: "%", b, c: a % b }), ...euclid({ a: b, b: a % b })];
}
const keyOf = ({ a, b }: Pair): string => `${a} ${b}`;

function gcd({ max }: z.output<typeof options>): Family {
  const numerals = numeralsTo(max);
  const equation = equations(numerals, ["%"]);
  // All pairs by the number of divisions; the rarest counts have too few pairs for two splits and are left out.
  const pairs: Pair[][] = [];
  for (let a = 2; a <= max; a++) for (let b = 1; b < a; b++) (pairs[divisions({ a, b })] ??= []).push({ a, b });
  const both = (list: Pair[]): boolean => new Set(list.map((pair) => splitOf(keyOf(pair)))).size === 2;
  const most = pairs.findLastIndex(both);
  if (most < 1) throw new UserError(`gcd: numbers up to ${max} are too few for two splits`, "choose a larger max");

  return familyOf<Pair, Pair>({
    id: "gcd",
    about: `the greatest common divisor of two numbers up to ${max}, by Euclid's algorithm`,
    words: [",", "&", "%", "=", ...numerals.keys()],
    errors: [wrongOperands, wrongResult],
    numerals,
    difficulty: { min: 1, max: most, unit: "divisions" },
    delimiter: ",",
    opens: ":",
    example: "84 & 36, or: gcd of 84 and 36",
    forced: true,
    check: "full",
    read: (words) => {
      const [a, b] = [numerals.get(words[0]) ?? 0, numerals.get(words[2]) ?? 0];
      return words.length === 3 && words[1] === "&" && a >= b && b > 0 ? { a, b } : undefined;
    },
    write: ({ a, b }) => [String(a), "&", String(b)],
    human: (text) => {
      const found = (text.match(/\d+/g) ?? []).map(Number).sort((a, b) => b - a);
      return found.length === 2 ? [String(found[0]), "&", String(found[1])] : undefined;
    },
    draw: (random, count) => random.pick(pairs[count]),
    proper: ({ a, b }) => a > b && divisions({ a, b }) <= most,
    key: keyOf,
    difficultyOf: divisions,
    answer: (m) => String(divisor(m)),
    start: (m) => m,
    step: (_, state, words, from, to) => {
      const said = equation(words, from, to);
      if (said === undefined) return malformed;
      if (said.a !== state.a || said.b !== state.b) return wrongOperands;
      return said.c === said.a % said.b ? { a: said.b, b: said.c } : wrongResult;
    },
    done: (_, { b }) => b === 0,
    shape: (words, from, to) => equation(words, from, to) !== undefined,
    // The last divisor, whose remainder is 0.
    stated: (words) => words[words.length - 3],
    stateKey: keyOf,
    complete: (_, left) => euclid(left),
    hint: (m) => [String(divisor(m))],
    maxWords: (m) => 6 * divisions(m),
  });
}

export default defineMethod({
  id: "gcd",
  kind: "family",
  contract: "family",
  section: "design",
  about: "The greatest common divisor of two numbers by Euclid's algorithm.",
  source: "Euclid, Elements VII.2",
  options,
  create: gcd,
});
