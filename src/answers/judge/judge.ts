/** The verdict on two answers. */
import type { Policy } from "../policy.ts";
import type { Answer, Fuel, Verdict } from "../term.ts";
import { burn, OutOfFuel } from "../term.ts";
import type { Case, Kind } from "./case.ts";
import { different, equal, every, undecided } from "./case.ts";
import { compareCollections, compareParts, determinant } from "./collections.ts";
import { Undefined } from "./polynomial.ts";
import { compareRealSets, realSet } from "./real-sets.ts";
import { absurd, compareRelations, compareSystems, labels, named, settled, stripped } from "./relations.ts";
import { readings, sameTree, valueOf } from "./tree.ts";
import { compareValues } from "./values.ts";
import { compareWords } from "./words.ts";

/** Answers in answers beyond which nothing is compared. */
const deepest = 60;

/**
 * Does the answer say the same as the gold answer? Symmetric and reflexive, unless `policy.reference` is "gold". Never
 * throws: without fuel, or where nothing decides, the verdict is null.
 */
export function judge(gold: Answer, answer: Answer, policy: Policy, fuel: Fuel): Verdict {
  let depth = 0;
  const c: Case = {
    policy,
    fuel,
    compare: (a, b) => {
      if (++depth > deepest) throw new OutOfFuel("too deep");
      const verdict = compareAnswers(a, b, c);
      depth--;
      return verdict;
    },
  };
  try {
    return c.compare(gold, answer);
  } catch (error) {
    if (error instanceof OutOfFuel) return undecided("out of fuel");
    if (error instanceof Undefined) return undecided("undefined");
    if (error instanceof RangeError) return undecided("too large");
    throw error;
  }
}

function compareAnswers(a: Answer, b: Answer, c: Case): Verdict {
  burn(c.fuel);
  if (a.kind === "value" && b.kind === "value" && a.value.kind === "number" && b.value.kind === "number") {
    return compareValues(a, b, c);
  }
  if (sameTree(a, b, c.fuel)) return equal("the same");
  const [x, y] = [simple(a, c), simple(b, c)];
  if (x === absurd || y === absurd) return different("a chain whose members disagree");
  if (x !== a || y !== b) return c.compare(x, y);
  return compareSimple(x, y, c);
}

const setOf = (items: readonly Answer[], written: Kind<"set">["written"]): Answer => ({ kind: "set", items, written });

/** The answer without what is only writing: ±, brackets around one thing, chains of computation. */
function simple(a: Answer, c: Case): Answer | typeof absurd {
  switch (a.kind) {
    case "set": {
      const items = a.items.flatMap((item) => {
        const read = readings(item);
        const inner =
          item.kind === "set" && item.written !== "braces" && a.written !== "braces" ? item.items : undefined;
        return inner ?? read;
      });
      if (items.length === 1) return items[0];
      return items.length === a.items.length && items.every((item, j) => item === a.items[j]) ? a : { ...a, items };
    }
    case "tuple":
      if (a.items.length === 1) return a.items[0];
      break;
    case "all": {
      const parts: Answer[] = [];
      for (const part of a.parts) {
        const inner = part.kind === "relation" ? settled(part, c) : part;
        if (inner === absurd) return absurd;
        if (inner.kind === "all") parts.push(...inner.parts);
        else parts.push(inner);
      }
      if (parts.length === 1) return parts[0];
      const changed = parts.length !== a.parts.length || parts.some((part, j) => part !== a.parts[j]);
      if (changed) return { kind: "all", parts };
      break;
    }
    case "relation": {
      const inner = settled(a, c);
      if (inner !== a) return inner;
      break;
    }
    case "union":
    case "intersection":
      if (a.parts.length === 1) return a.parts[0];
      break;
    case "matrix": {
      const value = a.determinant ? determinant(a.rows) : undefined;
      if (value) return valueOf(value);
      break;
    }
    case "value":
    case "interval":
    case "pair":
    case "difference":
    case "builder":
    case "domain":
    case "member":
    case "date":
    case "time":
    case "choice":
    case "truth":
    case "nothing":
    case "text":
      break;
  }
  const read = readings(a);
  return read.length === 1 ? a : setOf(read, "or");
}

const isSetLike = (a: Answer): boolean =>
  /^(?:interval|union|intersection|difference|builder|domain|member|nothing)$/u.test(a.kind) || isInequality(a);

const isInequality = (a: Answer): boolean =>
  (a.kind === "relation" && a.signs.every((sign) => sign !== "=" && sign !== "≈" && sign !== "≡")) ||
  (a.kind === "all" && a.parts.some(isInequality)) ||
  (a.kind === "set" && a.items.some(isInequality));

const isRelational = (a: Answer): boolean =>
  a.kind === "relation" || a.kind === "all" || (a.kind === "set" && a.items.length > 0 && a.items.every(isRelational));

