/** Text in LaTeX, ASCII or Unicode mathematics, or words → one kind of tokens. */
import type { Policy } from "../policy.ts";
import { rational } from "../rational.ts";
import { burn, type Fuel } from "../term.ts";
import { tokensOfLetters } from "./letters.ts";
import { commaSpace, numeral, spacedWithin } from "./numbers.ts";
import {
  blackboard,
  blank,
  commands,
  compound,
  compounds,
  figure,
  figures,
  glued,
  signs,
  silent,
  subscripts,
  superscripts,
  textual,
  vulgar,
} from "./symbols.ts";
import { fail, type Token, type TokenType } from "./tokens.ts";

const degree = /\^\s*(?:\{\s*(?:\\circ|\\degree|°|∘)\s*\}|\\circ|\\degree|[°∘])/uy;
const prime = /\^\s*\{?\s*((?:\\prime\s*)+)\}?/uy;
const runOfLetters = /[\p{L}\p{M}]+/uy;
const environment = /\s*\{\s*([A-Za-z]+)\*?\s*\}(?:\s*\{[lcr| @{}]*\})?/uy;
const oneLetter = /\s*\{?\s*([A-Z])\s*\}?/uy;
const argument = /\*?\s*\{[^{}]*\}/uy;
const whiteSpace = /\s|[\u200b\u2060\ufeff]/u;

export interface Lexing {
  readonly policy: Policy;
  readonly fuel: Fuel;
  readonly mathematical: boolean;
  /** Commas between digits may group even inside brackets. */
  readonly groups: boolean;
}

/** Reads from left to right, once. */
class Lexer {
  readonly tokens: (Token | undefined)[] = [];
  readonly #text: string;
  readonly #how: Lexing;
  readonly #spaced: boolean;
  readonly #semicolons: boolean;
  #at = 0;
  #space = false;
  /** Open brackets: does a list stand in them, is it \text? */
  readonly #open: ("list" | "group" | "text")[] = [];
  #lists = 0;
  /** Where the text in the innermost bracket begins. */
  #inside = 0;
  #quotes = 0;
  #environments = 0;
  /** Tokens of \left, by which \right. takes its partner away. */
  readonly #left: number[] = [];

  constructor(text: string, how: Lexing) {
    this.#text = text;
    this.#how = how;
    this.#spaced = commaSpace.test(text);
    this.#semicolons = text.includes(";");
  }

  run(): Token[] {
    while (this.#at < this.#text.length) {
      burn(this.#how.fuel);
      this.#step();
    }
    return this.tokens.filter((token) => token !== undefined);
  }

  #push(type: TokenType, text: string, more?: Partial<Token>): void {
    this.tokens.push({ type, text, space: this.#space, ...more });
    this.#space = false;
  }

  #last(): Token | undefined {
    return this.tokens.at(-1);
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text);
  }

