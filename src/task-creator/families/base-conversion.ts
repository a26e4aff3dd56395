import { z } from "zod";
import type { Family } from "../../core/family.ts";
import { defineMethod } from "../../core/method.ts";
import type { StepWords } from "./rules.ts";
import { malformed, unfinished } from "./grammar.ts";
import { baseWord, bases, digits, isConversionStep, symbols, valueOf } from "./positional.ts";
import { familyOf } from "./stepped.ts";

interface Conversion {
  readonly value: number;
  readonly from: number;
  readonly to: number;
}
interface Progress {
  /** What is still to be divided. */
  readonly left: number;
  /** Remainders so far, the first is the last digit. */
  readonly remainders: readonly number[];
  readonly answered: boolean;
}

const wrongOperands = "<wrong-operands>";
const wrongResult = "<wrong-result>";
const options = z.object({ max: z.int().min(100).max(65535).default(4095).describe("largest number") });

function baseConversion({ max }: z.output<typeof options>): Family {
  const most = digits(max, 2).length;
  const length = ({ value, to }: Conversion): number => digits(value, to).length;
  const answerStep = ({ value, to }: Conversion): StepWords => [">", ...digits(value, to)];

  return familyOf<Conversion, Progress>({
    id: "base-conversion",
    about: `write a number up to ${max} in another base from 2 to 16, by repeated division`,
    words: [",", ">", "/", "=", "r", ...symbols, ...bases.map(baseWord)],
    errors: [wrongOperands, wrongResult],
    numerals: new Map(symbols.map((symbol, value) => [symbol, value])),
    difficulty: { min: 1, max: most, unit: "digits of the result" },
    delimiter: ",",
    opens: ":",
    example: "1 c 7 b16 > b2, or: 1c7 from base 16 to base 2",
    forced: true,
    check: "full",
    read: (words) => {
      const [from, to] = [words.at(-3), words.at(-1)].map((word) => bases.find((base) => baseWord(base) === word));
      if (from === undefined || to === undefined || from === to || words.at(-2) !== ">") return undefined;
      const value = valueOf(words.slice(0, -3), from);
      return value === undefined || value < 1 || value > max ? undefined : { value, from, to };
    },
    write: ({ value, from, to }) => [...digits(value, from), baseWord(from), ">", baseWord(to)],
    human: (text) => {
      const found = /\b([0-9a-f]+) (?:from|in) base (\d+) (?:in)?to base (\d+)/.exec(text);
      return found === null ? undefined : [...found[1], `b${found[2]}`, ">", `b${found[3]}`];
    },
    draw: (random, count) => {
      const to = random.pick(bases.filter((base) => base ** (count - 1) <= max));
      const from = random.pick(bases.filter((base) => base !== to));
      const least = to ** (count - 1);
      return { value: least + random.int(Math.min(max, to ** count - 1) - least + 1), from, to };
    },
    proper: () => true,
    key: ({ value, from, to }) => `${value} ${from} ${to}`,
    difficultyOf: length,
    answer: ({ value, to }) => value.toString(to),
    start: ({ value }) => ({ left: value, remainders: [], answered: false }),
    step: (m, { left, remainders }, words, from, to) => {
      const step = words.slice(from, to);
      if (!isConversionStep(step)) return malformed;
      if (step[0] === ">") {
        if (left > 0) return unfinished;
        const right =
          step.length === remainders.length + 1 && remainders.every((r, i) => symbols[r] === step.at(-1 - i));
        return right ? { left, remainders, answered: true } : wrongResult;
      }
      const [slash, equals] = [step.indexOf("/"), step.indexOf("=")];
      const divides = valueOf(step.slice(0, slash), m.from) === left && step[slash + 1] === baseWord(m.to) && left > 0;
      if (!divides) return wrongOperands;
      const remainder = symbols.indexOf(step[step.length - 1]);
      const quotient = valueOf(step.slice(equals + 1, -2), m.from);
      if (quotient !== Math.floor(left / m.to) || remainder !== left % m.to) return wrongResult;
      return { left: quotient, remainders: [...remainders, remainder], answered: false };
    },
    done: (_, { answered }) => answered,
    shape: (words, from, to) => isConversionStep(words.slice(from, to)),
    stated: (words) => words.slice(words.lastIndexOf(">") + 1).join(""),
    stateKey: ({ left, remainders, answered }) => [left, ...remainders, ...(answered ? [">"] : [])].join(" "),
    complete: (m, state) => {
      const steps: StepWords[] = [];
      for (let { left } = state; left > 0; left = Math.floor(left / m.to)) {
        const quotient = digits(Math.floor(left / m.to), m.from);
        steps.push([...digits(left, m.from), "/", baseWord(m.to), "=", ...quotient, "r", symbols[left % m.to]]);
      }
      return [...steps, answerStep(m)];
    },
    hint: (m) => digits(m.value, m.to),
    hinted: (words) => words.slice(words.lastIndexOf(">") + 1),
    maxWords: (m) => length(m) * (2 * digits(m.value, m.from).length + 7) + 2,
  });
}

export default defineMethod({
  id: "base-conversion",
  kind: "family",
  contract: "family",
  section: "design",
  about: "Write a number in another base by repeated division.",
  source: "this project; a task of the same name is in Reasoning Gym (Stojanovski et al. 2025)",
  options,
  create: baseConversion,
});