function compareSimple(a: Answer, b: Answer, c: Case): Verdict {
  if (a.kind === "value" && b.kind === "value") return compareValues(a, b, c);
  const worded = compareWords(a, b, c);
  if (worded) return worded;
  const nothings = compareNothing(a, b, c) ?? compareNothing(b, a, c);
  if (nothings) return nothings;
  const related = compareStatements(a, b, c);
  if (related?.equal) return related;
  const collected = related ?? compareCollections(a, b, c);
  if (collected && !(isSetLike(a) && isSetLike(b))) {
    if (collected.equal !== false || !(isSetLike(a) || isSetLike(b))) return collected;
  } else if (collected?.equal) return collected;
  if (isSetLike(a) || isSetLike(b)) {
    const [x, y] = [realSet(a, c), realSet(b, c)];
    if (x && y) return compareRealSets(x, y, c);
    return collected ?? compareInside(a, b, c) ?? undecidedSets(a, b);
  }
  return collected ?? different("kinds of answer");
}

/** Sets of numbers that are not intervals can be known to differ only from what is certainly something else. */
function undecidedSets(a: Answer, b: Answer): Verdict {
  const plain = (x: Answer): boolean => /^(?:value|tuple|matrix|nothing)$/u.test(x.kind);
  return plain(a) || plain(b) ? different("kinds of answer") : undecided("sets that could not be compared");
}

/** x ∈ S beside x ∈ T or S; parts of unions; builders with the same conditions. */
function compareInside(a: Answer, b: Answer, c: Case): Verdict | undefined {
  if (a.kind === "member" && b.kind === "member") {
    return every([c.compare(valueOf(a.of), valueOf(b.of)), c.compare(a.set, b.set)], "members");
  }
  if (a.kind === "member" && !isRelational(b) && c.policy.equationSide) return c.compare(a.set, b);
  if (b.kind === "member" && !isRelational(a) && c.policy.equationSide) return c.compare(a, b.set);
  if (a.kind === "domain" && b.kind === "domain") return a.name === b.name ? equal("domain") : different("domains");
  return compareParts(a, b, c);
}

/** "No solution" beside the empty set; "undefined" beside a value that is none. */
function compareNothing(a: Answer, b: Answer, c: Case): Verdict | undefined {
  if (a.kind !== "nothing") return undefined;
  if (b.kind === "set" && b.items.length === 0) return a.what === "no-solution" ? equal("empty") : different("empty");
  if (b.kind === "value" && a.what === "undefined") {
    const itself = c.compare(b, valueOf({ kind: "number", value: { n: 0n, d: 1n } }));
    return itself.how.startsWith("undefined") ? equal("undefined") : different("a value");
  }
  return isSetLike(b) ? undefined : different("nothing and something");
}

/** Equations, systems and named solutions, against each other or against what they give. */
function compareStatements(a: Answer, b: Answer, c: Case): Verdict | undefined {
  const [left, right] = [isRelational(a), isRelational(b)];
  if (!left && !right) return undefined;
  if (a.kind === "relation" && b.kind === "relation") return compareRelations(a, b, c);
  if (a.kind === "all" && b.kind === "all") {
    const verdict = compareSystems(a, b, c);
    return verdict.equal === false && isInequality(a) && isInequality(b) ? undefined : verdict;
  }
  if (left && right) return compareSolutions(a, b, c);
  if (isInequality(left ? a : b)) return undefined;
  if (!c.policy.equationSide) return different("an equation and a value");
  const [x, y] = [left ? stripped(a) : a, right ? stripped(b) : b];
  if (!x || !y) return different("an equation and a value");
  const sorted = alphabetical(left ? a : b);
  if (!sorted) return c.compare(x, y);
  return left ? c.compare(sorted, b) : c.compare(a, sorted);
}

/** Solutions under the same names: "x = 2 or x = 3" beside "x = 2, x = 3". */
function compareSolutions(a: Answer, b: Answer, c: Case): Verdict | undefined {
  if (a.kind === "set" && b.kind === "set") return undefined;
  if (isInequality(a) || isInequality(b)) return undefined;
  const [x, y] = [stripped(a), stripped(b)];
  if (!x || !y || labels(a).join() !== labels(b).join()) return different("different statements");
  return c.compare(x, y);
}

/** Coordinates told out of order, y = 2 and x = 1, as a point. */
function alphabetical(a: Answer): Answer | undefined {
  if (a.kind !== "all") return undefined;
  const parts = a.parts.map(named).filter((part) => part !== undefined);
  const names = new Set(parts.map(({ name }) => name));
  if (names.size < a.parts.length || ![...names].every((name) => /^[xyz]$/u.test(name))) return undefined;
  const items = parts.toSorted((x, y) => (x.name < y.name ? -1 : 1)).map(({ value }) => value);
  return items.every((item, j) => item === parts[j].value) ? undefined : { kind: "tuple", items };
}
