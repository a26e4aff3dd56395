/** Kinds with variables: expressions, polynomials, equations, inequalities, systems, functions, ±, chains. */
import type { Random } from "../../core/random.ts";
import { between, fraction, minus, nonzero, plus, times } from "./exact.ts";
import type { Fraction } from "./exact.ts";
import { nearly, pairs, plain, plainOf, raised, signed, tex, texOf, words } from "./forms.ts";
import type { Draw, Form } from "./forms.ts";

type Terms = readonly (readonly [coefficient: number, variables: string])[];

/** A sum as it is written by hand: no 1 before a variable, no "+ -", no zero terms. */
function sum(terms: Terms, times_ = ""): string {
  const shown = terms.filter(([c]) => c !== 0);
  if (shown.length === 0) return "0";
  return shown
    .map(([c, variables], i) => {
      const size = Math.abs(c);
      const body = variables === "" ? String(size) : size === 1 ? variables : `${size}${times_}${variables}`;
      return i === 0 ? (c < 0 ? `-${body}` : body) : `${c < 0 ? "-" : "+"} ${body}`;
    })
    .join(" ");
}

const powerOf =
  (variable: string, style: "tex" | "plain" | "Unicode") =>
  (exponent: number): string => {
    if (exponent === 0) return "";
    if (exponent === 1) return variable;
    return variable + (style === "tex" ? `^{${exponent}}` : style === "plain" ? `^${exponent}` : raised(exponent));
  };

type Coefficients = readonly number[];

const written = (cs: Coefficients, variable: string, style: "tex" | "plain" | "Unicode", star = ""): string =>
  sum(cs.map((c, i) => [c, powerOf(variable, style)(i)] as const).reverse(), star);

const polynomialForms =
  (x: string) =>
  (cs: Coefficients): Form[] => [
    ...tex({
      TeX: written(cs, x, "tex"),
      ascending: sum(cs.map((c, i) => [c, powerOf(x, "tex")(i)] as const)),
      "x out": `${x}\\left(${written(cs.slice(1), x, "tex")}\\right) ${signed(cs[0])}`,
      halved: `\\frac{${written(
        cs.map((c) => 2 * c),
        x,
        "tex",
      )}}{2}`,
    }),
    ...plain({
      plain: written(cs, x, "plain"),
      star: written(cs, x, "plain", "*"),
      stars: written(cs, x, "plain", "*").replaceAll("^", "**"),
      Unicode: written(cs, x, "Unicode"),
    }),
  ];

const convolve = (a: Coefficients, b: Coefficients): number[] => {
  const result = new Array<number>(a.length + b.length - 1).fill(0);
  a.forEach((x, i) => b.forEach((y, j) => (result[i + j] += x * y)));
  return result;
};

const linear = (x: string, root: number): string => (root === 0 ? x : `(${x} ${signed(-root)})`);
const changed = (cs: Coefficients, at: number, by: number): number[] => cs.map((c, i) => (i === at ? c + by : c));

const polynomial: Draw = (r) => {
  const x = r.pick(["x", "y", "t", "n", "a"]);
  const roots = Array.from({ length: between(r, 2, 3) }, () => between(r, -7, 7));
  const lead = nonzero(r, 4);
  const cs = roots.reduce<number[]>((all, root) => convolve(all, [-root, 1]), [lead]);
  const forms = polynomialForms(x);
  const factors = roots.map((root) => linear(x, root));
  const head = lead === 1 ? "" : lead === -1 ? "-" : String(lead);
  const factored = [
    ...tex({
      factored: head + factors.map((f) => (f === x ? `(${x})` : f)).join(""),
      "other order": head + factors.toReversed().join(" \\cdot "),
    }),
    ...plain({
      "factored plain": [...(lead === 1 ? [] : [lead < 0 ? `(${lead})` : String(lead)]), ...factors].join("*"),
    }),
  ];
  const at = r.int(cs.length);
  const shifted = roots.map((root, i) => (i === 0 ? root + 1 : root));
  const near = {
    "one coefficient": changed(cs, at, cs[at] === -1 ? 2 : 1),
    "one sign": cs[0] === 0 ? undefined : changed(cs, 0, -2 * cs[0]),
    "one root": shifted.reduce<number[]>((all, root) => convolve(all, [-root, 1]), [lead]),
    "one power": [...cs.slice(0, -1), 0, lead],
  };
  return { same: [...forms(cs), ...factored], near: nearly(r, forms, near) };
};

