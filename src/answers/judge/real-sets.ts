/** Sets of real numbers as membership over points and the gaps between them: intervals, inequalities, unions, builders. */
import { floor, isInteger } from "../rational.ts";
import type { Answer, Comparison, Expr, Rational, Verdict } from "../term.ts";
import { burn } from "../term.ts";
import type { Case } from "./case.ts";
import { different, equal, undecided } from "./case.ts";
import { order, rationalValue } from "./expressions.ts";
import type { Relation } from "./relations.ts";
import { gapOf, label, oriented, split } from "./relations.ts";
import type { Region } from "./solve.ts";
import { empty, everything, single, solved } from "./solve.ts";
import { mapAnswer, minus, number, rebuild, some, symbol, symbols, valueOf } from "./tree.ts";
import { bare, compareNumbers } from "./values.ts";

export interface RealSet {
  readonly region: Region;
  /** The variable it is said of, where one is named. */
  readonly name?: string;
  /** Only the integers of the region. */
  readonly lattice?: boolean;
}

const isInfinity = (e: Expr): boolean => e.kind === "constant" && e.name === "infinity";
const isComplex = (e: Expr): boolean => e.kind === "constant" && e.name === "i";

/** An end of an interval: a real constant, or undefined for an infinite one. */
function end(e: Expr): Expr | undefined | false {
  if (symbols(e).length > 0 || some(e, isComplex)) return false;
  return some(e, isInfinity) ? undefined : e;
}

function span(low: Expr, high: Expr, closed: readonly [boolean, boolean]): Region | undefined {
  const [from, to] = [end(low), end(high)];
  return from === false || to === false ? undefined : { kind: "span", low: from, high: to, closed };
}

/** f(x) as a variable of its own. */
function asSymbol(e: Expr): Expr {
  const name = e.kind === "apply" ? label(e) : undefined;
  return name === undefined ? rebuild(e, asSymbol) : symbol(name);
}

function ofRelation(a: Relation, c: Case): RealSet | undefined {
  if (a.signs.length > 1) return joined("and", split(a).parts, c);
  const [sign, left, right] = oriented({ ...a, sides: a.sides.map((side) => mapAnswer(side, asSymbol)) });
  const f = gapOf(left, right);
  const names = f ? symbols(f) : [];
  if (!f || names.length !== 1) return undefined;
  const [name] = names;
  const region = unfolded(sign, left, right, c) ?? solved(f, name, sign, c);
  return region && { name, region };
}

/** |u| < v as −v < u < v, and so on. */
function unfolded(sign: Comparison, left: Answer, right: Answer, c: Case): Region | undefined {
  const [l, r] = [bare(left), bare(right)];
  if (!l || !r) return undefined;
  const flipped = !(l.kind === "apply" && l.name === "abs");
  const [size, other] = flipped ? [r, l] : [l, r];
  if (size.kind !== "apply" || size.name !== "abs" || size.args.length !== 1 || symbols(other).length > 0)
    return undefined;
  const relation = (e: Expr): Answer => {
    const sides = flipped ? [left, valueOf(e)] : [valueOf(e), right];
    return { kind: "relation", sides, signs: [sign] };
  };
  const within = sign === "!=" || ((sign === "<" || sign === "<=") && !flipped);
  return joined(within ? "and" : "or", [relation(size.args[0]), relation(minus(size.args[0]))], c)?.region;
}

function joined(kind: "and" | "or", answers: readonly Answer[], c: Case): RealSet | undefined {
  const sets = answers.map((answer) => realSet(answer, c));
  const found = sets.filter((set) => set !== undefined);
  const names = new Set(found.map(({ name }) => name).filter((name) => name !== undefined));
  if (found.length < sets.length || names.size > 1) return undefined;
  const lattices = found.filter(({ lattice }) => lattice).length;
  if (lattices > 0 && (kind === "or" ? lattices < found.length : false)) return undefined;
  return { region: { kind, parts: found.map(({ region }) => region) }, name: [...names][0], lattice: lattices > 0 };
}

/** The answer as a set of real numbers; undefined if it is none, or one this module cannot say. */
export function realSet(a: Answer, c: Case): RealSet | undefined {
  burn(c.fuel);
  switch (a.kind) {
    case "interval": {
      const region = span(a.low, a.high, a.closed);
      return region && { region };
    }
    case "pair": {
      const [low, high] = a.items.map(bare);
      const region = low && high && span(low, high, [false, false]);
      return region && { region };
    }
    case "value": {
      const e = bare(a);
      return e && end(e) ? { region: single(e) } : undefined;
    }
    case "set":
      return joined("or", a.items, c);
    case "union":
      return joined("or", a.parts, c);
    case "intersection":
    case "all":
      return joined("and", a.parts, c);
    case "difference": {
      const [from, ...taken] = a.parts.map((part) => realSet(part, c));
      const without = taken.filter((set) => set !== undefined);
      if (!from || without.length < taken.length || without.some(({ lattice }) => lattice)) return undefined;
      const parts = [from.region, ...without.map(({ region }): Region => ({ kind: "not", of: region }))];
      return { ...from, region: { kind: "and", parts } };
    }
    case "relation":
      return ofRelation(a, c);
    case "member": {
      const inside = a.of.kind === "symbol" ? realSet(a.set, c) : undefined;
      return inside && a.of.kind === "symbol" ? { ...inside, name: a.of.name } : undefined;
    }
    case "domain":
      if (a.name === "reals") return { region: everything };
      if (a.name === "integers") return { region: everything, lattice: true };
      return a.name === "naturals"
        ? { region: { kind: "span", low: number(1), closed: [true, false] }, lattice: true }
        : undefined;
    case "builder": {
      const inside = joined("and", a.domain ? [a.domain, ...a.where] : a.where, c);
      if (!inside || a.variable.kind !== "symbol") return undefined;
      return inside.name === undefined || inside.name === a.variable.name ? { ...inside, name: undefined } : undefined;
    }
    case "nothing":
      return a.what === "no-solution" ? { region: empty } : undefined;
    case "tuple":
    case "matrix":
    case "date":
    case "time":
    case "choice":
    case "truth":
    case "text":
      return undefined;
  }
}

