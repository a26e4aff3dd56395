import { describe, expect, it } from "vitest";
import { random } from "../core/random.ts";
import { audit, rewrites } from "./audit.ts";
import { pairs } from "./testing/generator.ts";

describe("rewritings that keep the meaning", () => {
  it.each([
    ["$…$", "\\frac{1}{2}", "$\\frac{1}{2}$"],
    ["\\boxed", "x + 1", "\\boxed{x + 1}"],
    ["sentence", "18 eggs", "The answer is 18 eggs."],
    ["\\dfrac", "\\frac12 + \\frac{x}{3}", "\\dfrac12 + \\dfrac{x}{3}"],
    ["\\frac", "\\tfrac{1}{2}", "\\frac{1}{2}"],
    ["a/b as \\frac", "(1/2, 3)", "(\\frac{1}{2}, 3)"],
    ["\\frac as a/b", "-\\dfrac{3}{4}", "-3/4"],
    ["thousands grouped", "1234567", "1,234,567"],
    ["thousands not grouped", "-1,234,567", "-1234567"],
    ["point zero", "-12", "-12.0"],
    ["\\left \\right", "[0, 1)", "\\left[0, 1\\right)"],
    ["Unicode root", "2\\sqrt{15}", "2√15"],
    ["ASCII root", "2\\sqrt{15}", "2sqrt(15)"],
    ["Unicode square", "x^2 + y^{2}", "x² + y²"],
    ["terms exchanged", "x^2 + 3x + 1", "1 + 3x + x^2"],
    ["sides exchanged", "x = 5", "5 = x"],
    ["space after commas", "(1,2,-3)", "(1, 2, -3)"],
  ])("%s: %s → %s", (name, text, expected) => {
    expect(rewrites[name](text)).toBe(expected);
  });

  it.each([
    ["a/b as \\frac", "03/04/2025"],
    ["a/b as \\frac", "3 1/2"],
    ["a/b as \\frac", "1/2x"],
    ["thousands grouped", "0123"],
    ["thousands not grouped", "1,23"],
    ["thousands not grouped", "1,234,5"],
    ["point zero", "1.5"],
    ["$…$", "$5"],
    ["$…$", "Paris"],
    ["\\boxed", "x}"],
    ["Unicode square", "x^{23}"],
    ["Unicode root", "\\sqrt{2}^3"],
    ["terms exchanged", "x - 1"],
    ["sides exchanged", "2 + 2 = 4"],
    ["sides exchanged", "f(x) = 2x"],
    ["\\left \\right", "(1,2),(3,4)"],
    ["sentence", "First 3.\nThen 4."],
  ])("%s does not apply to %s", (name, text) => {
    expect(rewrites[name](text)).toBeUndefined();
  });
});

describe("audit", () => {
  it("finds nothing where writing does not matter", () => {
    expect(audit({ id: 1, gold: "\\frac{1}{2}", answer: "0.5" })).toStrictEqual([]);
    expect(audit({ id: 2, gold: "(1,2)", answer: "(2,1)" })).toStrictEqual([]);
    expect(audit({ id: 3, gold: "x^2 + 3x + 1", answer: "x = 5" })).toStrictEqual([]);
  });

  it("finds what depends on writing: a decimal comma is refused where only points are read", () => {
    const findings = audit({ id: "a", gold: "1234567", answer: "1234567" }, { separators: "comma" });
    expect(findings).toContainEqual({
      id: "a",
      side: "answer",
      rewrite: "thousands grouped",
      before: true,
      after: false,
      text: "1,234,567",
    });
  });

  it("applies every rewriting, and finds next to nothing in generated pairs", () => {
    const drawn = [...pairs(random("audit"), 400)];
    const applied = Object.entries(rewrites).filter(([, apply]) =>
      drawn.some(({ gold, answer }) => [gold, answer].some((text) => apply(text) !== undefined)),
    );
    const unused = Object.keys(rewrites).filter((name) => !applied.some(([used]) => used === name));
    expect(unused).toStrictEqual([]);
    const findings = drawn.flatMap(({ gold, answer }, id) =>
      audit({ id, gold, answer }).map((finding) => ({ ...finding, gold, answer })),
    );
    expect(findings).toStrictEqual([]);
  });
});
