import { z } from "zod";
import type { Context } from "../core/context.ts";
import type { Evaluator } from "../core/contracts.ts";
import type { Group } from "../core/group.ts";
import { defineMethod } from "../core/method.ts";
import type { Message } from "../core/model.ts";
import type { Solution } from "../core/solution.ts";
import { ask } from "../core/task.ts";
import { idsOf, said, tokenizerOf, undecided, written } from "./asking.ts";
import { choose, givesOptions, type Choice } from "./choosing.ts";
import { headValues, logistic, softmax } from "./heads.ts";
import { aggregate, judged, numbered, stepOptions } from "./steps.ts";

const id = "prm-score";

const options = stepOptions.extend({
  /** Output head of the evaluator's model: one logit of "good", or a logit a class, the first of which is "bad". Else tokens. */
  head: z.string().optional(),
  good: z.string().default("+").describe("token after a good step"),
  bad: z.string().default("-"),
  neutral: z.string().optional().describe("token after a neutral step, which counts as good"),
  marker: z.string().default("").describe("what the model was trained to see between a step and its token"),
  samples: z.int().nonnegative().default(5).describe("replies a step, where the model gives no log-probs"),
});
type Options = z.output<typeof options>;
type Values = readonly number[] | { readonly lack: string };

/** p(good) of the chosen steps of each solution by an output head at the steps' last tokens. */
async function byHead({ task, solutions }: Group, c: Context, head: string, o: Options): Promise<Values[]> {
  const tokenizer = tokenizerOf(c.model("evaluator"), id);
  const prompt = c.family(task.family).prompt(ask(task), "short");
  const rows = solutions.map(({ steps }) => idsOf(tokenizer, [prompt, ...steps.map(({ text }) => text)]));
  const found = await headValues(
    c,
    id,
    head,
    rows.map(({ ids }) => ids),
  );
  return solutions.map((solution, i) => {
    if ("lack" in found) return found;
    const classes = found[i].length / rows[i].ids.length;
    return judged(solution, o.steps).map((step) => {
      const end = rows[i].ends[step + 1];
      const logits = Array.from(found[i].subarray((end - 1) * classes, end * classes));
      return classes === 1 ? logistic(logits[0]) : 1 - softmax(logits)[0];
    });
  });
}

/** p(good) of the chosen steps by the tokens that follow them; a model without log-probs is asked in words. */
async function byTokens({ task, solutions }: Group, c: Context, o: Options): Promise<[Values[], Choice[]]> {
  const model = c.model("evaluator");
  const asked = c.family(task.family).prompt(ask(task), "short");
  const names = [o.good, o.bad, ...(o.neutral === undefined ? [] : [o.neutral])];
  const reads = givesOptions(model, names);
  const promptAt = (solution: Solution, i: number): Message[] => {
    if (!reads) return said(question(task.text, numbered(solution, i), o));
    const pieces = solution.steps.slice(0, i + 1).map(({ text }) => text);
    return [...said(asked), { role: "assistant", content: written(model, [...pieces, o.marker]) }];
  };
  const at = solutions.flatMap((solution) => judged(solution, o.steps).map((i) => promptAt(solution, i)));
  const choices = await choose(c, at, names, { label: `${id}/${task.id}`, samples: o.samples });
  let next = 0;
  const values = solutions.map((solution): Values => {
    const own = choices.slice(next, (next += judged(solution, o.steps).length));
    const lacking = own.find((choice) => "lack" in choice);
    return lacking ?? own.map((choice) => ("p" in choice ? 1 - choice.p[1] : 0));
  });
  return [values, choices];
}

/** perStep: p(good) = P(+)/(P(+) + P(−)) at each step's end; score: their aggregate, −1 of a solution without steps. */
function prmScore(o: Options): Evaluator {
  return async (group, c) => {
    const [values, choices] =
      o.head === undefined ? await byTokens(group, c, o) : [await byHead(group, c, o.head, o), []];
    const calls = choices.flatMap((choice) => choice.calls);
    return group.solutions.map(({ id: of }, i) => {
      const base = { of, by: id, level: "step" } as const;
      const own = values[i];
      if ("lack" in own) return undecided(base, own.lack, calls);
      return { ...base, score: aggregate(own, o.aggregate), perStep: own, calls };
    });
  };
}

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B3",
  about: "How good each step is, by the token that a process reward model puts after it or by its output head.",
  source: "Lightman et al. 2023; Wang P. et al. 2024, Math-Shepherd for the tokens",
  options,
  create: prmScore,
});

const question = (problem: string, steps: string, { good, bad, neutral }: Options): string =>
  `Problem:\n${problem}\n\n${steps}\n\nIs the last step right? Answer ${good} if it is${neutral === undefined ? "" : `, ${neutral} if it neither helps nor harms`} or ${bad} if it is not, and nothing else.`;
