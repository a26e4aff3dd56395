import { z } from "zod";
import { defineMethod } from "../../../core/method.ts";
import type { Question } from "../../../core/task.ts";
import { isRunError, joined, nativeMessages, trySample } from "../../solve.ts";
import type { Guided } from "../guided.ts";
import type { Written } from "../space.ts";
import { astarSearch } from "./astar-search.ts";
import type { Frontier } from "./frontier.ts";
import { futureCost, stepCost, type Plan } from "./plan-costs.ts";
import { overReplies, repliesOptions } from "./replies.ts";
import { undecided } from "./undecided.ts";

const options = repliesOptions.extend({
  /** Exponents of the memory's part in the cost of a step, and in the cost to come. */
  alpha: z.number().min(0).max(1).default(0.5),
  beta: z.number().min(0).max(1).default(0.5),
  /** Samples per expansion; the share of equal ones is an action's self-consistency. */
  children: z.int().positive().default(4),
  expansions: z.int().positive().default(64),
  /** Plans known to succeed, as lists of steps. What the method solves is added, as long as it lives. */
  memory: z.array(z.array(z.string())).default([]),
  /** Values from which a complete reply is a success. */
  accept: z.number().min(0).max(1).default(1),
  /** Let the model imagine how a plan goes on, to tell how far it has come. */
  imagine: z.boolean().default(true),
});
export type ToolchainOptions = z.output<typeof options>;

export interface Imagining {
  /** Steps of a whole plan that begins like a node's. */
  length(id: number): Promise<number>;
}

/** Searches the plans; gives the cheapest one that succeeds, and its cost. */
export async function toolchainSearch<S>(
  f: Frontier<S>,
  memory: readonly Plan[],
  imagining: Imagining | undefined,
  o: Pick<ToolchainOptions, "alpha" | "beta" | "children" | "expansions" | "accept">,
): Promise<{ readonly plan?: Plan; readonly cost?: number; readonly expansions: number }> {
  const future = new Map<number, number>([[0, 0]]);
  const result = await astarSearch<number>({
    root: 0,
    expansions: o.expansions,
    halted: () => f.over,
    isGoal: (id) => f.node(id).terminal,
    h: (id) => future.get(id) ?? Infinity,
    expand: async (ids) => {
      const [children] = await f.expand(ids, o.children);
      await f.value(children.filter((id) => f.node(id).terminal));
      await Promise.all(
        children.map(async (id) => {
          const plan = f.tree.actions(id);
          if (f.node(id).terminal) future.set(id, f.valueOf(id) >= o.accept ? 0 : Infinity);
          else future.set(id, futureCost(plan, memory, imagining && (await imagining.length(id)), o.beta));
        }),
      );
      const share = (id: number): number => {
        const { calls, logprob } = f.node(id);
        return Math.min(1, calls.length > 0 ? calls.length / o.children : Math.exp(logprob));
      };
      return [children.map((id) => ({ state: id, cost: stepCost(f.tree.actions(id), memory, share(id), o.alpha) }))];
    },
  });
  const { goal, cost, expansions } = result;
  return goal === undefined ? { expansions } : { plan: f.tree.actions(goal), cost, expansions };
}

/** Steps of the reply that the model would write from here on. */
function imagined(question: Question, g: Guided, f: Frontier<Written>): Imagining {
  return {
    length: async (id) => {
      const state = f.states[id];
      const budget = g.c.budget.child({});
      const c = g.c.with({ budget });
      const family = c.family(question.family);
      const drawn = await trySample(c, "reasoner", nativeMessages(family, question, "short", state.text), {
        n: 1,
        seed: c.random.fork(`imagine/${question.id}${state.path}`).seed,
        maxTokens: family.maxTokens(question, "short"),
        stop: family.end === "" ? [] : [family.end],
      });
      f.tree.charge(id, budget.spent);
      if (isRunError(drawn) || drawn[0].finish === "abort") return state.steps.length;
      const text = joined(c.model("reasoner"), [state.text, drawn[0].text]);
      return Math.max(state.steps.length, family.parse(question, text, "short").steps.length);
    },
  };
}

/** The memory makes results depend on what was solved before: questions solved side by side do not see each other's. */
export default defineMethod({
  id: "toolchain-star",
  kind: "search",
  contract: "reasoner",
  section: "C3",
  about: "A* over plans: steps are cheap that samples agree on and that plans remembered from past successes took.",
  source: "Zhuang et al. 2023 (ToolChain*)",
  options,
  create: (o) => {
    const memory: Plan[] = [...o.memory];
    return (question, c) =>
      overReplies("toolchain-star", question, c.with({ guide: undecided }), o, {
        knowsStates: true,
        evaluate: (g) => async (node, state) => (await g.value(node, state)) ?? (g.error() ? null : 1),
        run: async (f, g) => {
          const found = await toolchainSearch(f, [...memory], o.imagine ? imagined(question, g, f) : undefined, o);
          if (found.plan) memory.push(found.plan);
        },
      });
  },
});
