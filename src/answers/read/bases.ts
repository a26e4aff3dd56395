/** Numerals in another base: 1011_2, 2A_{16}, 0x1F, "1011 (base 2)". */
import { burn, type Answer, type Fuel } from "../term.ts";
import { subscripts } from "./symbols.ts";

const words =
  "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split(
    " ",
  );
const literal = /^([-−]?)0(?:[xX]([0-9a-fA-F]+)|[bB]([01]+)|[oO]([0-7]+))$/u;
const indexed =
  /^([-−]?)\(?([0-9A-Za-z](?:[0-9A-Za-z ]*[0-9A-Za-z])?)\)?\s*_\s*(?:\{\s*(?:\\(?:text|mathrm|rm)\s*)?\{?\s*([0-9]{1,2}|[a-z]+)\s*\}?\s*\}|([0-9]{1,2})|\(([0-9]{1,2})\))$/u;
const spoken =
  /^([-−]?)([0-9A-Za-z]+)\s*(?:\\?[ ,;]|\\text\s*\{)?\s*[(,]?\s*(?:in\s+)?base[\s-]*([0-9]{1,2}|[a-z]+)\s*[)}]?$/iu;
const lowered = new RegExp(
  `^([-−]?)\\(?([0-9A-Za-z]+)\\)?([${[...subscripts.keys()].slice(0, 10).join("")}]{1,2})$`,
  "u",
);

function numeral(sign: string, digits: string, base: number, fuel: Fuel): Answer | undefined {
  const plain = digits.replaceAll(" ", "");
  if (!(base >= 2 && base <= 36) || plain.length > 5000) return undefined;
  burn(fuel, plain.length);
  const n = BigInt(base);
  let value = 0n;
  for (const char of plain) {
    const digit = Number.parseInt(char, 36);
    if (!(digit < base)) return undefined;
    value = value * n + BigInt(digit);
  }
  return { kind: "value", value: { kind: "number", value: { n: sign === "" ? value : -value, d: 1n } }, base };
}

/** The number that a text writes in another base than ten; undefined if it does not. */
export function basedNumeral(text: string, fuel: Fuel): Answer | undefined {
  const found = literal.exec(text);
  if (found) {
    const [, sign, hexadecimal, binary, octal] = found;
    return numeral(sign, hexadecimal ?? binary ?? octal, hexadecimal ? 16 : binary ? 2 : 8, fuel);
  }
  const low = lowered.exec(text);
  if (low) {
    const base = [...low[3]].map((char) => subscripts.get(char) ?? "").join("");
    return /\d/u.test(low[2]) ? numeral(low[1], low[2], Number(base), fuel) : undefined;
  }
  const match = (text.includes("_") ? indexed.exec(text) : null) ?? (/base/iu.test(text) ? spoken.exec(text) : null);
  if (!match) return undefined;
  const [, sign, digits] = match;
  const base = match[3] ?? match[4] ?? match[5];
  // A letter with an index is a variable.
  if (!/\d/u.test(digits) && !/^\w{2,}$/u.test(digits)) return undefined;
  const named = words.indexOf(base.toLowerCase()) + 2;
  return numeral(sign, digits, /^\d/u.test(base) ? Number(base) : named >= 2 ? named : 0, fuel);
}