  #step(): void {
    const text = this.#text;
    const code = text.charCodeAt(this.#at);
    if ((code >= 48 && code <= 57) || (code === 46 && /\d/u.test(text[this.#at + 1] ?? ""))) return this.#number();
    if (code === 92) return this.#command();
    const char = String.fromCodePoint(text.codePointAt(this.#at) ?? 0);
    if (whiteSpace.test(char)) {
      if (char === "\n" && this.#breaks()) this.#push("operator", "\n");
      this.#space = true;
      this.#at++;
      return undefined;
    }
    return this.#symbol(char, char.length);
  }

  /** Does a new line part answers here? */
  #breaks(): boolean {
    const last = this.#last();
    return (
      this.#open.length === 0 &&
      this.#environments === 0 &&
      last !== undefined &&
      last.text !== "\n" &&
      ["number", "letter", "word", "constant", "close", "domain", "end"].includes(last.type)
    );
  }

  #number(): void {
    const follows = !this.#space && /,[-−+]?$/u.test(this.#text.slice(Math.max(0, this.#at - 2), this.#at));
    // Only the commas between the same brackets tell how this list is spaced.
    const spaced = this.#spaced && (this.#lists === 0 || spacedWithin(this.#text, this.#inside, this.#at));
    const surroundings = {
      separators: this.#how.policy.separators,
      listed: (follows || this.#lists > 0) && !spaced && !this.#semicolons && !this.#how.groups,
      spaced: this.#spaced,
      tight: this.#last()?.type === "command" || ["^", "_"].includes(this.#last()?.text ?? ""),
    };
    const { to, ...found } = numeral(this.#text, this.#at, surroundings);
    const text = this.#text.slice(this.#at, to);
    this.#at = to;
    this.#push("number", text, found);
  }

  #symbol(char: string, size: number): void {
    if (char === "^") {
      const found = this.#match(degree);
      if (found) return this.#take(found[0].length, "operator", "°");
      const primes = this.#match(prime);
      if (primes) {
        for (const _ of primes[1].matchAll(/prime/gu)) this.#push("operator", "'");
        this.#at += primes[0].length;
        return undefined;
      }
    }
    if (char === "~") {
      if (this.#text[this.#at + 1] !== "=") {
        if (this.tokens.length === 0) return this.#take(1, "compare", "≈");
        this.#space = true;
        this.#at++;
        return undefined;
      }
    }
    const several = this.#match(compound);
    if (several && !this.#isFactorial(several[0])) {
      const [type, text] = compounds[several[0]] ?? ["operator", "…"];
      return this.#take(several[0].length, type, text);
    }
    if (char === ".") return this.#point();
    const sign = signs.get(char);
    if (sign) return sign[1] in figures ? this.#figure(figures[sign[1]], size) : this.#sign(sign[0], sign[1], size);
    const raised = superscripts.get(char) ?? subscripts.get(char);
    if (raised !== undefined) return this.#raised(superscripts.has(char) ? superscripts : subscripts);
    const part = vulgar.get(char);
    if (part) {
      const mixed = this.#last()?.type === "number" && this.#last()?.digits !== undefined;
      return this.#take(size, "number", char, { value: rational(part[0], part[1]), space: mixed || this.#space });
    }
    if (char === "$") return this.#take(1, "operator", "$");
    return this.#letters(size > 1 ? char.normalize("NFKC") : undefined, size);
  }

  /** A point that is no decimal point may end a sentence, else nothing. */
  #point(): void {
    this.#at++;
    if (this.#at < this.#text.length && !/[\s,;)}]/u.test(this.#text[this.#at])) fail();
    if (this.#last()?.type !== "word" && this.#at < this.#text.length && /\S/u.test(this.#text.slice(this.#at))) fail();
  }

  #take(size: number, type: TokenType, text: string, more?: Partial<Token>): void {
    this.#at += size;
    this.#push(type, text, more);
  }

  /** "5!=120" is 5! = 120; "x != 3" and "x!=3" are x ≠ 3. */
  #isFactorial(sign: string): boolean {
    const before = this.#last();
    return (
      sign === "!=" &&
      this.#text[this.#at + 2] !== "=" &&
      !this.#space &&
      (before?.type === "number" || before?.text === ")")
    );
  }

  #sign(type: TokenType, text: string, size: number): void {
    if (type === "open") {
      const before = this.#last();
      const group =
        text === "{" &&
        before !== undefined &&
        (before.type === "command" || "^_}]".includes(before.text) || before.type === "function");
      this.#open.push(group ? "group" : "list");
      if (!group) {
        this.#lists++;
        this.#inside = this.#at;
      }
    } else if (text === "]" && this.#open.length === 0) {
      this.#open.push("list");
      this.#lists++;
    } else if (type === "close") {
      const kind = this.#open.pop();
      if (kind === "list") this.#lists--;
      if (kind === "text") {
        this.#quotes--;
        this.#at += size;
        return undefined;
      }
    }
    return this.#take(size, type, text);
  }

  #raised(table: ReadonlyMap<string, string>): void {
    let plain = "";
    while (table.has(this.#text[this.#at] ?? "")) plain += table.get(this.#text[this.#at++]) ?? "";
    this.#push("operator", table === superscripts ? "^" : "_");
    this.#push("open", "{");
    for (const token of lex(plain, { ...this.#how, mathematical: true })) this.tokens.push(token);
    this.#push("close", "}");
  }

  #letters(replaced: string | undefined, size: number): void {
    const run = replaced ?? this.#match(runOfLetters)?.[0];
    if (run === undefined || !/^[\p{L}\p{M}]+$/u.test(run)) fail();
    const length = replaced === undefined ? run.length : size;
    const [start, end] = [this.#at, this.#at + length];
    const [before, after] = [this.#text[start - 1] ?? "", this.#text[end] ?? ""];
    let ahead = end;
    while (this.#text[ahead] === " " || (this.#quotes > 0 && this.#text[ahead] === "}")) ahead++;
    this.#at = end;
    const previous = this.#last();
    const beside =
      /[\d^_*/+\-=<>(){}|√]/u.test(before) ||
      /[\^_*/+=<>²³(\d]/u.test(after) ||
      "=<>≤≥+-−*/".includes(this.#text[ahead] || "?") ||
      (previous?.type === "operator" && "+-*/".includes(previous.text));
    const found = tokensOfLetters({
      text: run,
      space: this.#space,
      mathematical: this.#how.mathematical,
      quoted: this.#quotes > 0,
      beside,
      next: this.#text[ahead] ?? "",
      power:
        previous?.type === "number" &&
        this.#text[ahead] === "1" &&
        /^10\s*(?:\^|\*\*|[⁰¹²³⁴⁵⁶⁷⁸⁹⁻])/u.test(this.#text.slice(ahead, ahead + 6)),
      previous,
      alone: previous === undefined && ahead >= this.#text.length,
    });
    this.tokens.push(...found);
    this.#space = false;
  }

  #command(): void {
    const text = this.#text;
    const first = text[this.#at + 1] ?? "";
    if (first === "\\") {
      this.#at += 2;
      const spacing = /\s*\[-?[\d.]+[a-z]+\]/uy;
      spacing.lastIndex = this.#at;
      this.#at += spacing.exec(text)?.[0].length ?? 0;
      return this.#push("operator", "\n");
    }
    if (!/[A-Za-z]/u.test(first)) return this.#escaped(first);
    let end = this.#at + 1;
    while (/[A-Za-z]/u.test(text[end] ?? "")) end++;
    const name = text.slice(this.#at + 1, end);
    this.#at = end;
    return this.#named(name);
  }

  /** "\" before a sign. */
  #escaped(sign: string): void {
    if (this.#isDifference()) return this.#take(1, "operator", "\\");
    this.#at += 2;
    if (sign === "!") return undefined;
    if (blank.has(sign) || whiteSpace.test(sign)) this.#space = true;
    else if (sign === "{" || sign === "}") {
      this.#at -= 1;
      this.#sign(sign === "{" ? "open" : "close", `\\${sign}`, 1);
    } else if (sign === "|") this.#push("operator", "‖");
    else if (sign !== "" && "%$#&_".includes(sign)) this.#push("operator", sign);
    else fail();
    return undefined;
  }

  /** The backslash of a set difference, which LaTeX would take for a space or an escape: "ℝ \\ {0}", "ℝ\\{0}". */
  #isDifference(): boolean {
    const last = this.#last();
    const set = last?.type === "domain" || last?.text === "R" || last?.type === "close";
    return (
      set &&
      this.#open.length === 0 &&
      /^\\\s*\{/u.test(this.#text.slice(this.#at, this.#at + 4)) &&
      (last.type !== "close" || this.#space)
    );
  }

  #named(name: string): void {
    if (name === "left" || name === "right") return this.#sized(name);
    if (silent.has(name)) return undefined;
    if (blank.has(name)) {
      this.#space = true;
      return undefined;
    }
    if (textual.has(name)) return this.#quote();
    if (name === "begin" || name === "end") {
      const found = this.#match(environment) ?? fail();
      this.#environments += name === "begin" ? 1 : -1;
      return this.#take(found[0].length, name, found[1]);
    }
    if (name === "mathbb" || name === "mathds") {
      const found = this.#match(oneLetter) ?? fail();
      return this.#take(found[0].length, "domain", blackboard.get(found[1]) ?? fail());
    }
    if (["color", "textcolor", "hspace", "vspace", "phantom", "label", "tag"].includes(name)) {
      this.#at += this.#match(argument)?.[0].length ?? 0;
      return undefined;
    }
    if (name in figures) return this.#figure(figures[name]);
    if (name === "not") return this.#negated();
    const found = commands.get(name) ?? this.#glued(name) ?? fail();
    if (found[1] === " ") {
      this.#space = true;
      return undefined;
    }
    if (found[0] === "open" || found[0] === "close") return this.#sign(found[0], found[1], 0);
    return this.#push(found[0], found[1]);
  }

  /** \angle ABC and \triangle ABC are names; so is m\angle ABC. */
  #figure(sign: string, size = 0): void {
    this.#at += size;
    const found = this.#match(figure);
    if (sign === "∠" && this.#last()?.text === "m") this.tokens.pop();
    this.#take(found?.[0].length ?? 0, "letter", sign + (found?.[1] ?? found?.[2] ?? ""));
  }

  /** "\quadx", which TeX would not take, is \quad x; the rest of the letters is read again. */
  #glued(name: string): readonly [TokenType, string] | undefined {
    const prefix = glued.exec(name)?.[0];
    if (prefix === undefined) return undefined;
    this.#at -= name.length - prefix.length;
    return commands.get(prefix) ?? ["operator", " "];
  }

  /** \not= and \not\in. */
  #negated(): void {
    const found = /\s*(?:=|\\in(?![a-z])|\\equiv)/uy;
    found.lastIndex = this.#at;
    const sign = found.exec(this.#text)?.[0] ?? fail();
    if (sign.endsWith("equiv")) fail();
    this.#take(sign.length, "compare", sign.endsWith("=") ? "!=" : "notin");
  }

  /** \left and \right; "." stands for no bracket. */
  #sized(name: "left" | "right"): void {
    while (this.#text[this.#at] === " ") this.#at++;
    const none = this.#text[this.#at] === ".";
    if (none) this.#at++;
    if (name === "left") this.#left.push(none ? -1 : this.tokens.length);
    else {
      const partner = this.#left.pop() ?? -1;
      if (!none && partner < 0) fail();
      if (none && partner >= 0) {
        this.tokens[partner] = undefined;
        if (this.#open.pop() === "list") this.#lists--;
      }
    }
  }

  #quote(): void {
    const opening = /\*?\s*\{/uy;
    opening.lastIndex = this.#at;
    const found = opening.exec(this.#text);
    if (!found) return undefined;
    const differential = /\*?\s*\{\s*d\s*\}\s*([a-z])/uy;
    differential.lastIndex = this.#at;
    const single = differential.exec(this.#text);
    if (single) return this.#take(single[0].length, "letter", `d${single[1]}`);
    this.#at += found[0].length;
    this.#open.push("text");
    this.#quotes++;
    return undefined;
  }
}

/** The tokens of a text. Fails where a sign has no meaning in answers. */
export function lex(text: string, how: Lexing): Token[] {
  return new Lexer(text, how).run();
}