const has = (r: Region, test: (span: Region & { kind: "span" }) => void): void => {
  if (r.kind === "span") test(r);
  else if (r.kind === "not") has(r.of, test);
  else for (const part of r.parts) has(part, test);
};

function endsOf(r: Region): Expr[] {
  const found: Expr[] = [];
  has(r, ({ low, high }) => {
    if (low) found.push(low);
    if (high && high !== low) found.push(high);
  });
  return found;
}

/** Distinct ends in ascending order, with each end's place among them. Undefined where the order cannot be told. */
function sorted(
  ends: readonly Expr[],
  c: Case,
): { readonly points: Expr[]; readonly place: Map<Expr, number> } | undefined {
  const points: Expr[] = [];
  const twins = new Map<Expr, Expr>();
  for (const e of ends) {
    let [from, to] = [0, points.length];
    let twin: Expr | undefined;
    while (from < to && !twin) {
      burn(c.fuel, 4);
      const middle = (from + to) >> 1;
      const side = order(e, points[middle], c.fuel);
      if (side === undefined) return undefined;
      if (side === 0) twin = points[middle];
      else if (side < 0) to = middle;
      else from = middle + 1;
    }
    if (!twin) points.splice(from, 0, e);
    twins.set(e, twin ?? e);
  }
  const index = new Map(points.map((point, j) => [point, j]));
  return { points, place: new Map(ends.map((e) => [e, index.get(twins.get(e) ?? e) ?? 0])) };
}

/** Is position p (2j the gap below point j, 2j + 1 the point itself) in the region? */
function holds(r: Region, p: number, place: ReadonlyMap<Expr, number>): boolean {
  if (r.kind === "not") return !holds(r.of, p, place);
  if (r.kind === "and") return r.parts.every((part) => holds(part, p, place));
  if (r.kind === "or") return r.parts.some((part) => holds(part, p, place));
  const at = (e: Expr): number => 2 * (place.get(e) ?? 0) + 1;
  const above = r.low === undefined || p > at(r.low) || (r.closed[0] && p === at(r.low));
  return above && (r.high === undefined || p < at(r.high) || (r.closed[1] && p === at(r.high)));
}

/** The ends at which membership changes, with what holds at them and above; what holds below all of them first. */
interface Canon {
  readonly below: boolean;
  readonly steps: readonly { readonly at: Expr; readonly on: boolean; readonly above: boolean }[];
}

function canon(r: Region, c: Case): Canon | undefined {
  const found = sorted(endsOf(r), c);
  if (!found) return undefined;
  const { points, place } = found;
  let last = holds(r, 0, place);
  const below = last;
  const steps: { at: Expr; on: boolean; above: boolean }[] = [];
  for (const [j, at] of points.entries()) {
    burn(c.fuel);
    const [on, above] = [holds(r, 2 * j + 1, place), holds(r, 2 * j + 2, place)];
    if (on !== last || above !== on) steps.push({ at, on, above });
    last = above;
  }
  return { below, steps };
}

/** The integers of a bounded set, as points; the set itself if there are none to list. */
function listed(set: RealSet, c: Case): RealSet {
  const form = set.lattice ? canon(set.region, c) : undefined;
  if (!form || form.below || form.steps.at(-1)?.above) return set;
  const ends: Rational[] = [];
  for (const { at } of form.steps) {
    const value = rationalValue(at, c.fuel);
    if (!value) return set;
    ends.push(value);
  }
  const parts: Region[] = [];
  for (const [j, { on, above }] of form.steps.entries()) {
    if (on && isInteger(ends[j])) parts.push(single(number(ends[j])));
    if (!above) continue;
    const last = -floor({ n: -ends[j + 1].n, d: ends[j + 1].d }) - 1n;
    for (let n = floor(ends[j]) + 1n; n <= last; n++) {
      burn(c.fuel, 2);
      parts.push(single(number({ n, d: 1n })));
    }
  }
  return { ...set, region: { kind: "or", parts }, lattice: false };
}

/** Two sets of reals by their ends; decimals among these may be rounded as the policy allows. */
export function compareRealSets(a: RealSet, b: RealSet, c: Case): Verdict {
  if (a.name !== undefined && b.name !== undefined && a.name !== b.name) return different("names of variables");
  const [left, right] = [listed(a, c), listed(b, c)];
  const [x, y] = [canon(left.region, c), canon(right.region, c)];
  if (!x || !y) return undecided("ends that could not be put in order");
  const fit =
    x.below === y.below &&
    x.steps.length === y.steps.length &&
    x.steps.every(({ on, above }, j) => on === y.steps[j].on && above === y.steps[j].above);
  let verdict = fit ? equal("sets of reals") : different("sets of reals");
  for (const [j, { at }] of fit ? x.steps.entries() : []) {
    const { equal: same } = compareNumbers(at, y.steps[j].at, c);
    if (same === false) verdict = different("ends of intervals");
    else if (same === null && verdict.equal) verdict = undecided("ends of intervals");
  }
  if ((left.lattice ?? false) === (right.lattice ?? false))
    return left.lattice && !verdict.equal ? undecided("sets of integers") : verdict;
  return different("integers and reals");
}
