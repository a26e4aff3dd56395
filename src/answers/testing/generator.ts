/**
 * Pairs of answers whose verdict is known because they were made from exact values: equal ones are two ways to write one
 * value, unequal ones write two values that are nearly the same. It knows nothing of how answers are read or judged.
 */
import type { Random } from "../../core/random.ts";
import { algebra } from "./algebra.ts";
import { collections } from "./collections.ts";
import { constants } from "./constants.ts";
import { framed } from "./forms.ts";
import type { Draw, Form, Item } from "./forms.ts";
import { language } from "./language.ts";
import { measures } from "./measures.ts";
import { numbers } from "./numbers.ts";

export interface Pair {
  readonly kind: string;
  readonly gold: string;
  readonly answer: string;
  readonly equal: boolean;
  /** The two forms, or what is wrong. */
  readonly by: string;
}

const draws: ReadonlyMap<string, Draw> = new Map(
  Object.entries({ ...numbers, ...constants, ...measures, ...algebra, ...collections, ...language }),
);

/** All kinds that are drawn. */
export const kinds: readonly string[] = [...draws.keys()];

const alike = (r: Random, { same, alike: linked = [] }: Item): readonly [Form, Form] => {
  if (linked.length > 0 && r.int(3) === 0) return r.pick(linked);
  const left = r.pick(same);
  const others = same.filter((form) => form !== left);
  return [left, others.length > 0 ? r.pick(others) : left];
};

const apart = (r: Random, { same, near, apart: linked = [] }: Item): readonly [Form, Form] =>
  linked.length > 0 && r.int(5) === 0 ? r.pick(linked) : [r.pick(same), r.pick(near)];

/** `n` pairs, the kinds in turn and both labels with equal chance; the same for the same random source. */
export function* pairs(random: Random, n: number): Generator<Pair> {
  for (let i = 0; i < n; i++) {
    const kind = kinds[i % kinds.length];
    const r = random.fork(i);
    const item = (draws.get(kind) ?? numbers.integer)(r);
    const equal = r.int(2) === 0;
    const [a, b] = (equal ? alike : apart)(r, item);
    const [left, right] = r.int(2) === 0 ? [a, b] : [b, a];
    const [gold, answer] = [framed(r, left), framed(r, right)];
    const by = `${left.by}${gold.framed ? "*" : ""} / ${right.by}${answer.framed ? "*" : ""}`;
    yield { kind, gold: gold.text, answer: answer.text, equal, by };
  }
}
