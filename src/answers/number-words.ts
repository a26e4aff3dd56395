/** English number words → exact rationals. */
import { rational } from "./rational.ts";
import type { Rational } from "./term.ts";

const small =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen";
const tens = "twenty thirty forty fifty sixty seventy eighty ninety";
const smallOrdinals =
  "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth";

/** Below a hundred. */
const simple = new Map<string, bigint>([
  ...small.split(" ").map((word, i) => [word, BigInt(i)] as const),
  ...tens.split(" ").map((word, i) => [word, BigInt(10 * (i + 2))] as const),
  ["nought", 0n],
  ["naught", 0n],
  ["fourty", 40n],
  ["ninty", 90n],
]);

const powers: readonly (readonly [string, number])[] = [
  ["thousand", 3],
  ["lakh", 5],
  ["million", 6],
  ["crore", 7],
  ["billion", 9],
  ["trillion", 12],
  ["quadrillion", 15],
  ["quintillion", 18],
  ["sextillion", 21],
  ["septillion", 24],
  ["octillion", 27],
  ["nonillion", 30],
  ["decillion", 33],
];
const named = powers.map(([word, by]) => [word, 10n ** BigInt(by)] as const);

/** Short scale; "dozen" multiplies like the others. */
const scales = new Map<string, bigint>([
  ...named,
  ...named.map(([word, by]) => [`${word}s`, by] as const),
  ["dozen", 12n],
  ["dozens", 12n],
  ["mn", 10n ** 6n],
  ["bn", 10n ** 9n],
]);

/** The last word of a denominator, in the singular: "half", "third", "hundredth"; never "first" or "second". */
const parts = new Map<string, bigint>([
  ...smallOrdinals.split(" ").map((word, i) => [word, BigInt(i)] as const),
  ...tens.split(" ").map((word, i) => [word.replace(/y$/u, "ieth"), BigInt(10 * (i + 2))] as const),
  ["hundredth", 100n],
  ...named.map(([word, by]) => [`${word}th`, by] as const),
  ["half", 2n],
  ["quarter", 4n],
]);
for (const word of ["zeroth", "first", "second"]) parts.delete(word);

const numeral = /^(?:\d{1,40}|\d{1,3}(?:,\d{3}){1,12})?(?:\.\d{1,40})?$/u;

/** "1,200.5", "3/4". */
function numeralOf(word: string): Rational | undefined {
  const [, top, bottom] = /^(\d{1,40})\/(\d{1,40})$/u.exec(word) ?? [];
  if (bottom !== undefined) return BigInt(bottom) === 0n ? undefined : rational(BigInt(top), BigInt(bottom));
  if (!numeral.test(word)) return undefined;
  const [whole, part = ""] = word.replaceAll(",", "").split(".");
  return rational(BigInt(whole + part), 10n ** BigInt(part.length));
}

/** "two hundred and five thousand", "a dozen", "3 hundred": whole numbers. */
function cardinal(words: readonly string[]): bigint | undefined {
  let total = 0n;
  let group: bigint | undefined;
  /** What the group may still take: anything, below a hundred, below ten, nothing. */
  let room = 1000n;
  let lastScale: bigint | undefined;
  for (const [i, word] of words.entries()) {
    const value = simple.get(word) ?? (/^\d{1,40}$/u.test(word) ? BigInt(word) : undefined);
    const scale = scales.get(word);
    if (value !== undefined) {
      const empty = group === undefined && (lastScale === undefined || value < lastScale);
      if (!empty && (value >= room || value === 0n)) return undefined;
      group = (group ?? 0n) + value;
      room = value >= 20n && value < 100n && simple.has(word) ? 10n : 0n;
    } else if (word === "hundred" || word === "hundreds") {
      if (group !== undefined && (group === 0n || group >= 100n)) return undefined;
      if (group === undefined && i > 0 && words[i - 1] !== "a" && words[i - 1] !== "and") return undefined;
      group = (group ?? 1n) * 100n;
      room = 100n;
    } else if (scale !== undefined) {
      if (group === undefined) {
        // "a thousand million": a scale of the whole so far.
        const bare = (i === 0 && !word.endsWith("s")) || words[i - 1] === "a";
        if (!bare && (lastScale === undefined || scale <= lastScale || words[i - 1] === "and")) return undefined;
        total = bare ? scale : total * scale;
      } else {
        if (lastScale !== undefined && scale >= lastScale) return undefined;
        total += group * scale;
      }
      [group, room, lastScale] = [undefined, 1000n, scale];
    } else if (word === "and") {
      const after = i > 0 && i + 1 < words.length && (words[i - 1].startsWith("hundred") || scales.has(words[i - 1]));
      if (!after) return undefined;
    } else if (!(word === "a" && i === 0 && words.length > 1 && (words[1] === "hundred" || scales.has(words[1]))))
      return undefined;
  }
  return words.length === 0 ? undefined : total + (group ?? 0n);
}

