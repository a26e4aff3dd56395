/** Equality of answers: exact rationals where both are numbers, case-folded text otherwise. */

interface Rational {
  readonly numerator: bigint;
  /** Positive. */
  readonly denominator: bigint;
  /** Written with a decimal point or an exponent, so that it may be rounded. */
  readonly decimal: boolean;
  readonly unit: string;
}

const units = new Map(
  [
    ["%", "percent", "percents"],
    ["mm", "millimeter", "millimeters"],
    ["cm", "centimeter", "centimeters"],
    ["m", "meter", "meters", "metre", "metres"],
    ["km", "kilometer", "kilometers"],
    ["inch", "inches"],
    ["foot", "feet", "ft"],
    ["mile", "miles"],
    ["mg"],
    ["g", "gram", "grams"],
    ["kg", "kilogram", "kilograms"],
    ["pound", "pounds", "lb", "lbs"],
    ["s", "second", "seconds"],
    ["min", "minute", "minutes"],
    ["h", "hour", "hours"],
    ["day", "days"],
    ["week", "weeks"],
    ["month", "months"],
    ["year", "years"],
    ["dollar", "dollars", "usd"],
    ["cent", "cents"],
    ["euro", "euros", "eur"],
    ["degree", "degrees", "°"],
    ["unit", "units"],
  ].flatMap((names) => names.map((name) => [name, names[0]] as const)),
);

/** Trimmed, case-folded, without \boxed{}, $, a final period and commas between the digit groups of one number. */
export function normalise(answer: string): string {
  let text = answer.trim();
  const boxed = /^\\boxed\s*\{(.*)\}$/su.exec(text.replaceAll("$", "").trim());
  text = (boxed ? boxed[1] : text).replaceAll("$", "").trim().replace(/\.$/u, "");
  text = text.replaceAll(/\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}/gu, "$1/$2").replaceAll(/\s+/gu, " ");
  text = text.replaceAll(/(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])/gu, (number) => number.replaceAll(",", ""));
  return text.trim().toLowerCase();
}

/** Digits beyond which a number is compared as text. */
const most = 2000;

function decimal(text: string): { numerator: bigint; denominator: bigint } | undefined {
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?$/u.exec(text);
  if (!parts) return undefined;
  const [, sign, whole, part = "", exponent = "0"] = parts;
  if (whole + part === "" || whole.length + part.length > most) return undefined;
  const digits = BigInt(whole + part) * (sign === "-" ? -1n : 1n);
  const shift = Number(exponent) - part.length;
  return shift >= 0
    ? { numerator: digits * 10n ** BigInt(shift), denominator: 1n }
    : { numerator: digits, denominator: 10n ** BigInt(-shift) };
}

function rational(text: string): Rational | undefined {
  const parts = /^([+-]?[\d.]+(?:e[+-]?\d+)?)(?:\s*\/\s*([+-]?[\d.]+(?:e[+-]?\d+)?))?\s*\\?(\p{L}+|%|°)?$/u.exec(text);
  if (!parts) return undefined;
  const [, over, under = "1", word = ""] = parts;
  const unit = word === "" ? "" : units.get(word);
  const [a, b] = [decimal(over), decimal(under)];
  if (unit === undefined || !a || !b || b.numerator === 0n) return undefined;
  const sign = b.numerator < 0n ? -1n : 1n;
  return {
    numerator: a.numerator * b.denominator * sign,
    denominator: a.denominator * b.numerator * sign,
    decimal: /[.e]/u.test(over + under),
    unit,
  };
}

const abs = (n: bigint): bigint => (n < 0n ? -n : n);

/**
 * Do two answers say the same? Numbers without a decimal point are compared exactly; where one is written as a decimal,
 * within 10⁻⁶, relative to the larger below 1 (so that 10⁻⁹ is not 2·10⁻⁹). Different units differ; a missing one fits
 * any. Anything else is compared as normalised text. Symmetric, never throws.
 */
export function eq(a: string, b: string): boolean {
  const [left, right] = [normalise(a), normalise(b)];
  if (left === right) return true;
  const [x, y] = [rational(left), rational(right)];
  if (!x || !y || (x.unit !== y.unit && x.unit !== "" && y.unit !== "")) return false;
  const difference = abs(x.numerator * y.denominator - y.numerator * x.denominator);
  if (difference === 0n || !(x.decimal || y.decimal)) return difference === 0n;
  const larger = [abs(x.numerator) * y.denominator, abs(y.numerator) * x.denominator].reduce((m, n) => (n > m ? n : m));
  const one = x.denominator * y.denominator;
  return difference * 1_000_000n <= (larger < one ? larger : one);
}
