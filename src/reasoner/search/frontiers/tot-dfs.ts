import { z } from "zod";
import { defineMethod } from "../../../core/method.ts";
import { Heap } from "../heap.ts";
import { top, type Frontier } from "./frontier.ts";
import { overReplies, repliesOptions } from "./replies.ts";
import { promising, thoughtOptions, thoughts } from "./thoughts.ts";

export interface DepthFirst {
  readonly children: number;
  /** Children of a lower value are not entered. */
  readonly threshold: number;
  /** Expansions. */
  readonly nodes: number;
  readonly depth: number;
  /** The search ends at the first complete reply of at least this value. */
  readonly accept: number;
  /** When nothing else is left, children under the threshold are entered after all, the most valued first. */
  readonly relent?: boolean;
}

/** Enters the most valued child first, and goes back where none is worth it. */
export async function depthFirst<S>(f: Frontier<S>, o: DepthFirst): Promise<void> {
  const stack = [0];
  const spurned = new Heap<number>();
  while (f.expanded < o.nodes && !f.over) {
    const id = stack.pop() ?? (o.relent ? spurned.pop() : undefined);
    if (id === undefined) return;
    const children = await f.value((await f.expand([id], o.children)).flat());
    if (children.some((child) => f.node(child).terminal && f.valueOf(child) >= o.accept)) return;
    if (f.node(id).depth + 1 >= o.depth) continue;
    const going = children.filter((child) => !f.node(child).terminal);
    const worth = going.filter((child) => f.valueOf(child) >= o.threshold);
    for (const child of going) if (!worth.includes(child)) spurned.push(-f.valueOf(child), child);
    stack.push(...top(worth, worth.length, (child) => f.valueOf(child)).reverse());
  }
}

const options = repliesOptions.extend(thoughtOptions.shape).extend({
  children: z.int().positive().default(3),
  /** Children of a lower value are not entered; ½, or for labels what a few of "likely" make. */
  threshold: z.number().min(0).max(1).optional(),
  nodes: z.int().positive().default(100),
  depth: z.int().positive().default(40),
  accept: z.number().min(0).max(1).default(1),
});

/**
 * Departure: a value is the sum of the labels' weights over the highest, so that by labels a child is pruned where
 * "impossible" is not made up for; the original prunes at any "impossible", and stops by its budget only.
 */
export default defineMethod({
  id: "tot-dfs",
  kind: "search",
  contract: "reasoner",
  section: "C1",
  about: "Tree of thoughts, depth first: the most valued child first, those under a threshold never.",
  source: "Yao S. et al. 2023",
  options,
  create: (o) => (question, outer) => {
    const { c, expand, labelled } = thoughts(question, outer, o);
    const threshold = o.threshold ?? (labelled ? promising : 0.5);
    return overReplies("tot-dfs", question, c, o, { expand, run: (f) => depthFirst(f, { ...o, threshold }) });
  },
});