/** "two thirds", "a quarter", "one twenty-fifth", "half". */
function fraction(words: readonly string[]): Rational | undefined {
  const last = words.at(-1);
  if (last === undefined) return undefined;
  const plural = last === "halves" || (last.endsWith("s") && parts.has(last.slice(0, -1)));
  const part = parts.get(last === "halves" ? "half" : plural ? last.slice(0, -1) : last);
  if (part === undefined) return undefined;
  if (words.length === 1) return last === "half" ? { n: 1n, d: 2n } : undefined;
  for (let size = 1; size < words.length; size++) {
    const head = words.slice(words.length - size, -1);
    const count = words.slice(0, words.length - size);
    const top = count.length === 1 && ["a", "an"].includes(count[0]) ? 1n : cardinal(count);
    const bottom = denominator(head, part);
    if (top !== undefined && bottom !== undefined && (top === 1n) !== plural) return rational(top, bottom);
  }
  return undefined;
}

/** "twenty" + fifth = 25, "hundred" + thousandth = 100,000. */
function denominator(head: readonly string[], part: bigint): bigint | undefined {
  if (head.length === 0) return part;
  const value = cardinal(head);
  if (value === undefined) return undefined;
  if (part >= 1000n) return value < part ? value * part : undefined;
  return part < 10n && part > 1n && value % 10n === 0n && value % 100n >= 20n ? value + part : undefined;
}

/** "three point one four". */
function spokenDecimal(words: readonly string[]): Rational | undefined {
  const point = words.indexOf("point");
  if (point < 0 || point === words.length - 1) return undefined;
  const whole = point === 0 ? 0n : cardinal(words.slice(0, point));
  const digits = words.slice(point + 1).map((word) => (word === "oh" ? 0n : simple.get(word)));
  if (whole === undefined || digits.some((digit) => digit === undefined || digit > 9n)) return undefined;
  return rational(BigInt(`${whole}${digits.join("")}`), 10n ** BigInt(digits.length));
}

function plain(words: readonly string[]): Rational | undefined {
  const whole = cardinal(words);
  if (whole !== undefined) return { n: whole, d: 1n };
  const only = words.length === 1 ? numeralOf(words[0]) : undefined;
  return only ?? fraction(words) ?? spokenDecimal(words) ?? over(words) ?? mixed(words);
}

function over(words: readonly string[]): Rational | undefined {
  const line = words.indexOf("over");
  const [a, b] = line < 1 ? [] : [cardinal(words.slice(0, line)), cardinal(words.slice(line + 1))];
  return a === undefined || b === undefined || b === 0n ? undefined : rational(a, b);
}

/** "two and a half", "three and three quarters". */
function mixed(words: readonly string[]): Rational | undefined {
  const and = words.lastIndexOf("and");
  const whole = and < 1 ? undefined : cardinal(words.slice(0, and));
  const rest = whole === undefined ? undefined : fraction(words.slice(and + 1));
  return whole === undefined || rest === undefined || rest.n >= rest.d
    ? undefined
    : rational(whole * rest.d + rest.n, rest.d);
}

/** "1.5 million", "half a million", "two and a half dozen", "three quarters of a million". */
function scaled(words: readonly string[]): Rational | undefined {
  const last = words.at(-1);
  const scale = last === "hundred" ? 100n : scales.get(last ?? "");
  if (scale === undefined) return undefined;
  let head = words.slice(0, -1);
  if (head.at(-1) === "a") head = head.slice(0, -1);
  if (head.at(-1) === "of") head = head.slice(0, -1);
  const value = head.length === 0 ? undefined : (scaled(head) ?? plain(head));
  return value && rational(value.n * scale, value.d);
}

const longestText = 200;

/**
 * The number that `words` spell, all of it: "twenty-three", "one hundred and five", "three quarters", "two and a half",
 * "1.5 million", "3 dozen", "minus four", "three point one four". Ordinals count in denominators only ("a third", never
 * "third"). Undefined for anything else and for digits alone, which the reader of numerals knows better.
 */
export function numberOf(words: string): Rational | undefined {
  if (words.length > longestText || !/\p{L}/u.test(words)) return undefined;
  const low = words
    .trim()
    .toLowerCase()
    .replaceAll(/(?<=\p{L}),?\s*[-‐‑–]\s*(?=\p{L})|(?<=\p{L}),(?=\s)/gu, " ");
  let tokens = low.split(/\s+/u);
  let sign = 1n;
  const [, minus] = /^(minus|negative|[-−])$/u.exec(tokens[0]) ?? [];
  if (minus !== undefined) [sign, tokens] = [-1n, tokens.slice(1)];
  else if (/^[-−]\d/u.test(tokens[0])) [sign, tokens] = [-1n, [tokens[0].slice(1), ...tokens.slice(1)]];
  if (!tokens.some((word) => /\p{L}/u.test(word)) || tokens.length > 40) return undefined;
  const value = plain(tokens) ?? scaled(tokens);
  return value && { n: sign * value.n, d: value.d };
}
