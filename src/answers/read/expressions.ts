/** Tokens → expression: operators by precedence, implicit products, powers, mixed numbers. */
import { rational } from "../rational.ts";
import { burn, type Expr } from "../term.ts";
import { argument, call, command, type Parsing, startsArgument } from "./functions.ts";
import { shifted } from "./numbers.ts";
import { fail, nested, type Scope, type Token } from "./tokens.ts";
import { apply, constant, divided, inverse, negated, number, power, product, sum, symbol } from "./trees.ts";

/** Operations that nest from the left (a / b / c, n!!!), in one chain: trees stay shallow. */
const longestChain = 60;

/** One expression from `at` on, ending before `end`. */
class Expression implements Parsing {
  readonly scope: Scope;
  at: number;
  end: number;
  /** Index variables of sums around, which may be called i. */
  readonly bound: string[] = [];
  /** Open |…|, which the next bar after an operand closes. */
  #bars = 0;

  constructor(scope: Scope, at: number, end: number) {
    this.scope = scope;
    this.at = at;
    this.end = end;
  }

  get next(): Token | undefined {
    return this.at < this.end ? this.scope.tokens[this.at] : undefined;
  }

  peek(by: number): Token | undefined {
    return this.at + by < this.end ? this.scope.tokens[this.at + by] : undefined;
  }

  has(text: string): boolean {
    const token = this.next;
    return token !== undefined && token.type === "operator" && token.text === text;
  }

  take(text: string): boolean {
    if (!this.has(text)) return false;
    this.at++;
    return true;
  }

