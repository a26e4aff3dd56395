/** Pairs of answers made by hand, with the verdict under the default policy: what checkers of answers get wrong. */
import { algebra } from "./hard-pairs/algebra.ts";
import { collections } from "./hard-pairs/collections.ts";
import { language } from "./hard-pairs/language.ts";
import { numbers } from "./hard-pairs/numbers.ts";
import { outputs } from "./hard-pairs/outputs.ts";

export interface HardPair {
  readonly kind: string;
  readonly gold: string;
  readonly answer: string;
  readonly equal: boolean;
  readonly why?: string;
}

/** A line: gold, ≡ or ≢, answer, and after two spaces and two slashes the reason. */
const shape = /^(?<gold>.*?) ?(?<sign>[≡≢]) ?(?<answer>.*?)(?: {2}\/\/ (?<why>.*))?$/u;

function pairOf(kind: string, line: string): HardPair {
  const { gold, sign, answer, why } = shape.exec(line)?.groups ?? {};
  if (gold === undefined) throw new SyntaxError(`no pair: ${line}`);
  return { kind, gold, answer, equal: sign === "≡", ...(why === undefined ? {} : { why }) };
}

const listed = Object.entries({ ...numbers, ...algebra, ...collections, ...language }).flatMap(([kind, lines]) =>
  lines
    .trim()
    .split("\n")
    .map((line) => pairOf(kind, line)),
);

export const hardPairs: readonly HardPair[] = [
  ...listed,
  ...outputs.map(([gold, answer, equal, why]) => ({
    kind: "output",
    gold,
    answer,
    equal,
    ...(why === undefined ? {} : { why }),
  })),
];