/** Families of expressions: for parameters a and b, ways to write one function. */
const identities: readonly ((a: number, b: number) => Form[])[] = [
  (a, b) => [
    ...tex({ a: `\\frac{${a}x}{x + ${b}}`, b: `${a} - \\frac{${a * b}}{x + ${b}}`, c: `\\frac{${a}}{1 + ${b}/x}` }),
    ...plain({ d: `${a}x/(x+${b})`, e: `(${a}*x)/(${b}+x)` }),
  ],
  (a, b) => [
    ...tex({ a: `\\frac{1}{x - ${a}} + \\frac{${b}}{x}`, b: `\\frac{x + ${b}(x - ${a})}{x(x - ${a})}` }),
    ...plain({ c: `1/(x-${a}) + ${b}/x` }),
  ],
  (a, b) => [
    ...tex({ a: `${a}\\sin^2 x + ${b}`, b: `${a + b} - ${a}\\cos^2 x`, c: `${a}\\sin^{2}(x) + ${b}` }),
    ...plain({ d: `${a}*sin(x)^2 + ${b}`, e: `${a + b} - ${a}(cos(x))^2` }),
  ],
  (a, b) => [
    ...tex({ a: `${a} e^{x + ${b}}`, b: `${a} e^{${b}} e^x`, c: `\\frac{${a}e^{x}}{e^{-${b}}}` }),
    ...plain({ d: `${a}*e^(x+${b})`, e: `${a}exp(x + ${b})` }),
  ],
  (a, b) => [
    ...tex({ a: `(x + ${a})(y - ${b})`, b: `xy - ${b}x + ${a}y - ${a * b}`, c: `x(y - ${b}) + ${a}(y - ${b})` }),
    ...plain({ d: `(y-${b})*(x+${a})`, e: `x*y - ${b}*x + ${a}*y - ${a * b}` }),
  ],
  (a, b) => [
    ...tex({ a: `\\frac{${a}}{x^{${b}}}`, b: `${a} x^{-${b}}`, c: `${a} \\left(\\frac{1}{x}\\right)^{${b}}` }),
    ...plain({ d: `${a}/x^${b}`, e: `${a}*x**(-${b})` }),
  ],
  (a, b) => [
    ...tex({ a: `${a}\\sqrt{x^2 + ${b}}`, b: `\\sqrt{${a * a}x^2 + ${a * a * b}}`, c: `${a}(x^2 + ${b})^{1/2}` }),
    ...plain({ d: `${a}*sqrt(x^2+${b})`, e: `${a}√(x² + ${b})` }),
  ],
  (a, b) => [
    ...tex({ a: `2^{${a}n + ${b}}`, b: `${2 ** b} \\cdot ${2 ** a}^n`, c: `2^{${b}} \\cdot (2^n)^{${a}}` }),
    ...plain({ d: `2^(${a}n+${b})`, e: `${2 ** b}*${2 ** a}^n` }),
  ],
  (a, b) => [
    ...tex({ a: `\\frac{n(n+${a})}{${b}}`, b: `\\frac{n^2 + ${a}n}{${b}}`, c: `\\frac{n}{${b}}(n + ${a})` }),
    ...plain({ d: `n(n+${a})/${b}`, e: `(n^2+${a}*n)/${b}` }),
  ],
  (a, b) => [
    ...tex({ a: `\\frac{${a}}{\\sqrt{x}} + ${b}`, b: `${a}x^{-1/2} + ${b}`, c: `\\frac{${a}\\sqrt{x} + ${b}x}{x}` }),
    ...plain({ d: `${a}/sqrt(x) + ${b}` }),
  ],
  (a, b) => [
    ...tex({ a: `${a}\\pi r^2 + ${b}\\pi r`, b: `\\pi r(${a}r + ${b})`, c: `\\pi(${a}r^2 + ${b}r)` }),
    ...plain({ d: `pi*r*(${a}r+${b})`, e: `πr(${b} + ${a}r)` }),
  ],
  (a, b) => [
    ...tex({ a: `|x - ${a}| + ${b}`, b: `\\left|${a} - x\\right| + ${b}`, c: `\\sqrt{(x - ${a})^2} + ${b}` }),
    ...plain({ d: `abs(x-${a}) + ${b}` }),
  ],
];

