/** Log-ratios of two models on the tokens of solutions. */
import { roles, type Role } from "../core/call.ts";
import type { Context } from "../core/context.ts";
import type { Group } from "../core/group.ts";
import { UserError } from "../core/errors.ts";
import { ask } from "../core/task.ts";
import { z } from "zod";
import { idsOf, reading, tokenizerOf } from "./asking.ts";

export const ratioOptions = z.object({
  policy: z.enum(roles).default("evaluator").describe("role whose model was trained (π)"),
  reference: z.enum(roles).default("reasoner").describe("role whose model it started from (π_ref)"),
  beta: z.number().positive().default(0.1),
});

/** log π of each token of each solution after the question, by a role's model. Throws UserError without log-probs. */
export async function tokenLogprobs(
  { task, solutions }: Group,
  c: Context,
  method: string,
  role: Role,
): Promise<readonly Float32Array[] | { readonly lack: string }> {
  const model = c.model(role);
  if (!model.can.score || solutions.length === 0) {
    if (solutions.length === 0) return [];
    throw new UserError(
      `${method} needs log-probs of given texts, which the model ${model.name} of the role "${role}" does not give.`,
      "Use a model that does, such as the embedded one, or choose a judge that asks in words.",
    );
  }
  const tokenizer = tokenizerOf(model, method);
  const question = ask(task);
  const prompt = { ids: tokenizer.encode(c.family(question.family).prompt(question, "short")) };
  const rows = solutions.map(({ text }) => ({ prompt, ids: idsOf(tokenizer, [text]).ids }));
  const inputTokens = rows.reduce((sum, { ids }) => sum + prompt.ids.length + ids.length, 0);
  return reading(c, { calls: 1, inputTokens, outputTokens: 0 }, async () => (await model.score?.(rows)) ?? []);
}

/**
 * β·(log π − log π_ref) of each token of each solution. Throws UserError if the two models do not read a text as the same
 * number of tokens.
 */
export async function tokenRatios(
  group: Group,
  c: Context,
  method: string,
  { policy, reference, beta }: z.output<typeof ratioOptions>,
): Promise<readonly Float64Array[] | { readonly lack: string }> {
  const [own, ref] = [await tokenLogprobs(group, c, method, policy), await tokenLogprobs(group, c, method, reference)];
  if ("lack" in own) return own;
  if ("lack" in ref) return ref;
  return own.map((logprobs, i) => {
    if (logprobs.length !== ref[i].length) {
      throw new UserError(
        `the models of the roles "${policy}" and "${reference}" cut solution ${group.solutions[i].id} into different tokens`,
        "compare a model with the one that it was trained from",
      );
    }
    return Float64Array.from(logprobs, (value, t) => beta * (value - ref[i][t]));
  });
}
