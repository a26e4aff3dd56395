/** Calendar dates, times of day, and quantities told in several units ("2 hours 30 minutes"). */
import { numberOf } from "./number-words.ts";
import type { Policy } from "./policy.ts";
import { add, compare, divide, multiply, rational, zero } from "./rational.ts";
import type { Answer, Rational, Unit } from "./term.ts";
import { unitOf } from "./units.ts";

const months = "january february march april may june july august september october november december".split(" ");
const weekdays = "monday tuesday wednesday thursday friday saturday sunday".split(" ");

/** 1 … n; abbreviations of three or four letters count beside other parts of a date only. */
function indexOf(names: readonly string[], word: string, abbreviated: boolean): number | undefined {
  const at = names.findIndex(
    (name) => name === word || (abbreviated && name.startsWith(word) && word.length >= 3 && word.length <= 5),
  );
  return at < 0 ? undefined : at + 1;
}

const lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function possible(day: number, month: number, year?: number): boolean {
  if (month < 1 || month > 12 || day < 1 || day > lengths[month - 1]) return false;
  const leap = year === undefined || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0));
  return leap || month !== 2 || day < 29;
}

/** Monday is 1 (ISO 8601), by Sakamoto's congruence for the Gregorian calendar. */
function weekdayOf(year: number, month: number, day: number): number {
  const shift = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4][month - 1];
  const y = month < 3 ? year - 1 : year;
  const sunday0 = (y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + shift + day) % 7;
  return sunday0 === 0 ? 7 : sunday0;
}

type Parts = { year?: number; month?: number; day?: number; weekday?: number };

function date(parts: Parts): Answer | undefined {
  const { year, month, day, weekday } = parts;
  if (month !== undefined && day !== undefined && !possible(day, month, year)) return undefined;
  if (year === undefined || month === undefined || day === undefined || weekday === undefined)
    return { kind: "date", ...parts };
  // A weekday that follows from the rest says nothing more; one that contradicts it stays, to be seen.
  return weekdayOf(year, month, day) === weekday ? { kind: "date", year, month, day } : { kind: "date", ...parts };
}

const iso = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/u;
const numeric = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})$/u;

function ofDigits(text: string, dayFirst: boolean): Parts | undefined {
  const [, y, , m, d] = iso.exec(text) ?? [];
  if (d !== undefined)
    return possible(Number(d), Number(m), Number(y))
      ? { year: Number(y), month: Number(m), day: Number(d) }
      : undefined;
  const [, first, separator, second, last] = numeric.exec(text) ?? [];
  if (last === undefined) return undefined;
  const [a, b, year] = [Number(first), Number(second), Number(last)];
  // Nobody writes 5.3.2024 month first.
  const order =
    dayFirst || separator === "."
      ? [
          [a, b],
          [b, a],
        ]
      : [
          [b, a],
          [a, b],
        ];
  const [day, month] = order.find(([x, z]) => possible(x, z, year)) ?? [];
  return day === undefined ? undefined : { year, month, day };
}

/**
 * A calendar date or a part of one: ISO, "March 5, 2024", "5th of March", "03/05/2024" (policy.dayFirst, unless only one order
 * is possible), "Tuesday", "March 2024". Weekdays count from Monday = 1. Undefined for anything else and for impossible dates.
 */
export function dateOf(text: string, policy: Policy): Answer | undefined {
  if (text.length > 60) return undefined;
  const low = text.trim().toLowerCase().replace(/\.$/u, "").replace(/^on /u, "");
  const digits = ofDigits(low, policy.dayFirst);
  if (digits) return date(digits);
  if (!/[a-z]{3}/u.test(low)) return undefined;
  const words = low.split(/[\s,]+|(?<=[a-z]{3})\.\s*|(?<=\d)-(?=[a-z])|(?<=[a-z])-(?=\d)/u).filter(Boolean);
  const parts: Parts = {};
  let named = 0;
  for (const [i, word] of words.entries()) {
    if ((word === "of" && i > 0) || (word === "the" && i + 1 < words.length)) continue;
    const several = words.length > 1;
    const [, day] = /^(\d{1,2})(?:st|nd|rd|th)?$/u.exec(word) ?? [];
    const month = indexOf(months, word, several) ?? (word === "sept" && several ? 9 : undefined);
    const weekday = indexOf(weekdays, word, several);
    if (month !== undefined && parts.month === undefined) [parts.month, named] = [month, named + 1];
    else if (weekday !== undefined && parts.weekday === undefined) [parts.weekday, named] = [weekday, named + 1];
    else if (day !== undefined && parts.day === undefined && Number(day) >= 1 && Number(day) <= 31)
      parts.day = Number(day);
    else if (/^[12]\d{3}$/u.test(word) && parts.year === undefined) parts.year = Number(word);
    else return undefined;
  }
  if (named === 0 || (parts.month === undefined && parts.year !== undefined)) return undefined;
  return date(parts);
}

