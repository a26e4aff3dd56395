import { z } from "zod";
import type { Family } from "../../core/family.ts";
import { defineMethod } from "../../core/method.ts";
import { digitWords, digitsOf, malformed } from "./grammar.ts";
import { familyOf } from "./stepped.ts";
import { blank, spelled, write } from "./written.ts";
import type { Written } from "./written.ts";

interface Bits {
  readonly n: number;
  /** Known to tasks only. */
  readonly secret?: string;
}

const wrongBit = "<wrong-bit>";
const tooLong = "<too-long>";
const isBit = (word: string): boolean => word === "0" || word === "1";

const options = z.object({ max: z.int().min(2).max(30).default(24).describe("most bits") });

function bits({ max }: z.output<typeof options>): Family {
  const read = (words: readonly string[], secret?: string): Bits | undefined => {
    const n = words.length > 0 && words.every((word) => digitWords.includes(word)) ? Number(words.join("")) : 0;
    if (n < 2 || n > max || words[0] === "0") return undefined;
    return secret === undefined ? { n } : { n, secret };
  };
  return familyOf<Bits, Written>({
    id: "bits",
    about: "guess a secret string of bits of known length, bit by bit",
    words: [">"],
    errors: [wrongBit, tooLong],
    difficulty: { min: 2, max, unit: "bits" },
    delimiter: "",
    opens: ":",
    example: "8, or: 8 bits",
    forced: false,
    blind: true,
    read,
    write: ({ n }) => digitsOf(n),
    human: (text) => {
      const found = /^(?:guess )?(\d+)(?: bits)?$/.exec(text);
      return found === null ? undefined : [...found[1]];
    },
    draw: (random, n) => ({ n, secret: Array.from({ length: n }, () => random.int(2)).join("") }),
    proper: ({ secret }) => secret !== undefined,
    // Questions of the same length read the same; what tells them apart is their id, which depends on the secret.
    key: (_, question) => question.id,
    // One secret in ten by its value, so that even four secrets have one for evaluation.
    split: ({ secret }) => (parseInt(secret ?? "", 2) % 10 === 3 ? "eval" : "train"),
    difficultyOf: ({ n }) => n,
    answer: ({ secret }) => secret,
    start: () => blank,
    step: ({ n, secret }, written, words, from, to) => {
      if (to - from !== 1 || !isBit(words[from])) return malformed;
      if (written.count === n) return tooLong;
      return secret === undefined || secret[written.count] === words[from] ? write(written, words[from]) : wrongBit;
    },
    done: ({ n }, { count }) => count === n,
    shape: (words, from) => isBit(words[from]),
    stated: (words) => words.join(""),
    stateKey: spelled,
    derive: ({ n }, random) => Array.from({ length: n }, () => [String(random.int(2))]),
    complete: ({ secret }, { count }) =>
      secret === undefined ? undefined : Array.from(secret.slice(count), (bit) => [bit]),
    moves: () => [["0"], ["1"]],
    hint: ({ secret }) => (secret === undefined ? undefined : [...secret]),
    hinted: (words) => words,
    maxWords: ({ n }) => n + 1,
    proposals: {
      write: ({ n, secret = "" }) => [...digitsOf(n), ">", ...secret],
      read: (words) => {
        const mark = words.indexOf(">");
        const m = mark < 0 ? undefined : read(words.slice(0, mark));
        const secret = words.slice(mark + 1);
        return m && secret.length === m.n && secret.every(isBit) ? { n: m.n, secret: secret.join("") } : undefined;
      },
    },
  });
}

export default defineMethod({
  id: "bits",
  kind: "family",
  contract: "family",
  section: "0.3",
  about: "BITS(n, s): guess a secret string of n bits, bit by bit; every value is known in closed form.",
  source: "specification, 0.3",
  options,
  create: bits,
});
