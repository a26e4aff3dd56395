/** Exact arithmetic on what a model writes. It is parsed, never evaluated as code. */

/** n/d in lowest terms, d > 0. `rounded`: cut to some digits on the way. */
interface Rational {
  readonly n: bigint;
  readonly d: bigint;
  readonly rounded: boolean;
}

/** What is wrong with an expression. */
export class CalculationError extends Error {}
const fail = (message: string): never => {
  throw new CalculationError(message);
};

const maxCharacters = 2000;
const maxBits = 40_000;
const maxDepth = 100;
/** Digits after the point of a root that is no fraction. */
const places = 40n;

const abs = (n: bigint): bigint => (n < 0n ? -n : n);
const bits = (n: bigint): number => abs(n).toString(16).length * 4;
const gcd = (a: bigint, b: bigint): bigint => {
  let [x, y] = [abs(a), abs(b)];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
};

function ratio(n: bigint, d: bigint, rounded: boolean): Rational {
  if (d === 0n) return fail("division by zero");
  if (bits(n) > maxBits || bits(d) > maxBits) return fail("the number is too large");
  const common = gcd(n, d) * (d < 0n ? -1n : 1n);
  return { n: n / common, d: d / common, rounded };
}

const whole = (n: bigint): Rational => ratio(n, 1n, false);
const integer = (x: Rational, what: string): bigint => (x.d === 1n ? x.n : fail(`${what} needs whole numbers`));
const add = (a: Rational, b: Rational): Rational => ratio(a.n * b.d + b.n * a.d, a.d * b.d, a.rounded || b.rounded);
const times = (a: Rational, b: Rational): Rational => ratio(a.n * b.n, a.d * b.d, a.rounded || b.rounded);
const over = (a: Rational, b: Rational): Rational => ratio(a.n * b.d, a.d * b.n, a.rounded || b.rounded);
const negative = (a: Rational): Rational => ({ ...a, n: -a.n });
const less = (a: Rational, b: Rational): boolean => a.n * b.d < b.n * a.d;
const floor = (a: Rational): bigint => (a.n - (((a.n % a.d) + a.d) % a.d)) / a.d;
const remainder = (a: Rational, b: Rational): Rational => add(a, negative(times(b, whole(floor(over(a, b))))));

