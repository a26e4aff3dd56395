import { z } from "zod";
import type { Evaluator } from "../core/contracts.ts";
import { scoreOf } from "../core/group.ts";
import { defineMethod } from "../core/method.ts";
import { said, undecided } from "./asking.ts";
import { choose } from "./choosing.ts";
import { totalReward } from "./hinge.ts";

const id = "rule-reward";

const isPattern = (pattern: string): boolean => {
  try {
    return new RegExp(pattern, "su") instanceof RegExp;
  } catch {
    return false;
  }
};
const weight = z.number().default(1).describe("w; `fitWeights` in hinge.ts fits it to ordered responses");
const rule = z.union([
  z.object({ pattern: z.string().refine(isPattern, "is no regular expression"), weight }),
  z.object({ ask: z.string().min(1).describe("proposition that the model is asked about"), weight }),
]);

const options = z.object({
  /** Propositions about a response: a regular expression that holds (1) or not (0), or P(yes) of the model. */
  rules: z
    .array(rule)
    .min(1)
    .default([{ pattern: String.raw`\S`, weight: 1 }]),
  /** Judge whose score is r_RM; default 0. */
  base: z.string().optional(),
  samples: z.int().nonnegative().default(5).describe("replies a proposition, where the model gives no log-probs"),
});

/** Score: r_RM + Σ w_k φ_k. Undecided where a proposition or the base is. */
function ruleReward({ rules, base, samples }: z.output<typeof options>): Evaluator {
  return async (group, c) =>
    Promise.all(
      group.solutions.map(async ({ id: of, text }) => {
        const judged = { of, by: id, level: "outcome" } as const;
        const phi: number[] = [];
        const calls: string[] = [];
        for (const one of rules) {
          if ("pattern" in one) {
            phi.push(Number(new RegExp(one.pattern, "su").test(text)));
            continue;
          }
          const asked = [said(proposition(group.task.text, text, one.ask))];
          const [choice] = await choose(c, asked, ["Yes", "No"], { label: `${id}/${of}`, samples });
          calls.push(...choice.calls);
          if ("lack" in choice) return undecided(judged, choice.lack, calls);
          phi.push(choice.p[0]);
        }
        const own = base === undefined ? 0 : scoreOf(group, of, base);
        if (own === null) return undecided(judged, `no score by ${base}`, calls);
        const score = totalReward(
          { base: own, phi },
          rules.map((one) => one.weight),
        );
        return { ...judged, score, perStep: phi, calls };
      }),
    );
}

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B2",
  about: "A reward model's score plus weighted propositions about the text, each a pattern or a yes-or-no question.",
  source: "Mu et al. 2024, Rule Based Rewards for Language Model Safety",
  options,
  create: ruleReward,
});

const proposition = (question: string, response: string, claim: string): string =>
  `Request:\n${question}\n\nResponse:\n${response}\n\nStatement about the response: ${claim}\nIs the statement true? Answer Yes or No.\nAnswer:`;
