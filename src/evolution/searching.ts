/** How many held-out tasks a reasoner solves within a number of generated tokens. */
import type { Context } from "../core/context.ts";
import { ask, type Task } from "../core/task.ts";
import { wilson, type Estimate } from "./coverage.ts";
import { instantiate, type FindMethod, type Ref } from "./resolver.ts";

export interface Searched {
  readonly tasks: number;
  /** Cap of generated tokens a task. */
  readonly tokens: number;
  /** The best solution is right by the family's exact verifier. */
  readonly solved: Estimate;
  /** Mean tokens spent on a task; those of solved tasks alone. */
  readonly spent: number;
  readonly spentOnSolved: number;
}

export interface SearchingOptions {
  readonly find: FindMethod;
  readonly reasoner: Ref;
  /** What ranks finished solutions; it sees the question only. */
  readonly evaluator?: Ref;
  readonly tokens: number;
  /** Questions worked on side by side. */
  readonly width?: number;
  readonly onTask?: (done: number) => void;
}

/** Solves each task by itself under its own cap; a reasoner that runs out gives its best so far. */
export async function searching(tasks: readonly Task[], c: Context, o: SearchingOptions): Promise<Searched> {
  const reason = await instantiate(o.find, "reasoner", o.reasoner);
  const evaluator = o.evaluator && (await instantiate(o.find, "evaluator", o.evaluator));
  const results: { solved: boolean; tokens: number }[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < tasks.length && !c.signal.aborted) {
      const i = next++;
      const task = tasks[i];
      const budget = c.budget.child({ tokens: o.tokens });
      const [best] = (await reason(ask(task), c.with({ label: task.id, budget, evaluator }))).solutions;
      const solved = best !== undefined && c.family(task.family).verify(task, best.text, "short").correct;
      results[i] = { solved, tokens: budget.spent.outputTokens };
      o.onTask?.(results.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(o.width ?? 96, tasks.length) }, work));
  c.signal.throwIfAborted();
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const right = results.filter(({ solved }) => solved);
  return {
    tasks: results.length,
    tokens: o.tokens,
    solved: wilson(right.length, results.length),
    spent: mean(results.map(({ tokens }) => tokens)),
    spentOnSolved: mean(right.map(({ tokens }) => tokens)),
  };
}
