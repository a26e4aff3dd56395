/** Values that output heads of a model give after tokens. */
import type { Ids } from "../core/call.ts";
import type { Context } from "../core/context.ts";
import { UserError } from "../core/errors.ts";
import type { Model, Output, Trainable } from "../core/model.ts";
import { reading } from "./asking.ts";

type Forward = Pick<Trainable, "forward">;
const reads = (model: Model): model is Model & Forward => "forward" in model && typeof model.forward === "function";

/** σ(x). */
export const logistic = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

/** Shares of classes by their logits. */
export function softmax(logits: readonly number[]): number[] {
  const most = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - most));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/**
 * What a head of the evaluator's model says after each token: one list a sequence, `classes` numbers a token. Throws UserError
 * if the model has no such head.
 */
export async function headValues(
  c: Context,
  method: string,
  head: string,
  sequences: readonly Ids[],
): Promise<readonly Float32Array[] | { readonly lack: string }> {
  const model = c.model("evaluator");
  const output: Output = `head:${head}`;
  if (!reads(model) || !model.can.outputs.includes(output)) {
    const heads = model.can.outputs.filter((name) => name.startsWith("head:")).map((name) => name.slice(5));
    throw new UserError(
      `${method} reads the output head "${head}", which the model ${model.name} does not have.`,
      heads.length > 0
        ? `Name one that it has: ${heads.join(", ")}.`
        : "Train an embedded model with that head, or choose a judge that asks in words.",
    );
  }
  if (sequences.length === 0) return [];
  const inputTokens = sequences.reduce((sum, ids) => sum + ids.length, 0);
  return reading(c, { calls: 1, inputTokens, outputTokens: 0 }, async () => {
    const outputs = await model.forward(
      sequences.map((ids) => ({ ids })),
      [output],
    );
    return outputs[output] ?? [];
  });
}
