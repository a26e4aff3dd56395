/** What advantage estimators share. */
import type { Scored } from "../../core/contracts.ts";
import { weightAt } from "../../core/datum.ts";
import { expectKind, type OfKind } from "../scored.ts";

export type Rl = OfKind<"rl">;

/** A rollout and its return: the outcome and all rewards inside it, undiscounted. */
export interface Return {
  readonly rl: Rl;
  readonly total: number;
}

/** The trained tokens of a rollout in order, as (segment, position). Observations between turns are no actions. */
export function actions(rl: Rl): { segment: number; t: number }[] {
  return rl.segments.flatMap((row, segment) =>
    row.ids.flatMap((_, t) => (weightAt(row, t) === 0 ? [] : [{ segment, t }])),
  );
}

/** Returns of rollouts, less β·Σ_t (log π_old − log π_ref) where a penalty is asked for. */
export function returnsOf(rollouts: readonly Scored[], beta = 0): Return[] {
  return rollouts.map(({ datum, rows }) => {
    const rl = expectKind(datum, "rl");
    let total = (rl.dense ?? []).reduce((sum, { value }) => sum + value, rl.reward);
    if (beta !== 0) {
      for (const { segment, t } of actions(rl))
        total -= beta * (rows[segment].logprob[t] - (rows[segment].ref?.[t] ?? NaN));
    }
    return { rl, total };
  });
}

/** Rollouts by their group. */
export function byGroup(returns: readonly Return[]): Map<string, Return[]> {
  return Map.groupBy(returns, ({ rl }) => rl.group);
}

/** The rollout with a number for each token: that of the function for trained tokens, else 0. */
export function withAdvantages(rl: Rl, of: (segment: number, t: number) => number): Rl {
  const advantages = rl.segments.map((row, segment) =>
    row.ids.map((_, t) => (weightAt(row, t) === 0 ? 0 : of(segment, t))),
  );
  return { ...rl, advantages };
}

/** Gives every rollout one advantage for all its tokens, found from the returns of its group; order is kept. */
export function perGroup(returns: readonly Return[], credit: (totals: readonly number[]) => readonly number[]): Rl[] {
  const found = new Map<Rl, number>();
  for (const group of byGroup(returns).values()) {
    const advantages = credit(group.map(({ total }) => total));
    group.forEach(({ rl }, i) => found.set(rl, advantages[i]));
  }
  return returns.map(({ rl }) => withAdvantages(rl, () => found.get(rl) ?? 0));
}
