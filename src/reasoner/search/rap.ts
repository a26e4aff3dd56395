import { z } from "zod";
import type { Context } from "../../core/context.ts";
import type { Reasoned } from "../../core/contracts.ts";
import { messageOf } from "../../core/errors.ts";
import { defineMethod } from "../../core/method.ts";
import type { Solution } from "../../core/solution.ts";
import type { Question } from "../../core/task.ts";
import type { TreeNode } from "../../core/tree.ts";
import { aborted, bestFirst, isRunError, joined, nativeMessages, stopped } from "../solve.ts";
import { endedBy } from "./actions/action.ts";
import { concluded } from "./guided.ts";
import { RapSearch, type World } from "./rap-search.ts";
import { drawActions, type Drawn } from "./space-sampling.ts";
import { familySpace, type Written } from "./space.ts";
import { byLikelihood, likelihood, majority, rapOptions, usefulness } from "./values/v-rap.ts";

const options = rapOptions.omit({ cue: true }).extend({
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
type Options = z.output<typeof options>;

const format =
  'Work by sub-questions: write "Question: …" and on the same line "Answer: …", with a blank line after each such pair. ' +
  "When a sub-question is the problem itself, put its answer in \\boxed{}.";

async function search(question: Question, outer: Context, o: Options): Promise<Reasoned> {
  const c = outer.with({ budget: outer.budget.child({}) });
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
      rap.tree.charge(node.id, budget.spent);
    }
  }

  const world: World<Written> = {
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
  const rap = new RapSearch<Written>(world, o);
  try {
    for (let i = 0; i < o.iterations && !error && !stopped(c); i++) if (!(await rap.iterate())) break;
  } catch (thrown) {
    error ??= c.signal.aborted ? aborted : { where: "sample", message: messageOf(thrown) };
  }
  const answers = new Map<string, number[]>();
  for (const node of rap.tree.nodes) {
    if (!node.terminal) continue;
    const answer = space.solution(rap.states[node.id]).answer ?? "";
    answers.set(answer, [...(answers.get(answer) ?? []), node.id]);
  }
  const weight = (solution: Solution): number => rap.weightOf(answers.get(solution.answer ?? "") ?? []);
  const order = (solutions: Solution[]): Solution[] =>
    bestFirst(solutions, (solution) => (solution.error ? 0 : 1), weight);
  const g = { c, space, error: () => error ?? stopped(c) };
  return concluded("rap", question, g, rap, { output: "max-q", options: o, order });
}

/** Departure: what may be asked in words is asked only of models of free text; where there is a grammar the policy's likelihood stands in. */
export default defineMethod({
  id: "rap",
  kind: "objective",
  contract: "reasoner",
  section: "E7",
  about:
    "Monte-Carlo tree search in which a model is policy, world and reward: sub-questions, their answers, their use.",
  source: "Hao et al. 2023 (RAP)",
  options,
  create: (o) => (question, c) => search(question, c, o),
});
