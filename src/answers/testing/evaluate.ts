/** A floating-point evaluator of what the generator writes, for checking its labels: small, and apart from all else. */

const constants: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E };

const factorial = (n: number): number => (n > 170 ? Infinity : n < 2 ? 1 : n * factorial(n - 1));

const functions: Readonly<Record<string, (x: number) => number>> = {
  sin: Math.sin,
  cos: Math.cos,
  ln: Math.log,
  exp: Math.exp,
  sqrt: Math.sqrt,
  cbrt: Math.cbrt,
  abs: Math.abs,
  arctan: Math.atan,
  arcsin: Math.asin,
  factorial,
};

/** Takes away frames and spacing, and writes Unicode and LaTeX in the few words that the parser knows. */
function simplified(text: string): string {
  const boxed = /\\boxed\{(.*)\}/su.exec(text)?.[1];
  const bold = /^\*\*(.*)\*\*$/su.exec(text)?.[1];
  const unframed = text
    .replace(/^(?:Let me.*\n)?(?:The answer is|Answer:|Final answer:|####)/su, "")
    .replace(/\.\s*$/u, "");
  const bare = (boxed ?? bold ?? unframed)
    .replaceAll(/<\/?answer>|\\[()[\]]|(?<!\\)\$/gu, " ")
    .replaceAll(/\\left|\\right|\\[,;!]/gu, "")
    .replaceAll("{,}", ",")
    .replaceAll(/(?<![\d,])[1-9]\d{0,2}(?:,\d{3})+(?![\d,])/gu, (t) => t.replaceAll(",", ""));
  return (/[([{]/u.test(bare) ? bare : bare.replace(/(?<=\d),(?=\d)/u, "."))
    .replaceAll(/\\[dt]frac/gu, "\\frac")
    .replaceAll(/\\frac(\d)(\d)/gu, "\\frac{$1}{$2}")
    .replaceAll(/\\cdot|\\times|×/gu, "*")
    .replaceAll("**", "^")
    .replaceAll("\\div", "/")
    .replaceAll("−", "-")
    .replaceAll("π", " pi ")
    .replaceAll(/([√∛])(\d+)/gu, "$1($2)")
    .replaceAll("√", "sqrt")
    .replaceAll("∛", "cbrt")
    .replaceAll(/[⁻⁰¹²³⁴-⁹]+/gu, (t) => `^(${[...t].map((c) => "-0123456789"["⁻⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(c)]).join("")})`)
    .replaceAll(/\^\{?\\circ\}?|°/gu, "*(pi/180)");
}

/** Repeating decimals, dates and times look like arithmetic and are none. */
const otherwise = /\d\.\d*\(|\d+-\d+-\d|\d+\/\d+\/\d|:/u;

const token = /\s*(\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|\.\d+|\\?[a-z]+|[-+*/^(){}[\]|!])/iuy;

/** Splits letters that are no known word into single variables. */
function tokensOf(text: string): string[] | undefined {
  const found: string[] = [];
  token.lastIndex = 0;
  const end = text.trimEnd().length;
  while (token.lastIndex < end) {
    const match = token.exec(text);
    if (!match) return undefined;
    const word = match[1];
    const name = word.replace("\\", "");
    if (/^[a-z]{2,}$/iu.test(name) && !(name in functions) && !(name in constants) && name !== "frac") {
      if (word !== name) return undefined;
      found.push(...name);
    } else found.push(name);
  }
  return found;
}

class NotUnderstood extends Error {}

class Parser {
  readonly #tokens: readonly string[];
  readonly #variables: Readonly<Record<string, number>>;
  #at = 0;

  constructor(tokens: readonly string[], variables: Readonly<Record<string, number>>) {
    this.#tokens = tokens;
    this.#variables = variables;
  }

  get next(): string | undefined {
    return this.#tokens[this.#at];
  }

  #take(...any: readonly string[]): string | undefined {
    return this.next !== undefined && any.includes(this.next) ? this.#tokens[this.#at++] : undefined;
  }

  #expect(sign: string): void {
    if (this.#take(sign) === undefined) throw new NotUnderstood(sign);
  }

  sum(): number {
    let value = this.product();
    for (let sign = this.#take("+", "-"); sign !== undefined; sign = this.#take("+", "-"))
      value += (sign === "-" ? -1 : 1) * this.product();
    return value;
  }

  product(): number {
    let value = this.signed();
    for (;;) {
      if (this.#take("*") !== undefined) value *= this.signed();
      else if (this.#take("/") !== undefined) value /= this.signed();
      else if (this.next !== undefined && /^[\w.({[|]/u.test(this.next) && this.next !== "|") value *= this.power();
      else return value;
    }
  }

  signed(): number {
    if (this.#take("-") !== undefined) return -this.signed();
    this.#take("+");
    return this.power();
  }

  power(): number {
    let base = this.atom();
    while (this.#take("!") !== undefined) base = factorial(base);
    return this.#take("^") === undefined ? base : base ** this.signed();
  }

  /** {…}, or one character, as TeX takes arguments. */
  #argument(): number {
    if (this.next === "{") return this.#enclosed();
    const word = this.next;
    if (word === undefined || !/^\d$/u.test(word)) throw new NotUnderstood("argument");
    return this.atom();
  }

  #enclosed(): number {
    const close = { "(": ")", "{": "}", "[": "]" }[this.#take("(", "{", "[") ?? ""];
    if (close === undefined) throw new NotUnderstood("bracket");
    const value = this.sum();
    this.#expect(close);
    return value;
  }

  atom(): number {
    if (this.next === "(" || this.next === "{") return this.#enclosed();
    if (this.#take("|") !== undefined) {
      const value = Math.abs(this.sum());
      this.#expect("|");
      return value;
    }
    const word = this.#tokens[this.#at++] ?? "";
    if (/^[\d.]/u.test(word)) return this.#mixed(Number(word));
    if (word === "frac") return this.#argument() / this.#argument();
    if (word === "sqrt" && this.#take("[") !== undefined) {
      const index = this.sum();
      this.#expect("]");
      return this.#argument() ** (1 / index);
    }
    if (word in functions) return this.#applied(functions[word]);
    const value = constants[word] ?? this.#variables[word];
    if (value === undefined) throw new NotUnderstood(word);
    return value;
  }

  /** An integer right before \frac{digits}{digits} is a mixed number. */
  #mixed(whole: number): number {
    const [frac, ...rest] = this.#tokens.slice(this.#at, this.#at + 7);
    const shape = rest.map((t) => (/^\d+$/u.test(t) ? "d" : t)).join("");
    return frac === "frac" && shape.startsWith("{d}{d}") ? whole + this.atom() : whole;
  }

  #applied(f: (x: number) => number): number {
    if (this.#take("^") !== undefined) {
      const exponent = this.atom();
      return this.#applied(f) ** exponent;
    }
    if (this.next === "(" || this.next === "{") return f(this.#enclosed());
    let value = this.power();
    while (this.#take("*") !== undefined) value *= this.power();
    return f(value);
  }
}

/** The value of the text, the variables having these values; undefined where it is not plain arithmetic. */
export function evaluate(text: string, variables: Readonly<Record<string, number>>): number | undefined {
  const simple = simplified(text);
  if (otherwise.test(simple)) return undefined;
  const mixed = simple.replaceAll(/(?<![\d.*/^])(\d+) (\d+\/\d+)/gu, "($1+$2)");
  const tokens = tokensOf(mixed.replaceAll(/-\((\d+)\+(\d+\/\d+)\)/gu, "-($1+$2)"));
  if (tokens === undefined || tokens.length === 0) return undefined;
  try {
    const parser = new Parser(tokens, variables);
    const value = parser.sum();
    return parser.next === undefined && Number.isFinite(value) ? value : undefined;
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined;
    throw error;
  }
}
