/** Finds verdicts that depend on how an answer is written: every side is rewritten in ways that keep its meaning. */
import type { PolicyInput } from "./policy.ts";
import { verify } from "./verify.ts";

/** Another way to write the same answer, or undefined where it does not apply. */
type Rewrite = (text: string) => string | undefined;

/** A replacement everywhere, where there is something to replace. */
const replaced =
  (pattern: RegExp, by: string): Rewrite =>
  (text) => {
    const other = text.replaceAll(pattern, by);
    return other === text ? undefined : other;
  };

const words = (text: string): string[] => text.replaceAll(/\\[a-z]+/giu, " ").match(/\p{L}{3,}/gu) ?? [];

/** One answer on one line, not a text that an answer has to be found in. */
const alone = (text: string): boolean =>
  text.trim() !== "" &&
  text.length <= 200 &&
  !/[\n#]|^\*\*|\*\*$|<\/|boxed|\.\s|:\s|answer/iu.test(text) &&
  words(text).length <= 3;

/** Whether every brace has its partner. */
function balanced(text: string): boolean {
  let depth = 0;
  for (const sign of text.replaceAll(/\\[{}]/gu, "")) {
    depth += sign === "{" ? 1 : sign === "}" ? -1 : 0;
    if (depth < 0) return false;
  }
  return depth === 0;
}

/** Something that can stand between dollars: no words, no currency, no dollars yet. */
const mathematics = (text: string): boolean =>
  alone(text) && balanced(text) && words(text).length === 0 && !/[$%°€£¥]|\\[()[\]]|\.$/u.test(text);

const framed =
  (fits: (text: string) => boolean, before: string, after: string): Rewrite =>
  (text) =>
    fits(text) ? `${before}${text.trim()}${after}` : undefined;

/** A sum of simple terms from right to left. */
const commuted: Rewrite = (text) => {
  if (!mathematics(text) || /[^\w\s+*^.\\]|\\(?![a-z])|\d\s+\d/iu.test(text)) return undefined;
  const terms = text.split("+").map((term) => term.trim());
  const simple =
    terms.length > 1 && terms.every((term) => /^(?:\d+(?:\.\d+)?)?[a-z]?(?:\^\d)?$/iu.test(term) && term !== "");
  return simple ? terms.toReversed().join(" + ") : undefined;
};

/** The sides of one equation exchanged. */
const exchanged: Rewrite = (text) => {
  const sides = text.split("=");
  if (sides.length !== 2 || !mathematics(text) || /[,;&<>≤≥]|\\(?:le|ge|ne|pm|text|in\b|begin|approx)/u.test(text))
    return undefined;
  const [left, right] = sides.map((side) => side.trim());
  // "2 + 2 = 4" is a computation whose result stands last; f(x) = … defines f.
  return /^[a-z]$/iu.test(left) && right !== "" ? `${right} = ${left}` : undefined;
};

const bracketed: Rewrite = (text) =>
  mathematics(text) && /^[([].*[)\]]$/su.test(text) && !/\\left|\\right|.[([]|[)\]]./su.test(text)
    ? `\\left${text.slice(0, -1)}\\right${text.slice(-1)}`
    : undefined;

/** By name; each keeps the meaning of whatever it applies to. */
export const rewrites: Readonly<Record<string, Rewrite>> = {
  "space around": (text) => ` ${text} `,
  "wider spaces": replaced(/(?<=\S) (?=\S)/gu, "  "),
  "space after commas": (text) =>
    alone(text) && /^[([{\\].*[)\]}]$/su.test(text) && !/\d,\d{3}(?!\d)/u.test(text)
      ? replaced(/(?<!\\),(?=[^\s}])/gu, ", ")(text)
      : undefined,
  "$…$": framed(mathematics, "$", "$"),
  "\\(…\\)": framed(mathematics, "\\(", "\\)"),
  "\\boxed": framed(mathematics, "\\boxed{", "}"),
  sentence: framed(alone, "The answer is ", "."),
  "sentence with $…$": framed(mathematics, "The answer is $", "$."),
  "answer tags": framed(alone, "<answer>", "</answer>"),
  period: (text) => (alone(text) && /[\w)}\]]$/u.test(text) ? `${text}.` : undefined),
  "\\left \\right": bracketed,
  "\\dfrac": replaced(/\\frac(?=[\s{\d])/gu, "\\dfrac"),
  "\\frac": replaced(/\\[dt]frac(?=[\s{\d])/gu, "\\frac"),
  "a/b as \\frac": (text) =>
    mathematics(text) ? replaced(/(?<![\w./^)}\s])(\d+)\/(\d+)(?![\w./(]| *\d)/gu, "\\frac{$1}{$2}")(text) : undefined,
  "\\frac as a/b": (text) =>
    /^-?\\[dt]?frac\{\d+\}\{\d+\}$/u.test(text) ? text.replace(/\\[dt]?frac\{(\d+)\}\{(\d+)\}/u, "$1/$2") : undefined,
  "thousands grouped": (text) =>
    /^-?[1-9]\d{3,}$/u.test(text) ? text.replaceAll(/\B(?=(?:\d{3})+$)/gu, ",") : undefined,
  "thousands not grouped": (text) => (/^-?[1-9]\d{0,2}(?:,\d{3})+$/u.test(text) ? text.replaceAll(",", "") : undefined),
  "point zero": (text) => (/^-?\d+$/u.test(text) ? `${text}.0` : undefined),
  "Unicode minus": (text) => (/^-[\d(\\.]/u.test(text) ? `−${text.slice(1)}` : undefined),
  "Unicode pi": replaced(/\\pi(?![a-z])/giu, "π"),
  "LaTeX pi": (text) => (mathematics(text) ? replaced(/π/gu, "\\pi ")(text) : undefined),
  "Unicode times": replaced(/\\times(?![a-z])/giu, "×"),
  "Unicode root": replaced(/\\sqrt\{(\d+)\}(?![\d^_!])/gu, "√$1"),
  "ASCII root": (text) => (mathematics(text) ? replaced(/\\sqrt\{(\d+)\}(?![\d^_!])/gu, "sqrt($1)")(text) : undefined),
  "LaTeX root": replaced(/√(\d+)/gu, "\\sqrt{$1}"),
  "Unicode infinity": replaced(/\\infty(?![a-z])/giu, "∞"),
  "LaTeX infinity": replaced(/∞/gu, "\\infty "),
  "Unicode union": replaced(/\\cup(?![a-z])/giu, "∪"),
  "Unicode order": replaced(/\\leq?(?![a-z])/giu, "≤"),
  "LaTeX order": replaced(/≤|<=/gu, "\\le "),
  "Unicode square": replaced(/(?<=[a-z)])\^(?:2|\{2\})(?![\d^{])/giu, "²"),
  "LaTeX square": replaced(/(?<!\p{No})²(?!\p{No})/gu, "^{2}"),
  "stars as a power": (text) => (mathematics(text) ? replaced(/\*\*(?=\d)/gu, "^")(text) : undefined),
  "\\cdot": (text) =>
    mathematics(text) && !text.includes("**") ? replaced(/(?<=[\w)]) ?\* ?(?=[\w(])/gu, " \\cdot ")(text) : undefined,
  "terms exchanged": commuted,
  "sides exchanged": exchanged,
};

export interface AuditedPair {
  readonly id: string | number;
  readonly gold: string;
  readonly answer: string;
}

/** A verdict that a rewriting changed. */
export interface Finding {
  readonly id: string | number;
  readonly side: "gold" | "answer";
  /** Name of the rewriting. */
  readonly rewrite: string;
  /** The verdicts on the original and on the rewritten pair. */
  readonly before: boolean | null;
  readonly after: boolean | null;
  /** The rewritten side. */
  readonly text: string;
}

/** All rewritings of either side, one at a time, that change the verdict of a pair. */
export function audit({ id, gold, answer }: AuditedPair, policy?: PolicyInput): Finding[] {
  const before = verify(gold, answer, policy).equal;
  const judge = (side: Finding["side"], text: string): boolean | null =>
    side === "gold" ? verify(text, answer, policy).equal : verify(gold, text, policy).equal;
  return (["gold", "answer"] as const).flatMap((side) =>
    Object.entries(rewrites).flatMap(([rewrite, apply]) => {
      const text = apply(side === "gold" ? gold : answer);
      if (text === undefined) return [];
      const after = judge(side, text);
      return after === before ? [] : [{ id, side, rewrite, before, after, text }];
    }),
  );
}
