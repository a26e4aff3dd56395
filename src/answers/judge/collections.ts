/** Tuples, points, vectors, matrices, sets, lists and intervals, member by member. */
import type { Answer, Expr, Verdict } from "../term.ts";
import type { Case, Kind } from "./case.ts";
import { asSets, different, equal, every, inOrder, unordered } from "./case.ts";
import { infinite } from "./expressions.ts";
import { defined } from "./expressions.ts";
import { number, product, sum, valueOf } from "./tree.ts";
import { bare, compareNumbers } from "./values.ts";

/** A determinant as an expression, by Laplace's rule along the first row. Undefined if it is not square or is large. */
export function determinant(rows: readonly (readonly Expr[])[]): Expr | undefined {
  const n = rows.length;
  if (n > 6 || rows.some((row) => row.length !== n)) return undefined;
  if (n === 1) return rows[0][0];
  const terms = rows[0].map((entry, j) => {
    const minor = determinant(rows.slice(1).map((row) => row.filter((_, k) => k !== j)));
    return product(number(j % 2 === 0 ? 1 : -1), entry, minor ?? number(1));
  });
  return sum(...terms);
}

const tupleOf = (items: readonly Answer[]): Answer => ({ kind: "tuple", items });

/** A matrix of one row or column as a vector, others as a tuple of rows. */
function vectorOf(a: Kind<"matrix">): Answer {
  if (a.rows.length === 1) return tupleOf(a.rows[0].map(valueOf));
  if (a.rows.every((row) => row.length === 1)) return tupleOf(a.rows.map(([e]) => valueOf(e)));
  return tupleOf(a.rows.map((row) => tupleOf(row.map(valueOf))));
}

function compareMatrices(a: Kind<"matrix">, b: Kind<"matrix">, c: Case): Verdict {
  const shape = (m: Kind<"matrix">): string => `${m.rows.length}×${m.rows[0]?.length ?? 0}`;
  if (shape(a) !== shape(b)) {
    const vectors = [a, b].every((m) => m.rows.length === 1 || m.rows.every((row) => row.length === 1));
    return vectors && c.policy.brackets === "ignore"
      ? c.compare(vectorOf(a), vectorOf(b))
      : different(`${shape(a)} and ${shape(b)}`);
  }
  const entries = (m: Kind<"matrix">): Answer[] => m.rows.flat().map(valueOf);
  return every(inOrder(entries(a), entries(b), c), "matrix");
}

function compareIntervals(a: Kind<"interval">, b: Kind<"interval">, c: Case): Verdict | undefined {
  const low = compareNumbers(a.low, b.low, c);
  const high = compareNumbers(a.high, b.high, c);
  const open = (e: Expr): boolean => defined(() => infinite(e, c.fuel)) !== undefined;
  const ends = [a.low, a.high].every((e, j) => a.closed[j] === b.closed[j] || open(e));
  if (low.equal && high.equal) return ends ? equal(`interval: ${high.how}`) : different("an open and a closed end");
  return undefined;
}

const asInterval = (a: Kind<"pair">): Kind<"interval"> | undefined => {
  const [low, high] = a.items.map(bare);
  return low && high && { kind: "interval", low, high, closed: [false, false] };
};

/** What stands in order: tuples, points, vectors, and closed intervals where a list was meant. */
function sequence(a: Answer): readonly Answer[] | undefined {
  if (a.kind === "tuple" || a.kind === "pair") return a.items;
  if (a.kind === "matrix") return sequence(vectorOf(a));
  return undefined;
}

/** [1, 2] was read as an interval; beside a list or a tuple it is one of these. */
const squareList = (a: Answer): readonly Answer[] | undefined =>
  a.kind === "interval" && a.closed[0] && a.closed[1] ? [valueOf(a.low), valueOf(a.high)] : undefined;

function compareSets(a: readonly Answer[], b: readonly Answer[], c: Case): Verdict {
  return c.policy.order === "strict" ? every(inOrder(a, b, c), "in order") : asSets(a, b, c);
}

function compareSequences(a: readonly Answer[], b: readonly Answer[], c: Case): Verdict {
  return c.policy.order === "ignore" ? unordered(a, b, c) : every(inOrder(a, b, c), "in order");
}

/** A verdict on two collections; undefined if they are better compared as sets of numbers. */
export function compareCollections(a: Answer, b: Answer, c: Case): Verdict | undefined {
  if (a.kind === "matrix" && b.kind === "matrix") return compareMatrices(a, b, c);
  if (a.kind === "interval" && b.kind === "interval") return compareIntervals(a, b, c);
  if (a.kind === "interval" && b.kind === "pair") {
    const other = asInterval(b);
    return other && compareIntervals(a, other, c);
  }
  if (a.kind === "pair" && b.kind === "interval") {
    const other = asInterval(a);
    return other && compareIntervals(other, b, c);
  }
  if (a.kind === "set" && b.kind === "set") return compareSets(a.items, b.items, c);
  const [x, y] = [sequence(a), sequence(b)];
  if (x && y) return compareSequences(x, y, c);
  const loose = c.policy.brackets === "ignore";
  if (x && b.kind === "set") return besideSet(x, b, c, loose, false);
  if (y && a.kind === "set") return besideSet(y, a, c, loose, true);
  const [p, q] = [x ?? squareList(a), y ?? squareList(b)];
  if (p && q && loose) return compareSequences(p, q, c);
  if (p && b.kind === "set" && b.written === "listed") return every(inOrder(p, b.items, c), "in order");
  if (q && a.kind === "set" && a.written === "listed") return every(inOrder(a.items, q, c), "in order");
  if (a.kind === "set" && b.kind === "value") return compareSets(a.items, [b], c);
  if (b.kind === "set" && a.kind === "value") return compareSets([a], b.items, c);
  if ((x && b.kind === "value") || (y && a.kind === "value")) return different("kinds of answer");
  return undefined;
}

function besideSet(x: readonly Answer[], b: Kind<"set">, c: Case, loose: boolean, flipped: boolean): Verdict {
  const [p, q] = flipped ? [b.items, x] : [x, b.items];
  if (b.written === "listed") return compareSequences(p, q, c);
  return loose ? compareSets(p, q, c) : different("a tuple and a set");
}

/** Unions and the like whose ends could not be compared, part by part. */
export function compareParts(a: Answer, b: Answer, c: Case): Verdict | undefined {
  if (a.kind === "difference" && b.kind === "difference") return every(inOrder(a.parts, b.parts, c), "parts");
  if ((a.kind === "union" || a.kind === "intersection") && a.kind === b.kind) return unordered(a.parts, b.parts, c);
  return undefined;
}
