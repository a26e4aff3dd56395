import { z } from "zod";
import type { Cost } from "../../core/call.ts";
import type { Context } from "../../core/context.ts";
import type { RunError } from "../../core/solution.ts";
import type { Question } from "../../core/task.ts";
import type { TreeNode } from "../../core/tree.ts";
import { isRunError, joined, nativeMessages, stopped } from "../solve.ts";
import { endedBy } from "./actions/action.ts";
import type { World } from "./rap-search.ts";
import { drawActions, type Drawn } from "./space-sampling.ts";
import { familySpace, type FamilySpace, type Written } from "./space.ts";
import { byLikelihood, likelihood, majority, rapOptions, usefulness } from "./values/v-rap.ts";

export const rapSearchOptions = rapOptions.omit({ cue: true }).extend({
  iterations: z.int().positive().default(10),
  /** Sub-questions on the way to an answer, at most. */
  depth: z.int().positive().default(5),
  /** Sub-questions drawn a state. */
  children: z.int().positive().default(4),
  /** Weight of exploration. */
  w: z.number().nonnegative().default(1),
  /** Q of a sub-question: the best of its visits, or their mean. */
  q: z.enum(["max", "mean"]).default("max"),
  temperature: z.number().nonnegative().default(1),
  /** Where a sub-question ends and its answer begins: "=" in a family with a grammar, else "Answer:". */
  cue: z.string().min(1).optional(),
});
export type RapSearchOptions = z.output<typeof rapSearchOptions>;

const format =
  'Work by sub-questions: write "Question: …" and on the same line "Answer: …", with a blank line after each such pair. ' +
  "When a sub-question is the problem itself, put its answer in \\boxed{}.";

export interface RapWorld extends World<Written> {
  readonly space: FamilySpace;
  /** Why it gives nothing more, if it does not. */
  error(): RunError | undefined;
}

/** A model as policy, world and reward. What work on a node costs is charged to it. */
export function rapWorld(
  question: Question,
  c: Context,
  o: RapSearchOptions,
  charge: (node: number, cost: Cost) => void,
): RapWorld {
  const model = c.model("reasoner");
  const family = c.family(question.family);
  const native = family.words.length > 0;
  const cue = o.cue ?? (native ? "=" : "Answer:");
  const asked = native ? question : { ...question, text: `${question.text}\n\n${format}` };
  const space = familySpace(asked, c, {
    granularity: "step",
    expand: "sample",
    temperature: 1,
    prune: false,
    merge: false,
  });
  const most = family.maxTokens(question, "short");
  let { error } = space;

  async function draw(from: Context, state: Written, ends: string, k: number): Promise<Drawn[] | undefined> {
    const found = await drawActions(from, {
      prompt: (more) =>
        model.tokenizer !== undefined && model.can.ids
          ? { ids: [...state.ids, ...more.ids] }
          : nativeMessages(family, asked, "short", joined(model, [state.text, more.text])),
      action: endedBy(...(ends === "" ? [] : [ends])),
      end: family.end,
      k,
      left: most - state.tokens,
      temperature: o.temperature,
      seed: c.random.fork(`rap/${question.id}/${state.path}`).seed,
    });
    if (!isRunError(found)) return found;
    error = found;
    return undefined;
  }

  const after = (state: Written, { piece, calls, tokens }: Drawn, i: number, ended: boolean): Written => ({
    ...state,
    steps: [...state.steps, piece.text],
    text: joined(model, [state.text, piece.text]),
    ids: [...state.ids, ...piece.ids],
    calls: [...state.calls, calls[0]],
    tokens: state.tokens + tokens,
    path: `${state.path}/${i}`,
    ended: ended || state.tokens + tokens >= most,
  });
  const done = ({ piece, ended, whole }: Drawn): boolean =>
    ended || !whole || (native ? piece.text.endsWith(family.end) : piece.text.includes("\\boxed{"));

  /** Charges a node with what the work on it costs. */
  async function metered<T>(node: TreeNode, work: (from: Context) => Promise<T>): Promise<T> {
    const budget = c.budget.child({});
    try {
      return await work(c.with({ budget }));
    } finally {
      charge(node.id, budget.spent);
    }
  }

  return {
    space,
    error: () => error ?? stopped(c),
    root: space.root,
    ask: (node, state) =>
      metered(node, async (from) => {
        const drawn = await draw(from, state, cue, o.children);
        return drawn?.map((one, i) => {
          const { text, logprobs } = one.piece;
          const next = after(state, one, i, !text.endsWith(cue));
          const logprob = logprobs?.reduce((sum, value) => sum + value, 0) ?? 0;
          return { action: text, logprob, calls: one.calls, state: next, ended: next.ended };
        });
      }),
    useful: (node, state) =>
      metered(node, async (from) => {
        const at = { node, question, steps: state.steps, terminal: false };
        if (byLikelihood(at, from, { ...o, cue: [cue] })) return likelihood(at, from);
        const { p } = await usefulness(at, from, { ...o, cue: [cue] }, node.action.replace(cue, ""));
        return p?.[0] ?? (stopped(c) === undefined ? 0 : undefined);
      }),
    answer: (node, state) =>
      metered(node, async (from) => {
        const drawn = await draw(from, state, family.delimiter, o.answers);
        const found = drawn && majority(drawn.map(({ piece }) => piece.text));
        if (drawn === undefined || found === undefined) return undefined;
        const best = drawn[found.index];
        const same = drawn.filter(({ piece }) => piece.text.trim() === best.piece.text.trim());
        const next = after(state, best, 0, done(best));
        const calls = same.flatMap((one) => one.calls);
        return { action: best.piece.text, calls, state: next, ended: next.ended, confidence: found.share };
      }),
  };
}
