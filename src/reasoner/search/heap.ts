/** A binary heap that gives the smallest key first, equal keys in the order of their arrival. */
export class Heap<T> {
  readonly #entries: { key: number; order: number; item: T }[] = [];
  #arrived = 0;

  get size(): number {
    return this.#entries.length;
  }

  /** The smallest, left in. */
  peek(): T | undefined {
    return this.#entries[0]?.item;
  }

  push(key: number, item: T): void {
    const entries = this.#entries;
    const entry = { key, order: this.#arrived++, item };
    let at = entries.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (before(entries[parent], entry)) break;
      entries[at] = entries[parent];
      at = parent;
    }
    entries[at] = entry;
  }

  /** The smallest, taken out; undefined when empty. */
  pop(): T | undefined {
    const entries = this.#entries;
    const last = entries.pop();
    if (last === undefined) return undefined;
    if (entries.length === 0) return last.item;
    const [first] = entries;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && before(entries[child + 1], entries[child])) child++;
      if (before(last, entries[child])) break;
      entries[at] = entries[child];
      at = child;
    }
    entries[at] = last;
    return first.item;
  }
}

function before(a: { key: number; order: number }, b: { key: number; order: number }): boolean {
  return a.key < b.key || (a.key === b.key && a.order < b.order);
}
