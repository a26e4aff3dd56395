import { describe, expect, it } from "vitest";
import { random } from "../core/random.ts";
import { numberOf } from "./number-words.ts";

const show = (words: string): string => {
  const value = numberOf(words);
  return value ? (value.d === 1n ? `${value.n}` : `${value.n}/${value.d}`) : "-";
};

const cases: Readonly<Record<string, readonly string[]>> = {
  "0": ["zero", "Zero"],
  "-4": ["minus four", "negative four", "- four"],
  "12": ["twelve", "a dozen", "one dozen", "dozen"],
  "6": ["half a dozen", "six"],
  "23": ["twenty-three", "twenty three", "Twenty‑three"],
  "36": ["three dozen", "3 dozen"],
  "100": ["a hundred", "one hundred"],
  "105": ["one hundred and five", "one hundred five", "a hundred and five"],
  "1500": ["fifteen hundred", "one thousand five hundred", "1.5 thousand"],
  "1001": ["one thousand one", "one thousand and one"],
  "123456": [
    "one hundred twenty-three thousand four hundred fifty-six",
    "one hundred and twenty-three thousand, four hundred and fifty-six",
  ],
  "1500000": ["1.5 million", "one and a half million", "one million five hundred thousand", "1 million 500 thousand"],
  "500000": ["half a million", "1/2 million", "five hundred thousand"],
  "750000": ["three quarters of a million", "three-quarters of a million"],
  "1000000000": ["a billion", "a thousand million", "1 billion", "1 bn"],
  "1200000": ["1,200 thousand", "1.2 million"],
  "-3000000": ["-3 million", "minus three million"],
  "1/2": ["half", "a half", "one half", "one-half", "zero point five", "point five"],
  "1/3": ["a third", "one third", "one-third"],
  "2/3": ["two thirds", "two-thirds"],
  "3/4": ["three quarters", "three fourths", "three over four"],
  "1/4": ["a quarter", "one fourth", "twenty-five hundredths"],
  "1/25": ["one twenty-fifth"],
  "1/100000": ["one hundred thousandth", "one hundred-thousandth"],
  "1/100": ["one hundredth", "a hundredth"],
  "3/16": ["three sixteenths"],
  "5/2": ["two and a half", "two and one half"],
  "15/4": ["three and three quarters"],
  "57/10": ["five and seven tenths", "five point seven"],
  "157/50": ["three point one four"],
  "-1/2": ["minus one half", "negative one-half"],
  "-": [
    "",
    " ",
    "5",
    "1.5",
    "third",
    "the third",
    "second",
    "seconds",
    "a second",
    "first",
    "twenty-fifth",
    "quarter",
    "halves",
    "dozens",

    "twenty twenty",
    "one two",
    "and five",
    "five and",
    "thirty and five",
    "forty-ten",
    "a",
    "an",
    "apples",
    "one apple",
    "five zero",
    "five eggs",

    "a hundred and",
    "nineteen ninety-nine",
    "two and",
    "minus",
    "point",
    "three point",
    "three point ten",
    "five over zero",
    "x million",
    "two and five thirds",
  ],
};

const ones =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const tens = "- - twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

/** Another writer of numbers than the reader under test. */
function spell(n: number): string {
  if (n < 20) return ones[n];
  if (n < 100) return n % 10 === 0 ? tens[n / 10] : `${tens[Math.floor(n / 10)]}-${ones[n % 10]}`;
  for (const [scale, word] of [
    [1e9, "billion"],
    [1e6, "million"],
    [1e3, "thousand"],
    [100, "hundred"],
  ] as const) {
    if (n < scale) continue;
    const rest = n % scale;
    return `${spell(Math.floor(n / scale))} ${word}${rest === 0 ? "" : ` ${rest < 100 && scale === 100 ? "and " : ""}${spell(rest)}`}`;
  }
  return "";
}

describe("number words", () => {
  const rows = Object.entries(cases).flatMap(([shown, texts]) => texts.map((text) => [text, shown] as const));

  it.each(rows)("%j", (words, shown) => {
    expect(show(words)).toBe(shown);
  });

  it("reads what is spelled, up to 10¹²", () => {
    const source = random(7);
    for (let i = 0; i < 3000; i++) {
      const n = i < 1200 ? i : Math.floor(10 ** (source.next() * 12));
      expect(show(spell(n))).toBe(String(n));
    }
  });

  it("is bounded", () => {
    for (const part of ["one ", "hundred ", "and ", "a ", "twenty-", "million ", "9"])
      expect(show(part.repeat(100_000))).toBe("-");
  });
});
