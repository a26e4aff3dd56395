import { vote } from "../../../answers/vote.ts";
import { defineMethod } from "../../../core/method.ts";
import { attempts, cotOptions } from "../../cot.ts";
import { bestFirst, judge, meanLogprob } from "../../solve.ts";

/**
 * The answer with the highest sum of scores over its samples; within it the best scored sample first. Without an Evaluator
 * the family's check scores, and without one each sample counts 1: the majority.
 */
export default defineMethod({
  id: "weighted-bon",
  kind: "search",
  contract: "reasoner",
  section: "C2",
  about: "Of n independent samples, the answer with the highest sum of scores.",
  source: "Li Y. et al. 2023; Uesato et al. 2022",
  options: cotOptions.extend({ n: cotOptions.shape.n.unwrap().default(16) }),
  create: (o) => async (question, c) => {
    const sampled = await attempts(question, c, o);
    const judged = await judge(question, sampled, c);
    const scores = judged.map((score) => Math.max(0, score ?? 1));
    const whole = sampled.map(({ error, answer }) => (error ? undefined : answer));
    const { clusters, shares } = vote(whole, { weights: scores, logprobs: sampled.map((one) => meanLogprob(c, one)) });
    const places = sampled.map((_, i) => clusters.findIndex((members) => members.includes(i)));
    const order = bestFirst(
      [...sampled.keys()],
      (i) => (sampled[i].error ? 0 : 1),
      (i) => shares[places[i]] ?? 0,
      (i) => -places[i],
      (i) => scores[i],
      (i) => meanLogprob(c, sampled[i]),
    );
    return { solutions: order.map((i) => sampled[i]), trees: [], episodes: [] };
  },
});
