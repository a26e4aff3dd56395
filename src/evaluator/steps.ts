/** Judging solutions step by step. */
import { z } from "zod";
import type { Solution } from "../core/solution.ts";
import { mean } from "./asking.ts";

export const aggregations = ["prod", "min", "mean", "last", "max"] as const;
export type Aggregation = (typeof aggregations)[number];

/** One number for the numbers of steps; −1 for none. */
export function aggregate(p: readonly number[], how: Aggregation): number {
  if (p.length === 0) return -1;
  switch (how) {
    case "prod":
      return p.reduce((product, value) => product * value, 1);
    case "min":
      return Math.min(...p);
    case "mean":
      return mean(p);
    case "last":
      return p[p.length - 1];
    case "max":
      return Math.max(...p);
  }
}

/** Options of every judge of steps. */
export const stepOptions = z.object({
  /** Every step, or the last one alone: what a search asks that has judged the others before. */
  steps: z.enum(["all", "last"]).default("all"),
  aggregate: z.enum(aggregations).default("prod").describe("how the steps' numbers make the score"),
});

/** 0-based indices of the steps to be judged. */
export function judged({ steps }: Pick<Solution, "steps">, which: "all" | "last"): number[] {
  const all = [...steps.keys()];
  return which === "all" ? all : all.slice(-1);
}

/** The steps up to and including step i, numbered, for a judge that reads. */
export const numbered = ({ steps }: Pick<Solution, "steps">, i: number): string =>
  steps
    .slice(0, i + 1)
    .map(({ text }, k) => `Step ${k + 1}: ${text.trim()}`)
    .join("\n");
