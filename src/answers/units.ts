/** Words and symbols → units of measure, with exact scales; the vocabulary is unit-table.ts. */
import { multiply, one, rational } from "./rational.ts";
import type { Rational, Unit } from "./term.ts";
import {
  angles,
  binaryPrefixes,
  currencyCodes,
  foldedSymbols,
  measures,
  money,
  prefixes,
  shares,
  shyUnits,
  type UnitRow,
} from "./unit-table.ts";

/** A unit without its text. `offset` as in Unit; `shy`: see unit-table.ts. */
interface Measure {
  readonly dims: Readonly<Record<string, number>>;
  readonly scale: Rational;
  readonly pi: number;
  readonly offset?: Rational;
  readonly sort: Unit["sort"];
  readonly shy?: boolean;
}

function toPower(base: Rational, exponent: number): Rational {
  const by = BigInt(Math.abs(exponent));
  return exponent < 0 ? { n: base.d ** by, d: base.n ** by } : { n: base.n ** by, d: base.d ** by };
}

/** "0.0254", "1e-10", "5/18". */
function scaleOf(text: string): Rational {
  const [over, under = "1"] = text.split("/").map((side) => {
    const [digits, exponent = "0"] = side.split("e");
    const [whole, part = ""] = digits.split(".");
    return multiply(
      rational(BigInt(whole + part), 10n ** BigInt(part.length)),
      toPower({ n: 10n, d: 1n }, Number(exponent)),
    );
  });
  return under === "1" || under === undefined ? over : multiply(over, toPower(under, -1));
}

function measureOf([, , dims, scale]: UnitRow, sort: Unit["sort"]): Measure {
  const [, number, slash, circle] = /^(\S+)(?: (\/)?(π))?$/u.exec(scale) ?? ["", "1"];
  const powers = dims.split(" ").flatMap((dim): [string, number][] => {
    const [, name, power] = /^([A-Za-z]+?)(-?\d+)?$/u.exec(dim) ?? [];
    return name === undefined ? [] : [[name, Number(power ?? 1)]];
  });
  return {
    dims: Object.fromEntries(powers),
    scale: scaleOf(number),
    pi: circle === undefined ? 0 : slash === undefined ? 1 : -1,
    sort,
  };
}

const byName = new Map<string, Measure>();
const bySymbol = new Map<string, Measure>();

function pluralOf(name: string): string {
  if (/[^aeou]y$/u.test(name)) return `${name.slice(0, -1)}ies`;
  return /(?:s|x|z|ch|sh)$/u.test(name) ? `${name}es` : `${name}s`;
}

const scaled = (measure: Measure, base: bigint, exponent: number): Measure => ({
  ...measure,
  scale: multiply(measure.scale, toPower({ n: base, d: 1n }, exponent)),
});

function add(row: UnitRow, sort: Unit["sort"], shy = false): void {
  const [names, symbols, , , allowed = ""] = row;
  const measure = measureOf(row, sort);
  const binary = new Set(["b", "B", "bit", "byte"]);
  for (const symbol of symbols.split(" ").filter(Boolean)) {
    bySymbol.set(symbol, shy ? { ...measure, shy } : measure);
    for (const [prefix, , by] of prefixes)
      if (allowed.includes(prefix)) bySymbol.set(prefix + symbol, scaled(measure, 10n, by));
    if (!binary.has(symbol)) continue;
    for (const [prefix, , by] of binaryPrefixes) bySymbol.set(prefix + symbol, scaled(measure, 1024n, by));
  }
  for (const name of names.split(" ").filter(Boolean)) {
    const word = name.replaceAll("_", " ");
    // Several stones are stones.
    for (const form of word === "stone" ? [word] : [word, pluralOf(word)]) {
      byName.set(form, measure);
      if (allowed === "") continue;
      for (const [, prefix, by] of prefixes) if (prefix !== "") byName.set(prefix + form, scaled(measure, 10n, by));
      if (!binary.has(word)) continue;
      for (const [, prefix, by] of binaryPrefixes) byName.set(prefix + form, scaled(measure, 1024n, by));
    }
  }
}

