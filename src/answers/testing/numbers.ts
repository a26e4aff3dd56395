/** Kinds whose values are rational numbers. */
import type { Random } from "../../core/random.ts";
import {
  between,
  drawnInteger,
  expansion,
  fraction,
  gcd,
  minus,
  plus,
  pointed,
  same,
  scaledTo,
  drawnSign,
  terminating,
} from "./exact.ts";
import type { Fraction } from "./exact.ts";
import { grouped, nearly, pairs, plain, plainOf, raised, signed, spelled, tex, texOf, words } from "./forms.ts";
import type { Draw, Form } from "./forms.ts";

const integerForms =
  (r: Random) =>
  (v: bigint): Form[] => {
    const small = v >= 0n && v < 1_000_000n ? spelled(Number(v)) : undefined;
    const part = BigInt(between(r, 1, 99));
    return [
      ...plain({
        plain: String(v),
        grouped: grouped(String(v)),
        point: `${v}.0`,
        minus: v < 0n ? `−${-v}` : undefined,
        plus: v > 0n ? `+${v}` : undefined,
      }),
      ...tex({
        "TeX group": grouped(String(v), "{,}"),
        "thin space": grouped(String(v), "\\,"),
        sum: `${v - part} ${signed(part)}`,
        quotient: `\\frac{${v * part}}{${part}}`,
      }),
      ...words({ words: small, "minus in words": v < 0n && v > -1000n ? `minus ${spelled(Number(-v))}` : undefined }),
    ];
  };

const swapped = (v: bigint): bigint | undefined => {
  const text = String(v);
  const [a, b] = text.slice(-2);
  if (b === undefined || a === b || a === "-") return undefined;
  return BigInt(text.slice(0, -2) + b + a);
};

const integer: Draw = (r) => {
  const v = drawnInteger(r, r.pick([1, 2, 2, 3, 3, 4, 5, 6, 7, 9, 16, 17, 20, 40, 70])) * drawnSign(r);
  const forms = integerForms(r);
  const near = { "one more": v + 1n, "one less": v - 1n, sign: -v, swapped: swapped(v), "a zero more": v * 10n };
  return { same: forms(v), near: nearly(r, forms, near) };
};

const vulgar = new Map([
  ["1/2", "½"],
  ["1/3", "⅓"],
  ["2/3", "⅔"],
  ["1/4", "¼"],
  ["3/4", "¾"],
  ["1/5", "⅕"],
  ["1/8", "⅛"],
  ["5/8", "⅝"],
]);

const fractionForms =
  (r: Random) =>
  (f: Fraction): Form[] => {
    const k = BigInt(between(r, 2, 12));
    const [top, s] = f.n < 0n ? [-f.n, "-"] : [f.n, ""];
    const short = top < 10n && f.d < 10n ? `${s}\\frac${top}${f.d}` : undefined;
    const decimal = terminating(f);
    return [
      ...plain({
        plain: plainOf(f),
        spaced: `${f.n} / ${f.d}`,
        unreduced: `${f.n * k}/${f.d * k}`,
        brackets: `(${f.n})/(${f.d})`,
        Unicode: vulgar.has(`${top}/${f.d}`) ? s + (vulgar.get(`${top}/${f.d}`) ?? "") : undefined,
        decimal: decimal !== undefined && decimal.length < 12 ? decimal : undefined,
      }),
      ...tex({
        frac: texOf(f),
        dfrac: texOf(f).replace("frac", "dfrac"),
        "sign inside": `\\frac{${f.n}}{${f.d}}`,
        "sign below": f.n < 0n ? `\\frac{${top}}{-${f.d}}` : undefined,
        short,
        "TeX unreduced": `${s}\\tfrac{${top * k}}{${f.d * k}}`,
        division: f.n > 0n ? `${f.n} \\div ${f.d}` : undefined,
      }),
    ];
  };

const properFraction = (r: Random, high: number): Fraction => {
  for (;;) {
    const f = fraction(BigInt(between(r, 1, high)), BigInt(between(r, 2, high)));
    if (f.d > 1n) return f;
  }
};

/** A decimal of the value that is wrong in its last place. */
const misrounded = (f: Fraction, places: number): Form[] =>
  plain({ "rounded wrongly": pointed(scaledTo(f, places) + 1n, places) });

/** The value rounded to so many places, where that leaves at least two significant digits. */
const rounded = (f: Fraction, places: number): Form[] => {
  const scaled = scaledTo(f, places);
  return scaled > -10n && scaled < 10n ? [] : plain({ rounded: pointed(scaled, places) });
};

const fractions: Draw = (r) => {
  const positive = properFraction(r, r.pick([9, 30, 400, 100_000]));
  const f = r.int(3) === 0 ? minus(positive) : positive;
  const forms = fractionForms(r);
  const inverse = f.n === 1n || f.n === -1n ? undefined : fraction(f.d, f.n);
  const near = {
    "numerator + 1": fraction(f.n + 1n, f.d),
    "denominator + 1": fraction(f.n, f.d + 1n),
    inverse: inverse && !same(inverse, f) ? inverse : undefined,
    sign: minus(f),
  };
  const repeats = terminating(f) === undefined;
  return {
    same: forms(f),
    near: [...nearly(r, forms, near), ...(repeats ? misrounded(f, 4) : [])],
    alike: repeats ? pairs(forms(f), rounded(f, 4)) : [],
  };
};

