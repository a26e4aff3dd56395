import { z } from "zod";
import type { CallId } from "../core/call.ts";
import type { Context } from "../core/context.ts";
import type { Evaluator } from "../core/contracts.ts";
import type { Group } from "../core/group.ts";
import type { Judgement } from "../core/judgement.ts";
import { defineMethod } from "../core/method.ts";
import { mean, replies, said, undecided } from "./asking.ts";

const id = "llm-judge";

const options = z.object({
  /** "point": an additive rubric of five points a solution. "pair": each pair of solutions in both orders. */
  mode: z.enum(["point", "pair"]).default("point"),
  m: z.int().positive().default(3).describe("marks a solution, averaged"),
  temperature: z.number().nonnegative().default(0.7).describe("of marks; comparisons are greedy"),
  maxTokens: z.int().positive().default(512),
});
type Options = z.output<typeof options>;

/** The points that a reply gives, 0 to 5: the last "Score: n". */
export function pointsIn(reply: string): number | undefined {
  const points = [...reply.matchAll(/score\W{0,4}([0-5])(?![\d.])/giu)].at(-1)?.[1];
  return points === undefined ? undefined : Number(points);
}

/** What a comparison says: the last letter A, B or C (a tie) that stands alone. */
const verdictIn = (reply: string): string | undefined => [...reply.matchAll(/\b[ABC]\b/gu)].at(-1)?.[0];

/** Score: mean points/5 of the marks that can be read. */
async function byPoints({ task, solutions }: Group, c: Context, o: Options): Promise<Judgement[]> {
  return Promise.all(
    solutions.map(async ({ id: of, text }) => {
      const asking = { n: o.m, label: `${id}/${of}`, maxTokens: o.maxTokens, temperature: o.temperature };
      const { samples, calls, lack } = await replies(c, said(rubric(task.text, text)), asking);
      const points = samples.flatMap((sample) => pointsIn(sample.text) ?? []);
      const judged = { of, by: id, level: "outcome" } as const;
      if (points.length === 0) return undecided(judged, lack ?? "no mark could be read", calls);
      return { ...judged, score: mean(points) / 5, critique: samples[0].text, calls };
    }),
  );
}

/** 1 if `a` wins in both orders, 0 if it loses in both, else ½. */
async function duel(question: string, a: string, b: string, c: Context, o: Options) {
  const asked = await Promise.all(
    [
      [a, b],
      [b, a],
    ].map(([first, second]) =>
      replies(c, said(comparison(question, first, second)), { label: `${id}/pair`, maxTokens: o.maxTokens }),
    ),
  );
  const [straight, swapped] = asked.map(({ samples }) => samples.map(({ text }) => verdictIn(text)).at(0));
  const wins = straight === "A" && swapped === "B" ? 1 : straight === "B" && swapped === "A" ? 0 : 0.5;
  return { wins, calls: asked.flatMap(({ calls }) => calls), lack: asked.find(({ lack }) => lack)?.lack };
}

/** Score: mean wins against all others; `pairwise` where there is one other. A lone solution is undecided. */
async function byPairs({ task, solutions }: Group, c: Context, o: Options): Promise<Judgement[]> {
  const duels = await Promise.all(
    solutions.flatMap((a, i) =>
      solutions.slice(i + 1).map(async (b) => ({ a, b, ...(await duel(task.text, a.text, b.text, c, o)) })),
    ),
  );
  return solutions.map(({ id: of }) => {
    const judged = { of, by: id, level: "outcome" } as const;
    const own = duels.filter(({ a, b }) => a.id === of || b.id === of);
    const calls: CallId[] = own.flatMap((each) => each.calls);
    const lack = own.length === 0 ? "there is nothing to compare with" : own.find((each) => each.lack)?.lack;
    if (lack !== undefined) return undecided(judged, lack, calls);
    const wins = own.map(({ a, wins: won }) => (a.id === of ? won : 1 - won));
    const other = own[0].a.id === of ? own[0].b.id : own[0].a.id;
    return { ...judged, score: mean(wins), ...(own.length === 1 ? { pairwise: { other, wins: wins[0] } } : {}), calls };
  });
}

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B2",
  about: "A model marks solutions by a rubric, or compares them in pairs in both orders.",
  source: "Zheng L. et al. 2023, Judging LLM-as-a-Judge; Yuan et al. 2024, Self-Rewarding Language Models",
  options,
  create:
    (o): Evaluator =>
    (group, c) =>
      o.mode === "point" ? byPoints(group, c, o) : byPairs(group, c, o),
});

const rubric = (question: string, solution: string): string =>
  `Problem:\n${question}\n\nSolution:\n${solution}\n\nGive one point for each of these that holds:
- it deals with the problem that was asked;
- it covers a substantial part of it;
- its method can lead to the answer;
- each of its steps is correct and follows from what is before it;
- its final answer is right and clearly stated.
Give your reasons briefly, then end with "Score: n", n being the number of points.`;

const comparison = (question: string, first: string, second: string): string =>
  `Problem:\n${question}\n\nSolution A:\n${first}\n\nSolution B:\n${second}\n\nWhich solution is more likely to be correct? The order means nothing. Give your reasons briefly, then end with one letter: A, B, or C for a tie.`;
