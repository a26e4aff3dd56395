import { describe, expect, it } from "vitest";
import { extractAnswer, splitSteps } from "./text.ts";

describe("splitSteps", () => {
  it.each([
    ["Step 1: a\nStep 2: b\n\nc", ["Step 1: a\n", "Step 2: b\n\nc"]],
    ["a\nb\n\nc\n\n\nd", ["a\nb\n\n", "c\n\n\n", "d"]],
    ["a\nb\nc", ["a\n", "b\n", "c"]],
    ["a", ["a"]],
  ])("splits %j", (text, steps) => {
    expect(splitSteps(text)).toEqual(steps);
    expect(splitSteps(text).join("")).toBe(text);
  });
});

describe("extractAnswer", () => {
  it.each([
    ["so \\boxed{12} and \\boxed{\\frac{1}{2}} hold. The answer is 3.", "\\frac{1}{2}"],
    ["The answer is 3. No: the answer is: 1,234.50.", "1,234.50"],
    ["The answer is yes.\nI am sure of 2 things.", "yes"],
    ["we get 3 and then -7/2", "-7/2"],
    ["it is 1,000, give or take", "1,000"],
    ["none at all", undefined],
  ])("of %j", (text, answer) => {
    expect(extractAnswer(text)).toBe(answer);
  });
});
