import { z } from "zod";
import type { Evaluator } from "../core/contracts.ts";
import { defineMethod } from "../core/method.ts";
import { ask } from "../core/task.ts";
import { replies, undecided } from "./asking.ts";
import { critiquePrompt, readFeedback } from "./critiques.ts";

const id = "self-critique";

const options = z.object({
  temperature: z.number().nonnegative().default(0),
  maxTokens: z.int().positive().default(512),
});

/** Score 1 if the critique calls the solution correct, else 0; critique: its text, with location, cause and fix. */
const selfCritique =
  (o: z.output<typeof options>): Evaluator =>
  ({ task, solutions }, c) =>
    Promise.all(
      solutions.map(async ({ id: of, text }) => {
        const base = { of, by: id, level: "outcome" } as const;
        const prompt = critiquePrompt(ask(task), text, c, false);
        const { samples, calls, lack } = await replies(c, prompt, { ...o, label: `${id}/${of}` });
        const critique = samples.at(0)?.text ?? "";
        const feedback = readFeedback(critique);
        if (!feedback) return undecided(base, lack ?? "the critique has no verdict", calls);
        const { correct, step } = feedback;
        const label = correct ? "correct" : "incorrect";
        const where = correct ? { firstError: 0 } : step === undefined ? {} : { firstError: step };
        return { ...base, score: Number(correct), label, ...where, critique, calls };
      }),
    );

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B6",
  about: "Feedback in words: where the first error is, its cause, its fix, and a verdict.",
  source: "Madaan et al. 2023, Self-Refine; Zhang D. et al. 2024, SciInstruct",
  options,
  create: selfCritique,
});
