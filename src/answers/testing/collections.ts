/** Kinds that hold several values: intervals, unions, sets, tuples, vectors, matrices, solutions. */
import type { Random } from "../../core/random.ts";
import { between, fraction, minus, plus, terminating } from "./exact.ts";
import type { Fraction } from "./exact.ts";
import { nearly, pairs, plain, plainOf, tex, texOf, words } from "./forms.ts";
import type { Draw, Form } from "./forms.ts";

const one = fraction(1);
const whole = (r: Random): Fraction => fraction(between(r, -12, 12));
const value = (r: Random): Fraction => fraction(between(r, -15, 15), r.pick([1, 1, 1, 2, 3, 4, 5]));

/** Different values. */
function values(r: Random, n: number, draw = value): Fraction[] {
  const found = new Map<string, Fraction>();
  while (found.size < n) {
    const f = draw(r);
    found.set(plainOf(f), f);
  }
  return [...found.values()];
}

const less = (a: Fraction, b: Fraction): boolean => a.n * b.d < b.n * a.d;
const sorted = (fs: readonly Fraction[]): Fraction[] => [...fs].sort((a, b) => (less(a, b) ? -1 : 1));

type Interval = readonly [low: Fraction | "-", high: Fraction | "+", closed: readonly [boolean, boolean]];

const ends = (
  [low, high, [left, right]]: Interval,
  write: (f: Fraction) => string,
  infinity: string,
  comma = ", ",
): string =>
  `${left ? "[" : "("}${low === "-" ? `-${infinity}` : write(low)}${comma}${high === "+" ? infinity : write(high)}${right ? "]" : ")"}`;

function comparison(
  [low, high, [left, right]]: Interval,
  write: (f: Fraction) => string,
  signs: readonly [string, string],
): string {
  const [l, h] = [left ? signs[1] : signs[0], right ? signs[1] : signs[0]];
  if (low === "-") return high === "+" ? "" : `x ${h} ${write(high)}`;
  return high === "+" ? `${write(low)} ${l} x` : `${write(low)} ${l} x ${h} ${write(high)}`;
}

const intervalForms = (v: Interval): Form[] => {
  const [low, high, [left, right]] = v;
  const finite = low !== "-" && high !== "+";
  return [
    ...tex({
      TeX: ends(v, texOf, "\\infty"),
      "left-right": ends(v, texOf, "\\infty").replace(/^(.)(.*)(.)$/u, "\\left$1$2\\right$3"),
      member: `x \\in ${ends(v, texOf, "\\infty")}`,
      comparison: comparison(v, texOf, ["<", "\\le"]),
      French:
        finite && !(left && right) ? `${left ? "[" : "]"}${texOf(low)}; ${texOf(high)}${right ? "]" : "["}` : undefined,
    }),
    ...plain({
      plain: ends(v, plainOf, "infinity"),
      Unicode: ends(v, plainOf, "∞"),
      "plain comparison": comparison(v, plainOf, ["<", "<="]),
      semicolon: ends(v, plainOf, "∞", "; "),
    }),
  ];
};

const interval: Draw = (r) => {
  const [low, high] = sorted(values(r, 2));
  const closed = [r.int(2) === 0, r.int(2) === 0] as const;
  const v: Interval = r.pick<Interval>([
    [low, high, closed],
    [low, high, closed],
    ["-", high, [false, closed[1]]],
    [low, "+", [closed[0], false]],
  ]);
  const [a, b, [l, h]] = v;
  const near: Record<string, Interval | undefined> = {
    "left end open or closed": a === "-" ? undefined : [a, b, [!l, h]],
    "right end open or closed": b === "+" ? undefined : [a, b, [l, !h]],
    "left end": a === "-" ? undefined : [plus(a, fraction(-1)), b, v[2]],
    "right end": b === "+" ? undefined : [a, plus(b, one), v[2]],
  };
  return { same: intervalForms(v), near: nearly(r, intervalForms, near) };
};

/** (-∞, a) ∪ (b, ∞) with either end open or closed, a < b. */
type Outside = readonly [a: Fraction, b: Fraction, closed: readonly [boolean, boolean]];

