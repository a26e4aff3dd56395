/** Numerical values of expressions at a point, to a chosen number of digits. */
import { streamKey, uniformAt } from "../../core/random.ts";
import { isInteger } from "../rational.ts";
import type { Expr, Fuel, Rational } from "../term.ts";
import { burn } from "../term.ts";
import type { Complex, Field } from "./complex.ts";
import {
  add,
  arccos,
  arcsin,
  arctan,
  argument,
  checked,
  conjugate,
  cos,
  divide,
  exp,
  exponentOf,
  field,
  invert,
  isReal,
  isZero,
  ln,
  modulus,
  multiply,
  negate,
  power,
  root,
  sin,
} from "./complex.ts";
import { Undefined, Unreachable } from "./polynomial.ts";

export interface Point {
  readonly at: ReadonlyMap<string, Rational | readonly [Rational, Rational]>;
  /** Where a root or logarithm of a negative number has no value, and odd roots of negative numbers are real. */
  readonly real: boolean;
}

export interface Value {
  readonly z: Complex;
  /** The largest decimal exponent, up or down, of any number met on the way. */
  readonly reach: number;
}

interface Run {
  readonly f: Field;
  readonly point: Point;
  readonly fuel: Fuel;
  reach: number;
}

/** The value of an expression. Throws Undefined where there is none and OutOfFuel. */
export function evaluate(e: Expr, point: Point, digits: number, fuel: Fuel): Value {
  const run: Run = { f: field(digits), point, fuel, reach: 0 };
  const z = of(run, e);
  return { z, reach: run.reach };
}

const decimal = (f: Field, { n, d }: Rational): Complex["re"] => {
  const over = f.make(n.toString());
  return d === 1n ? over : over.div(f.make(d.toString()));
};

function of(run: Run, e: Expr): Complex {
  burn(run.fuel, run.f.digits / 25);
  const z = checked(node(run, e));
  const size = exponentOf(z);
  if (Number.isFinite(size) && Math.abs(size) > run.reach) run.reach = Math.abs(size);
  return z;
}

const real = (f: Field, re: Complex["re"]): Complex => ({ re, im: f.zero.im });

function node(run: Run, e: Expr): Complex {
  const { f } = run;
  switch (e.kind) {
    case "number":
      return real(f, decimal(f, e.value));
    case "constant":
      if (e.name === "pi") return real(f, f.pi);
      if (e.name === "e") return real(f, f.make(1).exp());
      if (e.name === "i") return { re: f.zero.re, im: f.one.re };
      throw new Undefined("infinity in an expression");
    case "symbol": {
      const at = run.point.at.get(e.name);
      if (!at) throw new Undefined(`no value of ${e.name}`);
      return "n" in at ? real(f, decimal(f, at)) : { re: decimal(f, at[0]), im: decimal(f, at[1]) };
    }
    case "sum": {
      const sum = e.terms.map((term) => of(run, term)).reduce(add, f.zero);
      return sum;
    }
    case "product":
      return e.factors.map((factor) => of(run, factor)).reduce(multiply, f.one);
    case "power":
      return raised(run, e.base, e.exponent);
    case "apply":
      return applied(
        run,
        e.name,
        e.args.map((arg) => of(run, arg)),
      );
    case "plusminus":
    case "bound":
      throw new Undefined(`no value of ${e.kind}`);
  }
}

function raised(run: Run, base: Expr, exponent: Expr): Complex {
  const { f } = run;
  const a = of(run, base);
  const by = rationalOf(exponent);
  // A step of fuel is about ten microseconds; elementary functions take the square of the digits.
  if (!by || !isInteger(by)) burn(run.fuel, f.digits ** 2 / (by?.d === 2n && isReal(a) ? 400 : 40));
  if (by && !isInteger(by) && isReal(a) && a.re.isNegative() && !isZero(a)) {
    if (by.d % 2n === 1n) {
      const size = power(f, negate(a), real(f, decimal(f, by)));
      return by.n % 2n === 0n ? size : negate(size);
    }
    if (run.point.real) throw new Undefined("an even root of a negative number");
  }
  const b = of(run, exponent);
  if (run.point.real && isReal(a) && a.re.isNegative() && isReal(b) && !b.re.isInteger()) {
    throw new Undefined("a power of a negative number");
  }
  return power(f, a, b);
}

