import { z } from "zod";
import type { Evaluator } from "../core/contracts.ts";
import { defineMethod } from "../core/method.ts";
import { replies, said } from "./asking.ts";

const id = "usc";

const options = z.object({
  temperature: z.number().nonnegative().default(0.7).describe("of the first try; a second one is greedy"),
  maxTokens: z.int().positive().default(256),
});

/** The 0-based response that a reply names last, if there is such a one. */
export function chosenIn(reply: string, count: number): number | undefined {
  const named = [...reply.matchAll(/response\s*#?\s*(\d+)/giu)].map(([, digits]) => Number(digits) - 1);
  return named.findLast((index) => index >= 0 && index < count);
}

/** Score 1 and label "chosen" for one response, else 0. Where no choice can be read, the first is "chosen (unparsed)". */
const usc =
  ({ temperature, maxTokens }: z.output<typeof options>): Evaluator =>
  async ({ task, solutions }, c) => {
    const prompt = said(
      selection(
        task.text,
        solutions.map(({ text }) => text),
      ),
    );
    const calls: string[] = [];
    let chosen: number | undefined = solutions.length === 1 ? 0 : undefined;
    for (const heat of [temperature, 0]) {
      if (chosen !== undefined || solutions.length === 0) break;
      const asked = await replies(c, prompt, { label: `${id}/${task.id}/${heat}`, maxTokens, temperature: heat });
      calls.push(...asked.calls);
      chosen = asked.samples.map(({ text }) => chosenIn(text, solutions.length)).at(0);
    }
    const label = chosen === undefined ? "chosen (unparsed)" : "chosen";
    return solutions.map(({ id: of }, i) => ({
      of,
      by: id,
      level: "outcome",
      score: Number(i === (chosen ?? 0)),
      ...(i === (chosen ?? 0) ? { label } : {}),
      calls,
    }));
  };

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B2",
  about: "A model picks the response that agrees best with the others; works for free-form answers.",
  source: "Chen X. et al. 2023, Universal Self-Consistency",
  options,
  create: usc,
});

const selection = (question: string, responses: readonly string[]): string =>
  [
    `Several responses were given to this request:\n${question}`,
    ...responses.map((response, i) => `Response ${i + 1}:\n${response}`),
    `Which of them agrees best with what most of the others say? End with "The most consistent response is Response k".`,
  ].join("\n\n");
