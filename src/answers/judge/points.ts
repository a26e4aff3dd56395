/** Where expressions with symbols are evaluated. */
import { random } from "../../core/random.ts";
import { absolute, add, floor, negate, rational } from "../rational.ts";
import type { Expr, Rational } from "../term.ts";
import type { Point } from "./evaluate.ts";
import { parts, some } from "./tree.ts";

export interface Draw {
  readonly where: Point;
  /** To be tried even where enough points agree already. */
  readonly needed: boolean;
}

const pieces = /^(?:abs|floor|ceil|round|sign|max|min|mod)$/u;

/** Is it made of pieces that meet somewhere, as |x − 7| and √(x²) are? */
const isPiecewise = (e: Expr): boolean =>
  some(e, (node) => {
    if (node.kind === "apply") return pieces.test(node.name);
    return node.kind === "power" && node.base.kind === "sum" ? some(node.exponent, isFraction) : isEvenRoot(node);
  });

const isFraction = (e: Expr): boolean =>
  (e.kind === "number" && e.value.d !== 1n) ||
  (e.kind === "power" && e.exponent.kind === "number" && e.exponent.value.n < 0n);

const isEvenRoot = (e: Expr): boolean => e.kind === "power" && e.base.kind === "power" && some(e.exponent, isFraction);

/** Sizes of the numbers that are written in an expression, not too large. */
function literals(e: Expr, into: Map<string, Rational>): void {
  if (e.kind === "number" && floor(e.value) < 1_000_000n && floor(negate(e.value)) < 1_000_000n && into.size < 12) {
    into.set(`${absolute(e.value.n)}/${e.value.d}`, { n: absolute(e.value.n), d: e.value.d });
  }
  for (const part of parts(e)) literals(part, into);
}

/** Beside 0: near 1, negative, on integers, far out, and off the real line. */
const ranges = [
  [0.1, 1],
  [1, 4],
  [-1, -0.1],
  [-5, 5],
] as const;

const most = 20;

/** Points for the symbols `names` of two expressions, always the same ones; pieces get points on both sides of every number in them. */
export function* points(a: Expr, b: Expr, names: readonly string[], imaginary: boolean): Generator<Draw> {
  const r = random(`points of ${names.join()}`);
  const between = (low: number, high: number): Rational =>
    rational(BigInt(Math.floor((low + (high - low) * r.next()) * 9973)), 9973n);
  const draw = (n: number): Rational | readonly [Rational, Rational] => {
    if (imaginary && n % 2 === 1) return [between(-2, 2), between(-2, 2)];
    if (n >= 8 && n < 12) return { n: BigInt(1 + r.int(6)), d: 1n };
    if (n >= 12 && n < 16) return between(5, 40);
    const [low, high] = ranges[n % 4];
    return between(low, high);
  };
  const at = (value: () => Rational | readonly [Rational, Rational]): Point => ({
    at: new Map(names.map((name) => [name, value()])),
    real: !imaginary,
  });
  if (isPiecewise(a) || isPiecewise(b)) {
    const found = new Map<string, Rational>();
    literals(a, found);
    literals(b, found);
    let span = 1;
    for (const size of found.values()) {
      span = Math.max(span, Number(floor(size)) + 1);
      for (const side of [-1, 1]) {
        for (const offset of [-0.4, 0.4]) {
          const centre = side < 0 ? negate(size) : size;
          yield { where: at(() => add(centre, between(offset, offset * 1.1))), needed: true };
        }
      }
    }
    for (let n = 0; n < 8; n++) yield { where: at(() => between(-2 * span, 2 * span)), needed: true };
  }
  for (let n = 0; n < most; n++) yield { where: at(() => draw(n)), needed: n < 6 };
}
