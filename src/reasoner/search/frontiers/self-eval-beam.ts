import { z } from "zod";
import { defineMethod } from "../../../core/method.ts";
import type { TreeNode } from "../../../core/tree.ts";
import type { Random } from "../../../core/random.ts";
import { beams, beamStepOptions } from "./beam-step.ts";
import { overReplies } from "./replies.ts";

const options = beamStepOptions.omit({ rank: true, lookahead: true }).extend({
  /** Weight of the policy's confidence against the evaluation's. */
  lambda: z.number().min(0).max(1).default(0.5),
  /** Temperature of the selection, and its factor a level. */
  tau: z.number().positive().default(0.5),
  alpha: z.number().positive().max(1).default(0.5),
  /** Beams are drawn in proportion to exp(E/tau) or to E^(1/tau). */
  select: z.enum(["exp", "power"]).default("exp"),
  /** E as the product over steps, or its geometric mean. */
  steps: z.enum(["product", "mean"]).default("product"),
});

/** Probabilities of the first draw, given E of each candidate. */
export function chances(scores: readonly number[], tau: number, select: "exp" | "power"): number[] {
  const logits = scores.map((score) => (select === "exp" ? score : Math.log(score)) / tau);
  const most = Math.max(...logits);
  const weights = logits.map((logit) => (most === -Infinity ? 1 : Math.exp(logit - most)));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** Up to `width` indices, drawn one by one without replacement. */
export function drawn(
  scores: readonly number[],
  o: { readonly width: number; readonly tau: number; readonly select: "exp" | "power" },
  random: Random,
): number[] {
  const left = [...scores.keys()];
  const chosen: number[] = [];
  while (left.length > 0 && chosen.length < o.width) {
    const p = chances(
      left.map((i) => scores[i]),
      o.tau,
      o.select,
    );
    let u = random.next();
    const at = p.findIndex((share) => (u -= share) < 0);
    chosen.push(...left.splice(at < 0 ? left.length - 1 : at, 1));
  }
  return chosen;
}

/** Least C: estimates of 0 may err, and E could not rise again. */
const least = 0.001;

/**
 * E = Π P^λ · C^(1−λ): P the geometric mean of a step's token probabilities, C its value. A model without log-probs gives
 * the share of equal samples for P.
 */
export default defineMethod({
  id: "self-eval-beam",
  kind: "search",
  contract: "reasoner",
  section: "C2",
  about: "Stochastic beam search by the policy's confidence and the evaluation of each step together.",
  source: "Xie et al. 2023",
  options,
  create: (o) => (question, c) => {
    /** log E of each node, summed over its steps. */
    const logs = new Map<number, number>();
    const scoreOf = (id: number, depth: number): number =>
      Math.exp((logs.get(id) ?? 0) / (o.steps === "mean" ? depth : 1));
    return overReplies("self-eval-beam", question, c, o, {
      // A judge of complete replies knows better than E.
      ...(c.evaluator || c.family(question.family).check
        ? {}
        : { key: (node: TreeNode) => scoreOf(node.id, node.depth) }),
      run: async (f, g) => {
        const model = g.c.model("reasoner");
        const value = async (ids: readonly number[]): Promise<number[]> => {
          const valued = await f.value(ids);
          for (const id of valued) {
            const { parent, logprob, action } = f.node(id);
            const before = parent ?? 0;
            const tokens = f.states[id].tokens - f.states[before].tokens || action.trim().split(/\s+/u).length;
            const confidence = model.can.logprobs ? logprob / tokens : logprob;
            const step =
              weighed(o.lambda, confidence) + weighed(1 - o.lambda, Math.log(Math.max(f.valueOf(id), least)));
            logs.set(id, (logs.get(before) ?? 0) + step);
          }
          return valued;
        };
        const keep = (ids: readonly number[], level: number): number[] => {
          const scores = ids.map((id) => scoreOf(id, level + 1));
          const source = g.c.random.fork(`self-eval-beam/${question.id}/${level}`);
          return drawn(scores, { ...o, tau: Math.max(1e-9, o.tau * o.alpha ** level) }, source).map((i) => ids[i]);
        };
        await beams(f, { ...o, keep, value });
      },
    });
  },
});

/** weight · log, where nothing counts even against −∞. */
const weighed = (weight: number, log: number): number => (weight === 0 ? 0 : weight * log);
