import { Heap } from "./heap.ts";

/**
 * The open leaves of a tree by value, for selection over all of them. Leaves with equal visits share their bonus, so that
 * only the best of each number of visits competes: logarithmic in the leaves, linear in the different numbers of visits.
 */
export class LeafIndex {
  readonly #byVisits = new Map<number, Heap<{ id: number; value: number }>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Equal values are taken in the order in which they were added. */
  add(id: number, value: number, visits: number): void {
    let heap = this.#byVisits.get(visits);
    if (heap === undefined) this.#byVisits.set(visits, (heap = new Heap()));
    heap.push(-value, { id, value });
    this.#size++;
  }

  /** Takes out the leaf with the highest value plus bonus(visits); undefined when there is none. */
  take(bonus: (visits: number) => number): number | undefined {
    let best: Heap<{ id: number; value: number }> | undefined;
    let top = -Infinity;
    for (const [visits, heap] of this.#byVisits) {
      const first = heap.peek();
      if (first === undefined) continue;
      const score = first.value + bonus(visits);
      if (best === undefined || score > top) {
        best = heap;
        top = score;
      }
    }
    const leaf = best?.pop();
    if (leaf) this.#size--;
    return leaf?.id;
  }
}
