import { noCost } from "../core/call.ts";
import type { Group } from "../core/group.ts";
import type { Judgement } from "../core/judgement.ts";
import type { Solution } from "../core/solution.ts";
import type { Task } from "../core/task.ts";

export function solution(id: string, task: Task, text: string, extra: Partial<Solution> = {}): Solution {
  return { id, taskId: task.id, text, steps: [], by: [], cost: noCost, ...extra };
}

export function judgement(of: string, score: number | null, extra: Partial<Judgement> = {}): Judgement {
  return { of, by: "gt-match", level: "outcome", score, calls: [], ...extra };
}

export function groupOf(task: Task, solutions: readonly Solution[], judgements: readonly Judgement[] = []): Group {
  return { task, solutions, judgements, trees: [], episodes: [] };
}
