import { z } from "zod";
import { defineMethod } from "../../../core/method.ts";
import { Heap } from "../heap.ts";
import type { Frontier } from "./frontier.ts";
import { overReplies, repliesOptions } from "./replies.ts";

const options = repliesOptions.extend({
  /** R of a step: its value, its log-probability, or nothing. */
  reward: z.enum(["guide", "logprob", "none"]).default("guide"),
  /** How the rewards of a path make g. */
  agg: z.enum(["min", "max", "sum", "last"]).default("min"),
  /** Weight of the future. */
  lambda: z.number().nonnegative().default(1),
  /** h: the highest Q of the next actions, which are generated for it, or the value of the state itself. */
  future: z.enum(["actions", "value"]).default("value"),
  children: z.int().positive().default(6),
  expansions: z.int().positive().default(64),
  /** Complete replies taken from the open list before the search ends. */
  goals: z.int().positive().default(1),
});

export interface Qstar {
  readonly agg: "min" | "max" | "sum" | "last";
  readonly lambda: number;
  readonly future: "actions" | "value";
  readonly children: number;
  readonly expansions: number;
  readonly goals: number;
  /** R of a node's step; the node has a value by then. */
  readonly reward: (id: number) => number;
}

/** g of a path whose rewards so far made `sofar` (undefined before the first). */
export function aggregated(sofar: number | undefined, reward: number, by: Qstar["agg"]): number {
  if (sofar === undefined || by === "last") return reward;
  return by === "sum" ? sofar + reward : by === "min" ? Math.min(sofar, reward) : Math.max(sofar, reward);
}

/** Takes the open state of the highest f = g + λh, the deeper one of equals; gives the number of expansions. */
export async function qstarSearch<S>(f: Frontier<S>, o: Qstar): Promise<number> {
  const g = new Map<number, number>();
  const open = new Heap<number>();
  const below = async (id: number): Promise<number[]> =>
    f.value(f.node(id).children.length > 0 ? f.node(id).children : (await f.expand([id], o.children)).flat());
  const future = async (id: number): Promise<number> => {
    if (o.lambda === 0) return 0;
    if (o.future === "value" || f.node(id).terminal) return f.valueOf(id);
    return (await below(id)).reduce((most, child) => Math.max(most, f.valueOf(child)), 0);
  };
  open.push(0, 0);
  let expansions = 0;
  let goals = 0;
  while (expansions < o.expansions && goals < o.goals && !f.over) {
    const id = open.pop();
    if (id === undefined) break;
    if (f.node(id).terminal) {
      // A rejected reply is no goal.
      if (f.valueOf(id) > 0) goals++;
      continue;
    }
    expansions++;
    const children = await below(id);
    const futures = await Promise.all(children.map(future));
    for (const [i, child] of children.entries()) {
      const sofar = aggregated(g.get(id), o.reward(child), o.agg);
      g.set(child, sofar);
      const value = sofar + o.lambda * futures[i];
      open.push(-value - f.node(child).depth * 1e-12, child);
    }
  }
  return expansions;
}

/** Q of an action is the value of the state that it leads to, by the Guide; q-values.ts learns such values. */
export default defineMethod({
  id: "q-star",
  kind: "search",
  contract: "reasoner",
  section: "C3",
  about: "Best-first over steps by the rewards so far plus the best Q of what may come next.",
  source: "Wang C. et al. 2024 (Q*)",
  options,
  create: (o) => (question, c) =>
    overReplies("q-star", question, c, o, {
      run: (f) => {
        const reward = {
          guide: (id: number) => f.valueOf(id),
          logprob: (id: number) => f.node(id).logprob,
          none: () => 0,
        }[o.reward];
        return qstarSearch(f, { ...o, reward });
      },
    }),
});
