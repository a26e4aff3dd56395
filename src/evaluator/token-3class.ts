import { z } from "zod";
import type { Evaluator } from "../core/contracts.ts";
import { defineMethod } from "../core/method.ts";
import { mean, undecided } from "./asking.ts";

const id = "token-3class";

const options = z
  .object({
    of: z.string().default("implicit-reward").describe("judge of tokens whose numbers are mapped"),
    lo: z.number().default(-0.1),
    hi: z.number().default(0.1),
  })
  .refine(({ lo, hi }) => lo < hi, { error: "lo must be less than hi", path: ["lo"] });

/** +1 above hi, −1 below lo, else 0; the thresholds themselves are 0. */
export const threeClass = (value: number, lo: number, hi: number): number => (value > hi ? 1 : value < lo ? -1 : 0);

/** perToken: +1, 0 or −1 a token; score: their mean. */
const token3class =
  ({ of: judge, lo, hi }: z.output<typeof options>): Evaluator =>
  async ({ solutions, judgements }) =>
    solutions.map(({ id: of }) => {
      const base = { of, by: id, level: "token" } as const;
      const found = judgements.findLast((one) => one.of === of && one.by === judge)?.perToken;
      if (found === undefined) return undecided(base, `no tokens judged by ${judge}`);
      // Numbers of tokens are float32: so are the thresholds, or a value equal to one would count as beyond it.
      const perToken = found.map((value) => threeClass(value, Math.fround(lo), Math.fround(hi)));
      return { ...base, score: mean(Array.from(perToken)), perToken, calls: [] };
    });

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B4",
  about: "Rewards of tokens as good, neutral or bad by two thresholds.",
  source: "Yoon et al. 2024, TLCR; Yang K. et al. 2024 for the thresholds",
  options,
  create: token3class,
});
