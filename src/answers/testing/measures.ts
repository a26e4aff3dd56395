/** Kinds whose values are measured: money, quantities, counts, angles, dates, times of day. */
import type { Random } from "../../core/random.ts";
import { between, fraction, pointed, terminating, times } from "./exact.ts";
import type { Fraction } from "./exact.ts";
import { grouped, nearly, pairs, plain, plainOf, tex, texOf, words } from "./forms.ts";
import type { Draw, Form } from "./forms.ts";

interface Currency {
  readonly symbol: string;
  readonly code: string;
  readonly name: string;
  readonly part: string;
}

const currencies: readonly Currency[] = [
  { symbol: "$", code: "USD", name: "dollars", part: "cents" },
  { symbol: "€", code: "EUR", name: "euros", part: "cents" },
  { symbol: "£", code: "GBP", name: "British pounds", part: "pence" },
];

const money: Draw = (r) => {
  const currency = r.pick(currencies);
  const other = r.pick(currencies.filter((c) => c !== currency));
  const minor = between(r, 1, r.pick([99, 9_999, 3_000_000])) + 100;
  const forms = ([n, c]: readonly [number, Currency]): Form[] => {
    const amount = pointed(BigInt(n), 2);
    const [whole, rest] = [Math.floor(n / 100), n % 100];
    return [
      ...plain({
        symbol: c.symbol + amount,
        grouped: c.symbol + grouped(amount),
        code: `${amount} ${c.code}`,
        "code first": `${c.code} ${grouped(amount)}`,
        "symbol last": c.symbol === "€" ? `${amount} €` : undefined,
      }),
      ...tex({ TeX: c.symbol === "$" ? `\\$${amount}` : undefined, text: `${amount} \\text{ ${c.name}}` }),
      ...words({
        words: `${amount} ${c.name}`,
        round: rest === 0 ? `${whole} ${c.name}` : undefined,
        part: c.code === "USD" ? `${n} ${c.part}` : undefined,
        both: c.code === "USD" && rest > 1 && whole > 1 ? `${whole} ${c.name} and ${rest} ${c.part}` : undefined,
      }),
    ];
  };
  const near = {
    "one cent more": [minor + 1, currency] as const,
    "other currency": [minor, other] as const,
    "ten times": [minor * 10, currency] as const,
    "one whole less": [minor - 100, currency] as const,
  };
  const bare = plain({ "no currency": pointed(BigInt(minor), 2) });
  const major = forms([minor, currency]).filter(({ by }) => by !== "part" && by !== "both");
  return {
    same: forms([minor, currency]),
    near: [
      ...nearly(r, forms, near),
      ...words({ "cents for dollars": `${pointed(BigInt(minor), 2)} ${currency.part}` }),
    ],
    alike: pairs(major, bare),
  };
};

/** Units of one dimension: symbol, plural, TeX symbol, exact size. */
type Unit = readonly [symbol: string, name: string, symbolInTex: string, size: Fraction];

const unit = (symbol: string, name: string, n: number, d = 1, math = symbol): Unit => [
  symbol,
  name,
  math,
  fraction(n, d),
];

const dimensions: Readonly<Record<string, readonly Unit[]>> = {
  length: [
    unit("mm", "millimeters", 1, 1000),
    unit("cm", "centimeters", 1, 100),
    unit("m", "meters", 1),
    unit("km", "kilometers", 1000),
    unit("ft", "feet", 3048, 10_000),
    unit("in", "inches", 254, 10_000),
    unit("mi", "miles", 1_609_344, 1000),
  ],
  mass: [
    unit("mg", "milligrams", 1, 1000),
    unit("g", "grams", 1),
    unit("kg", "kilograms", 1000),
    unit("lb", "pounds", 45_359_237, 100_000),
  ],
  time: [unit("s", "seconds", 1), unit("min", "minutes", 60), unit("h", "hours", 3600)],
  area: [
    unit("mm²", "square millimeters", 1, 1_000_000, "mm^2"),
    unit("cm^2", "square centimeters", 1, 10_000, "cm^{2}"),
    unit("m²", "square meters", 1, 1, "m^2"),
  ],
  volume: [unit("mL", "milliliters", 1, 1000), unit("L", "liters", 1), unit("m^3", "cubic meters", 1000, 1, "m^{3}")],
  speed: [
    unit("m/s", "meters per second", 1),
    unit("km/h", "kilometers per hour", 10, 36),
    unit("mph", "miles per hour", 1_609_344, 3_600_000),
  ],
  energy: [unit("J", "joules", 1), unit("kJ", "kilojoules", 1000)],
};

