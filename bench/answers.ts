/** Verdicts on ordinary answers, and on texts that try to break the reader. */
import { verify } from "../src/answers/verify.ts";
import { fuzzed } from "../src/answers/testing/fuzz.ts";
import { pairs } from "../src/answers/testing/generator.ts";
import { random, type Random } from "../src/core/random.ts";
import { secondsOf, type Contender } from "./measure.ts";

interface Pair {
  readonly gold: string;
  readonly answer: string;
}

/** What the answers of competition mathematics are: no dates, bases or yes and no. */
const mathematics = new Set(
  [
    "integer fraction mixed decimal percent radical surd power logarithm trigonometry pi factorial complex",
    "money unit angle polynomial symbolic equation inequality interval union set tuple vector matrix solutions text",
  ].flatMap((line) => line.split(" ")),
);

const replies: readonly ((n: string) => string)[] = [
  (n) => n,
  (n) => `#### ${n}`,
  (n) => `$${n}`,
  (n) => `${n}.00`,
  (n) => `The answer is ${n}.`,
  (n) => `\\boxed{${n}}`,
  (n) => `First he buys 3 boxes of 12, so 3 * 12 = 36 of them.\nAfter that ${n} are left.\n#### ${n}`,
  (n) =>
    `Adding both parts gives 12 + 30 = 42, and half of it is 21. So in the end she has $${n} left. The answer is ${n}.`,
];

/** A number and a reply to a word problem, right in every second one. */
function wordProblem(r: Random): Pair {
  const n = r.int(r.int(3) === 0 ? 50_000 : 300);
  return { gold: String(n), answer: r.pick(replies)(String(r.int(2) === 0 ? n : n + 1 + r.int(9))) };
}

/** Half of them word problems, half the kinds of competition mathematics. */
export function ordinary(seed: string, n: number): Pair[] {
  const r = random(seed);
  const drawn: Pair[] = Array.from({ length: n / 2 }, () => wordProblem(r));
  for (const pair of pairs(r.fork("mathematics"), 4 * n)) {
    if (drawn.length >= n) break;
    if (mathematics.has(pair.kind)) drawn.push(pair);
  }
  return r.shuffle(drawn);
}

/** Pairs a second on this thread; every run has pairs of its own, so that nothing read before helps. */
export function judging(n: number): Contender {
  let runs = 0;
  return {
    run: async () => {
      const drawn = ordinary(`bench/${runs++}`, n);
      return n / (await secondsOf(() => drawn.forEach(({ gold, answer }) => verify(gold, answer))));
    },
  };
}

export interface Fuzzed {
  /** Texts a second, each judged against the one before. */
  readonly rate: number;
  readonly slowest: { readonly seconds: number; readonly text: string };
  readonly undecided: number;
}

/** Judges `n` hostile texts; what it throws is a defect that ends the bench. */
export function judgeFuzz(n: number): Fuzzed {
  let before = "1/2";
  let slowest = { seconds: 0, text: "" };
  let [total, undecided] = [0, 0];
  for (const text of fuzzed(random("bench/fuzz"), n)) {
    const start = performance.now();
    if (verify(before, text).equal === null) undecided++;
    const seconds = (performance.now() - start) / 1000;
    total += seconds;
    if (seconds > slowest.seconds) slowest = { seconds, text };
    before = text;
  }
  return { rate: n / total, slowest, undecided };
}