const symbolic: Draw = (r) => {
  const [a, b] = [between(r, 2, 9), between(r, 2, 7)];
  const family = r.pick(identities);
  const near = {
    "first parameter": [a + 1, b] as const,
    "second parameter": [a, b + 1] as const,
    both: a === b ? ([a + 2, b] as const) : ([b, a] as const),
  };
  const forms = ([x, y]: readonly [number, number]): Form[] => family(x, y);
  return { same: forms([a, b]), near: nearly(r, forms, near) };
};

const equation: Draw = (r) => {
  const v = [nonzero(r, 9), nonzero(r, 9), nonzero(r, 20)] as const;
  const k = nonzero(r, 4);
  const forms = ([a, b, c]: readonly [number, number, number]): Form[] => {
    const [slope, intercept] = [fraction(-a, b), fraction(c, b)];
    const line = `${slope.n < 0n ? "-" : ""}${texOf(slope.n < 0n ? minus(slope) : slope)}x ${intercept.n < 0n ? "-" : "+"} ${texOf(intercept.n < 0n ? minus(intercept) : intercept)}`;
    return [
      ...tex({
        standard: `${sum([
          [a, "x"],
          [b, "y"],
        ])} = ${c}`,
        general: `${sum([
          [a, "x"],
          [b, "y"],
          [-c, ""],
        ])} = 0`,
        multiple: `${sum([
          [a * k, "x"],
          [b * k, "y"],
        ])} = ${c * k}`,
        slope: `y = ${line}`,
        "sides swapped": `${c} = ${sum([
          [b, "y"],
          [a, "x"],
        ])}`,
      }),
      ...plain({
        plain: `${sum(
          [
            [a, "x"],
            [b, "y"],
          ],
          "*",
        )} = ${c}`,
        moved: `${sum([[a, "x"]])}=${sum([
          [c, ""],
          [-b, "y"],
        ])}`,
      }),
    ];
  };
  const [a, b, c] = v;
  const near = {
    "first coefficient": [a === -1 ? -2 : a + 1, b, c] as const,
    "one sign": [a, -b, c] as const,
    constant: [a, b, c === -1 ? -3 : c + 1] as const,
  };
  return { same: forms(v), near: nearly(r, forms, near) };
};

const circle: Draw = (r) => {
  const v = [nonzero(r, 7), nonzero(r, 7), between(r, 1, 9)] as const;
  const forms = ([h, k, q]: readonly [number, number, number]): Form[] => {
    const constant = h * h + k * k - q * q;
    return [
      ...tex({
        centre: `(x ${signed(-h)})^2 + (y ${signed(-k)})^2 = ${q * q}`,
        expanded: `${sum([
          [1, "x^2"],
          [1, "y^2"],
          [-2 * h, "x"],
          [-2 * k, "y"],
          [constant, ""],
        ])} = 0`,
        "square left": `(y ${signed(-k)})^{2} + (x ${signed(-h)})^{2} = ${q}^{2}`,
      }),
      ...plain({ plain: `(x${h > 0 ? "-" : "+"}${Math.abs(h)})^2+(y${k > 0 ? "-" : "+"}${Math.abs(k)})^2=${q * q}` }),
    ];
  };
  const [h, k, q] = v;
  const near = {
    "centre's sign": [-h, k, q] as const,
    radius: [h, k, q + 1] as const,
    "centre + 1": [h, k === -1 ? 2 : k + 1, q] as const,
  };
  return { same: forms(v), near: nearly(r, forms, near) };
};

