import { describe, expect, it } from "vitest";
import { policySchema, type PolicyInput } from "../policy.ts";
import { show } from "../show.ts";
import { read } from "./read.ts";
import { collections } from "./readings/collections.ts";
import { expressions } from "./readings/expressions.ts";
import { numbers } from "./readings/numbers.ts";
import { quantities } from "./readings/quantities.ts";
import { relations } from "./readings/relations.ts";
import { words } from "./readings/words.ts";

const reading = (text: string, policy: PolicyInput = {}): string =>
  show(read(text, policySchema.parse(policy), { left: 200_000 }));

describe.each(Object.entries({ numbers, expressions, collections, relations, quantities, words }))("%s", (_, lines) => {
  const rows = lines
    .trim()
    .split("\n")
    .map((line) => line.split(" → "));

  it("are read", () => {
    expect(rows.length).toBeGreaterThan(100);
    expect(rows.map(([text]) => [text, reading(text.replaceAll("⏎", "\n"))])).toEqual(rows);
  });

  it("reads the same between $ signs, in a box and in bold", () => {
    for (const [text, shown] of rows) {
      // What LaTeX sets otherwise, and what is no LaTeX, changes between $ signs.
      const plain =
        /^[-+\d\\{}()[\]<>=|^_ .a-z]*$/u.test(text) &&
        !/\d,\d|[a-z]{2}(?![a-z]*[({])|\d[a-z]|\\text|\\\\[a-z]|[<>.]$/u.test(text);
      if (!plain || shown.startsWith('"') || /^[a-z]$/u.test(text)) continue;
      for (const wrapped of [
        `$${text}$`,
        `$$${text}$$`,
        `\\(${text}\\)`,
        `\\boxed{${text}}`,
        `**${text}**`,
        `${text}.`,
      ]) {
        expect(reading(wrapped), wrapped).toBe(shown);
      }
    }
  });
});

describe("policy", () => {
  it.each([
    ["1,234", "point", "1234"],
    ["1,234", "comma", "1.234"],
    ["1.234", "point", "1.234"],
    ["1.234", "comma", "1234"],
    ["1.234", "auto", "1.234"],
    ["1,5", "point", "list(1, 5)"],
    ["1,5", "comma", "1.5"],
    ["1.234.567,89", "comma", "1234567.89"],
    ["1.234,5", "auto", "1234.5"],
    ["(1,5; 2)", "point", "pair(list(1, 5), 2)"],
    ["1 234,5", "comma", "1234.5"],
  ] as const)("%s with separators=%s is %s", (text, separators, shown) => {
    expect(reading(text, { separators })).toBe(shown);
  });

  it("takes the day first if told so", () => {
    expect(reading("03/05/2024", { dayFirst: true })).toBe("date 2024-05-03");
    expect(reading("03/05/2024")).toBe("date 2024-03-05");
  });

  it("keeps the case of text if told so", () => {
    expect(reading("The Eiffel Tower", { caseSensitive: true })).toBe('"The Eiffel Tower"');
  });

  it("takes what is longer than the limit as text", () => {
    expect(reading("1 + 2", { length: 4 })).toBe('"1+2"');
    expect(reading("1234567", { length: 4 })).toBe('"1234567"');
  });
});

describe("text", () => {
  it.each([
    ["The Eiffel Tower!", "eiffel tower"],
    ["Crème brûlée", "creme brulee"],
    ["Jean-Paul Sartre", "Jean–Paul Sartre"],
    ["don’t know", "don't know"],
    ["  the   red\tfox ", "Red fox."],
  ])("%s is as good as %s", (a, b) => {
    expect(reading(a)).toBe(reading(b));
  });

  it.each([
    ["f(X @ 2)", "f(x @ 2)"],
    ["(1 2 3)", "(12 3)"],
    ["a − b @ c", "a b @ c"],
    ["version 1.5 beta", "version 15 beta"],
    ["at most -5", "at most 5"],
    ["no more than 3.5", "no more than 35"],
    ["C# code", "C code @"],
  ])("%s is not %s", (a, b) => {
    expect(reading(a)).not.toBe(reading(b));
  });
});