function root(n: bigint): bigint {
  if (n < 2n) return n;
  let x = 1n << BigInt(Math.ceil(n.toString(2).length / 2));
  for (;;) {
    const next = (x + n / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}

function squareRoot(a: Rational): Rational {
  if (a.n < 0n) return fail("a negative number has no real root");
  const [n, d] = [root(a.n), root(a.d)];
  if (n * n === a.n && d * d === a.d) return ratio(n, d, a.rounded);
  const scale = 10n ** places;
  return ratio(root((a.n * scale * scale) / a.d), scale, true);
}

function power(a: Rational, b: Rational): Rational {
  if (b.d === 2n) return power(squareRoot(a), whole(b.n));
  if (b.d !== 1n) return fail("only whole exponents and halves");
  const size = Number(abs(b.n)) * Math.max(bits(a.n), bits(a.d));
  if (abs(a.n) > 1n || a.d > 1n) if (size > maxBits * 4) return fail("the number is too large");
  const up = ratio(
    a.n ** (a.n === 1n || a.n === 0n ? 1n : a.n === -1n ? abs(b.n) % 2n : abs(b.n)),
    a.d ** (a.d === 1n ? 1n : abs(b.n)),
    a.rounded,
  );
  return b.n === 0n ? whole(1n) : b.n < 0n ? over(whole(1n), up) : up;
}

function factorial(a: Rational): Rational {
  const n = integer(a, "a factorial");
  if (n < 0n || n > 3000n) return fail("factorials go from 0 to 3000");
  let product = 1n;
  for (let i = 2n; i <= n; i++) product *= i;
  return whole(product);
}

const round = (a: Rational): Rational => whole(floor(add(a, ratio(1n, 2n, false))));
const smaller = (a: Rational, b: Rational): Rational => (less(b, a) ? b : a);
const larger = (a: Rational, b: Rational): Rational => (less(a, b) ? b : a);
const fold =
  (f: (a: Rational, b: Rational) => Rational) =>
  (...all: readonly Rational[]): Rational =>
    all.slice(1).reduce(f, all[0] ?? fail("a function needs arguments"));
const one =
  (f: (a: Rational) => Rational) =>
  (...all: readonly Rational[]): Rational =>
    all.length === 1 ? f(all[0]) : fail("this function takes one argument");

const functions: Readonly<Record<string, (...all: readonly Rational[]) => Rational>> = {
  sqrt: one(squareRoot),
  abs: one((a) => ({ ...a, n: abs(a.n) })),
  floor: one((a) => whole(floor(a))),
  ceil: one((a) => whole(-floor(negative(a)))),
  round: one(round),
  min: fold(smaller),
  max: fold(larger),
  gcd: fold((a, b) => whole(gcd(integer(a, "gcd"), integer(b, "gcd")))),
  lcm: fold((a, b) => {
    const [x, y] = [integer(a, "lcm"), integer(b, "lcm")];
    return x === 0n || y === 0n ? whole(0n) : whole(abs(x * y) / gcd(x, y));
  }),
};

/** A number as written: 12, 1,234.5, .5, 2e-3. */
function numberOf(text: string): Rational {
  const [mantissa, exponent = "0"] = text.replaceAll(",", "").toLowerCase().split("e");
  const [before, after = ""] = mantissa.split(".");
  const shift = Number(exponent) - after.length;
  if (Math.abs(shift) > 5000) return fail("the number is too large");
  const digits = BigInt(`${before}${after}`);
  return shift < 0 ? ratio(digits, 10n ** BigInt(-shift), false) : whole(digits * 10n ** BigInt(shift));
}

const token =
  /\s*(?:(\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|([A-Za-z]+)|(\*\*|\/\/|[-+*/^%!(),]))/y;

function tokensOf(text: string): string[] {
  const plain = text
    .trim()
    .replaceAll("×", "*")
    .replaceAll("·", "*")
    .replaceAll("÷", "/")
    .replaceAll("−", "-")
    .replaceAll("√", "sqrt ");
  const found: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < plain.length) {
    const at = token.lastIndex;
    const match = token.exec(plain);
    if (match === null) return fail(`"${plain.slice(at, at + 10).trim()}" is not understood`);
    found.push(match[0].trim());
  }
  return found;
}

/**
 * The exact value of + - * / // % ^ ** ! and of sqrt, abs, floor, ceil, round, min, max, gcd, lcm. `//` and `%` round down.
 * Throws CalculationError.
 */
function evaluate(text: string): Rational {
  if (text.length > maxCharacters) return fail(`more than ${maxCharacters} characters`);
  const tokens = tokensOf(text);
  let at = 0;
  const take = (...which: readonly string[]): string | undefined =>
    which.includes(tokens[at]) ? tokens[at++] : undefined;
  const need = (what: string): void =>
    void (
      take(what) ??
      fail(at < tokens.length ? `"${tokens[at]}" where "${what}" was expected` : `"${what}" is missing at the end`)
    );
  const deeper = (depth: number): number => (depth > maxDepth ? fail("too many brackets") : depth + 1);

  const sum = (depth: number): Rational => {
    let left = product(depth);
    for (let sign = take("+", "-"); sign !== undefined; sign = take("+", "-")) {
      const right = product(depth);
      left = add(left, sign === "+" ? right : negative(right));
    }
    return left;
  };
  const product = (depth: number): Rational => {
    let left = signed(depth);
    for (let sign = take("*", "/", "//", "%"); sign !== undefined; sign = take("*", "/", "//", "%")) {
      const right = signed(depth);
      left =
        sign === "*"
          ? times(left, right)
          : sign === "/"
            ? over(left, right)
            : sign === "//"
              ? whole(floor(over(left, right)))
              : remainder(left, right);
    }
    return left;
  };
  const signed = (depth: number): Rational => {
    const sign = take("+", "-");
    if (sign === undefined) return raised(depth);
    const value = signed(deeper(depth));
    return sign === "-" ? negative(value) : value;
  };
  const raised = (depth: number): Rational => {
    let base = atom(depth);
    while (take("!") !== undefined) base = factorial(base);
    return take("^", "**") === undefined ? base : power(base, signed(deeper(depth)));
  };
  const atom = (depth: number): Rational => {
    if (at >= tokens.length) return fail("the expression ends too early");
    const word = tokens[at++];
    if (/^[\d.]/.test(word)) return numberOf(word);
    if (word === "(") {
      const value = sum(deeper(depth));
      need(")");
      return value;
    }
    if (!Object.hasOwn(functions, word)) return fail(`"${word}" is not understood`);
    if (take("(") === undefined) return functions[word](atom(deeper(depth)));
    const args = [sum(deeper(depth))];
    while (take(",") !== undefined) args.push(sum(deeper(depth)));
    need(")");
    return functions[word](...args);
  };

  const value = sum(0);
  return at === tokens.length ? value : fail(`"${tokens[at]}" is not expected there`);
}

/** A whole number, a terminating decimal, or a fraction with its first 15 decimals; "≈" where it was rounded. */
function write({ n, d, rounded }: Rational): string {
  if (rounded) return `≈ ${decimal(n, d, 15).replace(/\.?0+$/, "")}`;
  if (d === 1n) return String(n);
  let rest = d;
  let digits = 0;
  for (const prime of [2n, 5n]) {
    let count = 0;
    for (; rest % prime === 0n; rest /= prime) count++;
    digits = Math.max(digits, count);
  }
  return rest === 1n && digits <= 30 ? decimal(n, d, digits) : `${n}/${d} ≈ ${decimal(n, d, 15)}`;
}

function decimal(n: bigint, d: bigint, digits: number): string {
  const scaled = (abs(n) * 10n ** BigInt(digits) * 2n + d) / (d * 2n);
  const text = String(scaled).padStart(digits + 1, "0");
  const sign = n < 0n && scaled > 0n ? "-" : "";
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** The value of an expression as text. Throws CalculationError that says what is wrong with it. */
export const calculate = (expression: string): string => write(evaluate(expression));
