import { z } from "zod";
import { defineMethod } from "../../../core/method.ts";
import type { Arms } from "../branching.ts";

/** A discounted arm, and how many jobs are running on it. */
interface Discounted {
  total: number;
  visits: number;
  running: number;
}

/** Visits below which an arm's are not counted. */
const floor = 0.01;

/**
 * Discounted UCB over the children and the node's own arm, "generate here": rewards of the past fade, because the tree
 * that earned them was another. Only the arms on the way of a reward fade.
 */
export default defineMethod({
  id: "ducb",
  kind: "selection-score",
  contract: "function",
  section: "C4",
  about: "W/N + √(2·ln ΣN/N) with W ← γW + r and N ← γN + 1, over the children and an arm to generate here.",
  source: "Garivier & Moulines 2011; Xin et al. 2024 (RMaxTS)",
  options: z.object({ gamma: z.number().gt(0).max(1).default(0.99) }),
  create: (o) => (): Arms => {
    const descents = new Map<number, Discounted>();
    const here = new Map<number, Discounted>();
    const of = (arms: Map<number, Discounted>, id: number): Discounted => {
      let arm = arms.get(id);
      if (arm === undefined) arms.set(id, (arm = { total: 0, visits: 0, running: 0 }));
      return arm;
    };
    const along = (path: readonly number[], change: (arm: Discounted) => void): void => {
      for (const id of path.slice(1)) change(of(descents, id));
      change(of(here, path[path.length - 1]));
    };
    return {
      choose: (node, children, mayGenerate) => {
        const arms = children.map((child) => of(descents, child.id));
        if (mayGenerate) arms.unshift(of(here, node.id));
        const visits = arms.map((arm) => Math.max(floor, arm.visits + arm.running));
        const log = Math.log(
          Math.max(
            1,
            visits.reduce((sum, n) => sum + n, 0),
          ),
        );
        const scores = arms.map((arm, i) => arm.total / visits[i] + Math.sqrt((2 * log) / visits[i]));
        const best = scores.indexOf(Math.max(...scores));
        return mayGenerate ? (children[best - 1] ?? "here") : children[best];
      },
      launched: (path) => along(path, (arm) => void arm.running++),
      landed: (path) => along(path, (arm) => void arm.running--),
      learn: (path, _, reward) =>
        along(path, (arm) => {
          arm.total = o.gamma * arm.total + reward;
          arm.visits = o.gamma * arm.visits + 1;
        }),
    };
  },
});
