import type { ExactTruth, MovePolicy } from "../../core/family.ts";
import { random as randomOf } from "../../core/random.ts";
import { ask } from "../../core/task.ts";
import type { Question, Task } from "../../core/task.ts";
import { end } from "./grammar.ts";
import type { Reader } from "./reader.ts";
import type { Rules } from "./rules.ts";

/** The exact truth of a family whose rules list the legal steps of a state. */
export function truthOf<M extends object, S extends object | number>(
  rules: Rules<M, S>,
  reader: Reader<M, S>,
  material: (asked: Question | Task) => M,
): ExactTruth | undefined {
  const { delimiter, moves: legalMoves } = rules;
  const { replay, remaining } = reader;
  if (legalMoves === undefined) return undefined;
  const moves = (question: Question, steps: readonly string[]): string[] => {
    const m = material(question);
    const at = replay(m, steps);
    if (at === undefined || at.ended) return [];
    if (rules.done(m, at.state)) return [end];
    return legalMoves(m, at.state).map((move) => {
      const next = rules.step(m, at.state, move, 0, move.length);
      const ender = typeof next !== "string" && rules.done(m, next) ? end : delimiter;
      return [...move, ...(ender === "" ? [] : [ender])].join(" ");
    });
  };
  const optimum = (task: Task, steps: readonly string[]): number => {
    const m = material(task);
    const at = replay(m, steps);
    return at !== undefined && remaining(m, at.state, randomOf(task.id)) !== undefined ? 1 : 0;
  };
  // No memo over states: the log-probs of a language model depend on how a state was reached, and the value must be exact for it.
  const value = async (
    task: Task,
    question: Question,
    steps: readonly string[],
    policy: MovePolicy,
  ): Promise<number> => {
    const best = optimum(task, steps);
    if (best === 0 || steps.at(-1)?.endsWith(end) === true) return best;
    const legal = moves(question, steps);
    const logps = await policy(question, steps, legal);
    const values = await Promise.all(legal.map((move) => value(task, question, [...steps, move], policy)));
    return values.reduce((sum, v, i) => sum + (v === 0 ? 0 : Math.exp(logps[i]) * v), 0);
  };
  return {
    moves,
    optimum,
    value: (task, steps, policy) => value(task, ask(task), steps, policy),
  };
}
