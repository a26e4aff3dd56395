import type { Advantage } from "../../core/contracts.ts";
import { perGroup, returnsOf } from "./rollouts.ts";

export interface GroupNormalised {
  /** Degrees of freedom taken from the standard deviation: 1 = sample, 0 = population. */
  readonly ddof: 0 | 1;
  /** Added to the standard deviation. */
  readonly eta: number;
  /** "none": only the mean is removed (Dr. GRPO). */
  readonly scale: "std" | "none";
}

/** (r_i − mean) / (std + η) of one group; all 0 where rewards do not differ or there is one only. */
export function normalise(rewards: readonly number[], { ddof, eta, scale }: GroupNormalised): number[] {
  const n = rewards.length;
  if (rewards.every((reward) => reward === rewards[0])) return rewards.map(() => 0);
  const mean = rewards.reduce((sum, r) => sum + r, 0) / n;
  const centred = rewards.map((r) => r - mean);
  if (scale === "none") return centred;
  const deviation = Math.sqrt(centred.reduce((sum, d) => sum + d * d, 0) / (n - ddof));
  return centred.map((d) => d / (deviation + eta));
}

/** Group-relative advantages (Shao et al. 2024, "DeepSeekMath"). */
export function groupNormalised(o: GroupNormalised): Advantage {
  return (rollouts) => perGroup(returnsOf(rollouts), (rewards) => normalise(rewards, o));
}