const clock =
  /^(\d{1,2})(?:(:)([0-5]\d)(?::([0-5]\d))?)?\s*(o['’]clock)?\s*(?:(a\.?m\.?|p\.?m\.?)|in the (morning|afternoon|evening))?\s*(utc|gmt|z|[ecmp][sd]t|cet|cest|bst|ist|jst|[+-]\d{2}:?\d{2})?$/u;

/** A time of day: "3:45 pm", "15:45:30", "noon", "3 o'clock", "half past two", with a zone if any. Undefined for anything else. */
export function timeOf(text: string): Answer | undefined {
  if (text.length > 60) return undefined;
  const low = text.trim().toLowerCase().replaceAll(/\s+/gu, " ").replace(/^at /u, "");
  if (["noon", "midday", "12 noon"].includes(low)) return { kind: "time", seconds: 43_200 };
  if (["midnight", "12 midnight"].includes(low)) return { kind: "time", seconds: 0 };
  const spoken = spokenTime(low);
  if (spoken !== undefined) return { kind: "time", seconds: spoken };
  const [found, h, colon, m = "0", s = "0", sharp, half, stretch, zone] = clock.exec(low) ?? [];
  if (found === undefined || (colon ?? sharp ?? half ?? stretch) === undefined) return undefined;
  let hour = Number(h);
  const afternoon = half?.startsWith("p") || stretch === "afternoon" || stretch === "evening";
  const halved = half !== undefined || stretch !== undefined;
  if (hour > (halved || sharp !== undefined ? 12 : 24) || (hour === 24 && Number(m) + Number(s) > 0)) return undefined;
  if (afternoon && hour < 12) hour += 12;
  else if (halved && !afternoon && hour === 12) hour = 0;
  const seconds = hour * 3600 + Number(m) * 60 + Number(s);
  return zone === undefined ? { kind: "time", seconds } : { kind: "time", seconds, zone: zoneName(zone) };
}

function zoneName(zone: string): string {
  if (["utc", "gmt", "z"].includes(zone)) return "UTC";
  const offset = /^([+-]\d{2}):?(\d{2})$/u.exec(zone);
  if (!offset) return zone.toUpperCase();
  return offset[1].slice(1) + offset[2] === "0000" ? "UTC" : `${offset[1]}:${offset[2]}`;
}

/** "half past three", "quarter to five", "three o'clock"; seconds. */
function spokenTime(text: string): number | undefined {
  const [, minutes, side, name] = /^(?:a )?(half|quarter|\S+(?: minutes)?) (past|to|after) (\S+)$/u.exec(text) ?? [];
  const [, sharp] = /^([a-z]+) o['’]clock$/u.exec(text) ?? [];
  const hour = hourOf(name ?? sharp);
  if (hour === undefined) return undefined;
  if (side === undefined) return hour * 3600;
  const word = minutes.replace(" minutes", "");
  const by =
    word === "half" ? 30 : word === "quarter" ? 15 : Number(/^\d{1,2}$/u.test(word) ? word : (numberOf(word)?.n ?? 60));
  if (by >= 60 || (word === "half" && side === "to")) return undefined;
  return side === "to" ? ((hour + 23) % 24) * 3600 + (60 - by) * 60 : hour * 3600 + by * 60;
}

function hourOf(word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  const value = /^\d{1,2}$/u.test(word) ? Number(word) : Number(numberOf(word)?.n ?? 0n);
  return value >= 1 && value <= 12 ? value : undefined;
}

const piece =
  /\s*(?:and\s+|,\s*)?(?:(?<sign>[$€£])(?<amount>\d[\d,]*(?:\.\d+)?)|(?<count>\d[\d,]*(?:\.\d+)?|[a-z]+(?:[- ][a-z]+)??)\s*(?<unit>\p{L}+)\.?)/uy;
const timeLetters: Readonly<Record<string, string>> = { d: "day", h: "h", m: "min", s: "s" };

/**
 * A quantity told in several units of one dimension, each smaller than the one before: "2 hours 30 minutes", "2h30m",
 * "5 feet 6 inches", "3 dollars and 20 cents". The value is in the last unit. Undefined for anything else, a single unit included.
 */
export function durationOf(text: string): Answer | undefined {
  if (text.length > 100) return undefined;
  const low = text.trim().replace(/\.$/u, "");
  const found: { count: Rational; unit: Unit }[] = [];
  const hours = /\d\s*h(?![a-z])/u.test(low) || /\d\s*(?:m|min)\s*\d+\s*s$/u.test(low);
  for (let at = 0; at < low.length; at = piece.lastIndex) {
    piece.lastIndex = at;
    const groups = piece.exec(low)?.groups;
    if (!groups) return undefined;
    const { sign, amount, count: written, unit: name } = groups;
    const count = countOf(amount ?? written);
    const unit = unitOf(sign ?? (hours ? (timeLetters[name] ?? name) : name));
    const before = found.at(-1)?.unit;
    if (!count || !unit || unit.offset !== undefined || (before && !smaller(unit, before))) return undefined;
    found.push({ count, unit });
  }
  const last = found.at(-1)?.unit;
  if (!last || found.length < 2) return undefined;
  const total = found.reduce((sum, { count, unit }) => add(sum, multiply(count, unit.scale)), zero);
  const value = divide(total, last.scale);
  return { kind: "value", value: { kind: "number", value }, unit: last };
}

function countOf(written: string): Rational | undefined {
  if (!/^\d/u.test(written)) return ["a", "an"].includes(written) ? rational(1n) : numberOf(written);
  const [whole, part = ""] = written.replaceAll(",", "").split(".");
  return rational(BigInt(whole + part), 10n ** BigInt(part.length));
}

function smaller(unit: Unit, than: Unit): boolean {
  const dims = Object.keys(unit.dims);
  const alike = dims.length === Object.keys(than.dims).length && dims.every((dim) => unit.dims[dim] === than.dims[dim]);
  return alike && unit.sort !== "percent" && compare(unit.scale, than.scale) < 0;
}