type Bound = readonly [value: Fraction, sign: "<" | ">" | "<=" | ">="];
const mirror = { "<": ">", ">": "<", "<=": ">=", ">=": "<=" } as const;
const strict = { "<": "<=", ">": ">=", "<=": "<", ">=": ">" } as const;
const inTex = { "<": "<", ">": ">", "<=": "\\leq", ">=": "\\geq" } as const;
const inUnicode = { "<": "<", ">": ">", "<=": "≤", ">=": "≥" } as const;

const inequality: Draw = (r) => {
  const v: Bound = [fraction(between(r, -20, 20), r.pick([1, 1, 1, 2, 3, 5])), r.pick(["<", ">", "<=", ">="])];
  const forms = ([f, s]: Bound): Form[] => {
    const [value, negated] = [texOf(f), texOf(minus(f))];
    const up = s === ">" || s === ">=";
    const end = s.length === 2;
    return [
      ...tex({
        TeX: `x ${inTex[s]} ${value}`,
        mirrored: `${value} ${inTex[mirror[s]]} x`,
        negated: `-x ${inTex[mirror[s]]} ${negated}`,
        scaled: `${3n * f.d}x ${inTex[s]} ${3n * f.n}`,
        interval: up ? `x \\in ${end ? "[" : "("}${value}, \\infty)` : `x \\in (-\\infty, ${value}${end ? "]" : ")"}`,
        moved: `x ${inTex[s]} ${texOf(plus(f, fraction(1)))} - 1`,
      }),
      ...plain({
        plain: `x ${s} ${plainOf(f)}`,
        Unicode: `x ${inUnicode[s]} ${plainOf(f)}`,
        tight: `x${s}${plainOf(f)}`,
      }),
    ];
  };
  const [f, s] = v;
  const near: Record<string, Bound | undefined> = {
    "strict or not": [f, strict[s]],
    direction: [f, mirror[s]],
    bound: [plus(f, fraction(1)), s],
    sign: f.n === 0n ? undefined : [minus(f), s],
  };
  return { same: forms(v), near: nearly(r, forms, near) };
};

const system: Draw = (r) => {
  const [x, y] = r.pick([
    ["x", "y"],
    ["a", "b"],
    ["m", "n"],
  ]);
  const v = [
    fraction(between(r, -15, 15), r.pick([1, 1, 2])),
    fraction(between(r, -15, 15), r.pick([1, 1, 3])),
  ] as const;
  const forms = ([p, q]: readonly [Fraction, Fraction]): Form[] => [
    ...tex({
      TeX: `${x} = ${texOf(p)}, ${y} = ${texOf(q)}`,
      swapped: `${y} = ${texOf(q)}, \\; ${x} = ${texOf(p)}`,
      cases: `\\begin{cases} ${x} = ${texOf(p)} \\\\ ${y} = ${texOf(q)} \\end{cases}`,
      tuple: `(${x}, ${y}) = (${texOf(p)}, ${texOf(q)})`,
      "text and": `${x} = ${texOf(p)} \\text{ and } ${y} = ${texOf(q)}`,
      "value first": `${texOf(p)} = ${x}, ${texOf(q)} = ${y}`,
    }),
    ...plain({
      plain: `${x}=${plainOf(p)}, ${y}=${plainOf(q)}`,
      semicolon: `${x} = ${plainOf(p)}; ${y} = ${plainOf(q)}`,
    }),
    ...words({ and: `${x} = ${plainOf(p)} and ${y} = ${plainOf(q)}` }),
  ];
  const [p, q] = v;
  const differ = p.n !== q.n || p.d !== q.d;
  const near = {
    "first + 1": [plus(p, fraction(1)), q] as const,
    swapped: differ ? ([q, p] as const) : undefined,
    "second + 1": [p, plus(q, fraction(1))] as const,
  };
  return {
    same: forms(v),
    near: [...nearly(r, forms, near), ...tex({ "one dropped": `${x} = ${texOf(p)}` })],
    alike: pairs(
      tex({ tuple: `(${x}, ${y}) = (${texOf(p)}, ${texOf(q)})` }),
      plain({ "bare tuple": `(${plainOf(p)}, ${plainOf(q)})` }),
    ),
  };
};

