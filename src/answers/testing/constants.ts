/** Kinds whose values are constants that are not rational, or written with functions: radicals, powers, logs, … */
import { between, drawnInteger, fraction, minus, nonzero, pointed, times } from "./exact.ts";
import type { Fraction } from "./exact.ts";
import { nearly, pairs, plain, plainOf, raised, signed, tex, texOf, words } from "./forms.ts";
import type { Draw, Form } from "./forms.ts";

/** Square-free, so that √n is in lowest terms. */
const radicands = [2, 3, 5, 6, 7, 10, 11, 13, 14, 15, 17, 19, 21, 22, 23];

/** A decimal approximation with so many places, and one that is wrong in its last place. */
const approximations = (value: number, places = 4): readonly [Form[], Form[]] => [
  plain({ rounded: value.toFixed(places) }),
  plain({ "rounded wrongly": (value + 2 * 10 ** -places).toFixed(places) }),
];

const coefficient = (c: number): string => (c === 1 ? "" : c === -1 ? "-" : String(c));

const radical: Draw = (r) => {
  const index = r.pick([2, 2, 2, 3]);
  const n = index === 2 ? r.pick(radicands) : r.pick([2, 3, 5, 6, 7]);
  const c = between(r, 1, 9) * (r.int(4) === 0 ? -1 : 1);
  const root = (inside: string): string => (index === 2 ? `\\sqrt{${inside}}` : `\\sqrt[3]{${inside}}`);
  const forms = ([k, m]: readonly [number, number]): Form[] => {
    const under = Math.abs(k) ** index * m;
    const s = k < 0 ? "-" : "";
    return [
      ...tex({
        TeX: coefficient(k) + root(String(m)),
        "all under": s + root(String(under)),
        "without braces": index === 2 && m < 10 ? `${coefficient(k)}\\sqrt${m}` : undefined,
        rationalised: index === 2 ? `\\frac{${k * m}}{\\sqrt{${m}}}` : undefined,
        exponent: `${s}${under}^{1/${index}}`,
        cdot: `${k} \\cdot ${root(String(m))}`,
      }),
      ...plain({
        sqrt: index === 2 ? `${coefficient(k)}sqrt(${m})` : `${k}*cbrt(${m})`,
        star: index === 2 ? `${k}*sqrt(${m})` : `${k}*${m}^(1/3)`,
        Unicode: `${coefficient(k)}${index === 2 ? "√" : "∛"}${m}`,
      }),
    ];
  };
  const other = radicands.find((x) => x > n) ?? 2;
  const near = {
    "coefficient + 1": [c === -1 ? -3 : c + 1, n] as const,
    radicand: [c, other] as const,
    sign: [-c, n] as const,
  };
  const [rounded, wrong] = approximations(c * n ** (1 / index));
  return {
    same: forms([c, n]),
    near: [...nearly(r, forms, near), ...plain({ "no root": String(c * n) }), ...wrong],
    alike: pairs(forms([c, n]), rounded),
  };
};

const surd: Draw = (r) => {
  const v = [nonzero(r, 9), nonzero(r, 6), r.pick(radicands), r.pick([1, 2, 3, 4, 7])] as const;
  const forms = ([a, b, n, d]: readonly [number, number, number, number]): Form[] => {
    const right = `${b < 0 ? "-" : "+"} ${coefficient(Math.abs(b))}`;
    const norm = a * a - b * b * n;
    return [
      ...tex({
        TeX: `\\frac{${a} ${right}\\sqrt{${n}}}{${d}}`,
        split: `\\frac{${a}}{${d}} ${right}\\frac{\\sqrt{${n}}}{${d}}`,
        commuted: `\\frac{${coefficient(b)}\\sqrt{${n}} ${signed(a)}}{${d}}`,
        conjugate:
          norm === 0
            ? undefined
            : `\\frac{${norm}}{${d}\\left(${a} ${b < 0 ? "+" : "-"} ${coefficient(Math.abs(b))}\\sqrt{${n}}\\right)}`,
      }),
      ...plain({ sqrt: `(${a} ${right}sqrt(${n}))/${d}`, Unicode: `(${a}${right.replace(" ", "")}√${n})/${d}` }),
    ];
  };
  const [a, b, n, d] = v;
  const near = {
    "first + 1": [a + 1, b, n, d] as const,
    conjugate: [a, -b, n, d] as const,
    radicand: [a, b, radicands.find((x) => x > n) ?? 2, d] as const,
    "denominator + 1": [a, b, n, d + 1] as const,
  };
  const [rounded, wrong] = approximations((a + b * Math.sqrt(n)) / d, 6);
  return { same: forms(v), near: [...nearly(r, forms, near), ...wrong], alike: pairs(forms(v), rounded) };
};

