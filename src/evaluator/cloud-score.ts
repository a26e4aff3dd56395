import { z } from "zod";
import type { Context } from "../core/context.ts";
import type { Evaluator } from "../core/contracts.ts";
import type { Judgement } from "../core/judgement.ts";
import { defineMethod } from "../core/method.ts";
import type { Solution } from "../core/solution.ts";
import { ask, type Task } from "../core/task.ts";
import { idsOf, mean, replies, tokenizerOf, undecided } from "./asking.ts";
import { critiquePrompt } from "./critiques.ts";
import { headValues } from "./heads.ts";

const id = "cloud-score";

const options = z.object({
  head: z.string().default("reward").describe("output head of the evaluator's model, one value a token"),
  m: z.int().positive().default(1).describe("critiques a solution, over which the reward is averaged"),
  temperature: z.number().nonnegative().default(1),
  maxTokens: z.int().positive().optional().describe("of a critique; default: what the family says is enough"),
  /** The family's grammar of critiques, which the embedded model reads; or words. */
  critiques: z.enum(["grammar", "words"]).default("grammar"),
});

async function scoreOf(
  task: Task,
  { id: of, text }: Solution,
  c: Context,
  o: z.output<typeof options>,
): Promise<Judgement> {
  const base = { of, by: id, level: "outcome" } as const;
  const question = ask(task);
  const family = c.family(question.family);
  const native = o.critiques === "grammar";
  const prompt = critiquePrompt(question, text, c, native);
  const tokenizer = tokenizerOf(c.model("evaluator"), id);
  const maxTokens = o.maxTokens ?? family.maxTokens(question, "critique");
  const stop = native ? { stop: [family.end] } : {};
  const asking = { n: o.m, label: `${id}/${of}`, maxTokens, temperature: o.temperature, ...stop };
  const { samples, calls, lack } = await replies(c, prompt, asking);
  if (lack !== undefined) return undecided(base, lack, calls);
  const before = prompt.map(({ content }) => content);
  const rows = samples.map((sample) => idsOf(tokenizer, [...before, sample.text]).ids);
  const values = await headValues(c, id, o.head, rows);
  if ("lack" in values) return undecided(base, values.lack, calls);
  return { ...base, score: mean(values.map((row) => row[row.length - 1])), critique: samples[0].text, calls };
}

/** Score: mean over critiques of the head's value after question, solution and critique; unbounded. */
const cloudScore =
  (o: z.output<typeof options>): Evaluator =>
  ({ task, solutions }, c) =>
    Promise.all(solutions.map((solution) => scoreOf(task, solution, c, o)));

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B6",
  about: "A reward model that writes a critique first and reads its reward after it.",
  source: "Ankner et al. 2024, Critique-out-Loud Reward Models",
  options,
  create: cloudScore,
});
