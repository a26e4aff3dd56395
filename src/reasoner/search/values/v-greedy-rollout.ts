import { z } from "zod";
import type { Context } from "../../../core/context.ts";
import type { Guide, GuideNode } from "../../../core/contracts.ts";
import { defineMethod } from "../../../core/method.ts";
import type { Child } from "../../../core/space.ts";
import type { TreeNode } from "../../../core/tree.ts";
import { granularities } from "../actions/granularity.ts";
import { familySpace, type Written } from "../space.ts";
import { baseOf, baseRef } from "./base-sources.ts";
import { each, type Valued } from "./valuing.ts";

const options = z.object({
  of: baseRef.default({ id: "v-prm", options: {} }).describe("values states"),
  alpha: z.number().min(0).max(1).default(0.5).describe("weight of the best value ahead"),
  steps: z.int().positive().default(3).describe("greedy ones, at most"),
  granularity: granularities.default("step"),
});
type Options = z.output<typeof options>;

/** (1 − α)·V + α·the best value ahead; V where there is none. */
export const mixedValue = (own: number, ahead: readonly number[], alpha: number): number =>
  ahead.length === 0 ? own : (1 - alpha) * own + alpha * Math.max(...ahead);

/** A greedy step as a node, which is in no tree. */
function childOf(parent: TreeNode, { action, logprob, calls, state }: Child<Written>): TreeNode {
  const own = { action, logprob, calls: [...calls], prior: 1, terminal: state.ended };
  return { ...parent, ...own, parent: parent.id, children: [], depth: parent.depth + 1 };
}

async function valueOf(at: GuideNode, c: Context, o: Options, guide: Guide): Promise<Valued> {
  const { question } = at;
  const [own] = await guide([at], c);
  if (at.terminal || own.score === null) return own;
  const space = familySpace(question, c.with({ label: `v-greedy-rollout/${at.node.id}` }), {
    granularity: o.granularity,
    expand: "sample",
    temperature: 0,
    prune: false,
    merge: false,
  });
  const ahead: number[] = [];
  const calls = [...own.calls];
  let state = space.at(at.steps);
  let { node } = at;
  for (let i = 0; i < o.steps && !state.ended; i++) {
    const [child] = await space.expand(state, 1);
    if (child === undefined) break;
    ({ state } = child);
    const { steps, ended: terminal } = state;
    node = childOf(node, child);
    const [value] = await guide([{ node, question, steps, terminal }], c.with({ label: `greedy ${i}` }));
    calls.push(...child.calls, ...value.calls);
    if (value.score !== null) ahead.push(value.score);
  }
  return { score: mixedValue(own.score, ahead, o.alpha), calls };
}

/** Departure: what a parent is worth is left to the search's own backup. */
export default defineMethod({
  id: "v-greedy-rollout",
  kind: "value-source",
  contract: "guide",
  section: "C4",
  about: "The value of a state, mixed with the best value of a few greedy steps ahead.",
  source: "Zhang D. et al. 2024 (ReST-MCTS*)",
  options,
  create: (o): Guide => {
    const guide = baseOf(o.of);
    return each("v-greedy-rollout", (at, c) => valueOf(at, c, o, guide));
  },
});
