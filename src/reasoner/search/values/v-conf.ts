import { z } from "zod";
import type { Context } from "../../../core/context.ts";
import type { GuideNode } from "../../../core/contracts.ts";
import { UserError } from "../../../core/errors.ts";
import { defineMethod } from "../../../core/method.ts";
import { stopped } from "../../solve.ts";
import { each, idsAt, mean, undecided, type Valued } from "./valuing.ts";

const options = z.object({
  top: z.int().min(2).default(5).describe("tokens in the softmax, the chosen one among them"),
  over: z.enum(["reply", "action"]).default("reply").describe("whose tokens are averaged"),
});
type Options = z.output<typeof options>;

/** Confidence in a token: its probability against those of the most probable others. Log-probabilities. */
export function confidence(token: number, others: readonly number[]): number {
  const p = Math.exp(token);
  return p / others.reduce((sum, other) => sum + Math.exp(other), p);
}

async function valueOf(at: GuideNode, c: Context, o: Options): Promise<Valued> {
  const model = c.model("reasoner");
  const { tokenizer } = model;
  if (at.steps.length === 0) return undecided;
  if (tokenizer === undefined || !model.can.ids || !model.can.next || !model.next) return byCalls(at, c);
  const { prompt, steps } = idsAt(at, c, tokenizer);
  const before = [...prompt, ...(o.over === "action" ? steps.slice(0, -1).flat() : [])];
  const tokens = o.over === "action" ? steps[steps.length - 1] : steps.flat();
  if (stopped(c) || tokens.length === 0) return undecided;
  const rows = await model.next(
    tokens.map((_, i) => ({ ids: [...before, ...tokens.slice(0, i)] })),
    "all",
  );
  c.budget.spend({ calls: 1, inputTokens: before.length + tokens.length, outputTokens: 0 });
  const found = rows.map(({ ids, logprobs }, i) => {
    const chosen = ids.indexOf(tokens[i]);
    const others = logprobs.filter((_, place) => place !== chosen).sort((a, b) => b - a);
    return confidence(logprobs[chosen], Array.from(others.subarray(0, o.top - 1)));
  });
  return { score: mean(found), calls: [] };
}

/** A model without distributions: the probability of each token of the action, which is no more than its confidence. */
function byCalls(at: GuideNode, c: Context): Valued {
  const { calls } = at.node;
  const logprobs = calls.slice(0, 1).flatMap((call) => [...(c.call(call).logprobs ?? [])]);
  if (logprobs.length > 0) return { score: mean(logprobs.map(Math.exp)), calls: [] };
  throw new UserError(
    `v-conf needs log-probs, which the model ${c.model("reasoner").name} does not give.`,
    "Use a model that does, or a value source that asks in words, such as v-selfeval.",
  );
}

export default defineMethod({
  id: "v-conf",
  kind: "value-source",
  contract: "guide",
  section: "C4",
  about: "The value of a state is the mean confidence in its tokens against their most probable alternatives.",
  source: "Zhao et al. 2024 (Marco-o1)",
  options,
  create: (o) => each("v-conf", (at, c) => valueOf(at, c, o)),
});
