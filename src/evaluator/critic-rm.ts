import { z } from "zod";
import type { Context } from "../core/context.ts";
import type { Evaluator } from "../core/contracts.ts";
import { scoreOf, type Group } from "../core/group.ts";
import type { Judgement } from "../core/judgement.ts";
import { defineMethod } from "../core/method.ts";
import type { Solution } from "../core/solution.ts";
import { ask } from "../core/task.ts";
import { mean, replies, said, undecided } from "./asking.ts";
import { choose } from "./choosing.ts";
import { critiquePrompt, readFeedback } from "./critiques.ts";

const id = "critic-rm";

const options = z.object({
  n: z.int().positive().default(4).describe("critiques a solution"),
  temperature: z.number().nonnegative().default(0.7),
  maxTokens: z.int().positive().default(512),
  /** Judge whose score of 0.5 or more is the label that critiques have to agree with; default: all are kept. */
  label: z.string().optional(),
  samples: z.int().nonnegative().default(5).describe("replies a critique, where the model gives no log-probs"),
});

async function score(group: Group, solution: Solution, c: Context, o: z.output<typeof options>): Promise<Judgement> {
  const base = { of: solution.id, by: id, level: "outcome" } as const;
  const { task } = group;
  const asking = { n: o.n, label: `${id}/${solution.id}`, maxTokens: o.maxTokens, temperature: o.temperature };
  const asked = await replies(c, critiquePrompt(ask(task), solution.text, c, false), asking);
  if (asked.lack !== undefined) return undecided(base, asked.lack, asked.calls);
  const label = o.label === undefined ? null : scoreOf(group, solution.id, o.label);
  const kept = asked.samples.filter(({ text }) => {
    const feedback = readFeedback(text);
    return feedback && (label === null || feedback.correct === label >= 0.5);
  });
  if (kept.length === 0) return undecided(base, "no critique is kept", asked.calls);
  const prompts = kept.map(({ text }) => said(verdict(task.text, solution.text, text)));
  const choices = await choose(c, prompts, ["Yes", "No"], { label: `${id}/${solution.id}/score`, samples: o.samples });
  const calls = [...asked.calls, ...choices.flatMap((choice) => choice.calls)];
  const lacking = choices.find((choice) => "lack" in choice);
  if (lacking) return undecided(base, lacking.lack, calls);
  const p = choices.map((choice) => ("p" in choice ? choice.p[0] : 0));
  return { ...base, score: mean(p), critique: kept[0].text, calls };
}

/** Score: mean P(yes, correct) with each kept critique in the prompt; critique: the first one kept. */
const criticRm =
  (o: z.output<typeof options>): Evaluator =>
  (group, c) =>
    Promise.all(group.solutions.map((solution) => score(group, solution, c, o)));

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B6",
  about: "Scores with critiques in the prompt; where labels are known, only with critiques that agree with them.",
  source: "Yu Y. et al. 2024, Self-Generated Critiques Boost Reward Modeling for Language Models (Critic-RM)",
  options,
  create: criticRm,
});

const verdict = (question: string, solution: string, critique: string): string =>
  `Problem:\n${question}\n\nSolution:\n${solution}\n\nA critique of it:\n${critique}\n\nTaking the critique for what it is worth: is the solution correct? Answer Yes or No.\nAnswer:`;
