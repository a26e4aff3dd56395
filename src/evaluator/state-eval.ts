import { z } from "zod";
import type { Evaluator } from "../core/contracts.ts";
import { scoreOf } from "../core/group.ts";
import { defineMethod } from "../core/method.ts";
import { said, undecided } from "./asking.ts";
import { choose } from "./choosing.ts";
import { numbered } from "./steps.ts";

const id = "state-eval";

const options = z.object({
  /** What the words are worth; in the paper's code 20 : 1 : 0.001. */
  values: z
    .object({ sure: z.number(), likely: z.number(), impossible: z.number() })
    .default({ sure: 1, likely: 0.05, impossible: 0.00005 }),
  samples: z.int().nonnegative().default(3).describe("replies a state, where the model gives no log-probs"),
  /** Judges of the group whose scores make an ensemble with the value prompt (AlphaLLM), and the weight of each. */
  ensemble: z.record(z.string(), z.number().nonnegative()).default({}),
  weight: z.number().nonnegative().default(1).describe("of the value prompt in an ensemble; 0 leaves the prompt out"),
});

const words = ["sure", "likely", "impossible"] as const;

/** Score: Σ p(word)·value(word) of the state that a solution has reached; with others the weighted mean of the scores. */
function stateEval({ values, samples, ensemble, weight }: z.output<typeof options>): Evaluator {
  return async (group, c) => {
    const { task, solutions } = group;
    const prompts = solutions.map((solution) =>
      said(outlook(task.text, numbered(solution, solution.steps.length - 1))),
    );
    const asking = { label: `${id}/${task.id}`, samples };
    const choices = weight === 0 ? [] : await choose(c, prompts, words, asking);
    return solutions.map(({ id: of }, i) => {
      const base = { of, by: id, level: "step" } as const;
      const parts = Object.entries(ensemble).map(([by, w]) => ({ by, w, score: scoreOf(group, of, by) }));
      const choice = choices.at(i);
      const calls = choice?.calls ?? [];
      if (choice && "lack" in choice) return undecided(base, choice.lack, calls);
      if (choice) {
        const score = choice.p.reduce((sum, p, k) => sum + p * values[words[k]], 0);
        parts.push({ by: id, w: weight, score });
      }
      const missing = parts.find(({ score }) => score === null);
      if (missing) return undecided(base, `no score by ${missing.by}`, calls);
      const total = parts.reduce((sum, { w }) => sum + w, 0);
      if (total === 0) return undecided(base, "nothing in the ensemble has a weight", calls);
      return { ...base, score: parts.reduce((sum, { w, score }) => sum + w * (score ?? 0), 0) / total, calls };
    });
  };
}

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B3",
  about: "How likely a state leads to a solution, in three words or together with other judges.",
  source: "Yao et al. 2023, Tree of Thoughts; Tian et al. 2024, AlphaLLM for the ensemble",
  options,
  create: stateEval,
});

const outlook = (question: string, steps: string): string =>
  `Problem:\n${question}\n\nSo far:\n${steps === "" ? "(nothing yet)" : steps}\n\nCan the problem still be solved from here? Answer with one word: sure, likely or impossible.\nAnswer:`;
