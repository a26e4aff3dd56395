import type { Judgement } from "./judgement.ts";
import type { Episode, Solution } from "./solution.ts";
import type { Task } from "./task.ts";
import type { Tree } from "./tree.ts";

/** All attempts at one task with what was said of them: the unit of reward. */
export interface Group {
  readonly task: Task;
  readonly solutions: readonly Solution[];
  readonly judgements: readonly Judgement[];
  readonly trees: readonly Tree[];
  readonly episodes: readonly Episode[];
  /** Which stream of training data this group belongs to; a PostProcessor that derives groups sets it. */
  readonly source?: string;
}

/** Something a PostProcessor removed, and why. */
export interface Drop {
  readonly id: string;
  readonly by: string;
  readonly reason: string;
}

/** A lesson kept for later prompts. */
export interface Memory {
  readonly family: string;
  readonly text: string;
}

/** The score that a method gave a solution, or null where it gave none. `by` undefined: the last judgement wins. */
export function scoreOf(group: Group, solutionId: string, by?: string): number | null {
  for (let i = group.judgements.length - 1; i >= 0; i--) {
    const judgement = group.judgements[i];
    if (judgement.of === solutionId && (by === undefined || judgement.by === by)) return judgement.score;
  }
  return null;
}