  sum(): Expr {
    return nested(this.scope, () => {
      const terms = [this.#signed()];
      for (;;) {
        burn(this.scope.fuel);
        if (this.take("+")) terms.push(this.#signed());
        else if (this.take("-")) terms.push(negated(this.#signed()));
        else if (this.has("±") || this.has("∓")) terms.push(this.#signed());
        else break;
      }
      return sum(terms);
    });
  }

  /** A term with its signs. */
  #signed(): Expr {
    let negative = false;
    for (let signs = 0; this.has("+") || this.has("-"); this.at++) {
      if (++signs > 3) fail();
      if (this.has("-")) negative = !negative;
    }
    if (this.has("±") || this.has("∓")) {
      const upper = this.has("±") !== negative;
      this.at++;
      return { kind: "plusminus", sign: upper ? 1 : -1, of: this.term() };
    }
    const term = this.term();
    return negative ? negated(term) : term;
  }

  /** Products and quotients, from left to right; what stands side by side is a product as well. */
  term(): Expr {
    let left = this.#factor();
    const factors: Expr[] = [];
    let quotients = 0;
    for (;;) {
      burn(this.scope.fuel);
      if (this.take("*")) {
        const scientific = this.#scientific(left);
        if (scientific) left = scientific;
        else {
          factors.push(left);
          left = this.#operand();
        }
      } else if ((this.has("/") || this.#isMod()) && ++quotients > longestChain) fail();
      else if (this.take("/")) left = divided(left, this.#operand());
      else if (this.#isMod()) {
        this.at++;
        left = apply("mod", product([...factors.splice(0), left]), this.#operand());
      } else if (this.#besides()) {
        factors.push(left);
        left = this.#factor();
      } else break;
    }
    return factors.length === 0 ? left : product([...factors, left]);
  }

  #isMod(): boolean {
    return this.next?.type === "function" && this.next.text === "mod";
  }

  /** A factor that may have a sign of its own, after * and /. */
  #operand(): Expr {
    if (this.take("-")) return negated(this.#operand());
    if (this.take("+")) return this.#operand();
    return this.#factor();
  }

  /** a × 10^n is one numeral. */
  #scientific(left: Expr): Expr | undefined {
    if (left.kind !== "number" || this.next?.digits !== "10" || this.peek(1)?.text !== "^") return undefined;
    const start = this.at;
    this.at += 2;
    const exponent = this.#exponent();
    if (
      exponent.kind === "number" &&
      exponent.value.d === 1n &&
      exponent.value.n < 10_000n &&
      exponent.value.n > -10_000n
    ) {
      const moved = shifted(left.value, left.places, Number(exponent.value.n));
      if (moved) return moved;
    }
    this.at = start;
    return undefined;
  }

  /** Does a factor follow without a sign between? A numeral never does so, except a bracketed one. */
  #besides(): boolean {
    const token = this.next;
    if (!token) return false;
    if (token.type === "operator") return (token.text === "|" && this.#bars === 0) || "√∛∜".includes(token.text);
    if (token.type === "function") return token.text !== "mod";
    if (token.type === "open") return true;
    return token.type === "letter" || token.type === "constant" || (token.type === "command" && token.text !== "pmod");
  }

  /** Operand with signs of power. */
  factor(): Expr {
    return this.#factor();
  }

  #factor(): Expr {
    return nested(this.scope, () => this.#powers(this.#mixed(this.#postfix(this.#primary()))));
  }

  #powers(base: Expr): Expr {
    if (!this.take("^")) return base;
    const exponent = this.#exponent();
    const result = power(base, exponent);
    return this.has("!") || this.has("^") ? nested(this.scope, () => this.#powers(this.#postfix(result))) : result;
  }

  #exponent(): Expr {
    return nested(this.scope, () => {
      if (this.take("-")) return negated(this.#exponent());
      if (this.take("+")) return this.#exponent();
      const group = this.next?.text === "{";
      const base = this.#postfix(this.#primary());
      return group ? base : this.#powers(base);
    });
  }

  exponent(): Expr {
    return this.#exponent();
  }

  /** One operand, without powers behind it. */
  atom(): Expr {
    return nested(this.scope, () => this.#postfix(this.#primary()));
  }

  /** Factorials, degrees and percent behind an operand. */
  #postfix(operand: Expr): Expr {
    let result = operand;
    for (let chain = 0; ; chain++) {
      if (chain > longestChain) fail();
      if (this.take("!")) result = apply(this.take("!") ? "doublefactorial" : "factorial", result);
      else if (this.take("°")) result = product([result, constant("pi"), number(rational(1n, 180n))]);
      else if (this.take("%")) result = product([result, number(rational(1n, 100n))]);
      else return result;
    }
  }

  /** 3 1/2 and 3\frac{1}{2}: a whole number and a proper fraction side by side. */
  #mixed(whole: Expr): Expr {
    const token = this.next;
    if (whole.kind !== "number" || whole.value.d !== 1n || whole.places !== undefined || !token) return whole;
    if (this.scope.tokens[this.at - 1]?.type !== "number") return whole;
    if (token.type === "command" && token.text === "frac") {
      const start = this.at;
      const part = this.#primary();
      if (part.kind === "number" && part.value.n < part.value.d && part.value.n > 0n && !this.has("^"))
        return plus(whole, part);
      this.at = start;
      return whole;
    }
    if (token.type !== "number") return whole;
    if (token.value && token.digits === undefined && token.places === undefined && token.text.length === 1) {
      this.at++;
      return plus(whole, number(token.value));
    }
    const under = this.peek(2);
    if (token.digits === undefined || !token.space || this.peek(1)?.text !== "/" || under?.digits === undefined) fail();
    const part =
      under.digits === "0".repeat(under.digits.length) ? fail() : rational(BigInt(token.digits), BigInt(under.digits));
    if (part.n >= part.d) fail();
    this.at += 3;
    return plus(whole, number(part));
  }

  /** A number, symbol, bracket, root, function or command. */
  #primary(): Expr {
    const token = this.next ?? fail();
    burn(this.scope.fuel);
    this.at++;
    switch (token.type) {
      case "number":
        return this.#number(token);
      case "constant":
        return this.#constant(token);
      case "letter":
        return call(this, token) ?? symbol(this.name(token.text));
      case "word":
        return token.text.length === 1 ? symbol(this.name(token.text)) : fail();
      case "function":
        return argument(this, token);
      case "command":
        return command(this, token);
      case "open":
        return this.#bracket(token);
      case "operator":
        return this.#prefix(token);
      default:
        return fail();
    }
  }

  #constant(token: Token): Expr {
    const { text } = token;
    if (this.bound.includes(text)) return symbol(this.name(text));
    if (this.has("_")) return symbol(this.name(text));
    if (text === "pi" || text === "e" || text === "i" || text === "infinity") return constant(text);
    return fail();
  }

  #number(token: Token): Expr {
    const value = token.value ?? fail();
    if (this.has("_")) {
      const base = this.peek(1);
      const braced = base?.text === "{" ? this.peek(2)?.digits : base?.digits;
      const digits = token.digits;
      if (braced === undefined || digits === undefined) fail();
      const n = BigInt(braced);
      if (n < 2n || n > 36n || [...digits].some((digit) => BigInt(digit) >= n)) fail();
      this.at += base?.text === "{" ? 4 : 2;
      burn(this.scope.fuel, digits.length);
      return number({ n: [...digits].reduce((total, digit) => total * n + BigInt(digit), 0n), d: 1n });
    }
    const [letter, lower] = [this.next, this.peek(1)];
    if (
      token.digits !== undefined &&
      lower?.digits !== undefined &&
      !letter?.space &&
      !lower.space &&
      (letter?.text === "C" || letter?.text === "P")
    ) {
      this.at += 2;
      return apply(letter.text === "C" ? "binomial" : "permutations", number(value), number(lower.value ?? fail()));
    }
    return { kind: "number", value, ...(token.places === undefined ? {} : { places: token.places }) };
  }

  /** The name of a symbol with its index and primes. */
  name(text: string): string {
    let name = text;
    if (this.take("_")) name += `_${this.#index()}`;
    while (this.take("'")) name += "'";
    return name;
  }

  #index(): string {
    const token = this.next ?? fail();
    if (token.type === "open" && token.text === "{") {
      const close = this.scope.match[this.at];
      const inner = this.scope.tokens.slice(this.at + 1, close).map(({ text }) => text);
      this.at = close + 1;
      return inner.join("");
    }
    this.at++;
    return ["number", "letter", "word", "constant"].includes(token.type) ? token.text : fail();
  }

  #bracket(token: Token): Expr {
    const close = this.scope.match[this.at - 1];
    if (token.text === "⌊" || token.text === "⌈")
      return apply(token.text === "⌊" ? "floor" : "ceil", this.inside(close));
    const kind = token.text + this.scope.tokens[close].text;
    if (kind === "{}" && close === this.at) {
      this.at = close + 1;
      return this.take("_") || this.take("^") ? this.#preceded() : fail();
    }
    if (kind !== "()" && kind !== "[]" && kind !== "{}") fail();
    return this.inside(close);
  }

