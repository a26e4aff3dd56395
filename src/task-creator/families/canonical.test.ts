import { describe, expect, it } from "vitest";
import { random } from "../../core/random.ts";
import { canonical } from "./canonical.ts";
import { anywhere, combine, largerFirst, type Operation } from "./reach.ts";

const max = 100;
type Step = Omit<Operation, "rest">;

/** What is left of the numbers after the steps; undefined if one of them is not legal. */
function after(numbers: readonly number[], steps: readonly Step[]): number[] | undefined {
  const left = [...numbers];
  for (const { a, op, b, c } of steps) {
    for (const n of [a, b]) {
      const at = left.indexOf(n);
      if (at < 0) return undefined;
      left.splice(at, 1);
    }
    if (combine(a, op, b, max) !== c) return undefined;
    left.push(c);
  }
  return left;
}

const texts = (steps: readonly Step[]): string[] =>
  steps.map((step) => largerFirst(step)).map(({ a, op, b }) => `${a}${op}${b}`);

/** Steps from texts such as "3+4", worked out. */
const steps = (...written: string[]): Operation[] =>
  written.map((text) => {
    const [, a, op, b] = /^(\d+)([-+*/])(\d+)$/.exec(text) ?? [];
    const operator = op === "+" || op === "-" || op === "*" ? op : "/";
    return { a: Number(a), op: operator, b: Number(b), c: combine(Number(a), op, Number(b), max), rest: [] };
  });

describe("canonical", () => {
  it("is a legal derivation of the same value from the same numbers, and in general its own canonical form", () => {
    const source = random("canonical");
    for (let i = 0; i < 5000; i++) {
      const numbers = Array.from({ length: 3 + source.int(4) }, () => 1 + source.int(20));
      const drawn = anywhere(numbers, max, source);
      const agreed = canonical(drawn, max);
      expect(after(numbers, agreed)).toEqual([drawn[drawn.length - 1].c]);
      // Where a result equals another number, a text does not say which of them is meant.
      if (new Set([...numbers, ...drawn.map(({ c }) => c)]).size < numbers.length + drawn.length) continue;
      const again = canonical(
        agreed.map((step) => ({ ...step, rest: [] })),
        max,
      );
      expect(texts(again)).toEqual(texts(agreed));
    }
  });

  it.each([
    ["order of a sum", ["2+3", "5+7"], ["7+3", "10+2"], ["7+3", "10+2"]],
    ["what is subtracted last", ["9-4", "5+2"], ["9+2", "11-4"], ["9+2", "11-4"]],
    ["a − (b − c)", ["6-4", "9-2"], ["9-6", "3+4"], ["9+4", "13-6"]],
    ["a / (b / c)", ["6/2", "9/3"], ["9*2", "18/6"], ["9*2", "18/6"]],
    ["independent steps", ["2*3", "5*4", "20+6"], ["5*4", "2*3", "20+6"], ["5*4", "3*2", "20+6"]],
  ])("%s", (_, one, other, agreed) => {
    expect(texts(canonical(steps(...one), max))).toEqual(agreed);
    expect(texts(canonical(steps(...other), max))).toEqual(agreed);
  });

  it("keeps to legal intermediate results", () => {
    expect(texts(canonical(steps("90-60", "50+30"), max))).toEqual(["90-60", "50+30"]);
  });
});