const quantity: Draw = (r) => {
  const dimension = r.pick(Object.keys(dimensions));
  const units = dimensions[dimension];
  const own = r.pick(units);
  const value = fraction(BigInt(between(r, 2, 999)), r.pick([1n, 1n, 2n, 10n, 4n]));
  const written = ([v, [symbol, name, math]]: readonly [Fraction, Unit]): Form[] => {
    const number = terminating(v) ?? plainOf(v);
    return [
      ...plain({ symbol: `${number} ${symbol}` }),
      ...tex({
        text: `${number} \\text{ ${name}}`,
        mathrm: `${texOf(v)}\\,\\mathrm{${math}}`,
        "text symbol": `${number}\\text{ ${math}}`,
      }),
      ...words({ words: `${number} ${name}` }),
    ];
  };
  const converted = ([v, u]: readonly [Fraction, Unit]): Form[] =>
    (Object.values(dimensions).find((all) => all.includes(u)) ?? [])
      .filter((target) => target !== u)
      .flatMap((target) => {
        const there = times(times(v, u[3]), fraction(target[3].d, target[3].n));
        const text = terminating(there);
        if (text === undefined || text.length > 12) return [];
        return [
          ...plain({ [`as ${target[0]}`]: `${text} ${target[0]}` }),
          ...words({ [`as ${target[1]}`]: `${text} ${target[1]}` }),
        ];
      });
  const forms = (q: readonly [Fraction, Unit]): Form[] => [...written(q), ...converted(q)];
  const foreign = r.pick(Object.keys(dimensions).filter((name) => name !== dimension));
  const near = {
    "one more": [fraction(value.n + value.d, value.d), own] as const,
    "other unit": [value, r.pick(units.filter((u) => u !== own))] as const,
    "other dimension": [value, r.pick(dimensions[foreign])] as const,
    "ten times": [times(value, fraction(10)), own] as const,
  };
  const bare = [...plain({ "no unit": terminating(value) }), ...tex({ "no unit": texOf(value) })];
  return { same: forms([value, own]), near: nearly(r, forms, near), alike: pairs(written([value, own]), bare) };
};

const things = ["eggs", "apples", "marbles", "students", "tickets", "books", "cookies", "pencils"];

const counted: Draw = (r) => {
  const n = between(r, 2, 5000);
  const thing = r.pick(things);
  const forms = ([v, what]: readonly [number, string]): Form[] => [
    ...words({ words: `${v} ${what}`, grouped: `${grouped(String(v))} ${what}` }),
    ...tex({ text: `${v}\\text{ ${what}}`, mbox: `${v} \\mbox{ ${what}}` }),
  ];
  const near = {
    "one more": [n + 1, thing] as const,
    "other things": [n, r.pick(things.filter((t) => t !== thing))] as const,
    "ten times": [n * 10, thing] as const,
  };
  return {
    same: forms([n, thing]),
    near: nearly(r, forms, near),
    alike: pairs(forms([n, thing]), plain({ "no noun": String(n) })),
  };
};

const angle: Draw = (r) => {
  const degrees = between(r, 1, 71) * 5;
  const forms = (d: number): Form[] => {
    const turn = fraction(d, 180);
    const top = turn.n === 1n ? "" : String(turn.n);
    const radians = turn.d === 1n ? `${top}\\pi` : `\\frac{${top}\\pi}{${turn.d}}`;
    return [
      ...tex({
        circ: `${d}^\\circ`,
        braces: `${d}^{\\circ}`,
        radians: `${radians} \\text{ rad}`,
        "text degrees": `${d}\\text{ degrees}`,
      }),
      ...plain({ sign: `${d}°`, minutes: `${d}°0'`, rad: turn.d === 1n ? `${top}π rad` : `${top}π/${turn.d} radians` }),
      ...words({ words: `${d} degrees` }),
    ];
  };
  const fine = (d: number, m: number): Form[] =>
    plain({ "degrees and minutes": `${d}°${m}'`, decimal: `${terminating(fraction(d * 60 + m, 60)) ?? ""}°` });
  const quarter = r.pick([15, 30, 45]);
  return {
    same: forms(degrees),
    near: [
      ...nearly(r, forms, {
        "one more": degrees + 1,
        double: degrees * 2,
        straight: 180 - degrees === degrees ? 17 : 180 - degrees < 1 ? degrees + 3 : 180 - degrees,
      }),
      ...words({ "radians for degrees": `${degrees} radians` }),
    ],
    alike: [
      ...pairs(forms(degrees).slice(0, 1), plain({ "no degrees": String(degrees) })),
      ...pairs(fine(degrees, quarter), fine(degrees, quarter)),
    ],
    apart: pairs(fine(degrees, quarter).slice(0, 1), plain({ "minutes as a decimal": `${degrees}.${quarter}°` })),
  };
};