const power: Draw = (r) => {
  const [b, e] = r.pick([
    [between(r, 2, 12), between(r, 2, 9)],
    [between(r, 2, 9), -between(r, 1, 5)],
    [r.pick([2, 3, 7]), between(r, 30, 120)],
    [-between(r, 2, 9), between(r, 2, 7)],
  ]);
  const forms = ([x, k]: readonly [number, number]): Form[] => {
    const value = k < 0 ? fraction(1, BigInt(x) ** BigInt(-k)) : fraction(BigInt(x) ** BigInt(k));
    const base = x < 0 ? `(${x})` : String(x);
    return [
      ...tex({
        TeX: `${base}^{${k}}`,
        split: `${base}^{${k - 1}} \\cdot ${base}`,
        value: texOf(value),
        root: x > 1 ? `\\sqrt{${x}^{${2 * k}}}` : undefined,
        quotient: `\\frac{1}{${base}^{${-k}}}`,
      }),
      ...plain({
        caret: `${base}^${k < 0 ? `(${k})` : k}`,
        stars: `${base}**${k < 0 ? `(${k})` : k}`,
        Unicode: `${base}${raised(k)}`,
        number: plainOf(value),
      }),
    ];
  };
  const off = e > 0 ? plain({ "value + 1": String(BigInt(b) ** BigInt(e) + 1n) }) : [];
  const near = {
    "exponent + 1": [b, e === -1 ? -3 : e + 1] as const,
    "base + 1": [b === -2 ? -4 : b + 1, e] as const,
    "exponent's sign": [b, -e] as const,
  };
  return { same: forms([b, e]), near: [...nearly(r, forms, near), ...off] };
};

/** a · ln b, b prime, so that equal values have equal pairs. */
const logarithm: Draw = (r) => {
  const v = [nonzero(r, 5), r.pick([2, 3, 5, 7])] as const;
  const base = r.pick([2, 3, 5, 10]);
  const forms = ([a, b]: readonly [number, number]): Form[] => {
    const inside = texOf(a > 0 ? fraction(b ** a) : fraction(1, b ** -a));
    return [
      ...tex({
        TeX: `${coefficient(a)}\\ln ${b}`,
        braces: `${coefficient(a)}\\ln{${b}}`,
        inside: `\\ln\\left(${inside}\\right)`,
        sum: `\\ln ${b * 3} ${signed(a - 1)}\\ln ${b} - \\ln 3`,
        "change of base": `\\frac{${a} \\log_{${base}} ${b}}{\\log_{${base}} e}`,
      }),
      ...plain({ plain: `${a}*ln(${b})`, log: `${coefficient(a)}ln(${b})` }),
    ];
  };
  const exact = ([k, b]: readonly [number, number]): Form[] => [
    ...tex({
      log: `\\log_{${b}} ${b ** k}`,
      braces: `\\log_{${b}}{${b ** k}}`,
      brackets: `\\log_${b}\\left(${b ** k}\\right)`,
      value: String(k),
      quotient: `\\frac{\\ln ${b ** k}}{\\ln ${b}}`,
    }),
    ...plain({ plain: `log_${b}(${b ** k})` }),
    ...words({ words: `log base ${b} of ${b ** k}` }),
  ];
  if (r.int(3) === 0) {
    const k = [between(r, 2, 5), r.pick([2, 3, 5, 7])] as const;
    return {
      same: exact(k),
      near: nearly(r, exact, { "exponent + 1": [k[0] + 1, k[1]] as const }).concat(
        tex({ "other base": `\\log_{${k[1] + 1}} ${k[1] ** k[0]}` }),
      ),
    };
  }
  const [a, b] = v;
  const near = {
    "factor + 1": [a === -1 ? 2 : a + 1, b] as const,
    "inside + 1": [a, b === 2 ? 3 : b === 3 ? 5 : 2] as const,
    sign: [-a, b] as const,
  };
  const [rounded, wrong] = approximations(a * Math.log(b));
  return { same: forms(v), near: [...nearly(r, forms, near), ...wrong], alike: pairs(forms(v), rounded) };
};

