import { z } from "zod";
import type { Family } from "../../core/family.ts";
import { defineMethod } from "../../core/method.ts";
import type { StepWords } from "./rules.ts";
import { equations, equationWords, malformed, numeralsTo } from "./grammar.ts";
import { familyOf } from "./stepped.ts";

/** The first term and what is added to or taken from it, in order. */
interface Chain {
  readonly first: number;
  readonly terms: readonly { readonly op: "+" | "-"; readonly value: number }[];
}
interface Partial {
  /** Terms used up, the first one not counted. */
  readonly used: number;
  readonly sum: number;
}

const wrongTerm = "<wrong-term>";
const wrongResult = "<wrong-result>";

const options = z.object({
  high: z.int().min(2).max(500).default(99).describe("terms are 1 to this"),
  max: z.int().min(10).max(1000).default(200).describe("partial sums are 0 to this"),
});

function chainSum({ high, max }: z.output<typeof options>): Family {
  const numerals = numeralsTo(Math.max(high, max));
  const equation = equations(numerals, ["+", "-"]);
  const result = (sum: number, term: Chain["terms"][number]): number =>
    term.op === "+" ? sum + term.value : sum - term.value;
  /** The partial sums; undefined if one leaves the range. */
  const sums = ({ first, terms }: Chain): number[] | undefined => {
    const list: number[] = [];
    for (const term of terms) list.push(result(list.at(-1) ?? first, term));
    return list.every((sum) => sum >= 0 && sum <= max) ? list : undefined;
  };
  const answer = (m: Chain): number => sums(m)?.at(-1) ?? m.first;

  return familyOf<Chain, Partial>({
    id: "chain-sum",
    about: `add and subtract numbers one after another, partial sums 0 to ${max}`,
    words: [",", "+", "-", "=", ...numerals.keys()],
    errors: [wrongTerm, wrongResult],
    numerals,
    difficulty: { min: 2, max: 8, unit: "terms" },
    delimiter: ",",
    opens: ":",
    example: "17 + 5 - 9",
    forced: true,
    check: "full",
    read: (words) => {
      const first = numerals.get(words[0]);
      const terms: { op: "+" | "-"; value: number }[] = [];
      for (let i = 1; i < words.length; i += 2) {
        const op = words[i];
        const value = numerals.get(words[i + 1]);
        if ((op !== "+" && op !== "-") || value === undefined) return undefined;
        terms.push({ op, value });
      }
      if (first === undefined || terms.length < 1 || terms.length > 7) return undefined;
      const m = { first, terms };
      return sums(m) && m;
    },
    write: ({ first, terms }) => [String(first), ...terms.flatMap(({ op, value }) => [op, String(value)])],
    human: (text) => text.match(/\d+|[-+]/g) ?? undefined,
    draw: (random, count) => {
      const terms = Array.from({ length: count - 1 }, () => ({
        op: random.pick(["+", "-"] as const),
        value: 1 + random.int(high),
      }));
      const m = { first: 1 + random.int(high), terms };
      return sums(m) && m;
    },
    proper: ({ first, terms }) =>
      [first, ...terms.map((term) => term.value)].every((value) => value >= 1 && value <= high),
    key: ({ first, terms }) => [first, ...terms.map((term) => result(0, term))].sort((a, b) => a - b).join(" "),
    difficultyOf: ({ terms }) => terms.length + 1,
    answer: (m) => String(answer(m)),
    start: ({ first }) => ({ used: 0, sum: first }),
    step: ({ terms }, { used, sum }, words, from, to) => {
      const said = equation(words, from, to);
      if (said === undefined) return malformed;
      const term = terms[used];
      if (said.a !== sum || said.op !== term.op || said.b !== term.value) return wrongTerm;
      return said.c === result(sum, term) ? { used: used + 1, sum: said.c } : wrongResult;
    },
    done: ({ terms }, { used }) => used === terms.length,
    shape: (words, from, to) => equation(words, from, to) !== undefined,
    stated: (words) => words[words.length - 1],
    stateKey: ({ used, sum }) => `${used} ${sum}`,
    complete: (m, { used }) =>
      sums(m)
        ?.slice(used)
        .map((sum, i): StepWords => {
          const term = m.terms[used + i];
          return equationWords({ a: sum - result(0, term), op: term.op, b: term.value, c: sum });
        }),
    hint: (m) => [String(answer(m))],
    maxWords: ({ terms }) => 6 * terms.length,
  });
}

export default defineMethod({
  id: "chain-sum",
  kind: "family",
  contract: "family",
  section: "design",
  about: "Add and subtract 2 to 8 numbers one after another.",
  source: "this project; a task of the same name is in Reasoning Gym (Stojanovski et al. 2025)",
  options,
  create: chainSum,
});
