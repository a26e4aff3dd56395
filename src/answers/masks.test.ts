import { describe, expect, it } from "vitest";
import { maskNumbers } from "./masks.ts";

describe("mask-number", () => {
  it("hides each number in turn and keeps what stands around it", () => {
    const masked = maskNumbers("Tom has 3 bags of $4.");
    expect(masked).toEqual([
      { text: "Tom has x bags of $4.", hidden: "3" },
      { text: "Tom has 3 bags of $x.", hidden: "4" },
    ]);
  });

  it.each([
    ["She ate three, then 1,250.5 more", ["3", "1,250.5"]],
    ["25% of 1/2 mile", ["25", "1/2"]],
    ["at 10:30 in (4) steps, 5-fold, 2nd, x3 and a3", []],
    ["a box of\n\n7\tpens", ["7"]],
    ["", []],
  ])("%j → %j", (question, hidden) => expect(maskNumbers(question).map((mask) => mask.hidden)).toEqual(hidden));

  it("leaves number words of LaTeX alone and calls the unknown X", () => {
    expect(maskNumbers("Let $x = 2 $ and three more", { latex: true })).toEqual([
      { text: "Let $x = X $ and three more", hidden: "2" },
    ]);
  });

  it("gives back the question where the number is put back", () => {
    const question = "If  12 eggs cost $2.40, what do 30 cost?";
    for (const { text, hidden } of maskNumbers(question)) expect(text.replace("x", hidden)).toBe(question);
  });
});
