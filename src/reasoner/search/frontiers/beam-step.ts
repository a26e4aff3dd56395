import { z } from "zod";
import { defineMethod } from "../../../core/method.ts";
import type { Question } from "../../../core/task.ts";
import { guided } from "../guided.ts";
import { top, type Frontier } from "./frontier.ts";
import { overReplies, repliesOptions, type Policy } from "./replies.ts";

export const beamStepOptions = repliesOptions.extend({
  /** Beams kept a level (B), and continuations of each (M). */
  width: z.int().positive().default(4),
  samples: z.int().positive().default(4),
  /** Levels after which the search ends. */
  depth: z.int().positive().default(40),
  /** Complete replies after which the search ends; B if absent. */
  finish: z.int().positive().optional(),
  /** What ranks a beam: the value of its last step, or of all its steps together. */
  rank: z.enum(["last", "prod", "min", "mean"]).default("last"),
  /** Greedy steps taken beyond a step before it is valued. */
  lookahead: z.int().nonnegative().default(0),
});
export type BeamStepOptions = z.output<typeof beamStepOptions>;

/** One number of the values of a path's steps. */
export function aggregate(values: readonly number[], by: BeamStepOptions["rank"]): number {
  switch (by) {
    case "last":
      return values.at(-1) ?? 0;
    case "prod":
      return values.reduce((product, value) => product * value, 1);
    case "min":
      return Math.min(...values);
    case "mean":
      return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  }
}

export interface Beams {
  readonly width: number;
  readonly samples: number;
  readonly depth: number;
  /** Complete replies after which the search ends; `width` if absent. */
  readonly finish?: number;
  /** Which of a level's nodes, none of them complete, are continued. */
  readonly keep: (ids: readonly number[], level: number) => readonly number[];
  /** In place of valuing node by node; gives the nodes that have a value. */
  readonly value?: (ids: readonly number[]) => Promise<number[]>;
}

/**
 * Level by level: continues every open beam, values what it gave, and keeps some of it. Complete replies go to the result
 * and take no place from others.
 */
export async function beams<S>(f: Frontier<S>, o: Beams): Promise<void> {
  const value = o.value ?? ((ids: readonly number[]) => f.value(ids));
  let open: readonly number[] = [0];
  let complete = 0;
  for (let level = 0; level < o.depth && open.length > 0 && complete < (o.finish ?? o.width) && !f.over; level++) {
    const children = await value((await f.expand(open, o.samples)).flat());
    const going = children.filter((id) => !f.node(id).terminal);
    complete += children.length - going.length;
    open = o.keep(going, level);
  }
}

/** Values a node by where so many greedy steps lead. */
export function lookingAhead(id: string, question: Question, o: BeamStepOptions): Policy["evaluate"] {
  if (o.lookahead === 0) return undefined;
  return (g, f) => async (node, state) => {
    const greedy = guided(id, question, g.c, { ...o, temperature: 0 }, (at, cost) => f().tree.charge(at, cost));
    let at = state;
    for (let step = 0; step < o.lookahead && !at.ended; step++) {
      const [next] = await greedy.expand(node, at, 1);
      if (next === undefined) break;
      at = next.state;
    }
    return g.value(node, at);
  };
}

/** Departure: equal continuations of a beam are one. */
export default defineMethod({
  id: "beam-step",
  kind: "search",
  contract: "reasoner",
  section: "C2",
  about: "Beam search over steps: M continuations of each of B beams, the best B by the step's value kept.",
  source: "Snell et al. 2024; Yu F. et al. 2023 (OVM)",
  options: beamStepOptions,
  create: (o) => (question, c) =>
    overReplies("beam-step", question, c, o, {
      evaluate: lookingAhead("beam-step", question, o),
      run: (f) => beams(f, { ...o, keep: (ids) => top(ids, o.width, (id) => aggregate(f.pathValues(id), o.rank)) }),
    }),
});
