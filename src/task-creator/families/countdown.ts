import { z } from "zod";
import { UserError } from "../../core/errors.ts";
import type { Family } from "../../core/family.ts";
import { defineMethod } from "../../core/method.ts";
import type { Random } from "../../core/random.ts";
import { canonical } from "./canonical.ts";
import { equations, equationWords, malformed, numeralsTo } from "./grammar.ts";
import { anywhere, combine, largerFirst, operations, operators, reacher, towards } from "./reach.ts";
import type { Operation } from "./reach.ts";
import type { StepWords } from "./rules.ts";
import { familyOf } from "./stepped.ts";

interface Numbers {
  readonly numbers: readonly number[];
  readonly target: number;
}
/** The numbers still to be used. */
type Left = readonly number[];

const unknownNumber = "<unknown-number>";
const wrongResult = "<wrong-result>";
const illegal = "<illegal>";
const wrongTarget = "<wrong-target>";

const options = z.object({
  high: z.int().min(5).max(100).default(20).describe("numbers are drawn from 1 to this"),
  max: z.int().min(20).max(200).default(100).describe("largest intermediate result"),
  low: z.int().min(1).default(10).describe("smallest target"),
  top: z.int().min(2).default(100).describe("largest target"),
  ordered: z
    .boolean()
    .default(true)
    .describe("play and solve write the larger operand of + and * first; the verifier accepts either order"),
  canonical: z
    .boolean()
    .default(false)
    .describe("play and solve take the parts of a sum or product in one agreed order; the verifier accepts any"),
  spread: z
    .int()
    .positive()
    .default(16)
    .describe(
      "play draws so many derivations and takes one of the targets reached, rare ones as likely as common ones",
    ),
  sorted: z
    .boolean()
    .default(false)
    .describe("questions list their numbers from the smallest, whatever order they came in"),
});

function countdown(o: z.output<typeof options>): Family {
  const { high, max, low, top, ordered, sorted, spread } = o;
  if (top > max || low > top || high > max)
    throw new UserError(
      `countdown: targets ${low} to ${top} and numbers to ${high} do not fit max ${max}`,
      "choose low ≤ top ≤ max and high ≤ max",
    );
  const numerals = numeralsTo(max);
  const equation = equations(numerals, operators);
  const written = (drawn: readonly Operation[]): StepWords[] =>
    (o.canonical ? canonical(drawn, max) : drawn).map((operation) =>
      equationWords(ordered ? largerFirst(operation) : operation),
    );
  const reach = reacher(max);
  const targets = new Map<string, number[]>();
  const keyOf = (numbers: readonly number[]): string => [...numbers].sort((a, b) => a - b).join(" ");
  const admits = (numbers: readonly number[], target: number): boolean =>
    target >= low && target <= top && !numbers.includes(target);
  const targetsOf = (numbers: readonly number[]): number[] => {
    const key = keyOf(numbers);
    let list = targets.get(key);
    if (list === undefined) {
      list = [...reach(numbers).keys()].filter((value) => reach(numbers)[value] === 1 && admits(numbers, value));
      if (targets.size >= 50_000) targets.clear();
      targets.set(key, list);
    }
    return list;
  };
  const complete = ({ target }: Numbers, left: Left, random: Random): StepWords[] | undefined => {
    const found = towards(left, target, { max, reach, random });
    return found && written(found);
  };
  const derive = ({ numbers }: Numbers, random: Random): StepWords[] => {
    const drawn = Array.from({ length: spread }, () => anywhere(numbers, max, random));
    const reached = new Map(drawn.map((one) => [one[one.length - 1].c, one]));
    const proper = [...reached].filter(([value]) => admits(numbers, value));
    return written(proper.length < 2 ? (proper[0]?.[1] ?? drawn[0]) : random.pick(proper)[1]);
  };

  return familyOf<Numbers, Left>({
    id: "countdown",
    about: "reach a target from 3 to 6 numbers, each used exactly once, by + - * and exact /",
    words: [",", ">", "=", ...operators, ...numerals.keys()],
    errors: [unknownNumber, wrongResult, illegal, wrongTarget],
    numerals,
    difficulty: { min: 3, max: 6, unit: "numbers" },
    delimiter: ",",
    opens: ":",
    example: "3 5 7 > 22, or: make 22 from 3, 5 and 7",
    forced: false,
    check: "full",
    read: (words) => {
      const count = words.length - 2;
      if (count < 3 || count > 6 || words[count] !== ">") return undefined;
      const values = words.map((word) => numerals.get(word) ?? 0);
      const numbers = values.slice(0, count);
      const target = values[count + 1];
      return numbers.includes(0) || target === 0 ? undefined : { numbers, target };
    },
    write: ({ numbers, target }) => {
      const listed = sorted ? numbers.toSorted((a, b) => a - b) : numbers;
      return [...listed.map(String), ">", String(target)];
    },
    human: (text) => {
      const found = text.match(/\d+/g) ?? [];
      if (/^(make|reach|get)\b/.test(text)) return [...found.slice(1), ">", ...found.slice(0, 1)];
      return [...found.slice(0, -1), ">", ...found.slice(-1)];
    },
    draw: (random, count) => {
      const numbers = Array.from({ length: count }, () => 1 + random.int(high));
      const list = targetsOf(numbers);
      return list.length === 0 ? undefined : { numbers, target: random.pick(list) };
    },
    proper: ({ numbers, target }) =>
      numbers.every((n) => n <= high) && admits(numbers, target) && reach(numbers)[target] === 1,
    key: ({ numbers }) => keyOf(numbers),
    difficultyOf: ({ numbers }) => numbers.length,
    answer: ({ target }) => String(target),
    start: ({ numbers }) => numbers,
    step: (_, left, words, from, to) => {
      const said = equation(words, from, to);
      if (said === undefined) return malformed;
      const { a, op, b, c } = said;
      const i = left.indexOf(a);
      const j = a === b ? left.indexOf(b, i + 1) : left.indexOf(b);
      if (i < 0 || j < 0) return unknownNumber;
      const value = combine(a, op, b, max);
      if (value === 0) return illegal;
      if (value !== c) return wrongResult;
      const rest: number[] = [];
      for (let k = 0; k < left.length; k++) if (k !== i && k !== j) rest.push(left[k]);
      rest.push(c);
      return rest;
    },
    done: (_, left) => left.length === 1,
    finish: ({ target }, left) => (left[0] === target ? undefined : wrongTarget),
    shape: (words, from, to) => equation(words, from, to) !== undefined,
    stated: (words) => words[words.length - 1],
    stateKey: keyOf,
    derive,
    complete,
    moves: (_, left) => operations(left, max).map(equationWords),
    // The target stands in the question already; what helps is how it is reached last.
    hint: (m, random) => complete(m, m.numbers, random)?.at(-1)?.slice(0, 3),
    hinted: (words) => words.slice(words.lastIndexOf(",") + 1).slice(0, 3),
    maxWords: ({ numbers }) => 6 * (numbers.length - 1),
    relabel: ({ numbers }, left) => (admits(numbers, left[0]) ? { numbers, target: left[0] } : undefined),
  });
}

export default defineMethod({
  id: "countdown",
  kind: "family",
  contract: "family",
  section: "design",
  about: "Reach a target from 3 to 6 numbers, each used exactly once.",
  source:
    "the numbers game of the television show; as a test of search by language models: Gandhi et al. 2024, Stream of Search",
  options,
  create: countdown,
});
