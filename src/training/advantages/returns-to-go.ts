import type { Advantage } from "../../core/contracts.ts";
import { actions, returnsOf, withAdvantages, type Rl } from "./rollouts.ts";

/** A number, "round" (mean return of the round's other rollouts) or "group" (of the same prompt's others). */
export type Baseline = number | "round" | "group";

/**
 * R_t = Σ_{s≥t} γ^{s−t} r_s for every trained token, aligned with the segments' ids. The outcome is earned at the last
 * trained token; a dense reward at the first trained token at or after its place (else the last).
 */
export function returnsToGo(rl: Rl, gamma: number): number[][] {
  const order = actions(rl);
  const rewards = order.map(() => 0);
  const earn = (at: number, value: number): void => {
    const i = at < 0 ? rewards.length - 1 : at;
    if (i >= 0) rewards[i] += value;
  };
  earn(-1, rl.reward);
  for (const { segment, position, value } of rl.dense ?? []) {
    earn(
      order.findIndex((a) => a.segment > segment || (a.segment === segment && a.t >= position)),
      value,
    );
  }
  const result = rl.segments.map((row) => row.ids.map(() => 0));
  let ahead = 0;
  for (let i = order.length - 1; i >= 0; i--) {
    ahead = rewards[i] + gamma * ahead;
    result[order[i].segment][order[i].t] = ahead;
  }
  return result;
}

/** A_t = R_t − b (Williams 1992). A baseline from other rollouts leaves the gradient unbiased; without others it is 0. */
export function reinforceAdvantage(gamma: number, baseline: Baseline): Advantage {
  return (rollouts) => {
    const returns = returnsOf(rollouts);
    const peersOf = (rl: Rl): string => (baseline === "group" ? rl.group : "");
    const sums = new Map<string, { sum: number; count: number }>();
    for (const { rl, total } of returns) {
      const { sum, count } = sums.get(peersOf(rl)) ?? { sum: 0, count: 0 };
      sums.set(peersOf(rl), { sum: sum + total, count: count + 1 });
    }
    return returns.map(({ rl, total }) => {
      const { sum, count } = sums.get(peersOf(rl)) ?? { sum: total, count: 1 };
      const others = count > 1 ? (sum - total) / (count - 1) : 0;
      const b = typeof baseline === "number" ? baseline : others;
      const toGo = returnsToGo(rl, gamma);
      return withAdvantages(rl, (segment, t) => toGo[segment][t] - b);
    });
  };
}
