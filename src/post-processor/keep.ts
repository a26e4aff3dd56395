import type { Processed } from "../core/contracts.ts";
import type { Drop, Group } from "../core/group.ts";
import type { Solution } from "../core/solution.ts";

/**
 * Filters the solutions of groups, order kept. `why` says why a solution goes, or undefined to keep it. Judgements of
 * what goes go with it, and so do groups in which nothing is left.
 */
export function keep(
  groups: readonly Group[],
  by: string,
  why: (solution: Solution, group: Group) => string | undefined,
): Processed {
  const dropped: Drop[] = [];
  const kept = groups.flatMap((group): Group[] => {
    const solutions = group.solutions.filter((solution) => {
      const reason = why(solution, group);
      if (reason !== undefined) dropped.push({ id: solution.id, by, reason });
      return reason === undefined;
    });
    if (solutions.length === group.solutions.length) return [group];
    if (solutions.length === 0) return [];
    const ids = new Set(solutions.map(({ id }) => id));
    const gone = new Set(group.solutions.flatMap(({ id }) => (ids.has(id) ? [] : [id])));
    return [{ ...group, solutions, judgements: group.judgements.filter(({ of }) => !gone.has(of)) }];
  });
  return { groups: kept, dropped, memory: [] };
}
