import { describe, expect, it } from "vitest";
import { random } from "../../core/random.ts";
import type { Random } from "../../core/random.ts";
import { defaultPolicy } from "../policy.ts";
import { rational } from "../rational.ts";
import type { Answer, Expr } from "../term.ts";
import { verify } from "../verify.ts";
import { compareConstants, compareExpressions, order } from "./expressions.ts";
import { judge } from "./judge.ts";
import { apply, infinity, minus, number, pi, product, raise, sum, symbol, valueOf } from "./tree.ts";

const fuel = (left = 200_000) => ({ left });
const over = (a: number, b: number): Expr => number(rational(BigInt(a), BigInt(b)));
const root = (e: Expr): Expr => raise(e, over(1, 2));

/** A random expression over x and y. */
function expression(r: Random, depth: number): Expr {
  if (depth === 0) return r.pick([number(r.int(9) - 4), over(r.int(7) + 1, 3), symbol("x"), symbol("y"), pi]);
  const part = (): Expr => expression(r, depth - 1);
  switch (r.int(7)) {
    case 0:
    case 1:
      return sum(part(), part());
    case 2:
    case 3:
      return product(part(), part());
    case 4:
      return raise(part(), number(r.int(4) - 1));
    case 5:
      return root(part());
    default:
      return apply(r.pick(["sin", "abs", "ln", "exp", "floor", "f"]), part());
  }
}

/** A random answer of any kind. */
function answer(r: Random, depth: number): Answer {
  const items = (): Answer[] => Array.from({ length: r.int(4) }, () => answer(r, depth - 1));
  const value = (): Answer => valueOf(expression(r, 1));
  if (depth === 0) return value();
  switch (r.int(11)) {
    case 0:
      return { kind: "tuple", items: items() };
    case 1:
      return { kind: "set", items: items(), written: r.pick(["braces", "listed", "or"] as const) };
    case 2:
      return {
        kind: "interval",
        low: number(r.int(4)),
        high: r.pick([number(4), infinity]),
        closed: [r.int(2) === 0, false],
      };
    case 3:
      return { kind: "pair", items: [answer(r, depth - 1), answer(r, depth - 1)] };
    case 4:
      return { kind: r.pick(["union", "intersection", "difference"] as const), parts: items() };
    case 5:
      return {
        kind: "relation",
        sides: [value(), value()],
        signs: [r.pick(["=", "<", ">=", "!=", "≈", "≡"] as const)],
      };
    case 6:
      return {
        kind: "matrix",
        rows: [
          [number(1), symbol("x")],
          [pi, number(2)],
        ],
        determinant: r.int(2) === 0,
      };
    case 7:
      return { kind: "all", parts: items() };
    case 8:
      return { kind: "member", of: symbol("x"), set: answer(r, depth - 1) };
    case 9:
      return { kind: "builder", variable: symbol("x"), domain: { kind: "domain", name: "reals" }, where: items() };
    default:
      return r.pick<Answer>([
        { kind: "nothing", what: "no-solution" },
        { kind: "truth", value: true },
        { kind: "text", text: "paris" },
        { kind: "choice", letters: ["B"] },
        { kind: "date", month: 3, day: 5 },
        { kind: "value", value: { kind: "plusminus", sign: 1, of: number(r.int(3)) } },
      ]);
  }
}

