/**
 * Values in double precision: enough to see at once that two expressions differ clearly, never that they are equal. Real
 * numbers only; what else there is has no value here.
 */
import type { Expr, Fuel, Rational } from "../term.ts";
import { burn } from "../term.ts";
import type { Point } from "./evaluate.ts";

interface Run {
  readonly point: Point;
  readonly fuel: Fuel;
  largest: number;
  smallest: number;
}

const numberOf = ({ n, d }: Rational): number => Number(n) / Number(d);

const rules = new Map<string, (x: number, y: number | undefined) => number>([
  ["sin", Math.sin],
  ["cos", Math.cos],
  ["tan", Math.tan],
  ["cot", (x) => 1 / Math.tan(x)],
  ["sec", (x) => 1 / Math.cos(x)],
  ["csc", (x) => 1 / Math.sin(x)],
  ["arcsin", Math.asin],
  ["arccos", Math.acos],
  ["arctan", Math.atan],
  ["sinh", Math.sinh],
  ["cosh", Math.cosh],
  ["tanh", Math.tanh],
  ["ln", Math.log],
  ["exp", Math.exp],
  ["log", (x, base) => Math.log(x) / Math.log(base ?? 10)],
  ["abs", Math.abs],
]);

function of(run: Run, e: Expr): number {
  burn(run.fuel, 0.2);
  const value = node(run, e);
  const size = Math.abs(value);
  if (size > run.largest) run.largest = size;
  if (size < run.smallest) run.smallest = size;
  return value;
}

function node(run: Run, e: Expr): number {
  switch (e.kind) {
    case "number":
      return numberOf(e.value);
    case "constant":
      return e.name === "pi" ? Math.PI : e.name === "e" ? Math.E : Number.NaN;
    case "symbol": {
      const at = run.point.at.get(e.name);
      return at && "n" in at ? numberOf(at) : Number.NaN;
    }
    case "sum":
      return e.terms.reduce((total, term) => total + of(run, term), 0);
    case "product":
      return e.factors.reduce((total, factor) => total * of(run, factor), 1);
    case "power": {
      const [base, exponent] = [of(run, e.base), of(run, e.exponent)];
      return base < 0 && !Number.isInteger(exponent) ? Number.NaN : base ** exponent;
    }
    case "apply": {
      const rule = e.args.length > 0 && e.args.length < 3 ? rules.get(e.name) : undefined;
      return rule ? rule(of(run, e.args[0]), e.args[1] && of(run, e.args[1])) : Number.NaN;
    }
    case "plusminus":
    case "bound":
      return Number.NaN;
  }
}

/**
 * How two expressions compare at a point, or as constants: "apart" where they differ by far more than rounding explains,
 * "close" where they do not differ by more; undefined where that cannot be said, as numbers are too large or too small.
 */
export function roughly(a: Expr, b: Expr, point: Point, fuel: Fuel): "apart" | "close" | undefined {
  const run: Run = { point, fuel, largest: 1, smallest: 1 };
  const [x, y] = [of(run, a), of(run, b)];
  if (!Number.isFinite(x - y) || run.largest > 1e6 || run.smallest < 1e-6) return undefined;
  const apart = Math.abs(x - y);
  if (apart > 1e-4 * Math.max(1, Math.abs(x), Math.abs(y))) return "apart";
  return apart < 1e-9 * Math.max(1, Math.abs(x), Math.abs(y)) ? "close" : undefined;
}
