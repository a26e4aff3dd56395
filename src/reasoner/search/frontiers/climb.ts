/** What came of a node once it is there, apart from its children. */
export type Turn = "go-on" | "finish" | "give-up" | "unparsable";

export interface Climb<N> {
  /** Makes the i-th child of a node; undefined if nothing more can be made, which ends the search. */
  generate(parent: N, earlier: readonly N[]): Promise<N | undefined>;
  turn(node: N): Turn;
  /** Children per node, and levels. */
  readonly width: number;
  readonly depth: number;
  /** Finished nodes wanted. */
  readonly answers: number;
}

/**
 * Depth-first, children made one at a time (DFSDT): an unparsable node or the depth limit leads one level up, giving up or
 * finishing while more answers are wanted two levels. Gives the finished nodes in order.
 */
export async function climb<N>(root: N, o: Climb<N>): Promise<N[]> {
  const finished: N[] = [];
  const visit = async (node: N, depth: number): Promise<number> => {
    const turn = o.turn(node);
    if (turn === "finish") {
      finished.push(node);
      return finished.length >= o.answers ? Infinity : 2;
    }
    if (turn === "give-up") return 2;
    if (turn === "unparsable" || depth >= o.depth) return 1;
    const children: N[] = [];
    while (children.length < o.width) {
      const child = await o.generate(node, children);
      if (child === undefined) return Infinity;
      children.push(child);
      const levels = await visit(child, depth + 1);
      if (levels > 1) return levels - 1;
    }
    return 1;
  };
  await visit(root, 0);
  return finished;
}
