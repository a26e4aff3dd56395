/** What stands around an answer and says nothing: $ signs, \boxed, \text, markdown, quotes, a full stop. */
import type { Policy } from "../policy.ts";
import { commands, silent, textual } from "./symbols.ts";

const wrapped =
  /^\\(?:boxed|fbox|text(?:bf|it|rm|sf|tt|normal)?|mathbf|boldsymbol|bm|mathrm|mbox|emph|operatorname|displaystyle|textstyle)\s*\{/u;
const looks = /^\\(?:displaystyle|textstyle|large|Large|bf)(?![a-zA-Z])\s*/u;

/** Index of the brace that closes the one before `from`; −1 if none does. */
function closing(text: string, from: number): number {
  let depth = 1;
  for (let i = from; i < text.length; i++) {
    const char = text[i];
    if (char === "\\") i++;
    else if (char === "{") depth++;
    else if (char === "}" && --depth === 0) return i;
  }
  return -1;
}

/** The text inside the outermost wrapper, or undefined. */
function inner(text: string): string | undefined {
  const [first, last] = [text[0], text.at(-1)];
  if (first === "\\") {
    const found = wrapped.exec(text);
    if (found && closing(text, found[0].length) === text.length - 1) return text.slice(found[0].length, -1);
    if ((text.startsWith("\\(") && text.endsWith("\\)")) || (text.startsWith("\\[") && text.endsWith("\\]"))) {
      const middle = text.slice(2, -2);
      return /\\[()[\]]/u.test(middle) ? undefined : middle;
    }
    const look = looks.exec(text);
    return look ? text.slice(look[0].length) : undefined;
  }
  if (first === "$" && last === "$" && text.length > 1) {
    const size = text.startsWith("$$") && text.endsWith("$$") && text.length > 3 ? 2 : 1;
    const middle = text.slice(size, -size);
    return middle.replaceAll("\\$", "").includes("$") ? undefined : middle;
  }
  for (const mark of ["**", "__", "`", '"', "“", "*", "'", "‘"]) {
    const end = mark === "“" ? "”" : mark === "‘" ? "’" : mark;
    if (text.length <= 2 * mark.length || !text.startsWith(mark) || !text.endsWith(end)) continue;
    const middle = text.slice(mark.length, -mark.length);
    if (!middle.includes(mark) && !middle.includes(end)) return middle;
  }
  return undefined;
}

/** "⇒ 5", "∴ x = 5". */
const therefore = /^(?:=>|⇒|∴|→|->|\\(?:therefore|Rightarrow|implies|rightarrow|to)(?![a-zA-Z]))\s*/u;

function trimmed(text: string): string {
  let end = text.length;
  while (end > 0) {
    const char = text[end - 1];
    const stops =
      char === "."
        ? text[end - 2] !== "." && text[end - 2] !== "\\" && !text.endsWith("\\right.", end)
        : char === "。" || (char === "," && text[end - 2] !== "\\") || char === "．";
    const escaped = char === ";" && text[end - 2] !== "\\";
    // A backslash without what it would escape.
    const loose = char === "\\" && end > 1;
    if (!/\s/u.test(char) && !stops && !escaped && !loose) break;
    end--;
  }
  return text.slice(0, end).trimStart().replace(therefore, "");
}

/** Full-width signs and the digits of other scripts. */
const foreign = /[\uff01-\uff5e٠-٩۰-۹०-९]/gu;

function plainChar(char: string): string {
  const code = char.charCodeAt(0);
  if (code > 0xff00) return String.fromCharCode(code - 0xfee0);
  const zero = [0x660, 0x6f0, 0x966].findLast((first) => code >= first) ?? code;
  return String(code - zero);
}

const isCommand = (name: string): boolean =>
  name.length > 1 && (commands.has(name) || silent.has(name) || textual.has(name) || name === "begin");

/** LaTeX out of JSON that was escaped twice: the backslashes of known commands are doubled, all of them if matrices are. */
function unescaped(text: string): string {
  if (!/\\(?:begin|end)/u.test(text)) {
    return text.replaceAll(/(?<!\\)\\\\([a-zA-Z]+)/gu, (all, name: string) => (isCommand(name) ? `\\${name}` : all));
  }
  const runs = text.match(/\\+/gu) ?? [];
  return runs.every((run) => run.length % 2 === 0) ? text.replaceAll("\\\\", "\\") : text;
}

/** Between $ signs a comma parts numbers, as TeX sets it, unless it groups thousands: "$6,8$" are two. */
function spread(text: string, policy: Policy): string {
  const numbers = policy.separators !== "comma" && /^\s*[-+−]?[1-9]\d*(?:,[-+−]?\d+)+\s*$/u.test(text);
  return numbers && !/^\s*[-+−]?\d{1,3}(?:,\d{3})+\s*$/u.test(text) ? text.replaceAll(",", ", ") : text;
}

/** Levels of wrappers taken away at most. */
const deepest = 20;

export interface Unwrapped {
  readonly text: string;
  /** There were $ signs or there are LaTeX commands: letters side by side are products. */
  readonly mathematical: boolean;
}

/** Without wrappers around the whole and without the signs that part mathematics from text inside. */
export function unwrap(text: string, policy: Policy): Unwrapped {
  let result = trimmed(foreign.test(text) ? text.replaceAll(foreign, (char) => plainChar(char)) : text);
  let mathematical = false;
  if (result.startsWith('\\"')) result = trimmed(result.slice(2).replace(/\\?"$/u, ""));
  if (result.includes("\\\\")) result = unescaped(result);
  for (let level = 0; level < deepest; level++) {
    const next = inner(result);
    if (next === undefined) break;
    const delimited = /^(?:\$|\\[([])/u.test(result);
    if (delimited) mathematical = true;
    else if (/^\\(?:text|mbox)/u.test(result)) mathematical = false;
    result = trimmed(delimited || result.startsWith("\\boxed") ? spread(next, policy) : next);
  }
  if (/\\[()[\]]/u.test(result)) {
    mathematical = true;
    result = result.replaceAll(
      /(\\\\)|\\[()[\]]/gu,
      (sign, pair: string | undefined) => pair ?? " ".repeat(sign.length),
    );
  }
  if (result.includes("$")) {
    const plain = withoutDollars(result, policy);
    if (plain !== result) mathematical = true;
    result = plain.trim();
  }
  return { text: result, mathematical: mathematical || /\\[a-zA-Z]/u.test(result) };
}

/** Takes away $…$ pairs, but no currency: "$5 and $6" costs, "$x$ or $y$" calculates. */
function withoutDollars(text: string, policy: Policy): string {
  const at = [...text.matchAll(/(?<!\\)\$+/gu)];
  if (at.length < 2) return text;
  let result = "";
  let from = 0;
  for (let i = 0; i < at.length; i++) {
    const [open, close] = [at[i], at[i + 1]];
    if (close === undefined) break;
    const content = text.slice(open.index + open[0].length, close.index);
    const after = text[close.index + close[0].length] ?? "";
    const joins = /^\s*(?:and|or|,)\s*$/u.test(content);
    if (
      !joins &&
      (open[0].length !== close[0].length ||
        content.trim() === "" ||
        /\d/u.test(after) ||
        /^\d[\d.,]*\s+\p{L}{3,}/u.test(content))
    )
      continue;
    result += `${text.slice(from, open.index)} ${spread(content, policy)} `;
    from = close.index + close[0].length;
    i++;
  }
  return result + text.slice(from);
}