const union: Draw = (r) => {
  const [a, b] = sorted(values(r, 2));
  const v: Outside = [a, b, [r.int(2) === 0, r.int(2) === 0]];
  const forms = ([low, high, [l, h]]: Outside): Form[] => {
    const [left, right]: [Interval, Interval] = [
      ["-", low, [false, l]],
      [high, "+", [h, false]],
    ];
    const [beyond, x] = [plus(high, one), "x"];
    return [
      ...tex({
        TeX: `${ends(left, texOf, "\\infty")} \\cup ${ends(right, texOf, "\\infty")}`,
        swapped: `${ends(right, texOf, "\\infty")} \\cup ${ends(left, texOf, "\\infty")}`,
        or: `${x} ${l ? "\\leq" : "<"} ${texOf(low)} \\text{ or } ${x} ${h ? "\\geq" : ">"} ${texOf(high)}`,
        overlapping: `${ends(left, texOf, "\\infty")} \\cup ${ends([high, beyond, [h, true]], texOf, "\\infty")} \\cup [${texOf(beyond)}, \\infty)`,
        complement: `\\mathbb{R} \\setminus ${ends([low, high, [!l, !h]], texOf, "\\infty")}`,
      }),
      ...plain({
        Unicode: `${ends(left, plainOf, "∞")} ∪ ${ends(right, plainOf, "∞")}`,
        U: `${ends(left, plainOf, "inf")} U ${ends(right, plainOf, "inf")}`,
      }),
      ...words({ or: `x ${l ? "<=" : "<"} ${plainOf(low)} or x ${h ? ">=" : ">"} ${plainOf(high)}` }),
    ];
  };
  const [low, high, [l, h]] = v;
  const near: Record<string, Outside> = {
    "left end open or closed": [low, high, [!l, h]],
    "right end open or closed": [low, high, [l, !h]],
    "one end": [low, plus(high, one), [l, h]],
  };
  return {
    same: forms(v),
    near: [
      ...nearly(r, forms, near),
      ...tex({
        "the inside": ends([low, high, [l, h]], texOf, "\\infty"),
        "one part": ends(["-", low, [false, l]], texOf, "\\infty"),
      }),
    ],
  };
};

const decimalOr = (f: Fraction): string => terminating(f) ?? texOf(f);

const setForms =
  (r: Random) =>
  (fs: readonly Fraction[]): Form[] => [
    ...tex({
      TeX: `\\{${fs.map(texOf).join(", ")}\\}`,
      shuffled: `\\left\\{${r.shuffle(fs).map(texOf).join(", ")}\\right\\}`,
      repeated: `\\{${[...fs, fs[0]].map(texOf).join(", ")}\\}`,
      decimals: `\\{${fs.map(decimalOr).join(", ")}\\}`,
    }),
    ...plain({ plain: `{${fs.map(plainOf).join(", ")}}`, tight: `{${r.shuffle(fs).map(plainOf).join(",")}}` }),
  ];

const set: Draw = (r) => {
  const fs = values(r, between(r, 2, 5));
  const forms = setForms(r);
  const fresh = values(r, fs.length + 1).find((f) => !fs.some((g) => plainOf(g) === plainOf(f))) ?? fraction(99);
  const near = { "one missing": fs.slice(1), "one more": [...fs, fresh], "one changed": [fresh, ...fs.slice(1)] };
  const bare = plain({ listed: r.shuffle(fs).map(plainOf).join(", ") });
  return {
    same: forms(fs),
    near: [...nearly(r, forms, near), ...tex({ "a tuple": `(${fs.map(texOf).join(", ")})` })],
    alike: pairs(forms(fs), bare),
  };
};

const tupleForms = (fs: readonly Fraction[]): Form[] => [
  ...tex({
    TeX: `(${fs.map(texOf).join(", ")})`,
    "left-right": `\\left(${fs.map(texOf).join(", ")}\\right)`,
    decimals: `(${fs.map(decimalOr).join(", ")})`,
  }),
  ...plain({
    plain: `(${fs.map(plainOf).join(", ")})`,
    tight: `(${fs.map(plainOf).join(",")})`,
    semicolons: `(${fs.map(plainOf).join("; ")})`,
  }),
];

const around = (fs: readonly Fraction[]): Record<string, Fraction[] | undefined> => {
  const turned = [...fs.slice(1), fs[0]];
  const at = fs.findIndex((f) => f.n !== 0n);
  return {
    permuted: turned,
    "last + 1": [...fs.slice(0, -1), plus(fs[fs.length - 1], one)],
    "one sign": at < 0 ? undefined : fs.map((f, i) => (i === at ? minus(f) : f)),
  };
};

const tuple: Draw = (r) => {
  const fs = values(r, between(r, 2, 5));
  return {
    same: tupleForms(fs),
    near: [
      ...nearly(r, tupleForms, { ...around(fs), "one more": [...fs, one] }),
      ...tex({ "a set": `\\{${fs.map(texOf).join(", ")}\\}` }),
    ],
  };
};

