import { z } from "zod";
import type { Lesson, Objective, Scored } from "../../core/contracts.ts";
import { weightAt } from "../../core/datum.ts";
import { defineMethod } from "../../core/method.ts";
import { expectKind, finite, slotsOf } from "../scored.ts";

const options = z.object({
  /** What the loss is divided by: trained tokens (weights, however small, count 1), or the sum of token weights. */
  normalise: z.enum(["tokens", "weights"]).default("tokens"),
});

/** L = −Σ w·m_t·log π(y_t) / Σ 1[m_t ≠ 0], both sums over the whole minibatch; the row weight w is not in the denominator. */
function loss(batch: readonly Scored[], normalise: z.output<typeof options>["normalise"]): Lesson {
  const items = batch.map((scored) => ({ datum: expectKind(scored.datum, "sft"), slots: slotsOf(scored) }));
  let count = 0;
  let total = 0;
  for (const { datum, slots } of items) {
    for (const { row, scored, gradient } of slots) {
      for (let t = row.from; t < row.ids.length; t++) {
        const weight = finite(weightAt(row, t), "the loss weight", datum, t);
        if (weight === 0) continue;
        count += normalise === "tokens" ? 1 : weight;
        total -=
          finite(datum.weight, "the row weight", datum, t) * weight * finite(scored.logprob[t], "log π", datum, t);
        gradient[t] = -datum.weight * weight;
      }
    }
  }
  const gradients = items.flatMap(({ slots }) => slots.map((slot) => slot.gradient));
  if (count === 0) return { loss: 0, gradients: { logprob: gradients }, metrics: {} };
  for (const gradient of gradients) for (let t = 0; t < gradient.length; t++) gradient[t] /= count;
  return { loss: total / count, gradients: { logprob: gradients }, metrics: {} };
}

export default defineMethod({
  id: "sft",
  kind: "objective",
  contract: "objective",
  section: "E1",
  about:
    "Behaviour cloning: weighted negative log-likelihood of the response tokens, averaged over the minibatch's tokens.",
  source: "maximum likelihood; token mean over the batch as in Hugging Face TRL and Tulu 3",
  options,
  create: ({ normalise }): Objective => ({
    kinds: ["sft"],
    needs: [],
    reference: false,
    constant: true,
    loss: (batch) => loss(batch, normalise),
  }),
});
