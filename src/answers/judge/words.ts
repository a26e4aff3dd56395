/** Dates, times, options of a choice, truth values, "no solution" and plain text. */
import { rational, same } from "../rational.ts";
import type { Answer, Verdict } from "../term.ts";
import type { Case, Kind } from "./case.ts";
import { different, equal, undecided } from "./case.ts";
import { rationalValue } from "./expressions.ts";
import { asLetter } from "./letters.ts";

function compareDates(a: Kind<"date">, b: Kind<"date">): Verdict {
  const fields = ["year", "month", "day", "weekday"] as const;
  const shared = fields.filter((field) => a[field] !== undefined && b[field] !== undefined);
  if (shared.some((field) => a[field] !== b[field])) return different("date");
  // A missing year or weekday is not held against a date; a missing day or month is.
  const alike = (field: (typeof fields)[number]): boolean => (a[field] === undefined) === (b[field] === undefined);
  const fits =
    shared.length > 0 && (alike("day") && alike("month") ? true : shared.length === 1 && shared[0] === "weekday");
  return fits ? equal("date") : different("parts of a date");
}

function compareTimes(a: Kind<"time">, b: Kind<"time">): Verdict {
  if (a.zone !== undefined && b.zone !== undefined && a.zone !== b.zone) return undecided("time zones");
  return a.seconds === b.seconds ? equal("time") : different("time");
}

/** 10:41 alone is a ratio to its reader; beside a time it is one. */
function compareToTime(a: Kind<"time">, b: Answer, c: Case): Verdict {
  const ratio = b.kind === "value" && !b.unit ? rationalValue(b.value, c.fuel) : undefined;
  const [hours, minutes] = [Math.floor(a.seconds / 3600), (a.seconds % 3600) / 60];
  const fits =
    ratio && minutes >= 10 && Number.isInteger(minutes) && same(ratio, rational(BigInt(hours), BigInt(minutes)));
  return fits ? equal("time") : different("kinds of answer");
}

function compareChoices(a: Kind<"choice">, b: Kind<"choice">): Verdict {
  const [x, y] = [new Set(a.letters), new Set(b.letters)];
  return x.size === y.size && [...x].every((letter) => y.has(letter)) ? equal("choice") : different("choice");
}

/** A choice against something that is none: its letter, or what stands beside it. */
function compareToChoice(a: Kind<"choice">, b: Answer, c: Case, flipped: boolean): Verdict {
  const letter = asLetter(b);
  if (letter !== undefined && a.letters.length === 1 && a.letters[0] === letter) return equal("choice");
  if (!a.text) return different("choice");
  return flipped ? c.compare(b, a.text) : c.compare(a.text, b);
}

const foldedCase = (text: string, c: Case): string => (c.policy.caseSensitive ? text : text.toLowerCase());

/** Text that holds mathematics was not understood: nothing is known about it. */
const mathematical = /[\\^=+*/<>{}_]|\d/u;

function compareText(a: Kind<"text">, b: Answer, c: Case): Verdict {
  if (b.kind === "text") {
    if (foldedCase(a.text, c) === foldedCase(b.text, c)) return equal("text");
    const [x, y] = [a, b].map(({ text }) => foldedCase(text, c).replaceAll(/[\s\-‐–—'’.,]+/gu, ""));
    return x === y && x !== "" ? equal("text") : different("text");
  }
  return mathematical.test(a.text) ? undecided("not understood") : different("text");
}

/** A verdict if either side is of a kind that words are about. */
export function compareWords(a: Answer, b: Answer, c: Case): Verdict | undefined {
  if (a.kind === "choice") return b.kind === "choice" ? compareChoices(a, b) : compareToChoice(a, b, c, false);
  if (b.kind === "choice") return compareToChoice(b, a, c, true);
  if (a.kind === "text") return compareText(a, b, c);
  if (b.kind === "text") return compareText(b, a, c);
  if (a.kind === "date" && b.kind === "date") return compareDates(a, b);
  if (a.kind === "time" && b.kind === "time") return compareTimes(a, b);
  if (a.kind === "time") return compareToTime(a, b, c);
  if (b.kind === "time") return compareToTime(b, a, c);
  if (a.kind === "truth" && b.kind === "truth") return a.value === b.value ? equal("truth") : different("truth");
  if (a.kind === "nothing" && b.kind === "nothing") return a.what === b.what ? equal("nothing") : different("nothing");
  const kinds = new Set(["date", "truth"]);
  return kinds.has(a.kind) || kinds.has(b.kind) ? different("kinds of answer") : undefined;
}
