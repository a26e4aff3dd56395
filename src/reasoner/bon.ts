import { defineMethod } from "../core/method.ts";
import { attempts, cotOptions } from "./cot.ts";
import { bestFirst, judge, meanLogprob } from "./solve.ts";

/** Without an Evaluator the model's own mean log-prob a token decides. */
export default defineMethod({
  id: "bon",
  kind: "search",
  contract: "reasoner",
  section: "C2",
  about: "Best of n independent samples by the Evaluator's score.",
  source: "Stiennon et al. 2020; Cobbe et al. 2021",
  options: cotOptions.extend({ n: cotOptions.shape.n.unwrap().default(16) }),
  create: (o) => async (question, c) => {
    const drawn = await attempts(question, c, o);
    const scores = c.evaluator ? await judge(question, drawn, c) : drawn.map(() => null);
    const byId = new Map(drawn.map((solution, i) => [solution.id, scores[i] ?? -Infinity]));
    const solutions = bestFirst(
      drawn,
      (solution) => (solution.error ? 0 : 1),
      (solution) => byId.get(solution.id) ?? -Infinity,
      (solution) => meanLogprob(c, solution),
    );
    return { solutions, trees: [], episodes: [] };
  },
});