const months = "January February March April May June July August September October November December".split(" ");
const two = (n: number): string => String(n).padStart(2, "0");
const ordinal = (n: number): string => `${n}${n > 10 && n < 14 ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th")}`;

type Day = readonly [year: number, month: number, day: number];

const dateForms = ([y, m, d]: Day): Form[] => {
  const name = months[m - 1];
  return [
    ...plain({ ISO: `${y}-${two(m)}-${two(d)}`, slashes: d > 12 ? `${two(m)}/${two(d)}/${y}` : undefined }),
    ...words({
      US: `${name} ${d}, ${y}`,
      ordinal: `${name} ${ordinal(d)}, ${y}`,
      British: `${d} ${name} ${y}`,
      of: `the ${ordinal(d)} of ${name} ${y}`,
      short: `${name.slice(0, 3)} ${d}, ${y}`,
    }),
    ...tex({ text: `\\text{${name} ${d}, ${y}}` }),
  ];
};

const date: Draw = (r) => {
  const v: Day = [between(r, 1800, 2090), between(r, 1, 12), between(r, 1, 27)];
  const [y, m, d] = v;
  const near: Record<string, Day | undefined> = {
    "day + 1": [y, m, d + 1],
    "month + 1": [y, (m % 12) + 1, d],
    "year + 1": [y + 1, m, d],
    "day for month": d <= 12 && d !== m ? [y, d, m] : undefined,
  };
  return { same: dateForms(v), near: nearly(r, dateForms, near) };
};

const timeForms = (minutes: number): Form[] => {
  const [h, m] = [Math.floor(minutes / 60), minutes % 60];
  const half = h < 12 ? "am" : "pm";
  const clock = `${h % 12 === 0 ? 12 : h % 12}:${two(m)}`;
  return [
    ...plain({
      "24 hours": `${two(h)}:${two(m)}`,
      seconds: `${two(h)}:${two(m)}:00`,
      "am/pm": `${clock} ${half}`,
      capitals: `${clock} ${half.toUpperCase()}`,
    }),
    ...words({
      periods: `${clock} ${half[0]}.m.`,
      noon: minutes === 720 ? "noon" : undefined,
      hour: m === 0 ? `${h % 12 === 0 ? 12 : h % 12} ${half}` : undefined,
    }),
    ...tex({ text: `${clock} \\text{ ${half}}` }),
  ];
};

const time: Draw = (r) => {
  const v = r.pick([720, r.int(24) * 60, r.int(1440), r.int(1440), r.int(1440)]);
  const near = { "minute + 1": (v + 1) % 1440, "hour + 1": (v + 60) % 1440, "other half of the day": (v + 720) % 1440 };
  return { same: timeForms(v), near: nearly(r, timeForms, near) };
};

const stretch = (r: Random): readonly [number, number] => [between(r, 1, 30), between(r, 1, 59)];

const duration: Draw = (r) => {
  const v = stretch(r);
  const forms = ([h, m]: readonly [number, number]): Form[] => [
    ...words({
      words: `${h} hours ${m} minutes`,
      and: `${h} hours and ${m} minutes`,
      minutes: `${h * 60 + m} minutes`,
    }),
    ...plain({ letters: `${h}h ${m}min`, min: `${h * 60 + m} min` }),
    ...tex({ text: `${h} \\text{ hours } ${m} \\text{ minutes}` }),
  ];
  const near = {
    "minute + 1": [v[0], v[1] + 1] as const,
    "hour + 1": [v[0] + 1, v[1]] as const,
    swapped: v[0] === v[1] ? undefined : ([v[1], v[0]] as const),
  };
  return {
    same: forms(v),
    near: nearly(r, forms, near),
    apart: v[1] % 6 === 0 ? [] : pairs(forms(v), words({ "minutes as a decimal": `${v[0]}.${two(v[1])} hours` })),
  };
};

export const measures: Readonly<Record<string, Draw>> = {
  money,
  unit: quantity,
  noun: counted,
  angle,
  date,
  time,
  duration,
};