/** sin of multiples of 15°, as TeX, by degrees from 0 to 90. */
const sines: ReadonlyMap<number, string> = new Map([
  [0, "0"],
  [15, "\\frac{\\sqrt{6}-\\sqrt{2}}{4}"],
  [30, "\\frac{1}{2}"],
  [45, "\\frac{\\sqrt{2}}{2}"],
  [60, "\\frac{\\sqrt{3}}{2}"],
  [75, "\\frac{\\sqrt{6}+\\sqrt{2}}{4}"],
  [90, "1"],
]);

const trigonometric: Draw = (r) => {
  const degrees = r.pick([15, 30, 45, 60, 75]);
  const forms = ([d, s]: readonly [number, 1 | -1]): Form[] => {
    const [turn, rest, beyond] = [fraction(d, 180), fraction(90 - d, 180), fraction(180 - d, 180)];
    const pi = (f: Fraction): string => `\\frac{${f.n === 1n ? "" : f.n}\\pi}{${f.d}}`;
    const m = s < 0 ? "-" : "";
    return [
      ...tex({
        sin: `${m}\\sin ${pi(turn)}`,
        degrees: `${m}\\sin ${d}^\\circ`,
        braces: `${m}\\sin{${d}^{\\circ}}`,
        cos: `${m}\\cos\\left(${pi(rest)}\\right)`,
        value: m + (sines.get(d) ?? ""),
        "other quadrant": `${m}\\sin(${pi(beyond)})`,
        negative: `${s < 0 ? "" : "-"}\\sin\\left(-${pi(turn)}\\right)`,
      }),
      ...plain({ plain: `${m}sin(${turn.n}*pi/${turn.d})`, Unicode: `${m}sin(${d}°)` }),
    ];
  };
  const near = { sign: [degrees, -1] as const, "other angle": [degrees === 75 ? 60 : degrees + 15, 1] as const };
  const [rounded, wrong] = approximations(Math.sin((degrees * Math.PI) / 180));
  const same = forms([degrees, 1]);
  return {
    same,
    near: [...nearly(r, forms, near), ...wrong, ...tex({ "no degrees": `\\sin ${degrees}` })],
    alike: degrees === 30 ? [] : pairs(same, rounded),
  };
};

/** Rational multiples of π. */
const circular: Draw = (r) => {
  const draw = fraction(between(r, 1, 30), between(r, 1, 12));
  const forms = (f: Fraction): Form[] => {
    const [top, s] = f.n < 0n ? [-f.n, "-"] : [f.n, ""];
    const head = top === 1n ? "" : String(top);
    const whole = f.d === 1n;
    return [
      ...tex({
        TeX: whole ? `${s}${head}\\pi` : `${s}\\frac{${head}\\pi}{${f.d}}`,
        factor: `${texOf(f)}\\pi`,
        unreduced: `${s}\\frac{${top * 3n} \\pi}{${f.d * 3n}}`,
        inverse: plainOf(f) === "1/4" ? "\\arctan 1" : plainOf(f) === "1/6" ? "\\arcsin \\frac{1}{2}" : undefined,
      }),
      ...plain({
        plain: whole ? `${s}${top}*pi` : `${s}${top}*pi/${f.d}`,
        Unicode: whole ? `${s}${head}π` : `${s}${head}π/${f.d}`,
      }),
    ];
  };
  const near = { "numerator + 1": fraction(draw.n + 1n, draw.d), sign: minus(draw), half: times(draw, fraction(1, 2)) };
  const value = (Math.PI * Number(draw.n)) / Number(draw.d);
  const [rounded, wrong] = approximations(value);
  return {
    same: forms(draw),
    near: [
      ...nearly(r, forms, near),
      ...wrong,
      ...tex({ "22/7 for π": texOf(times(draw, fraction(22, 7))), "no π": texOf(draw) }),
    ],
    alike: pairs(forms(draw), rounded),
  };
};

