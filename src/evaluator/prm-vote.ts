/** Votes weighed by what a judge of steps said. */
import { vote } from "../answers/vote.ts";
import type { Group } from "../core/group.ts";
import type { Judgement } from "../core/judgement.ts";
import { undecided } from "./asking.ts";
import { aggregate, type Aggregation } from "./steps.ts";

/** The numbers that a judge gave the steps of a solution, the last time; undefined if it gave none. */
export const stepsOf = ({ judgements }: Group, solutionId: string, judge: string): readonly number[] | undefined =>
  judgements.findLast(({ of, by, perStep }) => of === solutionId && by === judge && perStep !== undefined)?.perStep;

/**
 * One judgement a solution: its steps' aggregate or, where they vote, the share of its answer when every solution votes with
 * its aggregate (below 0 counts as 0), "majority" on those of the winner. Undecided without numbers.
 */
export function aggregated(
  group: Group,
  by: string,
  { of: judge, how, votes }: { readonly of: string; readonly how: Aggregation; readonly votes: boolean },
): Judgement[] {
  const scores = group.solutions.map(({ id }) => {
    const steps = stepsOf(group, id, judge);
    return steps && aggregate(steps, how);
  });
  const { clusters, shares, winner } = vote(
    group.solutions.map(({ answer }) => answer),
    { weights: scores.map((score) => Math.max(0, score ?? 0)) },
  );
  return group.solutions.map(({ id: of }, i) => {
    const base = { of, by, level: "outcome" } as const;
    const score = scores[i];
    if (score === undefined) return undecided(base, `no steps judged by ${judge}`);
    if (!votes) return { ...base, score, calls: [] };
    const cluster = clusters.findIndex((members) => members.includes(i));
    const won = winner !== undefined && cluster >= 0 && clusters[cluster].includes(winner);
    return { ...base, score: shares[cluster] ?? 0, ...(won ? { label: "majority" } : {}), calls: [] };
  });
}