const vector: Draw = (r) => {
  const fs = values(r, between(r, 2, 4));
  const forms = (v: readonly Fraction[]): Form[] => [
    ...tex({
      column: `\\begin{pmatrix} ${v.map(texOf).join(" \\\\ ")} \\end{pmatrix}`,
      square: `\\begin{bmatrix}${v.map(texOf).join("\\\\")}\\end{bmatrix}`,
      langle: `\\langle ${v.map(texOf).join(", ")} \\rangle`,
      "left langle": `\\left\\langle ${v.map(decimalOr).join(", ")} \\right\\rangle`,
      trailing: `\\begin{pmatrix} ${v.map(texOf).join(" \\\\ ")} \\\\ \\end{pmatrix}`,
      dfrac: `\\begin{pmatrix} ${v.map((f) => texOf(f).replace("frac", "dfrac")).join(" \\\\ ")} \\end{pmatrix}`,
    }),
    ...plain({ Unicode: `⟨${v.map(plainOf).join(", ")}⟩` }),
  ];
  return {
    same: forms(fs),
    near: nearly(r, forms, around(fs)),
    alike: pairs(forms(fs).slice(0, 3), tupleForms(fs).slice(0, 1)),
  };
};

type Rows = readonly (readonly Fraction[])[];

const matrix: Draw = (r) => {
  const [n, m] = [between(r, 2, 3), between(r, 2, 3)];
  const rows: Rows = Array.from({ length: n }, () => values(r, m));
  const body = (v: Rows, write: (f: Fraction) => string): string =>
    v.map((row) => row.map(write).join(" & ")).join(" \\\\ ");
  const forms = (v: Rows): Form[] => [
    ...tex({
      pmatrix: `\\begin{pmatrix} ${body(v, texOf)} \\end{pmatrix}`,
      bmatrix: `\\begin{bmatrix} ${body(v, texOf)} \\end{bmatrix}`,
      array: `\\left[\\begin{array}{${"c".repeat(m)}} ${body(v, texOf)} \\end{array}\\right]`,
      decimals: `\\begin{pmatrix} ${body(v, decimalOr)} \\end{pmatrix}`,
      "trailing rows": `\\begin{pmatrix} ${body(v, texOf)} \\\\ \\end{pmatrix}`,
    }),
    ...plain({ nested: `[${v.map((row) => `[${row.map(plainOf).join(", ")}]`).join(", ")}]` }),
  ];
  const transposed = rows[0].map((_, j) => rows.map((row) => row[j]));
  const symmetric = body(transposed, texOf) === body(rows, texOf);
  const [first, second, ...rest] = rows;
  const near = {
    "one entry": [[plus(first[0], one), ...first.slice(1)], second, ...rest],
    transposed: symmetric ? undefined : transposed,
    "rows swapped": body([first], texOf) === body([second], texOf) ? undefined : [second, first, ...rest],
    "one sign": first[0].n === 0n ? undefined : [[minus(first[0]), ...first.slice(1)], second, ...rest],
  };
  return { same: forms(rows), near: nearly(r, forms, near) };
};

const solutions: Draw = (r) => {
  const fs = sorted(values(r, between(r, 2, 3), r.int(2) === 0 ? whole : value));
  const x = r.pick(["x", "n", "t"]);
  const last = (fs_: readonly Fraction[], and: string, write: (f: Fraction) => string): string =>
    `${fs_.slice(0, -1).map(write).join(", ")} ${and} ${write(fs_[fs_.length - 1])}`;
  const forms = (v: readonly Fraction[]): Form[] => [
    ...tex({
      equations: v.map((f) => `${x} = ${texOf(f)}`).join(", "),
      listed: v.map(texOf).join(", "),
      backwards: v.toReversed().map(texOf).join(", "),
      "text or": v.map((f) => `${x} = ${texOf(f)}`).join(" \\text{ or } "),
      member: `${x} \\in \\{${v.map(texOf).join(", ")}\\}`,
      set: `\\{${v.map(texOf).join(", ")}\\}`,
      "text and": last(v, "\\text{ and }", texOf),
    }),
    ...plain({ semicolons: v.map(plainOf).join("; "), spaced: v.map(plainOf).join(", ") }),
    ...words({
      and: last(v, "and", plainOf),
      or: last(v, "or", plainOf),
      "equations or": v.map((f) => `${x} = ${plainOf(f)}`).join(" or "),
    }),
  ];
  const moved = [...fs.slice(0, -1), plus(fs[fs.length - 1], fraction(1))];
  const negative = fs.map(minus);
  const unchanged = sorted(negative).map(plainOf).join() === fs.map(plainOf).join();
  const near = {
    "one missing": fs.length > 2 ? fs.slice(1) : undefined,
    "one changed": moved,
    signs: unchanged ? undefined : negative,
  };
  return { same: forms(fs), near: [...nearly(r, forms, near), ...tex({ "only one": `${x} = ${texOf(fs[0])}` })] };
};

export const collections: Readonly<Record<string, Draw>> = { interval, union, set, tuple, vector, matrix, solutions };
