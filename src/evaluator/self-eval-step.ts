import { z } from "zod";
import type { Evaluator } from "../core/contracts.ts";
import { defineMethod } from "../core/method.ts";
import { mean, said, undecided } from "./asking.ts";
import { choose } from "./choosing.ts";
import { aggregate, judged, numbered, stepOptions } from "./steps.ts";

const id = "self-eval-step";

const options = stepOptions.extend({
  n: z.int().min(1).max(3).default(1).describe("wordings of the question, averaged"),
  samples: z.int().nonnegative().default(5).describe("replies a question, where the model gives no log-probs"),
});

/** perStep: c_i = P("A: correct") of each step given those before it; score: their aggregate. */
function selfEvalStep(o: z.output<typeof options>): Evaluator {
  return async ({ task, solutions }, c) =>
    Promise.all(
      solutions.map(async (solution) => {
        const base = { of: solution.id, by: id, level: "step" } as const;
        const at = judged(solution, o.steps);
        const prompts = at.flatMap((i) =>
          wordings.slice(0, o.n).map((ask) => said(multipleChoice(task.text, numbered(solution, i), ask))),
        );
        const asking = { label: `${id}/${solution.id}`, samples: o.samples };
        const choices = await choose(c, prompts, ["A", "B"], asking);
        const calls = choices.flatMap((choice) => choice.calls);
        const lacking = choices.find((choice) => "lack" in choice);
        if (lacking) return undecided(base, lacking.lack, calls);
        const p = choices.map((choice) => ("p" in choice ? choice.p[0] : 0));
        const perStep = at.map((_, i) => mean(p.slice(i * o.n, (i + 1) * o.n)));
        return { ...base, score: aggregate(perStep, o.aggregate), perStep, calls };
      }),
    );
}

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B3",
  about: "How sure a model is that a step is correct, asked as a multiple-choice question.",
  source: "Xie et al. 2023, Self-Evaluation Guided Beam Search for Reasoning",
  options,
  create: selfEvalStep,
});

const wordings = [
  "Is the last step above",
  "Taken with what is before it, the last step is",
  "A careful reader would call the last step",
];

const multipleChoice = (question: string, steps: string, ask: string): string =>
  `Problem:\n${question}\n\n${steps}\n\n${ask}\n(A) correct\n(B) incorrect\nAnswer with the letter alone.\nAnswer:`;
