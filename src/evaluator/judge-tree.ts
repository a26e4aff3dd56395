/** A search tree over the sub-tasks of judging one solution. */
export interface JudgeNode {
  /** Sub-tasks on the way here, in order; indices into the list of sub-tasks. */
  readonly path: readonly number[];
  readonly children: Map<number, JudgeNode>;
  visits: number;
  total: number;
}

export const judgeNode = (path: readonly number[]): JudgeNode => ({ path, children: new Map(), visits: 0, total: 0 });

/**
 * The next trajectory: from the root to `depth` different sub-tasks by UCT, mean reward + c·√(ln N/n). Sub-tasks not yet tried
 * at a node come first, in their order.
 */
export function select(root: JudgeNode, subtasks: number, depth: number, c: number): JudgeNode[] {
  const trajectory = [root];
  let at = root;
  while (at.path.length < Math.min(depth, subtasks)) {
    const { path, children, visits } = at;
    const open = Array.from({ length: subtasks }, (_, i) => i).filter((i) => !path.includes(i));
    const fresh = open.find((i) => !children.has(i));
    const uct = (node: JudgeNode): number => node.total / node.visits + c * Math.sqrt(Math.log(visits) / node.visits);
    let next: JudgeNode;
    if (fresh === undefined) {
      next = [...children.values()].reduce((best, child) => (uct(child) > uct(best) ? child : best));
    } else {
      next = judgeNode([...path, fresh]);
      children.set(fresh, next);
    }
    trajectory.push(next);
    at = next;
  }
  return trajectory;
}

/** Adds a reward to every node of a trajectory. */
export function credit(trajectory: readonly JudgeNode[], reward: number): void {
  for (const node of trajectory) {
    node.visits++;
    node.total += reward;
  }
}
