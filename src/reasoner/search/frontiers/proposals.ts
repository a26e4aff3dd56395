import { addCost, noCost, type CallId } from "../../../core/call.ts";
import type { Context } from "../../../core/context.ts";
import type { Child } from "../../../core/space.ts";
import type { Question } from "../../../core/task.ts";
import { isRunError, joined, trySample } from "../../solve.ts";
import type { Written } from "../space.ts";
import type { Policy } from "./replies.ts";

export const proposePrompt = (question: string, written: string, k: number): string =>
  `A problem:\n${question}\n\nWork on it so far:\n${written === "" ? "(nothing yet)" : written}\n\n` +
  `Write up to ${k} different ways to take the next step, one a line, numbered from 1. Only the step itself, no comment. ` +
  "A step that completes the work states the final answer in \\boxed{}.";

const proposalTokens = 1024;

/** The entries of a numbered or bulleted list, else its lines; equal ones once, at most k. */
export function readList(reply: string, k: number): string[] {
  const lines = reply.split("\n").map((line) => line.trim());
  const entry = /^(?:\(?\d+[.):]|[-*•])\s*/u;
  const listed = lines.filter((line) => entry.test(line));
  const entries = (listed.length > 0 ? listed : lines).map((line) => line.replace(entry, "").trim());
  return [...new Set(entries.filter((line) => line !== ""))].slice(0, k);
}

/** A step that states the final answer. */
const final = /\\boxed\{|\banswer is\b/iu;

/** What a state becomes by a step that was written outside it. */
export function continued(
  question: Question,
  c: Context,
  state: Written,
  step: string,
  calls: readonly CallId[],
): Written {
  const model = c.model("reasoner");
  const family = c.family(question.family);
  const action = model.tokenizer ? step : `${step}${family.delimiter}`;
  const text = joined(model, [state.text, action]);
  const ids = model.tokenizer && model.can.ids ? model.tokenizer.encode(action) : [];
  const tokens = state.tokens + (ids.length > 0 ? ids.length : action.split(/\s+/u).length);
  return {
    ...state,
    steps: [...state.steps, action],
    text,
    calls: [...state.calls, ...calls],
    ended: final.test(step) || tokens >= family.maxTokens(question, "short"),
    key: undefined,
    tokens,
    ids: [...state.ids, ...ids],
    path: `${state.path}/${step}`,
    prefix: null,
  };
}

/** Children from one reply that lists candidates for the next step. They share its call; their priors are equal. */
export function proposed(question: Question): Policy["expand"] {
  return (g, f) =>
    async (node, state, k): Promise<Child<Written>[]> => {
      const { c } = g;
      const prompt = proposePrompt(question.text, state.text, k);
      const seed = c.random.fork(`propose/${question.id}${state.path}`).seed;
      const o = { n: 1, seed, maxTokens: proposalTokens, temperature: 0.7 };
      const replies = await trySample(c, "reasoner", [{ role: "user", content: prompt }], o);
      if (isRunError(replies)) throw new Error(replies.message);
      const calls = replies.map(({ call }) => call);
      f().tree.charge(
        node.id,
        calls.reduce((sum, call) => addCost(sum, c.call(call).cost), noCost),
      );
      const list = replies.flatMap(({ text, finish }) => (finish === "abort" ? [] : readList(text, k)));
      return list.map((step) => {
        const next = continued(question, c, state, step, calls);
        return { state: next, action: next.steps.at(-1) ?? step, logprob: -Math.log(list.length), calls };
      });
    };
}
