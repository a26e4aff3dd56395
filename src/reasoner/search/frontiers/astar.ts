import { z } from "zod";
import { defineMethod } from "../../../core/method.ts";
import { astarSearch } from "./astar-search.ts";
import { overReplies, repliesOptions } from "./replies.ts";

export const astarOptions = repliesOptions.extend({
  /** What a step costs: −log of its probability, or 1. */
  cost: z.enum(["logprob", "steps"]).default("logprob"),
  /** The cost to come is this times −log V. */
  weight: z.number().nonnegative().default(1),
  /** Least value of what is not complete: estimates of 0 may err. With 0 such states are never opened. */
  floor: z.number().min(0).max(1).default(0.001),
  /** Children per expansion. */
  children: z.int().positive().default(4),
  expansions: z.int().positive().default(64),
  /** Nodes expanded side by side; 1 is the exact order. */
  width: z.int().positive().default(1),
  /** Complete replies taken from the open list before the search ends. */
  goals: z.int().positive().default(1),
});

/**
 * g + h is −log of the probability of a right reply by way of a node, where V is the policy's probability of success from
 * there. A complete reply that is worth 0 is no goal.
 */
export default defineMethod({
  id: "astar",
  kind: "search",
  contract: "reasoner",
  section: "C3",
  about: "A* over steps: the open state of the lowest cost so far plus cost to come by its value.",
  source: "Hart et al. 1968",
  options: astarOptions,
  create: (o) => (question, c) =>
    overReplies("astar", question, c, o, {
      knowsStates: true,
      run: async (f) => {
        let goals = 0;
        await astarSearch<number>({
          root: 0,
          expansions: o.expansions,
          width: o.width,
          halted: () => f.over,
          isGoal: (id) => f.node(id).terminal,
          accept: () => ++goals >= o.goals,
          key: (id) => f.node(id).key,
          h: (id) => {
            if (id === 0) return 0;
            const value = f.valueOf(id);
            if (f.node(id).terminal && value <= 0) return Infinity;
            return -o.weight * Math.log(Math.max(value, o.floor));
          },
          expand: async (ids) => {
            const families = await f.expand(ids, o.children);
            await f.value(families.flat());
            return families.map((children) =>
              children.map((id) => ({ state: id, cost: o.cost === "steps" ? 1 : Math.max(0, -f.node(id).logprob) })),
            );
          },
        });
      },
    }),
});
