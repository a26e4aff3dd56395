/** What every comparison of answers is handed, and how verdicts on parts become one on the whole. */
import type { Policy } from "../policy.ts";
import type { Answer, Fuel, Verdict } from "../term.ts";
import { burn } from "../term.ts";

export type Kind<K extends Answer["kind"]> = Extract<Answer, { kind: K }>;

export interface Case {
  readonly policy: Policy;
  readonly fuel: Fuel;
  /** Compares any two answers: gold first, for policies that tell them apart. */
  readonly compare: (gold: Answer, answer: Answer) => Verdict;
}

export const equal = (how: string): Verdict => ({ equal: true, how });
export const different = (how: string): Verdict => ({ equal: false, how });
export const undecided = (how: string): Verdict => ({ equal: null, how });

/** Equal if all are; different if any is. */
export function every(verdicts: Iterable<Verdict>, how: string): Verdict {
  let open: Verdict | undefined;
  let decided = "";
  for (const verdict of verdicts) {
    if (verdict.equal === false) return verdict;
    if (verdict.equal === null) open = verdict;
    decided = verdict.how;
  }
  return open ?? equal(decided === "" ? how : `${how}: ${decided}`);
}

/** The first that is equal; undecided if one of the others is. */
export function any(verdicts: Iterable<Verdict>): Verdict {
  let last = different("nothing fits");
  for (const verdict of verdicts) {
    if (verdict.equal) return verdict;
    if (last.equal !== null) last = verdict;
  }
  return last;
}

export function* inOrder(a: readonly Answer[], b: readonly Answer[], c: Case): Generator<Verdict> {
  if (a.length !== b.length) yield different(`${a.length} and ${b.length} members`);
  else for (const [i, item] of a.entries()) yield c.compare(item, b[i]);
}

/** Has every member of either side an equal on the other? Repeats do not count. */
export function asSets(a: readonly Answer[], b: readonly Answer[], c: Case): Verdict {
  const matched = new Set<number>();
  let open = false;
  const found = (item: Answer): boolean => {
    let hit = false;
    let possible = false;
    for (const [j, other] of b.entries()) {
      burn(c.fuel, 1);
      const { equal: same } = c.compare(item, other);
      if (same) {
        matched.add(j);
        hit = true;
      } else if (same === null) possible = true;
    }
    open ||= !hit && possible;
    return hit || possible;
  };
  for (const item of a) if (!found(item)) return different("a member without an equal");
  if (open) return undecided("members that could not be compared");
  return matched.size === b.length ? equal("set") : different("a member without an equal");
}

/** Can the parts be paired off, each with an equal of the other side? Equality is taken to be transitive. */
export function unordered(a: readonly Answer[], b: readonly Answer[], c: Case): Verdict {
  if (a.length !== b.length) return different(`${a.length} and ${b.length} parts`);
  const left = new Set(b.keys());
  let open = false;
  for (const item of a) {
    let hit: number | undefined;
    let possible = false;
    for (const j of left) {
      const { equal: same } = c.compare(item, b[j]);
      if (same) {
        hit = j;
        break;
      }
      possible ||= same === null;
    }
    if (hit === undefined && !possible) return different("a part without an equal");
    if (hit === undefined) open = true;
    else left.delete(hit);
  }
  return open ? undecided("parts that could not be compared") : equal("in any order");
}
