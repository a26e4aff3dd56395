/** What counts as the same answer: the choices that mathematics leaves open, each with a sane default. */
import { z } from "zod";

export const policySchema = z
  .strictObject({
    percent: z
      .enum(["either", "value", "number"])
      .default("either")
      .describe("28% equals: 28 and 0.28 (either), only 0.28 (value), only 28 (number)"),
    units: z
      .enum(["convert", "strict", "ignore"])
      .default("convert")
      .describe("1 m and 100 cm are equal (convert), not equal (strict); all units are dropped (ignore)"),
    missingUnit: z.boolean().default(true).describe("a number without unit fits the same number with one"),
    nouns: z
      .enum(["compare", "ignore"])
      .default("compare")
      .describe("5 apples and 5 pears: different, or the words after a number are dropped; a missing one fits any"),
    order: z
      .enum(["written", "ignore", "strict"])
      .default("written")
      .describe(
        "tuples are ordered, sets and lists without brackets are not (written); nothing is ordered (ignore); everything is (strict)",
      ),
    brackets: z
      .enum(["strict", "ignore"])
      .default("strict")
      .describe("(1,2,3) and {1,2,3} differ, or any brackets will do; a bare list 1,2,3 fits both"),
    rounding: z
      .enum(["last-place", "none", "relative"])
      .default("last-place")
      .describe(
        "a decimal equals an exact irrational or repeating value that rounds to it, with at least `places` digits (last-place; 3/8 is not 0.38, and of two decimals only one of twelve digits or more is rounded); never (none); within `tolerance` (relative)",
      ),
    places: z
      .int()
      .min(0)
      .max(30)
      .default(2)
      .describe(
        "least digits after the point, or one more in all, for rounding to be believed: 0.33 and 33.3, not 0.3",
      ),
    tolerance: z.number().min(0).max(0.1).default(1e-6).describe("for rounding=relative"),
    reference: z
      .enum(["none", "gold"])
      .default("none")
      .describe(
        "gold: the gold answer sets form and precision (its variable names, its places), so that order of the two matters",
      ),
    equationSide: z
      .boolean()
      .default(true)
      .describe("x = 5 equals 5; the name of what was asked for need not be given"),
    caseSensitive: z.boolean().default(false).describe("for text"),
    dayFirst: z.boolean().default(false).describe("03/04/2025 is the third of April"),
    separators: z
      .enum(["auto", "point", "comma"])
      .default("auto")
      .describe("the decimal separator; auto reads 1,234 as a group and 1,5 as a decimal"),
    fuel: z.int().positive().default(200_000).describe("steps of work before the verdict is undecided"),
    length: z.int().positive().default(20_000).describe("characters of an answer beyond which only text is compared"),
  })
  .describe("policy of equivalence");

export type Policy = z.output<typeof policySchema>;
export type PolicyInput = z.input<typeof policySchema>;

export const defaultPolicy: Policy = policySchema.parse({});
