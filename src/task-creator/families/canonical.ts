import { combine, type Operation, type Operator } from "./reach.ts";

/** A number, or a sum or product of parts; `inverse` parts are subtracted or divided by. */
interface Node {
  readonly value: number;
  readonly kind: "number" | "sum" | "product";
  readonly parts: readonly Part[];
}
interface Part {
  readonly node: Node;
  readonly inverse: boolean;
}

/** The parts of a node seen as a sum or product; all of them turned round where it is subtracted or divided by. */
function partsOf(node: Node, kind: Node["kind"], inverse: boolean): Part[] {
  if (node.kind !== kind) return [{ node, inverse }];
  return inverse ? node.parts.map((part) => ({ node: part.node, inverse: !part.inverse })) : [...node.parts];
}

function treeOf(operations: readonly Operation[]): Node {
  const known: Node[] = [];
  const take = (value: number): Node => {
    const at = known.findLastIndex((node) => node.value === value);
    return at < 0 ? { value, kind: "number", parts: [] } : known.splice(at, 1)[0];
  };
  for (const { a, op, b, c } of operations) {
    const kind = op === "+" || op === "-" ? "sum" : "product";
    const parts = [...partsOf(take(a), kind, false), ...partsOf(take(b), kind, op === "-" || op === "/")];
    known.push({ value: c, kind, parts });
  }
  return known[0];
}

/** Plain parts before inverse ones, larger before smaller. */
const before = (x: Part, y: Part): number =>
  Number(x.inverse) - Number(y.inverse) || y.node.value - x.node.value || (x.node.kind < y.node.kind ? -1 : 1);

type Step = Omit<Operation, "rest">;

/** The first order of the parts, in theirs, whose intermediate results are all legal, as steps. */
function chain(sofar: number, left: readonly Part[], kind: Node["kind"], max: number): Step[] | undefined {
  if (left.length === 0) return [];
  for (let k = 0; k < left.length; k++) {
    const { node, inverse } = left[k];
    const op: Operator = kind === "sum" ? (inverse ? "-" : "+") : inverse ? "/" : "*";
    const c = combine(sofar, op, node.value, max);
    const rest = c === 0 ? undefined : chain(c, left.toSpliced(k, 1), kind, max);
    if (rest) return [{ a: sofar, op, b: node.value, c }, ...rest];
  }
  return undefined;
}

function stepsOf(node: Node, max: number): Step[] | undefined {
  if (node.kind === "number") return [];
  const parts = [...node.parts].sort(before);
  const steps: Step[] = [];
  for (const part of parts) {
    const below = stepsOf(part.node, max);
    if (!below) return undefined;
    steps.push(...below);
  }
  for (let k = 0; k < parts.length && !parts[k].inverse; k++) {
    const own = chain(parts[k].node.value, parts.toSpliced(k, 1), node.kind, max);
    if (own) return [...steps, ...own];
  }
  return undefined;
}

/**
 * The same combination of the same numbers in one agreed order: sums and products of several are taken from the largest
 * part down, what is subtracted or divided by last, their own parts first. Derivations that differ only in the order of
 * independent steps, or by a + (b − c) = (a + b) − c and its like, become one. Where that order leaves 1…max, as given.
 */
export function canonical(operations: readonly Operation[], max: number): readonly Step[] {
  return stepsOf(treeOf(operations), max) ?? operations;
}