  /** The rest of {}_nC_k or ^nC_k from n on. */
  #preceded(): Expr {
    const upper = this.#postfix(this.#primary());
    const sign = this.next?.text;
    if (sign !== "C" && sign !== "P") fail();
    this.at++;
    if (!this.take("_")) fail();
    return apply(sign === "C" ? "binomial" : "permutations", upper, this.#postfix(this.#primary()));
  }

  /** The expression up to a bracket, which is passed. {n \choose k} and {a \over b} fill theirs. */
  inside(close: number): Expr {
    const outer = this.end;
    const bars = this.#bars;
    this.end = close;
    this.#bars = 0;
    let result = this.sum();
    if (this.take("choose")) result = apply("binomial", result, this.sum());
    else if (this.take("over")) result = divided(result, this.sum());
    if (this.at !== close) fail();
    this.end = outer;
    this.#bars = bars;
    this.at = close + 1;
    return result;
  }

  /** √, |x|, ‖v‖. */
  #prefix({ text }: Token): Expr {
    if (text === "√") return power(this.atom(), number(rational(1n, 2n)));
    if (text === "∛") return power(this.atom(), number(rational(1n, 3n)));
    if (text === "∜") return power(this.atom(), number(rational(1n, 4n)));
    if (text === "^") return this.#preceded();
    if (text !== "|" && text !== "‖") fail();
    if (text === "|") this.#bars++;
    const inner = this.sum();
    if (text === "|") this.#bars--;
    if (!this.take(text)) fail();
    return text === "‖" && inner.kind === "symbol" ? symbol(`‖${inner.name}‖`) : apply("abs", inner);
  }

  /** The factors of an argument without brackets: sin 2πx. */
  plainArgument(): Expr {
    const factors = [this.#factor()];
    while (this.#besides() && this.next?.type !== "function" && startsArgument(this.next)) factors.push(this.#factor());
    const last = factors.at(-1);
    if (last?.kind === "constant" && last.name === "pi" && this.has("/") && this.peek(1)?.digits !== undefined) {
      this.at++;
      factors.push(inverse(this.#factor()));
    }
    return product(factors);
  }
}

function plus(whole: Expr, part: Expr): Expr {
  if (whole.kind !== "number" || part.kind !== "number") return fail();
  const value = rational(whole.value.n * part.value.d + part.value.n, part.value.d);
  return { kind: "number", value };
}

/** The expression that tokens [from, to) are, all of them. Fails if they are none. */
export function expression(scope: Scope, from: number, to: number): Expr {
  const parser = new Expression(scope, from, to);
  const result = parser.sum();
  if (parser.take("choose")) return choose(parser, result, to);
  return parser.at === to ? result : fail();
}

/** n \choose k without braces. */
function choose(parser: Expression, upper: Expr, to: number): Expr {
  const lower = parser.sum();
  return parser.at === to ? apply("binomial", upper, lower) : fail();
}