for (const row of shyUnits) add(row, "measure", true);
for (const row of measures) add(row, "measure");
for (const row of angles) add(row, "angle");
for (const row of shares) add(row, "percent");
for (const row of money) add(row, "money");
for (const code of currencyCodes.split(" ")) add(["", code, code, "1"], "money");

const kelvin: Measure = { dims: { K: 1 }, scale: one, pi: 0, sort: "measure" };
const celsius: Measure = { ...kelvin, offset: { n: 5463n, d: 20n } };
const fahrenheit: Measure = { ...kelvin, scale: { n: 5n, d: 9n }, offset: { n: 45967n, d: 180n } };
for (const [letter, name, measure] of [
  ["C", "celsius", celsius],
  ["C", "centigrade", celsius],
  ["F", "fahrenheit", fahrenheit],
] as const) {
  bySymbol.set(`°${letter}`, measure);
  bySymbol.set(`deg${letter}`, measure);
  for (const form of [name, `degree ${name}`, `degrees ${name}`, `deg ${name}`, `° ${name}`]) byName.set(form, measure);
  for (const form of ["degree", "degrees", "deg", "°"]) byName.set(`${form} ${letter.toLowerCase()}`, measure);
}
bySymbol.set("℃", celsius).set("℉", fahrenheit);

function lookUp(word: string): Measure | undefined {
  const found = bySymbol.get(word);
  if (found) return found;
  const low = word.toLowerCase();
  const folded = foldedSymbols[low];
  return byName.get(low) ?? (folded === undefined ? undefined : bySymbol.get(folded));
}

type Token =
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: "power"; readonly by: number }
  | { readonly kind: "sign"; readonly sign: "·" | "/" | "(" | ")" };

