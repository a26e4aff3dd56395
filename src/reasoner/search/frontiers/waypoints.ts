import { Heap } from "../heap.ts";
import { isFree, nameOf, neighbours, sameCell, steps, type Cell, type Grid } from "./grid.ts";

export interface Route {
  /** From start to goal, both included; none where the goal cannot be reached. */
  readonly path?: readonly Cell[];
  readonly expansions: number;
}

interface Open {
  readonly cell: Cell;
  readonly g: number;
}

/**
 * A* towards waypoints in order (LLM-A*): f = g + steps to the goal + steps to the current waypoint. A waypoint that is
 * generated is done with, and the open list is ordered anew by the next. Waypoints in walls or off the map are left out.
 * Not admissible: the path is valid, not always the shortest. `found` is told the new cells of each expansion.
 */
export function route(
  grid: Grid,
  waypoints: readonly Cell[],
  o: { readonly expansions?: number; readonly found?: (from: Cell, to: readonly Cell[]) => void } = {},
): Route {
  const targets = [...waypoints.filter((cell) => isFree(grid, cell) && !sameCell(cell, grid.start)), grid.goal];
  let current = 0;
  const cost = new Map([[nameOf(grid.start), 0]]);
  const from = new Map<string, Cell>();
  const key = ({ cell, g }: Open): number => g + steps(cell, grid.goal) + steps(cell, targets[current]);
  let open = new Heap<Open>();
  const push = (node: Open): void => open.push(key(node), node);
  push({ cell: grid.start, g: 0 });
  let expansions = 0;
  for (let node = open.pop(); node !== undefined && expansions < (o.expansions ?? Infinity); node = open.pop()) {
    const { cell, g } = node;
    if ((cost.get(nameOf(cell)) ?? g) < g) continue;
    if (sameCell(cell, grid.goal)) {
      const path: Cell[] = [];
      for (let at: Cell | undefined = cell; at; at = from.get(nameOf(at))) path.push(at);
      return { path: path.reverse(), expansions };
    }
    expansions++;
    const next = neighbours(grid, cell).filter((to) => g + 1 < (cost.get(nameOf(to)) ?? Infinity));
    o.found?.(
      cell,
      next.filter((to) => !cost.has(nameOf(to))),
    );
    for (const to of next) {
      cost.set(nameOf(to), g + 1);
      from.set(nameOf(to), cell);
      push({ cell: to, g: g + 1 });
    }
    const before = current;
    while (current < targets.length - 1 && next.some((to) => sameCell(to, targets[current]))) current++;
    if (current === before) continue;
    const waiting: Open[] = [];
    for (let one = open.pop(); one !== undefined; one = open.pop()) waiting.push(one);
    open = new Heap();
    for (const one of waiting) push(one);
  }
  return { expansions };
}