describe("judge", () => {
  it("is reflexive and symmetric, never throws and keeps within its fuel, whatever the trees", () => {
    const r = random("judge");
    let decided = 0;
    for (let i = 0; i < 600; i++) {
      const [a, b] = [answer(r, r.int(3)), answer(r, r.int(3))];
      const tank = fuel(20_000);
      const [there, back] = [judge(a, b, defaultPolicy, tank), judge(b, a, defaultPolicy, fuel(20_000))];
      expect(tank.left).toBeLessThanOrEqual(20_000);
      expect(back.equal, `${there.how} / ${back.how}`).toBe(there.equal);
      expect(judge(a, a, defaultPolicy, fuel()).equal).toBe(true);
      if (there.equal !== null) decided++;
    }
    expect(decided).toBeGreaterThan(400);
  });

  it("knows an expression again in another order, and from itself plus one", () => {
    const r = random("expressions");
    const turned = (e: Expr): Expr => {
      if (e.kind === "sum") return sum(...e.terms.map(turned).reverse());
      if (e.kind === "product") return product(...e.factors.map(turned).reverse());
      return e.kind === "power" ? raise(turned(e.base), e.exponent) : e;
    };
    let wrong = 0;
    let equal = 0;
    for (let i = 0; i < 300; i++) {
      const e = expression(r, 3);
      const same = compareExpressions(e, turned(e), fuel()).equal;
      if (same === false) wrong++;
      if (same) equal++;
      if (compareExpressions(e, sum(turned(e), number(1)), fuel()).equal) wrong++;
    }
    expect(wrong).toBe(0);
    expect(equal).toBeGreaterThan(240);
  });

  it("gives up, undecided, without fuel", () => {
    const [a, b] = [raise(sum(symbol("x"), symbol("y")), number(12)), raise(sum(symbol("y"), symbol("x")), number(12))];
    expect(judge(valueOf(a), valueOf(b), defaultPolicy, fuel(20))).toEqual({ equal: null, how: "out of fuel" });
    expect(judge(valueOf(a), valueOf(b), defaultPolicy, fuel()).equal).toBe(true);
  });

  it("takes nested answers up to a depth", () => {
    let [a, b]: Answer[] = [valueOf(number(1)), valueOf(number(2))];
    for (let i = 0; i < 200; i++) {
      a = { kind: "tuple", items: [a, valueOf(number(0))] };
      b = { kind: "tuple", items: [b, valueOf(number(0))] };
    }
    expect(judge(a, b, defaultPolicy, fuel()).equal).toBeNull();
  });
});

describe("constants", () => {
  it("are told apart however close they are", () => {
    for (const k of [5, 20, 60, 150]) {
      const tiny = number(rational(1n, 10n ** BigInt(k)));
      expect(compareConstants(root(number(2)), sum(root(number(2)), tiny), fuel()).equal, String(k)).toBe(false);
    }
    const almost = raise({ kind: "constant", name: "e" }, product(pi, root(number(163))));
    expect(compareConstants(almost, number(rational(262537412640768744n)), fuel()).equal).toBe(false);
  });

  it("that are equal for a deep reason are equal", () => {
    const cube = (e: Expr): Expr => raise(e, over(1, 3));
    const nested = sum(cube(sum(number(2), root(number(5)))), cube(sum(number(2), minus(root(number(5))))));
    expect(compareConstants(nested, number(1), fuel()).equal).toBe(true);
    const squares = sum(raise(apply("sin", number(1)), number(2)), raise(apply("cos", number(1)), number(2)));
    expect(compareConstants(squares, number(1), fuel()).equal).toBe(true);
  });

  it("are put in order", () => {
    expect(order(root(number(2)), over(7, 5), fuel())).toBe(1);
    expect(order(pi, over(22, 7), fuel())).toBe(-1);
    expect(order(root(number(8)), product(number(2), root(number(2))), fuel())).toBe(0);
    expect(order(minus(infinity), number(-5), fuel())).toBe(-1);
    expect(order(symbol("x"), number(1), fuel())).toBeUndefined();
  });
});

describe("verify", () => {
  it("says what it could not read, and never throws", () => {
    expect(verify("1".repeat(30_000), "1".repeat(29_999)).equal).not.toBe(true);
    expect(verify("(".repeat(50_000), "1").equal).not.toBe(true);
    expect(verify("", "0").equal).toBe(false);
    expect(verify("\ud800", "\udfff").equal).not.toBe(true);
    expect(verify("9^{9^{9^{9^9}}}", "9^{9^{9^{9^8}}}").equal).not.toBe(true);
  });

  it("takes an answer from a reply on either side", () => {
    expect(verify("42", "We add and get \\boxed{42}.").equal).toBe(true);
    expect(verify("#### 18", "She has 18 eggs left.").equal).toBe(true);
  });

  it("reads 1,2 as a list beside one", () => {
    expect(verify("$-2,1$", "{1, -2}").equal).toBe(true);
    expect(verify("1,5", "1.5").equal).toBe(true);
  });

  it("names the way it decided", () => {
    expect(verify("2/4", "1/2").how).toBe("exact");
    expect(verify("\\sqrt8", "2\\sqrt2").how).toBe("normal form");
    expect(verify("1/3", "0.333").how).toBe("rounded to 3 places");
    expect(verify("same", "same").how).toBe("identical");
  });

  it("throws on a policy that is none", () => {
    expect(() => verify("1", "2", { tolerance: 2 })).toThrow(/tolerance/u);
  });
});
