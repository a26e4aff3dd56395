import { z } from "zod";
import { UserError } from "../../../core/errors.ts";
import { defineMethod } from "../../../core/method.ts";
import { stopped } from "../../solve.ts";
import { byIds, each, idsAt, mean, roleOption, undecided } from "./valuing.ts";

const options = z.object({
  amateur: roleOption.default("evaluator").describe("role of the weaker model, with the expert's vocabulary"),
  temperature: z.number().positive().default(1).describe("of the amateur; above 1, a model can be its own"),
});

/** Jensen–Shannon divergence of two distributions over the same tokens, in nats: 0 to ln 2. */
export function jsd(p: ArrayLike<number>, q: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const m = (p[i] + q[i]) / 2;
    if (p[i] > 0) sum += (p[i] * Math.log(p[i] / m)) / 2;
    if (q[i] > 0) sum += (q[i] * Math.log(q[i] / m)) / 2;
  }
  return sum;
}

/** Probabilities in id order at a temperature. */
function probabilities(ids: readonly number[], logprobs: Float32Array, temperature: number): Float64Array {
  const out = new Float64Array(ids.length);
  let sum = 0;
  for (const [i, id] of ids.entries()) sum += out[id] = Math.exp(logprobs[i] / temperature);
  return out.map((weight) => weight / sum);
}

/** The mean over the tokens of the last action, in nats: where the expert knows what the amateur does not, it is large. */
export default defineMethod({
  id: "v-jsd",
  kind: "value-source",
  contract: "guide",
  section: "C4",
  about: "The value of a state is how far an expert's next-token distributions are from an amateur's.",
  source: "Gao et al. 2024 (SC-MCTS*)",
  options,
  create: (o) =>
    each("v-jsd", async (at, c) => {
      const { model: expert, tokenizer } = byIds(c.model("reasoner"), "v-jsd");
      const { model: amateur } = byIds(c.model(o.amateur), "v-jsd");
      if (!expert.next || !amateur.next || amateur.tokenizer?.size !== tokenizer.size) {
        throw new UserError(
          `v-jsd compares next-token distributions, which ${expert.name} and ${amateur.name} do not give over one vocabulary.`,
          "Use two models of one tokenizer, or one model with a temperature above 1 as its own amateur.",
        );
      }
      const { prompt, steps } = idsAt(at, c, tokenizer);
      const last = steps.at(-1) ?? [];
      if (stopped(c) || last.length === 0) return undecided;
      const before = [...prompt, ...steps.slice(0, -1).flat()];
      const prompts = last.map((_, i) => ({ ids: [...before, ...last.slice(0, i)] }));
      const [p, q] = await Promise.all([expert.next(prompts, "all"), amateur.next(prompts, "all")]);
      c.budget.spend({ calls: 2, inputTokens: 2 * (before.length + last.length), outputTokens: 0 });
      const distances = p.map((row, i) =>
        jsd(probabilities(row.ids, row.logprobs, 1), probabilities(q[i].ids, q[i].logprobs, o.temperature)),
      );
      return { score: mean(distances), calls: [] };
    }),
});
