import { z } from "zod";
import type { Context } from "../../../core/context.ts";
import type { Reasoned } from "../../../core/contracts.ts";
import type { Question } from "../../../core/task.ts";
import { top, type Frontier } from "./frontier.ts";
import { overReplies, repliesOptions } from "./replies.ts";
import { undecided } from "./undecided.ts";

export const tokenBeamOptions = repliesOptions.omit({ granularity: true, expand: true, rollouts: true }).extend({
  /** Beams in all. */
  width: z.int().positive().default(4),
  /** Replies are compared by Σ log p over this power of their length. */
  alpha: z.number().nonnegative().default(1),
  /** Weight w of token values: (1 − w) · score + w · log V, V by the Guide. */
  valueWeight: z.number().min(0).max(1).default(0),
  prune: z.boolean().default(false),
  merge: z.boolean().default(false),
});

export interface TokenBeams {
  readonly width: number;
  readonly alpha: number;
  readonly valueWeight: number;
  /** Groups of beams, and what a token costs that an earlier group has chosen at the same step. */
  readonly groups: number;
  readonly lambda: number;
}

/**
 * Token by token: each group in turn keeps its best beams. A complete reply keeps its place as long as nothing is better;
 * the search ends when all beams are complete.
 */
export async function tokenBeams<S>(f: Frontier<S>, o: TokenBeams): Promise<void> {
  const logs = new Map([[0, 0]]);
  const score = (id: number): number => {
    const likely = (logs.get(id) ?? 0) / Math.max(1, f.node(id).depth) ** o.alpha;
    return o.valueWeight === 0 ? likely : (1 - o.valueWeight) * likely + o.valueWeight * Math.log(f.valueOf(id));
  };
  const share = Math.max(1, Math.floor(o.width / o.groups));
  let groups: number[][] = Array.from({ length: o.groups }, () => [0]);
  while (!f.over) {
    const open = [...new Set(groups.flat())].filter((id) => !f.node(id).terminal && !f.node(id).closed);
    if (open.length === 0) break;
    const families = await f.expand(open, Math.max(2, o.width));
    for (const id of families.flat()) logs.set(id, (logs.get(f.node(id).parent ?? 0) ?? 0) + f.node(id).logprob);
    if (o.valueWeight > 0) await f.value(families.flat());
    if (f.over) break;
    const after = new Map(open.map((id, i) => [id, families[i]]));
    const taken = new Map<string, number>();
    const next: number[][] = [];
    for (const group of groups) {
      const offered = group.flatMap((id) => (f.node(id).terminal ? [id] : (after.get(id) ?? [])));
      const penalty = (id: number): number => (group.includes(id) ? 0 : o.lambda * (taken.get(f.node(id).action) ?? 0));
      const kept = top(offered, share, (id) => score(id) - penalty(id));
      for (const id of kept) {
        if (!group.includes(id)) taken.set(f.node(id).action, (taken.get(f.node(id).action) ?? 0) + 1);
      }
      next.push(kept);
    }
    groups = next;
  }
  const best = top([...new Set(groups.flat())], o.width, score);
  await f.value(best.filter((id) => f.node(id).terminal));
}

/** Beams over a question's replies. A complete one is worth what the Evaluator says, else its probability a token. */
export function overTokens(
  id: string,
  question: Question,
  c: Context,
  o: z.output<typeof tokenBeamOptions>,
  beams: TokenBeams,
): Promise<Reasoned> {
  // Nothing needs a value where likelihood decides.
  const own = beams.valueWeight === 0 ? c.with({ guide: undecided }) : c;
  const options = { ...o, granularity: "token", expand: "enumerate", rollouts: 1 } as const;
  return overReplies(id, question, own, options, {
    run: (f) => tokenBeams(f, beams),
    evaluate: (g, f) => async (node, state) => {
      const value = beams.valueWeight > 0 || node.terminal ? await g.value(node, state) : null;
      return value ?? (g.error() || beams.valueWeight > 0 ? null : likelihood(f(), node.id));
    },
  });
}

/** The geometric mean of the probabilities of a node's tokens. */
function likelihood<S>(f: Frontier<S>, id: number): number {
  let sum = 0;
  for (let at = f.node(id); at.parent !== null; at = f.node(at.parent)) sum += at.logprob;
  return Math.exp(sum / Math.max(1, f.node(id).depth));
}
