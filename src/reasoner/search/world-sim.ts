import { z } from "zod";
import { roles, type Role } from "../../core/call.ts";
import type { Context, Sample } from "../../core/context.ts";
import type { Reasoned } from "../../core/contracts.ts";
import { messageOf } from "../../core/errors.ts";
import { hash } from "../../core/json.ts";
import { defineMethod } from "../../core/method.ts";
import type { RunError, Solution } from "../../core/solution.ts";
import type { Question } from "../../core/task.ts";
import { aborted, bestFirst, costOf, failed, isRunError, solutionId, stopped, trySample } from "../solve.ts";
import { RapSearch, type World } from "./rap-search.ts";
import { chosen, mean } from "./values/valuing.ts";
import { majority } from "./values/v-rap.ts";

const options = z.object({
  /** Turns that the policy drafts. */
  drafts: z.int().positive().default(5),
  /** Share of equal drafts from which the policy is sure enough not to plan. */
  sure: z.number().gt(0).max(1).default(0.8),
  iterations: z.int().positive().default(10),
  /** Turns that are looked ahead. */
  depth: z.int().positive().default(3),
  w: z.number().nonnegative().default(1),
  /** Whose model plays the user, and judges how the talk goes. */
  user: z.enum(roles).default("evaluator"),
  judge: z.enum(roles).default("evaluator"),
  temperature: z.number().nonnegative().default(1),
  maxTokens: z.int().positive().default(256),
});

/** What was said after the question, ours and the simulated user's in turn. */
type Talk = readonly string[];

async function search(question: Question, outer: Context, o: z.output<typeof options>): Promise<Reasoned> {
  const c = outer.with({ budget: outer.budget.child({}) });
  const told = (talk: Talk): string =>
    [question.text, ...talk.map((turn, i) => `${i % 2 === 0 ? "You" : "They"}: ${turn.trim()}`)].join("\n");
  let error: RunError | undefined;
  const draw = async (from: Context, role: Role, content: string, n: number): Promise<Sample[] | undefined> => {
    const seed = c.random.fork(`world-sim/${role}/${content}`).seed;
    const { maxTokens, temperature } = o;
    const replies = await trySample(from, role, [{ role: "user", content }], { n, seed, maxTokens, temperature });
    if (!isRunError(replies)) return replies;
    error = replies;
    return undefined;
  };
  const draft = (from: Context, talk: Talk) =>
    draw(from, "reasoner", `${told(talk)}\n\nWrite your next turn, and nothing else.`, o.drafts);
  async function metered<T>(node: number, work: (from: Context) => Promise<T>): Promise<T> {
    const budget = c.budget.child({});
    try {
      return await work(c.with({ budget }));
    } finally {
      planning.tree.charge(node, budget.spent);
    }
  }
  let first: readonly Sample[] | undefined;
  const world: World<Talk> = {
    root: [],
    ask: async ({ id }, talk) => {
      const drafts = talk.length === 0 ? first : await metered(id, (from) => draft(from, talk));
      return drafts?.map(({ text, call }) => {
        const share = drafts.filter((other) => other.text === text).length / drafts.length;
        return { action: text, logprob: Math.log(share), calls: [call], state: [...talk, text], ended: false };
      });
    },
    useful: ({ prior }) => Promise.resolve(prior),
    answer: ({ id }, talk) =>
      metered(id, async (from) => {
        const said = await draw(from, o.user, `${told(talk)}\n\nYou are the other side. Write what they say next.`, 1);
        if (said === undefined) return undefined;
        const [{ text, call }] = said;
        const state = [...talk, text];
        const content = `${told(state)}\n\nDoes this reach what was wanted? Answer Yes or No.\nAnswer:`;
        const { p, calls } = await chosen(from, content, ["Yes", "No"], { role: o.judge, label: content, samples: 3 });
        if (p === undefined && stopped(c)) return undefined;
        return { action: text, calls: [call, ...calls], state, ended: false, confidence: p?.[0] ?? 0 };
      }),
  };
  const planning = new RapSearch<Talk>(world, { depth: o.depth, w: o.w, alpha: 0, q: "mean" });
  try {
    first = await metered(0, (from) => draft(from, []));
    const agreed = majority((first ?? []).map(({ text }) => text));
    const plan = agreed !== undefined && agreed.share < o.sure;
    for (let i = 0; i < (plan ? o.iterations : 0) && !stopped(c); i++) if (!(await planning.iterate())) break;
  } catch (thrown) {
    error ??= c.signal.aborted ? aborted : { where: "sample", message: messageOf(thrown) };
  }
  const { tree, edges } = planning;
  const value = (text: string): number => {
    const id = tree.nodes[0].children.find((child) => tree.nodes[child].action === text);
    return id === undefined ? 0 : mean(edges.get(id)?.visits ?? []);
  };
  const drafts = first ?? [];
  const turns = drafts.filter(({ text }, i) => drafts.findIndex((other) => other.text === text) === i);
  const votes = ({ text }: Sample): number => drafts.filter((other) => other.text === text).length;
  const solutions = bestFirst(turns, ({ text }) => value(text), votes).map(({ text, call }): Solution => {
    const of = { taskId: question.id, text, steps: [{ text }], by: [call], cost: costOf(c, [call]) };
    return { id: solutionId(question, text, [call]), ...of };
  });
  const id = hash(["world-sim", question.id, c.random.seed, o]);
  const named = { id, taskId: question.id, by: "world-sim", cost: c.budget.spent, oracle: false };
  if (solutions.length === 0) solutions.push(failed(question, error ?? stopped(c) ?? aborted));
  return { solutions, trees: [tree.finish(named)], episodes: [] };
}

/** Plans against a simulated user only: whoever is really talked to hears nothing before the turn is chosen. */
export default defineMethod({
  id: "world-sim",
  kind: "objective",
  contract: "reasoner",
  section: "E7",
  about:
    "The next turn of a talk: the policy's own where it is sure, else by MCTS against a model that plays the user.",
  source: "He et al. 2024",
  options,
  create: (o) => (question, c) => search(question, c, o),
});
