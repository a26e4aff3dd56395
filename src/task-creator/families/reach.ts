import type { Random } from "../../core/random.ts";

/** Operators of countdown. */
export const operators = ["+", "-", "*", "/"] as const;
export type Operator = (typeof operators)[number];

/** a op b, or 0 if it is not a positive integer ≤ max. */
export function combine(a: number, op: string, b: number, max: number): number {
  const c = op === "+" ? a + b : op === "-" ? a - b : op === "*" ? a * b : b !== 0 && a % b === 0 ? a / b : 0;
  return c > 0 && c <= max ? c : 0;
}

/** One operation on two of the numbers, and the numbers after it. */
export interface Operation {
  readonly a: number;
  readonly op: Operator;
  readonly b: number;
  readonly c: number;
  readonly rest: number[];
}

/** All legal operations on two of the numbers, in both orders; operations of the same text once. */
export function operations(numbers: readonly number[], max: number): Operation[] {
  const list: Operation[] = [];
  const seen = new Set<number>();
  const base = max + 1;
  for (let i = 0; i < numbers.length; i++) {
    for (let j = 0; j < numbers.length; j++) {
      const [a, b] = [numbers[i], numbers[j]];
      if (i === j || seen.has(a * base + b)) continue;
      seen.add(a * base + b);
      for (const op of operators) {
        const c = combine(a, op, b, max);
        if (c > 0) list.push({ a, op, b, c, rest: [...numbers.filter((_, k) => k !== i && k !== j), c] });
      }
    }
  }
  return list;
}

/** Above so many remembered states the memory starts afresh. */
const memory = 300_000;

/** Tells which values the numbers can be combined into, each used exactly once; remembers every state it has seen. */
export function reacher(max: number): (numbers: readonly number[]) => Uint8Array {
  const seen = new Map<number, Uint8Array>();
  const combinations = (a: number, b: number, combined: (c: number) => void): void => {
    const [high, low] = a > b ? [a, b] : [b, a];
    for (const op of operators) {
      const c = combine(high, op, low, max);
      if (c > 0) combined(c);
    }
  };
  const reach = (sorted: readonly number[]): Uint8Array => {
    let name = 0;
    for (const n of sorted) name = name * (max + 1) + n;
    const known = seen.get(name);
    if (known !== undefined) return known;
    const values = new Uint8Array(max + 1);
    const { length } = sorted;
    if (length === 1) values[sorted[0]] = 1;
    for (let i = 0; i < length; i++) {
      for (let j = i + 1; j < length; j++) {
        if (j > i + 1 && sorted[j] === sorted[j - 1]) continue;
        combinations(sorted[i], sorted[j], (c) => {
          if (length === 2) {
            values[c] = 1;
            return;
          }
          const below = reach(without(sorted, i, j, c));
          for (let v = 1; v <= max; v++) values[v] |= below[v];
        });
      }
    }
    if (seen.size >= memory) seen.clear();
    seen.set(name, values);
    return values;
  };
  return (numbers) => reach([...numbers].sort((a, b) => a - b));
}

/** The sorted numbers without places i < j and with c in its place. */
function without(sorted: readonly number[], i: number, j: number, c: number): number[] {
  const rest: number[] = [];
  let placed = false;
  for (let k = 0; k < sorted.length; k++) {
    if (k === i || k === j) continue;
    if (!placed && sorted[k] >= c) {
      rest.push(c);
      placed = true;
    }
    rest.push(sorted[k]);
  }
  if (!placed) rest.push(c);
  return rest;
}

/** Random operations that combine the numbers into the target; undefined if there are none. */
export function towards(
  numbers: readonly number[],
  target: number,
  o: { max: number; reach: ReturnType<typeof reacher>; random: Random },
): Operation[] | undefined {
  if (o.reach(numbers)[target] !== 1) return undefined;
  const chosen: Operation[] = [];
  for (let left = numbers; left.length > 1;) {
    const next = o.random.shuffle(operations(left, o.max)).find(({ rest }) => o.reach(rest)[target] === 1);
    if (next === undefined) return undefined;
    chosen.push(next);
    left = next.rest;
  }
  return chosen;
}

/** Random operations that combine the numbers into one, each uniform among the legal ones. */
export function anywhere(numbers: readonly number[], max: number, random: Random): Operation[] {
  const chosen: Operation[] = [];
  for (let left = numbers; left.length > 1;) {
    // By rejection; there is always a legal one: the larger minus the smaller, or equals divided.
    const i = random.int(left.length);
    const j = (i + 1 + random.int(left.length - 1)) % left.length;
    const op = random.pick(operators);
    const [a, b] = [left[i], left[j]];
    const c = combine(a, op, b, max);
    if (c === 0) continue;
    left = [...left.filter((_, k) => k !== i && k !== j), c];
    chosen.push({ a, op, b, c, rest: [...left] });
  }
  return chosen;
}

/** The same operation with the larger operand of a sum or product first. */
export function largerFirst<T extends Omit<Operation, "rest">>(operation: T): T {
  const { a, op, b } = operation;
  return a < b && (op === "+" || op === "*") ? { ...operation, a: b, b: a } : operation;
}
