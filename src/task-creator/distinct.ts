import type { Family } from "../core/family.ts";
import type { Random } from "../core/random.ts";
import { ask } from "../core/task.ts";
import type { Split, Task } from "../core/task.ts";

/** Draws in a row that bring nothing new before a difficulty is taken to be used up. */
const patience = 100;

/**
 * Draws tasks of which no two are the same problem: same key and same answer. Where a difficulty has no more of them (there are
 * 45 sums of two digits), it starts again rather than fail.
 */
export function distinct(family: Family, random: Random, split: Split): (difficulty: number) => Task {
  const seen = new Map<number, Set<string>>();
  return (difficulty) => {
    let known = seen.get(difficulty);
    if (known === undefined) seen.set(difficulty, (known = new Set()));
    for (let drawn = 1; ; drawn++) {
      const task = family.generate(random, { difficulty, split });
      if (drawn > patience) known.clear();
      const problem = `${family.key(ask(task))} -> ${task.secret.answer ?? ""}`;
      if (known.has(problem)) continue;
      known.add(problem);
      return task;
    }
  };
}