const piece =
  /(?<space>\s+|~|\\(?:text|mathrm|mathit|mathsf|mathbf|textrm|textit|textbf|textup|mbox|hbox|operatorname|rm|quad|left|right)(?![a-z])|\\[,;:! ])|(?<power>(?:\^|\*\*)\s*(?:\{\s*(?<braced>[-−+]?\d{1,2})\s*\}|(?<bare>[-−+]?\d{1,2})))|(?<raised>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})|(?<degree>(?:\^\s*(?:\\circ|∘|\{\s*(?:\\circ|∘)\s*\})|\\degrees?(?![a-z])|\\circ(?![a-z])|[°º])\s*(?:\\(?:text|mathrm|rm)\s*)?\{?\s*(?<scale>[CF](?![\p{L}]))?)|(?<divide>\/|÷)|(?<multiply>\\cdot(?![a-z])|\\multiply(?![a-z])|[·⋅×*∙•])|(?<bracket>[()[\]])|(?<brace>[{}])|(?<word>(?:[\p{L}ℓΩ]*[$€£¥₹₽₩₺₪₫₴₦฿₿¢]|\\?[%‰]|\\\$|\\(?:mu|Omega|pounds|euro|yen)(?![a-z])\s*[\p{L}]*|[\p{L}Ωµ℃℉ℓ]+(?:\.[\p{L}]+)*)\.?)|(?<attached>(?<=\p{L})[-−]?\d(?!\d))|(?<hyphen>[-–])(?=\p{L})/uy;

const named: readonly (readonly [RegExp, string])[] = [
  [/^\\mu\s*/u, "µ"],
  [/^\\Omega\s*/u, "Ω"],
  [/^\\pounds/u, "£"],
  [/^\\euro/u, "€"],
  [/^\\yen/u, "¥"],
  [/^\\/u, ""],
];

const raisedDigits = "⁰¹²³⁴⁵⁶⁷⁸⁹";

function raised(text: string): number {
  const digits = [...text].map((char) => (char === "⁻" ? "-" : char === "⁺" ? "" : String(raisedDigits.indexOf(char))));
  return Number(digits.join(""));
}

/** "m.p.h." is one word, "N.m" a product, "in." an abbreviation. */
function wordsOf(text: string): Token[] {
  const word = named.reduce((name, [from, to]) => name.replace(from, to), text).replace(/\.$/u, "");
  const closed = word.replaceAll(".", "");
  if (closed === word || lookUp(closed)) return [{ kind: "word", text: closed }];
  return word.split(".").map((part) => ({ kind: "word", text: part }));
}

/** The tokens of a unit expression; undefined where something else stands in it. */
function tokensOf(words: string): Token[] | undefined {
  const tokens: Token[] = [];
  for (let at = 0; at < words.length; at = piece.lastIndex) {
    piece.lastIndex = at;
    const groups = piece.exec(words)?.groups;
    if (!groups) return undefined;
    if (groups["power"])
      tokens.push({ kind: "power", by: Number((groups["braced"] ?? groups["bare"]).replace("−", "-")) });
    else if (groups["attached"]) tokens.push({ kind: "power", by: Number(groups["attached"].replace("−", "-")) });
    else if (groups["raised"]) tokens.push({ kind: "power", by: raised(groups["raised"]) });
    else if (groups["degree"]) tokens.push({ kind: "word", text: `°${groups["scale"] ?? ""}` });
    else if (groups["divide"]) tokens.push({ kind: "sign", sign: "/" });
    else if (groups["multiply"]) tokens.push({ kind: "sign", sign: "·" });
    else if (groups["bracket"]) tokens.push({ kind: "sign", sign: "([".includes(groups["bracket"]) ? "(" : ")" });
    else if (groups["word"]) tokens.push(...wordsOf(groups["word"]));
  }
  return tokens;
}

interface Parsed {
  readonly measure: Measure;
  readonly next: number;
  /** How many units are in it; a shy one needs company. */
  readonly factors: number;
  readonly shy: boolean;
}

function raise(base: Measure, by: number): Measure {
  if (by === 1) return base;
  const dims = Object.fromEntries(Object.entries(base.dims).map(([dim, was]) => [dim, was * by]));
  return { dims, scale: toPower(base.scale, by), pi: base.pi * by, sort: "measure" };
}

function product(a: Measure, b: Measure): Measure {
  const dims: Record<string, number> = { ...a.dims };
  for (const [dim, by] of Object.entries(b.dims)) dims[dim] = (dims[dim] ?? 0) + by;
  const left = Object.entries(dims).filter(([, by]) => by !== 0);
  return { dims: Object.fromEntries(left), scale: multiply(a.scale, b.scale), pi: a.pi + b.pi, sort: "measure" };
}

const shapes: Readonly<Record<string, number>> = { square: 2, sq: 2, squared: 2, cubic: 3, cu: 3, cubed: 3 };
const wordAt = (tokens: readonly Token[], at: number): string | undefined => {
  const token = tokens[at];
  return token?.kind === "word" ? token.text : undefined;
};

/** One unit with its power: "cm^2", "square feet", "seconds squared", "(kg m)^2". */
function factor(tokens: readonly Token[], at: number, depth: number): Parsed | undefined {
  const token = tokens[at];
  let found: Parsed | undefined;
  if (token?.kind === "sign" && token.sign === "(" && depth < 8) {
    const inner = expression(tokens, at + 1, depth + 1);
    const close = inner && tokens[inner.next];
    if (!inner || close?.kind !== "sign" || close.sign !== ")") return undefined;
    found = { ...inner, next: inner.next + 1 };
  } else if (token?.kind === "word") {
    const shape = shapes[token.text.toLowerCase()];
    if (shape !== undefined && depth < 8) {
      const inner = factor(tokens, at + 1, depth + 1);
      return inner && { ...inner, measure: raise(inner.measure, shape) };
    }
    found = longest(tokens, at);
  }
  if (!found) return undefined;
  const after = tokens[found.next];
  if (after?.kind === "power") {
    return after.by === 0 ? undefined : { ...found, measure: raise(found.measure, after.by), next: found.next + 1 };
  }
  const shape = after?.kind === "word" ? shapes[after.text.toLowerCase()] : undefined;
  const ends =
    shape !== undefined &&
    (after?.kind === "word" && after.text.toLowerCase().endsWith("ed") ? true : lastOrDivided(tokens, found.next));
  return ends ? { ...found, measure: raise(found.measure, shape), next: found.next + 1 } : found;
}

/** Is this "sq" written behind its unit ("ft sq")? */
function lastOrDivided(tokens: readonly Token[], at: number): boolean {
  const after = tokens[at + 1];
  return after === undefined || (after.kind === "sign" && after.sign !== "(");
}

/** The longest name that starts here; names have up to three words. */
function longest(tokens: readonly Token[], at: number): Parsed | undefined {
  const words: string[] = [];
  for (let i = at; i < at + 3; i++) {
    const word = wordAt(tokens, i);
    if (word === undefined) break;
    words.push(word);
  }
  for (let size = words.length; size > 1; size--) {
    const measure = byName.get(words.slice(0, size).join(" ").toLowerCase());
    if (measure) return { measure, next: at + size, factors: 1, shy: false };
  }
  const measure = words.length === 0 ? undefined : lookUp(words[0]);
  return measure && { measure, next: at + 1, factors: 1, shy: measure.shy === true };
}

/**
 * Products and quotients. What is multiplied after a "/" belongs to the denominator (W/m²·K is W/(m²·K)), as those mean
 * who write so: a factor of the numerator would stand before it.
 */
function expression(tokens: readonly Token[], from: number, depth: number): Parsed | undefined {
  let whole: Parsed | undefined;
  let side = 1;
  let at = from;
  while (at < tokens.length) {
    const token = tokens[at];
    if (token.kind === "sign" && token.sign === ")") break;
    const word = longest(tokens, at) ? undefined : wordAt(tokens, at)?.toLowerCase();
    if (word === "per" || (token.kind === "sign" && token.sign === "/") || (whole && (word === "a" || word === "an"))) {
      whole ??= { measure: { dims: {}, scale: one, pi: 0, sort: "measure" }, next: at, factors: 1, shy: false };
      side = -1;
      at++;
    } else if (token.kind === "sign" && token.sign === "·") at++;
    const next = factor(tokens, at, depth);
    if (!next) return undefined;
    const measure = raise(next.measure, side);
    whole = whole
      ? { measure: product(whole.measure, measure), next: next.next, factors: whole.factors + next.factors, shy: false }
      : next;
    at = next.next;
  }
  return whole && { ...whole, next: at };
}

const cache = new Map<string, Unit | undefined>();
const cached = 4096;
const longestText = 120;

/**
 * The unit that `words` names, all of it: "km/h", "square meters", "kg·m/s²", "m s^{-1}", "\text{ cm}^2", "°C", "%", "US$",
 * "cents per ounce". Undefined for anything else, ordinary nouns ("eggs") in particular. Upper and lower case differ in symbols
 * (mW, MW) unless only one of them can be meant (KM). Letters that could be anything (C, F, T) count only in company (N/C, µF).
 */
export function unitOf(words: string): Unit | undefined {
  if (words.length > longestText) return undefined;
  if (cache.has(words)) return cache.get(words);
  if (cache.size >= cached) cache.clear();
  const unit = readUnit(words);
  cache.set(words, unit);
  return unit;
}

const quotient = /^\\[dt]?frac\s*\{(.*)\}\s*\{(.*)\}$/u;

/** A Greek letter and the rest of its symbol, parted by a wrapper: "\mu\text{m}", "\text{k}\Omega". */
const split = /\\mu(?![a-z])\s*(?:\{\s*\}\s*)?(?:\\(?:text|mathrm|rm)\s*)?\{?|\}?\s*\\Omega(?![a-z])/u;
const micro = (found: string): string => (found.includes("mu") ? "µ" : "Ω");

function readUnit(words: string): Unit | undefined {
  const text = words.replaceAll("μ", "µ").replaceAll("\u2126", "Ω").replace(split, micro).trim();
  // Most of what is asked is one ordinary word.
  if (/^\p{L}+$/u.test(text) && !lookUp(text)) return undefined;
  const tokens = tokensOf(text.replace(quotient, "($1)/($2)"));
  if (!tokens || tokens.length === 0) return undefined;
  const parsed = expression(tokens, 0, 0);
  if (!parsed || parsed.next < tokens.length || (parsed.shy && parsed.factors === 1)) return undefined;
  const { dims, scale, pi, offset, sort } = parsed.measure;
  return {
    text,
    dims,
    scale,
    ...(pi === 0 ? {} : { pi }),
    ...(offset === undefined ? {} : { offset }),
    sort,
  };
}
