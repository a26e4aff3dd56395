import { z } from "zod";
import type { PostProcessor } from "../core/contracts.ts";
import { defineMethod } from "../core/method.ts";
import { keep } from "./keep.ts";

const id = "filter-length";

const options = z.object({
  /** Characters of the answer, as multiples of those of the question's longest number. */
  min: z.number().nonnegative().default(1),
  max: z.number().positive().default(1),
  extra: z.int().nonnegative().default(1).describe("characters allowed beyond the upper bound: a carry"),
});

/** The length of the longest number in a text; digits that are words of their own belong to one number. */
export function longestNumber(text: string): number {
  const numbers = text.match(/\d+(?:\s+\d(?!\d))*/gu) ?? [];
  return numbers.reduce((most, number) => Math.max(most, number.replaceAll(/\s/gu, "").length), 0);
}

/** Keeps solutions whose answer is about as long as the question leads to expect. The truth is not looked at. */
function filterLength({ min, max, extra }: z.output<typeof options>): PostProcessor {
  return async (groups) =>
    keep(groups, id, ({ answer }, { task }) => {
      if (answer === undefined) return "no answer";
      const expected = longestNumber(task.text);
      const length = answer.replaceAll(/\s/gu, "").length;
      return length >= min * expected && length <= max * expected + extra
        ? undefined
        : `${length} characters where about ${expected} are expected`;
    });
}

export default defineMethod({
  id,
  kind: "post-processor",
  contract: "post-processor",
  section: "design",
  about: "Keeps solutions whose answer is about as long as the question's longest number.",
  source:
    "length filter of Lee et al. 2025, Self-Improving Transformers Overcome Easy-to-Hard and Length Generalization Challenges",
  options,
  create: filterLength,
});
