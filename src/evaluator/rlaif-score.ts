import { z } from "zod";
import type { Evaluator } from "../core/contracts.ts";
import { defineMethod } from "../core/method.ts";
import { said, undecided } from "./asking.ts";
import { choose } from "./choosing.ts";

const id = "rlaif-score";

const options = z.object({
  samples: z.int().nonnegative().default(8).describe("replies a solution, where the model gives no log-probs"),
});

const marks = Array.from({ length: 10 }, (_, i) => String(i + 1));

/** Score: (s̄ − 5.5)/4.5 in [−1, 1] with s̄ = Σ s·p(s), p renormalised over the whole strings "1" to "10". */
const rlaifScore =
  ({ samples }: z.output<typeof options>): Evaluator =>
  async ({ task, solutions }, c) => {
    const prompts = solutions.map(({ text }) => said(rating(task.text, text)));
    const choices = await choose(c, prompts, marks, { label: `${id}/${task.id}`, samples });
    return solutions.map(({ id: of }, i) => {
      const judged = { of, by: id, level: "outcome" } as const;
      const choice = choices[i];
      if ("lack" in choice) return undecided(judged, choice.lack, choice.calls);
      const expected = choice.p.reduce((sum, p, s) => sum + p * (s + 1), 0);
      return { ...judged, score: (expected - 5.5) / 4.5, calls: choice.calls };
    });
  };

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B2",
  about: "The mark from 1 to 10 that a model expects to give, scaled to −1 to 1.",
  source: "Lee H. et al. 2024, RLAIF vs. RLHF",
  options,
  create: rlaifScore,
});

const rating = (question: string, solution: string): string =>
  `Problem:\n${question}\n\nProposed solution:\n${solution}\n\nMark the solution from 1 (worthless) to 10 (perfect). Answer with the number alone.\nMark:`;
