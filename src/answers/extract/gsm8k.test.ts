import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defaultPolicy } from "../policy.ts";
import { verify } from "../verify.ts";
import { extract } from "./extract.ts";

const files = ["gsm8k-train.jsonl", "gsm8k-test.jsonl"].map(
  (name) => new URL(`../../../../shared/data/${name}`, import.meta.url),
);
const line = z.object({ answer: z.string() });

const ones =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const tens = "- - twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const scales = [
  [10n ** 12n, "trillion"],
  [10n ** 9n, "billion"],
  [10n ** 6n, "million"],
  [1000n, "thousand"],
  [100n, "hundred"],
] as const;

function spell(n: bigint): string {
  if (n < 0n) return `minus ${spell(-n)}`;
  if (n < 20n) return ones[Number(n)];
  if (n < 100n) return n % 10n === 0n ? tens[Number(n / 10n)] : `${tens[Number(n / 10n)]}-${ones[Number(n % 10n)]}`;
  const [scale, word] = scales.find(([by]) => n >= by) ?? [100n, "hundred"];
  return `${spell(n / scale)} ${word}${n % scale === 0n ? "" : ` ${spell(n % scale)}`}`;
}

function spellDecimal(number: string): string {
  const [whole, part] = number.split(".");
  return part === undefined
    ? spell(BigInt(whole))
    : `${spell(BigInt(whole))} point ${[...part].map((digit) => ones[Number(digit)]).join(" ")}`;
}

const grouped = (number: string): string => number.replace(/\d(?=(?:\d{3})+(?:\.|$))/gu, "$&,");
const signed = (number: string, sign: string): string =>
  number.startsWith("-") ? `-${sign}${number.slice(1)}` : sign + number;

/** The same number in five other dresses. */
const paraphrases: readonly ((number: string) => string)[] = [
  (number) => `${number} marbles`,
  (number) => signed(grouped(number), "$"),
  spellDecimal,
  (number) =>
    `In 3 days we need $12 \\cdot 4 = 48$ more, so the total is $\\boxed{${grouped(number).replaceAll(",", "{,}")}}$ for 2 people.`,
  (number) =>
    `There were 7 boxes at first. So, after these 3 steps, the number she is left with is ${grouped(number)}.`,
];

/** Numbers nearly the same: one more, one less, ten times, with two digits swapped, of the other sign. */
function near(number: string): string[] {
  const [whole, part] = number.split(".");
  const behind = part === undefined ? "" : `.${part}`;
  const others = [
    `${BigInt(whole) + 1n}${behind}`,
    `${BigInt(whole) - 1n}${behind}`,
    part === undefined ? `${number}0` : `${whole}0${behind}`,
  ];
  const swap = [...number].findIndex(
    (digit, i) => i > 0 && digit !== number[i - 1] && /\d\d/u.test(number.slice(i - 1, i + 1)),
  );
  if (swap > 1 || (swap === 1 && number[1] !== "0"))
    others.push(number.slice(0, swap - 1) + number[swap] + number[swap - 1] + number.slice(swap + 1));
  if (Number(number) !== 0) others.push(number.startsWith("-") ? number.slice(1) : `-${number}`);
  return others.filter((other) => Number(other) !== Number(number));
}

describe.skipIf(!files.every((file) => existsSync(file)))("GSM8K", () => {
  const solutions = (): string[] =>
    files
      .flatMap((file) => readFileSync(file, "utf8").split("\n").filter(Boolean))
      .map((json) => line.parse(JSON.parse(json)).answer);

  it("gives all 8,792 reference answers", () => {
    const all = solutions();
    expect(all).toHaveLength(8792);
    for (const solution of all) {
      const taken = extract(solution, defaultPolicy);
      expect(taken?.text).toBe(solution.split("#### ")[1].trim());
      expect(taken?.how).toBe("####");
    }
  });

  it("tells each, in five other forms, from numbers nearly the same (every number once)", () => {
    const golds = solutions().map((solution) => solution.split("#### ")[1].trim());
    const wrong: string[] = [];
    const judged = new Set<string>();
    for (const gold of golds) {
      const number = gold.replaceAll(",", "");
      if (judged.has(number)) continue;
      judged.add(number);
      for (const form of paraphrases)
        if (verify(gold, form(number)).equal !== true) wrong.push(`${gold} is not ${form(number)}`);
      for (const [i, other] of near(number).entries()) {
        for (const said of [other, paraphrases[i % paraphrases.length](other)]) {
          if (verify(gold, said).equal !== false) wrong.push(`${gold} is ${said}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(judged.size).toBeGreaterThan(900);
  });
});
