/** Digits of all bases. */
export const symbols = [..."0123456789abcdef"];
export const bases = Array.from({ length: 15 }, (_, i) => i + 2);
export const baseWord = (base: number): string => `b${base}`;

/** A number as digits of a base, most significant first. */
export const digits = (value: number, base: number): string[] => [...value.toString(base)];
/** The value of digits without leading zeros; undefined if they are none. */
export function valueOf(words: readonly string[], base: number): number | undefined {
  if (words.length === 0 || words.length > 16 || (words.length > 1 && words[0] === "0")) return undefined;
  const places = words.map((word) => symbols.indexOf(word));
  return places.every((digit) => digit >= 0 && digit < base) ? places.reduce((sum, d) => sum * base + d, 0) : undefined;
}

/** `> digits`, or `digits / base = digits r digit`. */
export function isConversionStep(step: readonly string[]): boolean {
  const numeral = (words: readonly string[]): boolean =>
    words.length > 0 && words.every((word) => symbols.includes(word));
  if (step[0] === ">") return numeral(step.slice(1));
  const [slash, equals] = [step.indexOf("/"), step.indexOf("=")];
  return (
    numeral(step.slice(0, slash)) &&
    slash > 0 &&
    equals === slash + 2 &&
    bases.some((base) => baseWord(base) === step[slash + 1]) &&
    numeral(step.slice(equals + 1, -2)) &&
    step.at(-2) === "r" &&
    numeral(step.slice(-1))
  );
}
