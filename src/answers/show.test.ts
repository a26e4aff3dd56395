import { describe, expect, it } from "vitest";
import { show, showRational } from "./show.ts";
import type { Answer, Expr } from "./term.ts";

const n = (value: bigint, d = 1n): Expr => ({ kind: "number", value: { n: value, d } });
const x: Expr = { kind: "symbol", name: "x" };
const value = (e: Expr): Answer => ({ kind: "value", value: e });

describe("show", () => {
  it.each<[Answer, string]>([
    [value({ kind: "number", value: { n: 1n, d: 2n }, places: 3 }), "0.500"],
    [value({ kind: "number", value: { n: -1n, d: 200n }, places: 3 }), "-0.005"],
    [value({ kind: "number", value: { n: 1n, d: 3n }, places: 3 }), "1/3"],
    [value({ kind: "product", factors: [n(2n), { kind: "power", base: x, exponent: n(1n, 2n) }] }), "(2 * (x ^ 1/2))"],
    [value({ kind: "plusminus", sign: -1, of: x }), "∓x"],
    [{ kind: "value", value: n(5n), noun: "egg", approximate: true, base: 2 }, '~5 "egg" base 2'],
    [{ kind: "interval", low: n(0n), high: x, closed: [true, false] }, "[0 .. x)"],
    [
      {
        kind: "matrix",
        rows: [
          [n(1n), x],
          [x, n(1n)],
        ],
        determinant: true,
      },
      "det[1, x; x, 1]",
    ],
    [{ kind: "relation", sides: [value(n(0n)), value(x), value(n(5n))], signs: ["<", "<="] }, "0 < x <= 5"],
    [{ kind: "builder", variable: x, domain: { kind: "domain", name: "reals" }, where: [] }, "{x ∈ ℝ | }"],
    [{ kind: "date", month: 3, day: 5 }, "date ????-03-05"],
    [{ kind: "choice", letters: ["A", "C"] }, "choice A,C"],
    [{ kind: "text", text: 'a "b"' }, String.raw`"a \"b\""`],
  ])("%o is %s", (answer, shown) => {
    expect(show(answer)).toBe(shown);
  });

  it("tells brackets apart", () => {
    const items: [Answer, Answer] = [value(n(1n)), value(n(2n))];
    const answers: Answer[] = [
      { kind: "tuple", items },
      { kind: "tuple", items, vector: true },
      { kind: "pair", items },
      { kind: "set", items, written: "braces" },
      { kind: "set", items, written: "listed" },
      { kind: "set", items, written: "or" },
      { kind: "union", parts: items },
      { kind: "all", parts: items },
    ];
    expect(new Set(answers.map((answer) => show(answer))).size).toBe(answers.length);
  });

  it("shows rationals", () => {
    expect(
      [
        { n: 4n, d: 1n },
        { n: -1n, d: 3n },
      ].map((r) => showRational(r)),
    ).toEqual(["4", "-1/3"]);
  });
});
