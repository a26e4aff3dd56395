import { z } from "zod";
import type { Context } from "../core/context.ts";
import type { Evaluator } from "../core/contracts.ts";
import type { Judgement } from "../core/judgement.ts";
import { defineMethod } from "../core/method.ts";
import type { Solution } from "../core/solution.ts";
import { replies, said, undecided } from "./asking.ts";
import { judged, numbered } from "./steps.ts";

const id = "step-critic";

const options = z.object({
  /** From the first step on, or the last one alone: what a search asks that has judged the others before. */
  steps: z.enum(["all", "last"]).default("all"),
  maxTokens: z.int().positive().default(256),
});

/** What a reply says of a step: the first "ok" or "error" in it. */
const isOk = (reply: string): boolean | undefined => {
  const word = /\b(ok|error)\b/iu.exec(reply)?.[1];
  return word === undefined ? undefined : word.toLowerCase() === "ok";
};

async function criticise(
  question: string,
  solution: Solution,
  c: Context,
  { steps, maxTokens }: z.output<typeof options>,
): Promise<Judgement> {
  const base = { of: solution.id, by: id, level: "step" } as const;
  const calls: string[] = [];
  const perStep: number[] = [];
  for (const i of judged(solution, steps)) {
    const prompt = said(critic(question, numbered(solution, i)));
    const asked = await replies(c, prompt, { label: `${id}/${solution.id}/${i}`, maxTokens });
    calls.push(...asked.calls);
    const reply = asked.samples.at(0)?.text ?? "";
    const ok = isOk(reply);
    if (ok === undefined) return undecided(base, asked.lack ?? `step ${i + 1} got no verdict`, calls);
    perStep.push(Number(ok));
    if (!ok) return { ...base, score: 0, label: "error", firstError: i + 1, perStep, critique: reply, calls };
  }
  return { ...base, score: 1, label: "ok", firstError: 0, perStep, calls };
}

/** Score 1 for a solution without an error, else 0; firstError and critique say which step and why. Halts at that step. */
const stepCritic =
  (o: z.output<typeof options>): Evaluator =>
  ({ task, solutions }, c) =>
    Promise.all(solutions.map((solution) => criticise(task.text, solution, c, o)));

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B3",
  about: "Goes through the steps with a word and a reason each, up to the first wrong one.",
  source: "Zheng X. et al. 2024, Critic-CoT; Xi et al. 2024, AutoMathCritique",
  options,
  create: stepCritic,
});

const critic = (question: string, steps: string): string =>
  `Problem:\n${question}\n\n${steps}\n\nCheck the last step only; those before it were found right. Begin with "ok" or "error", then give the reason in a sentence or two.`;
