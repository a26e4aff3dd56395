import type { Advantage } from "../../core/contracts.ts";
import { perGroup, returnsOf } from "./rollouts.ts";

/** r_i less the mean of the others; 0 for a rollout that is alone and where rewards do not differ. */
export function leaveOneOut(rewards: readonly number[]): number[] {
  if (rewards.every((reward) => reward === rewards[0])) return rewards.map(() => 0);
  const total = rewards.reduce((sum, r) => sum + r, 0);
  return rewards.map((r) => r - (total - r) / (rewards.length - 1));
}

/**
 * Leave-one-out advantages in each group (Kool et al. 2019; Ahmadian et al. 2024), of returns that are lowered by
 * β·Σ_t (log π_old − log π_ref) first; needs a reference where β ≠ 0.
 */
export function leaveOneOutAdvantage(beta: number): Advantage {
  return (rollouts) => perGroup(returnsOf(rollouts, beta), leaveOneOut);
}