/** The exponent of a root, as it is written: 1/3 or a decimal, also as a product. */
function rationalOf(e: Expr): Rational | undefined {
  if (e.kind === "number") return e.value;
  if (e.kind === "power" && e.base.kind === "number" && e.exponent.kind === "number" && e.exponent.value.n === -1n) {
    const { n, d } = e.base.value;
    return e.exponent.value.d === 1n && n > 0n ? { n: d, d: n } : undefined;
  }
  if (e.kind !== "product") return undefined;
  let [n, d] = [1n, 1n];
  for (const factor of e.factors) {
    const value = rationalOf(factor);
    if (!value) return undefined;
    [n, d] = [n * value.n, d * value.d];
  }
  for (let [x, y] = [n < 0n ? -n : n, d]; ; [x, y] = [y, x % y]) if (y === 0n) return { n: n / x, d: d / x };
}

function logarithm(run: Run, z: Complex): Complex {
  if (run.point.real && isReal(z) && z.re.isNegative()) throw new Undefined("ln of a negative number");
  return ln(run.f, z);
}

const integer = (z: Complex): bigint => {
  if (!isReal(z) || !z.re.isInteger()) throw new Undefined("not an integer");
  if (z.re.abs().gt(3_000)) throw new Unreachable("not a small integer");
  return BigInt(z.re.toNumber());
};

function real1(z: Complex): Complex["re"] {
  if (!isReal(z)) throw new Undefined("not a real number");
  return z.re;
}

/** The nearest integer where noise hides which side of it the number is on. */
function rounded(f: Field, x: Complex["re"], to: "floor" | "ceil" | "round"): Complex["re"] {
  const near = x.round();
  if (
    x
      .minus(near)
      .abs()
      .lt(f.make(`1e-${Math.floor(f.digits / 2)}`))
  )
    return near;
  return to === "round" ? near : x[to]();
}

function count(f: Field, from: number, down: (k: number) => number): Complex {
  let product = f.one.re;
  for (let k = from; k > 1; k = down(k)) product = product.times(k);
  return real(f, product);
}

type Rule = (run: Run, x: Complex, y: Complex, all: readonly Complex[]) => Complex;
const half = (f: Field, z: Complex): Complex => multiply(z, real(f, f.make(0.5)));
const tangent = (run: Run, x: Complex): Complex => divide(run.f, sin(run.f, x), cos(run.f, x));
const inside = (run: Run, x: Complex): Complex => {
  if (run.point.real && isReal(x) && x.re.abs().gt(1)) throw new Undefined("outside of [−1, 1]");
  return x;
};
const sinh = ({ f }: Run, x: Complex): Complex => half(f, add(exp(f, x), negate(exp(f, negate(x)))));
const cosh = ({ f }: Run, x: Complex): Complex => half(f, add(exp(f, x), exp(f, negate(x))));

