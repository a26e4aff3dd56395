/** Answers in words alone: phrases, spelt numbers with units, dates, lists of names. */
import { dateOf, timeOf } from "../dates.ts";
import { numberOf } from "../number-words.ts";
import type { Policy } from "../policy.ts";
import type { Answer, Rational } from "../term.ts";
import { unitOf } from "../units.ts";
import { fold } from "./fold.ts";
import { countedNoun } from "./nouns.ts";
import { phrase } from "./phrases.ts";
import { number } from "./trees.ts";

const spelt =
  /^(?:minus|negative|a|an|no|zero|half|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:[-–‐‑][a-z]+)?|hundred|thousand|dozen|million|billion)$/iu;
const dated =
  /jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|day|noon|midnight|o['’]?clock|past|quarter|\b(?:mon|tue|wed|thu|fri|sat|sun)\b/iu;

/** Words of a number spelt out at most. */
const longest = 12;

/** "five apples", "twenty-three square meters", "about one half". */
export function spelled(text: string): Answer | undefined {
  const spoken = text.split(" ");
  const approximate = /^(?:about|approximately|approx|roughly|around|nearly|almost)$/iu.test(spoken[0]);
  if (approximate) spoken.shift();
  if (spoken.length === 0 || !(spelt.test(spoken[0]) || /^\d+$/u.test(spoken[0]))) return undefined;
  let value: Rational | undefined;
  let size = Math.min(spoken.length, longest);
  for (; size > 0 && value === undefined; size--) value = numberOf(spoken.slice(0, size).join(" ").replace(/,$/u, ""));
  if (value === undefined) return undefined;
  const tail = spoken.slice(size + 1);
  if (tail.length > 1 && /^an?$/iu.test(tail[0])) tail.shift();
  const base = { kind: "value", value: number(value), ...(approximate ? { approximate } : {}) } as const;
  if (tail.length === 0) return base;
  // "a" and "an" alone are articles, not numbers.
  if (size === 0 && /^an?$/iu.test(spoken[0])) return undefined;
  for (let split = tail.length; split > 0; split--) {
    const unit = unitOf(tail.slice(0, split).join(" "));
    const noun = unit ? countedNoun(tail.slice(split).map((word) => word.toLowerCase())) : undefined;
    if (unit && noun !== undefined) return { ...base, unit, ...(noun === "" ? {} : { noun }) };
  }
  const noun = countedNoun(tail.map((word) => word.toLowerCase()));
  if (noun === undefined) return undefined;
  return noun === "" ? base : { ...base, noun };
}

/** Names of few words between commas, "and" and "or". */
function listed(text: string, policy: Policy): Answer | undefined {
  if (!/,|\band\b|\bor\b|&/u.test(text) || /\band a half$/u.test(text)) return undefined;
  const or = /\bor\b/u.test(text);
  if (or && /\band\b/u.test(text)) return undefined;
  const parts = text.split(/\s*,\s*(?:and\b|or\b|&)?\s*|\s+(?:and|or|&)\s+/u);
  if (parts.length < 2 || parts.some((part) => part === "" || part.split(" ").length > 2)) return undefined;
  // "Tom ran, and fell" is no list; "Paris, France" is one as good as any.
  return {
    kind: "set",
    items: parts.map((part) => words(part, policy) ?? { kind: "text", text: fold(part, policy.caseSensitive) }),
    written: or ? "or" : "listed",
  };
}

/** The reading of a text without digits and mathematical signs; undefined if it is plain text. */
export function words(text: string, policy: Policy): Answer | undefined {
  const plain = text.replaceAll(/\s+/gu, " ").trim();
  const fixed = plain.length <= 60 ? phrase(plain.toLowerCase().replaceAll("’", "'")) : undefined;
  if (fixed) return fixed;
  if (dated.test(plain) && plain.length <= 60) {
    const date = dateOf(plain, policy) ?? timeOf(plain);
    if (date) return date;
  }
  return spelled(plain) ?? listed(plain, policy);
}
