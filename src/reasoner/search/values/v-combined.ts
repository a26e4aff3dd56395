import { z } from "zod";
import { defineMethod } from "../../../core/method.ts";
import type { Guide } from "../../../core/contracts.ts";
import { baseOf, baseRef } from "./base-sources.ts";
import { mean } from "./valuing.ts";

const part = z.object({
  of: baseRef,
  weight: z.number().default(1),
  /** Of the source's values, measured before; for nodes that are valued alone. */
  mean: z.number().default(0.5),
  deviation: z.number().positive().default(0.5),
});

const options = z.object({
  parts: z
    .array(part)
    .min(1)
    .default([
      { of: { id: "v-selfeval", options: {} }, weight: 1, mean: 0.5, deviation: 0.5 },
      { of: { id: "v-conf", options: {} }, weight: 1, mean: 0.5, deviation: 0.5 },
    ]),
  /** Normalise by the nodes that are valued together, where there are several. */
  batch: z.boolean().default(false),
});

/** (x − mean)/deviation of each value; without `by`, by their own mean and deviation. Values all equal are 0. */
export function zScores(values: readonly number[], by?: { mean: number; deviation: number }): number[] {
  const centre = by?.mean ?? mean(values);
  const deviation = by?.deviation ?? Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
  return values.map((value) => (deviation === 0 ? 0 : (value - centre) / deviation));
}

/**
 * σ(Σ weight · z). Statistics do not run on while a search goes on: values would depend on the order of the calls. A part
 * that is undecided of a node leaves it undecided.
 */
export default defineMethod({
  id: "v-combined",
  kind: "value-source",
  contract: "guide",
  section: "design",
  about: "A weighted sum of several value sources, each normalised to mean 0 and deviation 1.",
  source: "Gao et al. 2024 (SC-MCTS*)",
  options,
  create: (o): Guide => {
    const guides = o.parts.map(({ of }) => baseOf(of));
    return async (nodes, c) => {
      const judged = await Promise.all(guides.map((guide, i) => guide(nodes, c.with({ label: `part ${i}` }))));
      const normal = judged.map((judgements, i) => {
        const known = judgements.flatMap(({ score }) => (score === null ? [] : [score]));
        const scores = [...zScores(known, o.batch && known.length > 1 ? undefined : o.parts[i])];
        return judgements.map(({ score }) => (score === null ? null : (scores.shift() ?? null)));
      });
      return nodes.map(({ node }, at) => {
        const own = normal.map((scores) => scores[at]);
        const sum = own.reduce<number>((all, score, i) => all + o.parts[i].weight * (score ?? 0), 0);
        return {
          of: String(node.id),
          by: "v-combined",
          level: "step",
          score: own.includes(null) ? null : 1 / (1 + Math.exp(-sum)),
          calls: judged.flatMap((judgements) => judgements[at].calls),
        };
      });
    };
  },
});