const mixed: Draw = (r) => {
  const whole = between(r, 1, 40);
  const part = properFraction(r, 12);
  const inside = part.n < part.d ? part : fraction(part.d, part.n);
  const draw = inside.d === 1n ? fraction(1, 2) : inside;
  const negative = r.int(4) === 0;
  const forms = ([w, f]: readonly [number, Fraction]): Form[] => {
    const s = negative ? "-" : "";
    const total = plus(fraction(w), f);
    const value = negative ? minus(total) : total;
    const glyph = vulgar.get(plainOf(f));
    const half = plainOf(f) === "1/2" && !negative ? `${spelled(w)} and a half` : undefined;
    return [
      ...plain({
        mixed: `${s}${w} ${plainOf(f)}`,
        improper: plainOf(value),
        sum: negative ? `-(${w} + ${plainOf(f)})` : `${w} + ${plainOf(f)}`,
        Unicode: glyph === undefined ? undefined : `${s}${w}${glyph}`,
        decimal: terminating(value),
      }),
      ...tex({
        "TeX mixed": `${s}${w}\\frac{${f.n}}{${f.d}}`,
        "TeX improper": texOf(value),
        dfrac: `${s}${w} \\dfrac{${f.n}}{${f.d}}`,
      }),
      ...words({ words: half }),
    ];
  };
  const next = draw.n + 1n < draw.d && gcd(draw.n + 1n, draw.d) === 1n ? fraction(draw.n + 1n, draw.d) : undefined;
  const near = {
    "whole + 1": [whole + 1, draw] as const,
    "numerator + 1": next && ([whole, next] as const),
    "other part": [whole, fraction(draw.n, draw.d + draw.n)] as const,
  };
  const product = fraction(BigInt(whole) * draw.n, draw.d);
  return {
    same: forms([whole, draw]),
    near: [...nearly(r, forms, near), ...plain({ "read as a product": plainOf(negative ? minus(product) : product) })],
  };
};

const decimal: Draw = (r) => {
  const places = between(r, 1, 9);
  const scaled = drawnInteger(r, between(r, 1, 12)) * drawnSign(r);
  const v = scaled % 10n === 0n ? scaled + 1n : scaled;
  const forms = (x: bigint): Form[] => {
    const text = pointed(x, places);
    return [
      ...plain({
        plain: text,
        grouped: grouped(text),
        zeros: `${text}00`,
        "no leading zero": /^-?0\./u.test(text) ? text.replace("0.", ".") : undefined,
        comma: places === 3 ? undefined : text.replace(".", ","),
        exponent: `${x}e-${places}`,
        fraction: plainOf(fraction(x, 10n ** BigInt(places))),
      }),
      ...tex({
        "TeX power": `${x} \\times 10^{-${places}}`,
        frac: texOf(fraction(x, 10n ** BigInt(places))),
        "TeX comma": places === 3 ? undefined : text.replace(".", "{,}"),
      }),
    ];
  };
  const near = {
    "last place + 1": v + 1n,
    "last place − 1": v - 1n,
    sign: -v,
    "point moved": v * 10n,
    "first digit": v + (v < 0n ? -1n : 1n) * 10n ** BigInt(String(v < 0n ? -v : v).length),
  };
  return { same: forms(v), near: nearly(r, forms, near) };
};

const repeating: Draw = (r) => {
  const drawn = String(drawnInteger(r, between(r, 1, 4)));
  const period = /^9+$/u.test(drawn) ? "27" : drawn;
  const fixed = r.int(2) === 0 ? "" : String(drawnInteger(r, between(r, 1, 2)));
  const whole = r.pick([0, 0, 1, 12]);
  const value = (f: string, p: string): Fraction =>
    plus(
      fraction(BigInt(`${whole}${f}`), 10n ** BigInt(f.length)),
      fraction(BigInt(p), (10n ** BigInt(p.length) - 1n) * 10n ** BigInt(f.length)),
    );
  const forms = (v: Fraction): Form[] => {
    const e = expansion(v);
    const head = `${e.whole}.${e.fixed}`;
    if (e.period === "") return plain({ plain: plainOf(v) });
    return [
      ...tex({
        overline: `${head}\\overline{${e.period}}`,
        frac: texOf(v),
        dots: e.period.length === 1 ? `${head}\\dot{${e.period}}` : undefined,
        ldots: e.period.length < 3 ? `${head}${e.period.repeat(3)}\\ldots` : undefined,
      }),
      ...plain({
        brackets: `${head}(${e.period})`,
        fraction: plainOf(v),
        ellipsis: e.period.length < 3 ? `${head}${e.period.repeat(3)}...` : undefined,
      }),
    ];
  };
  const v = value(fixed, period);
  const bumped = String((BigInt(period) + 1n) % 10n ** BigInt(period.length)).padStart(period.length, "0");
  const candidates = {
    "digit of the period": value(fixed, bumped),
    "period shifted": value(fixed + period.slice(0, 1), period.slice(1) + period.slice(0, 1) + period),
  };
  const near = Object.fromEntries(Object.entries(candidates).filter(([, w]) => !same(v, w)));
  return {
    same: forms(v),
    near: [...nearly(r, forms, near), ...(terminating(v) === undefined ? misrounded(v, 5) : [])],
    alike: terminating(v) === undefined ? pairs(forms(v), rounded(v, 5)) : [],
  };
};