const product = (n: number): bigint => (n < 2 ? 1n : BigInt(n) * product(n - 1));

const factorial: Draw = (r) => {
  const n = between(r, 4, r.pick([7, 12, 30]));
  const k = between(r, 2, n - 2);
  const factorials = (m: number): Form[] => [
    ...tex({
      TeX: `${m}!`,
      next: `\\frac{${m + 1}!}{${m + 1}}`,
      step: `${m} \\cdot ${m - 1}!`,
      value: String(product(m)),
    }),
    ...plain({ brackets: `(${m})!`, factorial: `factorial(${m})`, number: String(product(m)) }),
  ];
  const chosen = (m: number, j: number): Form[] => [
    ...tex({
      binom: `\\binom{${m}}{${j}}`,
      dbinom: `\\dbinom{${m}}{${m - j}}`,
      choose: `{${m} \\choose ${j}}`,
      factorials: `\\frac{${m}!}{${j}! \\cdot ${m - j}!}`,
      value: String(product(m) / product(j) / product(m - j)),
    }),
    ...plain({ C: `C(${m}, ${j})` }),
  ];
  if (r.int(2) === 0)
    return {
      same: chosen(n, k),
      near: [
        r.pick(chosen(n + 1, k)),
        ...tex({ "value + 1": String(product(n) / product(k) / product(n - k) + 1n), fraction: `\\frac{${n}}{${k}}` }),
      ],
    };
  return {
    same: factorials(n),
    near: [r.pick(factorials(n + 1)), ...tex({ "value + 1": String(product(n) + 1n), double: `${n}!!` })],
  };
};

const complex: Draw = (r) => {
  const v = [nonzero(r, 12), nonzero(r, 12)] as const;
  const forms = ([a, b]: readonly [number, number]): Form[] => {
    const c = between(r, 1, 4);
    return [
      ...tex({
        TeX: `${a} ${b < 0 ? "-" : "+"} ${coefficient(Math.abs(b))}i`,
        upright: `${a} ${b < 0 ? "-" : "+"} ${coefficient(Math.abs(b))}\\mathrm{i}`,
        "i out": `i(${b} ${signed(-a)}i)`,
        product: `(1 + ${c}i)(${pointedQuotient(a + b * c, 1 + c * c)} + ${pointedQuotient(b - a * c, 1 + c * c)}i)`,
      }),
      ...plain({
        commuted: `${coefficient(b)}i ${signed(a)}`,
        star: `${a} ${signed(b)}*i`,
        tight: `${a}${b < 0 ? "-" : "+"}${coefficient(Math.abs(b))}i`,
      }),
    ];
  };
  const [a, b] = v;
  const near = {
    conjugate: [a, -b] as const,
    swapped: a === b ? undefined : ([b, a] as const),
    "real part + 1": [a === -1 ? 2 : a + 1, b] as const,
    "imaginary part + 1": [a, b === -1 ? 2 : b + 1] as const,
  };
  return { same: forms(v), near: [...nearly(r, forms, near), ...plain({ "no i": String(a + b) })] };
};

/** n / d as TeX in brackets where it needs them. */
function pointedQuotient(n: number, d: number): string {
  const f = fraction(n, d);
  return f.n < 0n ? `(${texOf(f)})` : texOf(f);
}

const hugeSum: Draw = (r) => {
  const base = drawnInteger(r, 18);
  const forms = (n: bigint): Form[] => [
    ...tex({ TeX: `${n - 1000n} + 10^{3}`, value: String(n), product: `${n * 7n} / 7` }),
    ...plain({
      decimal: `${n}.00`,
      scientific: `${String(n)[0]}.${String(n).slice(1)}e${String(n).length - 1}`,
      half: `${pointed(n * 5n, 1)}*2`,
    }),
  ];
  const near = { "one more": base + 1n, "one less": base - 1n, "last digits": base + 10n };
  return { same: forms(base), near: nearly(r, forms, near) };
};

export const constants: Readonly<Record<string, Draw>> = {
  radical,
  surd,
  power,
  logarithm,
  trigonometry: trigonometric,
  pi: circular,
  factorial,
  complex,
  arithmetic: hugeSum,
};