const rules = new Map<string, Rule>([
  ["sin", ({ f }, x) => sin(f, x)],
  ["cos", ({ f }, x) => cos(f, x)],
  ["tan", tangent],
  ["cot", (run, x) => invert(run.f, tangent(run, x))],
  ["sec", ({ f }, x) => invert(f, cos(f, x))],
  ["csc", ({ f }, x) => invert(f, sin(f, x))],
  ["arcsin", (run, x) => arcsin(run.f, inside(run, x))],
  ["arccos", (run, x) => arccos(run.f, inside(run, x))],
  ["arctan", ({ f }, x) => arctan(f, x)],
  ["arccot", ({ f }, x) => add(real(f, f.pi.div(2)), negate(arctan(f, x)))],
  ["arcsec", (run, x) => arccos(run.f, inside(run, invert(run.f, x)))],
  ["arccsc", (run, x) => arcsin(run.f, inside(run, invert(run.f, x)))],
  ["sinh", sinh],
  ["cosh", cosh],
  ["tanh", (run, x) => divide(run.f, sinh(run, x), cosh(run, x))],
  ["coth", (run, x) => divide(run.f, cosh(run, x), sinh(run, x))],
  ["sech", (run, x) => invert(run.f, cosh(run, x))],
  ["csch", (run, x) => invert(run.f, sinh(run, x))],
  ["arcsinh", ({ f }, x) => ln(f, add(x, root(f, add(multiply(x, x), f.one))))],
  ["arccosh", (run, x) => logarithm(run, add(x, root(run.f, add(multiply(x, x), negate(run.f.one)))))],
  ["arctanh", (run, x) => half(run.f, logarithm(run, divide(run.f, add(run.f.one, x), add(run.f.one, negate(x)))))],
  ["ln", logarithm],
  ["exp", ({ f }, x) => exp(f, x)],
  [
    "log",
    (run, x, base, all) =>
      divide(run.f, logarithm(run, x), logarithm(run, all.length > 1 ? base : real(run.f, run.f.make(10)))),
  ],
  ["abs", ({ f }, x) => real(f, modulus(x))],
  ["arg", ({ f }, x) => real(f, argument(f, x))],
  ["re", ({ f }, x) => real(f, x.re)],
  ["im", ({ f }, x) => real(f, x.im)],
  ["conjugate", (_, x) => conjugate(x)],
  ["floor", ({ f }, x) => real(f, rounded(f, real1(x), "floor"))],
  ["ceil", ({ f }, x) => real(f, rounded(f, real1(x), "ceil"))],
  ["round", ({ f }, x) => real(f, rounded(f, real1(x), "round"))],
  ["sign", ({ f }, x) => real(f, f.make(real1(x).isZero() ? 0 : real1(x).isNegative() ? -1 : 1))],
  [
    "max",
    ({ f }, _x, _y, all) =>
      real(
        f,
        all.map(real1).reduce((a, b) => (a.gt(b) ? a : b)),
      ),
  ],
  [
    "min",
    ({ f }, _x, _y, all) =>
      real(
        f,
        all.map(real1).reduce((a, b) => (a.lt(b) ? a : b)),
      ),
  ],
  ["mod", ({ f }, x, y) => add(x, negate(multiply(y, real(f, rounded(f, real1(divide(f, x, y)), "floor")))))],
  ["factorial", ({ f }, x) => count(f, Number(natural(x)), (k) => k - 1)],
  ["doublefactorial", ({ f }, x) => count(f, Number(natural(x)), (k) => k - 2)],
  ["binomial", ({ f }, x, y) => choose(f, x, Number(natural(y)), true)],
  ["permutations", ({ f }, x, y) => choose(f, x, Number(natural(y)), false)],
]);

function natural(z: Complex): bigint {
  const n = integer(z);
  if (n < 0n) throw new Undefined("a negative number");
  return n;
}

function choose(f: Field, n: Complex, k: number, divided: boolean): Complex {
  let result = f.one;
  for (let j = 0; j < k; j++) {
    result = multiply(result, add(n, real(f, f.make(-j))));
    if (divided) result = divide(f, result, real(f, f.make(j + 1)));
  }
  return result;
}

/** The value of a function. Of one that is not known: the same for the same arguments, and like no other. */
function applied(run: Run, name: string, args: readonly Complex[]): Complex {
  burn(run.fuel, run.f.digits ** 2 / (name.startsWith("arc") ? 6 : 40));
  // The exponentials inside are as large as what they cancel with.
  if (/h$|^exp$/u.test(name) && args.length > 0 && rules.has(name)) {
    const size = Math.ceil(args[0].re.abs().toNumber() * 0.8686);
    if (size > run.reach && Number.isFinite(size)) run.reach = size;
  }
  const rule = rules.get(name);
  if (rule) {
    if (args.length === 0) throw new Undefined(`${name} of nothing`);
    return rule(run, args[0], args[1] ?? args[0], args);
  }
  const seen = args.map((z) => `${z.re.toSignificantDigits(20).toString()},${z.im.toSignificantDigits(20).toString()}`);
  return real(run.f, run.f.make(1 + uniformAt(streamKey(`${name}(${seen.join(";")})`), 0)));
}
