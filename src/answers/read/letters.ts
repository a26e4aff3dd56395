/** Runs of letters: functions, constants, products of variables, or words. */
import { unitOf } from "../units.ts";
import { commands, functions, names, textual } from "./symbols.ts";
import type { Token, TokenType } from "./tokens.ts";

/** Functions whose name alone, without brackets after it, is no sign of one ("5 min", "5 sec"). */
const shy = new Set(
  "min max sec root sign arg re im Re Im sh ch th abs floor ceil perm comb det conj gcd lcm gcf hcf exp factorial".split(
    " ",
  ),
);

const joined = /^([xytnr]?)(arcsin|arccos|arctan|sin|cos|tan|cot|ln|log)(x|y|z|u|a|b|n|theta|alpha|beta|pi)?$/u;

/** Lower-case letters that, alone in a text, are more likely a product than a word. */
const likelyProduct = /^(?:a?b?c?d?|m?n?|p?q?r?s?t?|u?v?w?|x?y?z?)$/u;

export interface Run {
  readonly text: string;
  readonly space: boolean;
  /** The text is mathematics: between $ signs or with LaTeX commands. */
  readonly mathematical: boolean;
  /** Inside \text. */
  readonly quoted: boolean;
  /** A digit, letter or operator stands right beside it, or it is compared. */
  readonly beside: boolean;
  /** The next sign that is no white space. */
  readonly next: string;
  readonly previous: Token | undefined;
  /** A numeral stands before it and a power of ten after it: x multiplies. */
  readonly power: boolean;
  /** Nothing else stands in the text. */
  readonly alone: boolean;
}

const token = (type: TokenType, text: string, space: boolean): Token => ({ type, text, space });

function letter(text: string, space: boolean): Token {
  return token(text === "e" || text === "i" ? "constant" : "letter", text, space);
}

/** The tokens of one run of letters. */
export function tokensOfLetters(run: Run): Token[] {
  const { text, space, next } = run;
  if (run.quoted) return [quoted(text, space, next)];
  if ((text === "x" || text === "X") && run.power) return [token("operator", "*", space)];
  if (text.length === 1) return [letter(text, space)];
  if (run.previous?.type === "number" && !space && /^(?:st|nd|rd|th)$/u.test(text)) return [token("word", text, space)];
  const name = functions.get(text);
  if (name !== undefined && (!shy.has(text) || next === "(" || next === "{")) return [token("function", name, space)];
  const known = names.get(text);
  if (known) return [token(known[0], known[1], space)];
  if (/^d[xyztuvwrsθ]$/u.test(text)) return [token("letter", text, space)];
  const parts = text.length <= 12 ? joined.exec(text) : null;
  if (parts) {
    const [, before, inner, after] = parts;
    return [
      ...(before ? [letter(before, space)] : []),
      token("function", functions.get(inner) ?? inner, space && !before),
      ...(after === undefined || after === "" ? [] : tokensOfLetters({ ...run, text: after, space: false })),
    ];
  }
  if (/^pi[rxhkab]$/u.test(text)) return [token("constant", "pi", space), letter(text[2], false)];
  if (/^[A-Za-z]+$/u.test(text) && isProduct(run)) return [...text].map((one, i) => letter(one, i === 0 && space));
  return [token("word", text, space)];
}

function isProduct({ text, space, mathematical, beside, alone, previous }: Run): boolean {
  if (text.length > (mathematical ? 4 : 3) || connective.test(mathematical ? text : text.toLowerCase())) return false;
  // A command that has lost its backslash is no product.
  if (text.length > 2 && (commands.has(text) || textual.has(text))) return false;
  if (alone)
    return (
      (mathematical && !(text.length > 2 && /[aeiou]/iu.test(text))) ||
      likelyProduct.test(text.length === 2 ? [...text].sort().join("") : text)
    );
  if (!mathematical && !beside) return false;
  if (!space && (text === "ac" || (mathematical && algebraic.test(text)))) return true;
  return previous?.type === "operator" || previous?.type === "compare" || unitOf(text) === undefined;
}

/** Units that letters of a formula are likelier to be: b² − 4ac. */
const algebraic = /^(?:ac|cd|ct|pt|st|rd)$/u;

const connective = /^(?:or|and|to|of|per|for|if|is|in|by|at|no|yes|base|mod)$/u;

/** \text{…} is words; \mathrm{e}, \operatorname{sin} and the like are what they say. */
function quoted(text: string, space: boolean, next: string): Token {
  const name = functions.get(text);
  if (name !== undefined && (!shy.has(text) || next === "(" || next === "{")) return token("function", name, space);
  if (text === "e" || text === "i") return token("constant", text, space);
  return token("word", text, space);
}
