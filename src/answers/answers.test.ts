import { describe, expect, it } from "vitest";
import { random } from "../core/random.ts";
import { eq } from "./eq.ts";
import { equationsOf, jaccard, wordGrams } from "./similarity.ts";
import { vote } from "./vote.ts";

describe("eq", () => {
  it.each([
    ["1,000", "1000.0"],
    ["1/2", "0.5"],
    ["\\boxed{42}", "42."],
    ["$3$", "3"],
    ["-0", "0"],
    ["1e3", "1000"],
    ["0.333333", "1/3"],
    ["1/3", "0.33"],
    ["\\frac{1}{2}", ".5"],
    ["10 dollars", "10"],
    ["5 km", "5 kilometers"],
    ["Paris", " paris. "],
    ["12345678901234567890", "12345678901234567890.0"],
    ["2/4", "1/2"],
    ["-1/-2", "0.5"],
  ])("%s ≡ %s", (a, b) => {
    expect([eq(a, b), eq(b, a)]).toEqual([true, true]);
  });

  it.each([
    ["3", "3.1"],
    ["(1,2)", "(12)"],
    ["1,00", "100"],
    ["1,2345", "12345"],
    ["12345678901234567890", "12345678901234567891"],
    ["1e-9", "2e-9"],
    ["10 cm", "10 m"],
    ["1/0", "0"],
    ["", "0"],
    ["1/3", "0.3334"],
    ["1005", "1000"],
    ["1e999999999", "2e999999999"],
  ])("%s ≢ %s", (a, b) => {
    expect([eq(a, b), eq(b, a)]).toEqual([false, false]);
  });

  it("is reflexive and symmetric and never throws, whatever the text", () => {
    const r = random("answers");
    const signs = [..."0123456789.,/-+e$%(){}\\ xm"];
    const texts = Array.from({ length: 400 }, () => Array.from({ length: r.int(7) }, () => r.pick(signs)).join(""));
    for (const a of texts) {
      expect(eq(a, a)).toBe(true);
      const b = r.pick(texts);
      expect(eq(a, b)).toBe(eq(b, a));
    }
  });
});

describe("vote", () => {
  it("counts equal answers together; weights decide otherwise", () => {
    expect(vote(["7", "7.0", "8"]).winner).toBe(0);
    expect(vote(["7", "7.0", "8"]).clusters).toEqual([[0, 1], [2]]);
    expect(vote(["7", "7", "8"], { weights: [0.1, 0.1, 0.9] }).winner).toBe(2);
  });

  it("breaks ties by mean log-prob, then by who was first", () => {
    expect(vote(["a", "b"], { logprobs: [-2, -1] }).winner).toBe(1);
    expect(vote(["a", "b"], { logprobs: [-1, -1] }).winner).toBe(0);
    expect(vote(["a", "b", "b", "a"], { logprobs: [-1, -2, -2, -4] }).winner).toBe(1);
  });

  it("counts the silent in the total and lets nobody win among them", () => {
    expect(vote(["1", undefined, undefined, undefined]).shares).toEqual([0.25]);
    expect(vote([undefined])).toEqual({ clusters: [], shares: [], winner: undefined });
  });
});

describe("similarity", () => {
  it("lists equations in order, words aside", () => {
    expect(equationsOf("First 3 * 5 = 15, then 15 + 7 = 22 .")).toEqual(["3*5=15", "15+7=22"]);
    expect(equationsOf("He has 1,000 / 4 = 250 and (2+3)*2=10.")).toEqual(["1000/4=250", "(2+3)*2=10"]);
    expect(equationsOf("no numbers = here")).toEqual([]);
  });

  it("compares sets of n-grams", () => {
    const grams = (text: string) => wordGrams(text.split(" "), 2);
    expect(jaccard(grams("a b c"), grams("b c d"))).toBeCloseTo(1 / 3, 12);
    expect(jaccard(grams("a"), grams("a"))).toBe(1);
    expect(jaccard(grams("a"), grams("b"))).toBe(0);
  });
});