const scientific: Draw = (r) => {
  const places = between(r, 0, 4);
  const m = drawnInteger(r, places + 1) * drawnSign(r);
  const e = between(r, 2, 25) * (r.int(2) === 0 ? 1 : -1);
  const forms = ([x, k]: readonly [bigint, number]): Form[] => {
    const text = pointed(x, places);
    const shift = k - places;
    const short = Math.abs(k) < 9;
    return [
      ...plain({
        e: `${text}e${k}`,
        E: `${text}E${k < 0 ? "" : "+"}${k}`,
        star: `${text}*10^${k < 0 ? `(${k})` : k}`,
        Unicode: `${text} × 10${raised(k)}`,
        "other mantissa": `${x}e${shift}`,
        written: short ? (shift >= 0 ? String(x * 10n ** BigInt(shift)) : pointed(x, -shift)) : undefined,
      }),
      ...tex({
        times: `${text} \\times 10^{${k}}`,
        cdot: `${text} \\cdot 10^{${k}}`,
        "shifted mantissa": `${x} \\times 10^{${shift}}`,
      }),
    ];
  };
  const near = {
    "exponent + 1": [m, e + 1] as const,
    "exponent − 1": [m, e - 1] as const,
    "exponent's sign": [m, -e] as const,
    "mantissa's last digit": [m + 1n === 0n ? 2n : m + 1n, e] as const,
    sign: [-m, e] as const,
  };
  return { same: forms([m, e]), near: nearly(r, forms, near) };
};

const percent: Draw = (r) => {
  const places = r.pick([0, 0, 0, 1, 2]);
  const v = drawnInteger(r, between(r, 1, 3) + places);
  const number = (x: bigint): string => terminating(fraction(x, 10n ** BigInt(places))) ?? "";
  const forms = (x: bigint): Form[] => [
    ...plain({
      sign: `${number(x)}%`,
      spaced: `${number(x)} %`,
      zeros: places > 0 ? `${pointed(x, places)}0%` : undefined,
    }),
    ...tex({ TeX: `${number(x)}\\%`, "TeX spaced": `${number(x)} \\, \\%` }),
    ...words({ percent: `${number(x)} percent`, "per cent": `${number(x)} per cent`, pct: `${number(x)} pct` }),
  ];
  const share = fraction(v, 10n ** BigInt(places + 2));
  const bare = [
    ...plain({ share: terminating(share), number: number(v) }),
    ...tex({ "share as a fraction": texOf(share) }),
  ];
  const near = { "one more": v + 1n, "ten times": v * 10n, "half as much again": (v * 3n) / 2n + 1n };
  return {
    same: forms(v),
    near: nearly(r, forms, near),
    alike: pairs(forms(v), bare),
    apart: pairs(
      forms(v),
      plain({
        "a tenth": terminating(fraction(v, 10n ** BigInt(places + 1))),
        "ten times the number": number(v * 10n),
      }),
    ),
  };
};

const names = new Map([
  [2, "two"],
  [3, "three"],
  [5, "five"],
  [7, "seven"],
  [8, "eight"],
  [16, "sixteen"],
]);

const based: Draw = (r) => {
  const base = r.pick([...names.keys()]);
  const v = between(r, base + 1, 5000);
  const forms = ([x, b]: readonly [number, number]): Form[] => {
    const text = x.toString(b).toUpperCase();
    return [
      ...tex({
        index: `${text}_{${b}}`,
        "short index": b < 10 ? `${text}_${b}` : undefined,
        named: `${text}_{\\text{${names.get(b) ?? ""}}}`,
        decimal: `${x}_{10}`,
      }),
      ...plain({ prefix: b === 2 ? `0b${text}` : b === 16 ? `0x${text}` : undefined }),
      ...words({ words: `${text} (base ${b})`, "in base": `${text} in base ${b}` }),
    ];
  };
  const digit = v % base === base - 1 ? v - 1 : v + 1;
  const text = v.toString(base);
  const backwards = Number.parseInt([...text].reverse().join(""), base);
  const other = [...names.keys()].find((b) => b > base);
  const near = {
    "last digit": [digit, base] as const,
    backwards: backwards === v ? undefined : ([backwards, base] as const),
    "same digits, other base": other === undefined ? undefined : ([Number.parseInt(text, other), other] as const),
  };
  return { same: forms([v, base]), near: nearly(r, forms, near) };
};

export const numbers: Readonly<Record<string, Draw>> = {
  integer,
  fraction: fractions,
  mixed,
  decimal,
  repeating,
  scientific,
  percent,
  base: based,
};