const fn: Draw = (r) => {
  const [f, x] = [r.pick(["f", "g", "h"]), r.pick(["x", "t"])];
  const v: Coefficients = [nonzero(r, 9), between(r, -9, 9), nonzero(r, 5)];
  const forms = (cs: Coefficients): Form[] =>
    polynomialForms(x)(cs).map((form) => ({ ...form, text: `${f}(${x}) = ${form.text}` }));
  const near = {
    constant: changed(v, 0, v[0] === -1 ? 2 : 1),
    linear: changed(v, 1, 1),
    sign: changed(v, 2, -2 * v[2]),
  };
  return { same: forms(v), near: nearly(r, forms, near), alike: pairs(forms(v), polynomialForms(x)(v)) };
};

const plusMinus: Draw = (r) => {
  const v = [nonzero(r, 9), r.pick([2, 3, 5, 6, 7, 10])] as const;
  const forms = ([a, n]: readonly [number, number]): Form[] => [
    ...tex({
      TeX: `${a} \\pm \\sqrt{${n}}`,
      listed: `${a} + \\sqrt{${n}}, ${a} - \\sqrt{${n}}`,
      "other order": `${a} - \\sqrt{${n}}, \\; ${a} + \\sqrt{${n}}`,
      set: `\\{${a} - \\sqrt{${n}}, ${a} + \\sqrt{${n}}\\}`,
      solved: `x = ${a} \\pm \\sqrt{${n}}`,
      or: `x = ${a} + \\sqrt{${n}} \\text{ or } x = ${a} - \\sqrt{${n}}`,
      quotient: `\\frac{${2 * a} \\pm \\sqrt{${4 * n}}}{2}`,
    }),
    ...plain({ Unicode: `${a} ± √${n}` }),
  ];
  const [a, n] = v;
  const near = {
    "first + 1": [a === -1 ? 3 : a + 1, n] as const,
    radicand: [a, n === 10 ? 11 : n === 7 ? 11 : n + 1 === 4 ? 5 : n + 1] as const,
    sign: [-a, n] as const,
  };
  return { same: forms(v), near: [...nearly(r, forms, near), ...tex({ "one dropped": `${a} + \\sqrt{${n}}` })] };
};

const chain = (r: Random): ReturnType<Draw> => {
  const v = fraction(between(r, 1, 200), r.pick([3, 7, 9, 11]));
  const forms = (f: Fraction): Form[] => {
    const approximate = (Number(f.n) / Number(f.d)).toFixed(3);
    const half = times(f, fraction(1, 2));
    return [
      ...tex({
        value: texOf(f),
        approximate: f.d === 1n ? undefined : `${texOf(f)} \\approx ${approximate}`,
        steps: `${texOf(half)} + ${texOf(half)} = ${texOf(f)}`,
        named: `x = ${texOf(f)}`,
        "named steps": `x = 2 \\cdot ${texOf(half)} = ${texOf(f)}`,
      }),
      ...plain({ "plain approximate": f.d === 1n ? undefined : `${plainOf(f)} ≈ ${approximate}`, plain: plainOf(f) }),
    ];
  };
  const near = { "numerator + 1": fraction(v.n + 1n, v.d), "denominator + 1": fraction(v.n, v.d + 1n), sign: minus(v) };
  return {
    same: forms(v),
    near: [
      ...nearly(r, forms, near),
      ...tex({ contradiction: `${texOf(plus(v, fraction(1)))} = ${texOf(plus(v, fraction(2)))} = ${texOf(v)}` }),
    ],
  };
};

export const algebra: Readonly<Record<string, Draw>> = {
  polynomial,
  symbolic,
  equation,
  circle,
  inequality,
  system,
  function: fn,
  "plus-minus": plusMinus,
  chain,
};
