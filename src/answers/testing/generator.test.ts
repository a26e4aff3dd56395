import { describe, expect, it } from "vitest";
import { random } from "../../core/random.ts";
import { evaluate } from "./evaluate.ts";
import { kinds, pairs, type Pair } from "./generator.ts";

const all = [...pairs(random("generator"), 10_000)];

const of = (kind: string): Pair[] => all.filter((pair) => pair.kind === kind);

/** Values for every letter that the kinds use as a variable. */
const points = [0.731, 4.618, 11.37].map((x) =>
  Object.fromEntries([..."xytnarfgh"].map((letter, i) => [letter, x + i / 7] as const)),
);

describe("the evaluator that labels are checked with", () => {
  it.each([
    ["3\\frac{1}{2}", 3.5],
    ["The answer is 3 1/2.", 3.5],
    ["$\\frac{2\\sqrt{3}}{4}$", Math.sqrt(3) / 2],
    ["-2^2", -4],
    ["\\sin 30^\\circ", 0.5],
    ["1.5 × 10⁻³", 0.0015],
    ["\\frac71", 7],
    ["4!", 24],
    ["2x(x+1)", 12],
  ])("%s is %d", (text, value) => {
    expect(evaluate(text, { x: 2 })).toBeCloseTo(value, 12);
  });

  it.each(["5 cm", "x = 3", "(1, 2)", "yes", "1/0"])("does not understand %s", (text) => {
    expect(evaluate(text, {})).toBeUndefined();
  });
});

describe("the generator of labelled pairs", () => {
  it("covers all kinds evenly, with both labels and many forms", () => {
    expect(kinds.length).toBeGreaterThanOrEqual(40);
    for (const kind of kinds) {
      const share = of(kind).filter(({ equal }) => equal).length / of(kind).length;
      expect(of(kind).length, kind).toBeGreaterThanOrEqual(Math.floor(all.length / kinds.length));
      expect(share, kind).toBeGreaterThan(0.3);
      expect(share, kind).toBeLessThan(0.7);
      expect(new Set(of(kind).map(({ by }) => by)).size, kind).toBeGreaterThan(20);
    }
  });

  it("hardly repeats itself, nor writes both sides alike", () => {
    const finite = all.filter(({ kind }) => !["truth", "choice", "infinity", "nothing"].includes(kind));
    expect(new Set(finite.map(({ gold, answer }) => `${gold}\n${answer}`)).size).toBeGreaterThan(0.97 * finite.length);
    expect(finite.filter(({ gold, answer }) => gold === answer).length).toBeLessThan(0.01 * finite.length);
    expect(all.filter(({ gold, answer, equal }) => gold === answer && !equal)).toStrictEqual([]);
  });

  it("is the same for the same source, and its start does not depend on how much is drawn", () => {
    expect([...pairs(random("generator"), 100)]).toStrictEqual(all.slice(0, 100));
    expect([...pairs(random("other"), 100)]).not.toStrictEqual(all.slice(0, 100));
  });

  it("labels as floating-point evaluation does, wherever that can tell", () => {
    const told = new Map<string, number>();
    const wrong: Pair[] = [];
    for (const pair of all) {
      const values = points.map((at) => [evaluate(pair.gold, at), evaluate(pair.answer, at)] as const);
      const apart = values.map(([a, b]) =>
        a === undefined || b === undefined ? undefined : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b), 1e-300),
      );
      if (apart.some((d) => d === undefined)) continue;
      const farthest = Math.max(...apart.flatMap((d) => d ?? []));
      // Beyond sixteen digits a double cannot tell neighbours apart; a rounded value differs in the fifth place at most.
      if (!pair.equal && farthest < 1e-11 && /(?:\d[,.]?){12}/u.test(pair.gold + pair.answer)) continue;
      // 28 % may be 28, and 90° may be 90, where the other side has no unit: conventions, no arithmetic.
      if (pair.kind === "percent" || (pair.kind === "angle" && pair.by.includes("no degrees"))) continue;
      told.set(pair.kind, (told.get(pair.kind) ?? 0) + 1);
      const bound = pair.by.includes("rounded") ? 2e-3 : 1e-9;
      if (pair.equal ? farthest > bound : farthest < 1e-12) wrong.push(pair);
    }
    expect(wrong).toStrictEqual([]);
    for (const kind of [
      "integer",
      "fraction",
      "mixed",
      "decimal",
      "scientific",
      "radical",
      "surd",
      "power",
      "trigonometry",
      "pi",
      "arithmetic",
      "polynomial",
      "symbolic",
    ])
      expect(told.get(kind) ?? 0, kind).toBeGreaterThan(60);
  });
});
