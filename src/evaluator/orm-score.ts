import { z } from "zod";
import type { Evaluator } from "../core/contracts.ts";
import { defineMethod } from "../core/method.ts";
import { ask } from "../core/task.ts";
import { idsOf, mean, tokenizerOf, undecided } from "./asking.ts";
import { headValues, logistic } from "./heads.ts";

const id = "orm-score";

const options = z.object({
  head: z.string().default("orm").describe("output head of the evaluator's model, one value a token"),
  /** Which tokens of the solution tell: the last one, or the mean over all of them. */
  pool: z.enum(["last", "mean"]).default("last"),
  /** What the head gives: logits of "correct", or probabilities. */
  gives: z.enum(["logit", "probability"]).default("logit"),
});

/** Score: p(correct | question, solution). A solution without tokens is undecided. */
function ormScore({ head, pool, gives }: z.output<typeof options>): Evaluator {
  return async ({ task, solutions }, c) => {
    const question = ask(task);
    const tokenizer = tokenizerOf(c.model("evaluator"), id);
    const prompt = c.family(question.family).prompt(question, "short");
    const rows = solutions.map(({ text }) => idsOf(tokenizer, [prompt, text]));
    const values = await headValues(
      c,
      id,
      head,
      rows.map(({ ids }) => ids),
    );
    return solutions.map(({ id: of }, i) => {
      const judged = { of, by: id, level: "outcome" } as const;
      if ("lack" in values) return undecided(judged, values.lack);
      const [from, to] = rows[i].ends;
      const own = Array.from(values[i].subarray(from, to), gives === "logit" ? logistic : Number);
      if (own.length === 0) return undecided(judged, "the solution is empty");
      return { ...judged, score: pool === "last" ? own[own.length - 1] : mean(own), calls: [] };
    });
  };
}

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B2",
  about: "p(correct) of a whole solution from an output head of the embedded model.",
  source: "Cobbe et al. 2021; Stiennon et al. 2020",
  options,
  create: ormScore,
});
