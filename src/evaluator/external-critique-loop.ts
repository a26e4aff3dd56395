import { z } from "zod";
import type { Context } from "../core/context.ts";
import type { Reasoner } from "../core/contracts.ts";
import type { Cost } from "../core/call.ts";
import { hash } from "../core/json.ts";
import type { Judgement } from "../core/judgement.ts";
import { defineMethod } from "../core/method.ts";
import type { RunError, Solution } from "../core/solution.ts";
import type { Question } from "../core/task.ts";
import { replies, said } from "./asking.ts";
import { readSolution, utilities } from "./success.ts";

const id = "external-critique-loop";

const options = z.object({
  tries: z.int().positive().default(3),
  threshold: z.number().default(1).describe("utility from which on a try is good enough"),
  /** Feedback: what the utility function says of the failure, or lessons that the model draws from it (Reflexion). */
  feedback: z.enum(["utility", "reflection"]).default("reflection"),
  temperature: z.number().nonnegative().default(0.7),
  maxTokens: z.int().positive().optional().describe("of a try; default: what the family says is enough"),
});

/**
 * Tries, each told what was learned from the ones before it; best first, and the first good enough one is the last. Utility
 * is what the run's evaluator says (tests, tools, retrieval), else the family's check.
 */
function externalCritiqueLoop(o: z.output<typeof options>): Reasoner {
  return async (question, outer) => {
    const c = outer.with({ budget: outer.budget.child({}) });
    const family = c.family(question.family);
    const told = family.prompt(question, "short");
    const maxTokens = o.maxTokens ?? family.maxTokens(question, "short");
    const stop = family.end === "" ? {} : { stop: [family.end] };
    const memory: string[] = [];
    const tries: { readonly solution: Solution; readonly utility: number }[] = [];
    // What a lesson costs belongs to the try that it is for, what judging costs to the try judged.
    const unclaimed = (): Cost => tries.reduce((left, { solution }) => less(left, solution.cost), c.budget.spent);
    for (let i = 0; i < o.tries; i++) {
      const lessons = memory.map((lesson, k) => `${k + 1}. ${lesson}`).join("\n");
      const prompt = said(memory.length === 0 ? told : `${told}\n\nLessons from earlier tries:\n${lessons}`);
      const asking = { label: `${id}/${question.id}/${i}`, maxTokens, temperature: o.temperature, ...stop };
      const { samples, lack } = await replies(c, prompt, asking, "reasoner");
      if (samples.length === 0) {
        const where = c.signal.aborted ? "abort" : c.budget.exhausted === undefined ? "sample" : "budget";
        const error: RunError = { where, message: lack ?? "nothing came" };
        const failed = hash([id, question.id, error.message]);
        const none = { text: "", steps: [], by: [], cost: unclaimed() };
        const nothing: Solution = { id: failed, taskId: question.id, ...none, error };
        tries.push({ solution: nothing, utility: -Infinity });
        break;
      }
      const solution = readSolution(question, samples[0].text, [samples[0].call], c);
      const [judgement] = await utilities(id, question, [solution], c, c.evaluator);
      tries.push({ solution: { ...solution, cost: unclaimed() }, utility: judgement.score ?? -Infinity });
      if ((judgement.score ?? -Infinity) >= o.threshold || i + 1 === o.tries) break;
      memory.push(await lessonOf(question, solution, judgement, c, o));
    }
    const rank = ({ solution }: (typeof tries)[number]): number => Number(solution.error === undefined);
    tries.sort((a, b) => rank(b) - rank(a) || b.utility - a.utility);
    return { solutions: tries.map(({ solution }) => solution), trees: [], episodes: [] };
  };
}

const less = (a: Cost, b: Cost): Cost => ({
  calls: a.calls - b.calls,
  inputTokens: a.inputTokens - b.inputTokens,
  outputTokens: a.outputTokens - b.outputTokens,
  ...(a.money === undefined ? {} : { money: a.money - (b.money ?? 0) }),
});

async function lessonOf(
  question: Question,
  { id: of, text }: Solution,
  { critique, label }: Judgement,
  c: Context,
  { feedback }: z.output<typeof options>,
): Promise<string> {
  const failure = critique ?? label ?? "it was not accepted";
  if (feedback === "utility") return `The try\n${text}\nfailed: ${failure}`;
  const prompt = said(reflection(question.text, text, failure));
  const { samples } = await replies(c, prompt, { label: `${id}/${of}`, maxTokens: 256 });
  return samples.at(0)?.text.trim() ?? `The try\n${text}\nfailed: ${failure}`;
}

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "reasoner",
  section: "B2",
  about: "Tries again with verbal feedback from tools or tests in memory, until a try is useful enough.",
  source: "Peng et al. 2023, Check Your Facts and Try Again; Shinn et al. 2023, Reflexion",
  options,
  create: externalCritiqueLoop,
});

const reflection = (question: string, solution: string, failure: string): string =>
  `Problem:\n${question}\n\nA try at it:\n${solution}\n\nIt failed: ${failure}\n\nIn two sentences: what went wrong, and what is to be done differently?`;
