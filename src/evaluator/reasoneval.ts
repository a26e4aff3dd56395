import { z } from "zod";
import type { Evaluator } from "../core/contracts.ts";
import { defineMethod } from "../core/method.ts";
import { ask } from "../core/task.ts";
import { idsOf, said, tokenizerOf, undecided } from "./asking.ts";
import { choose } from "./choosing.ts";
import { headValues, softmax } from "./heads.ts";
import { judged, numbered } from "./steps.ts";

const id = "reasoneval";

const options = z.object({
  /** Output head with three logits: negative, neutral, positive. Else the model is asked in words. */
  head: z.string().optional(),
  /** "validity": p_pos + p_neu, the least over the steps. "redundancy": p_neu, the largest; here lower is better. */
  report: z.enum(["validity", "redundancy"]).default("validity"),
  steps: z.enum(["all", "last"]).default("all"),
  samples: z.int().nonnegative().default(5).describe("replies a step, where the model gives no log-probs"),
});

/** Probabilities in the order negative, neutral, positive. */
type Classes = readonly number[];
export const validity = ([, neutral, positive]: Classes): number => positive + neutral;
export const redundancy = ([, neutral]: Classes): number => neutral;

/** perStep: validity or redundancy of each step; score: the least validity, or the largest redundancy. */
function reasonEval(o: z.output<typeof options>): Evaluator {
  return async ({ task, solutions }, c) => {
    const { head } = o;
    const calls: string[] = [];
    const ofSteps = async (): Promise<readonly (readonly Classes[] | { lack: string })[]> => {
      if (head === undefined) {
        const prompts = solutions.flatMap((solution) =>
          judged(solution, o.steps).map((i) => said(question(task.text, numbered(solution, i)))),
        );
        const choices = await choose(c, prompts, names, { label: `${id}/${task.id}`, samples: o.samples });
        calls.push(...choices.flatMap((choice) => choice.calls));
        let next = 0;
        return solutions.map((solution) => {
          const own = choices.slice(next, (next += judged(solution, o.steps).length));
          return own.find((choice) => "lack" in choice) ?? own.flatMap((choice) => ("p" in choice ? [choice.p] : []));
        });
      }
      const tokenizer = tokenizerOf(c.model("evaluator"), id);
      const prompt = c.family(task.family).prompt(ask(task), "short");
      const rows = solutions.map(({ steps }) => idsOf(tokenizer, [prompt, ...steps.map(({ text }) => text)]));
      const sequences = rows.map(({ ids }) => ids);
      const found = await headValues(c, id, head, sequences);
      if ("lack" in found) return solutions.map(() => found);
      return solutions.map((solution, i) =>
        judged(solution, o.steps).map((step) => {
          const end = rows[i].ends[step + 1];
          return softmax(Array.from(found[i].subarray(3 * (end - 1), 3 * end)));
        }),
      );
    };
    const steps = await ofSteps();
    return solutions.map(({ id: of }, i) => {
      const base = { of, by: id, level: "step" } as const;
      const own = steps[i];
      if ("lack" in own) return undecided(base, own.lack, calls);
      if (own.length === 0) return undecided(base, "the solution has no steps");
      const perStep = own.map(o.report === "validity" ? validity : redundancy);
      return { ...base, score: o.report === "validity" ? Math.min(...perStep) : Math.max(...perStep), perStep, calls };
    });
  };
}

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B3",
  about: "Which steps are valid and which add nothing, by three classes a step.",
  source: "Xia et al. 2024, ReasonEval",
  options,
  create: reasonEval,
});

const names = ["negative", "neutral", "positive"] as const;

const question = (problem: string, steps: string): string =>
  `Problem:\n${problem}\n\n${steps}\n\nCall the last step negative if it is wrong, neutral if it is right but gets no further, positive if it is right and helps. Answer with that word alone.\nAnswer:`;
