/** Text → Answer: one answer in LaTeX, ASCII or Unicode mathematics, or words. */
import { dateOf, durationOf, timeOf } from "../dates.ts";
import type { Policy } from "../policy.ts";
import { rational } from "../rational.ts";
import { type Answer, burn, type Fuel } from "../term.ts";
import { basedNumeral } from "./bases.ts";
import { bounded } from "./bounds.ts";
import { pair } from "./brackets.ts";
import { choice } from "./choices.ts";
import { fold } from "./fold.ts";
import { lex } from "./lexer.ts";
import { answer } from "./relations.ts";
import { type Scope, unreadable } from "./tokens.ts";
import { unwrap } from "./unwrap.ts";
import { spelled, words } from "./words.ts";

const plainNumber = /^([-+]?)(\d+)(?:\.(\d+)|\/([1-9]\d*))?$/u;
const onlyWords = /^[\p{L}\p{M}\s'’.,&‐‑–-]+$/u;
const calendar =
  /\d{4}|\d[/.-]\d{1,2}[/.-]\d{2}$|\d[/.-]\d{1,2}[/.-]\d{4}|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|[a-z]day/iu;
const clock = /^\d{1,2}:[0-5]\d|\d\s*[ap]\.?\s?m\b|o['’]?clock|noon|midnight/iu;
const compound = /\d\s*\p{L}[\p{L}.]*,?\s*(?:and\s+)?\d/u;

const feet = /^(\d+)\s*['′’]\s*(?:(\d+(?:\.\d+)?)\s*(?:"|''|″|”|′′|’’))?$/u;
const half = /^\d+\s+and\s+(?:a|one|two|three)\s/iu;

/** An integer, decimal or fraction without anything else. */
function quick(text: string, { separators }: Policy): Answer | undefined {
  const found = plainNumber.exec(text);
  if (!found || (found[3] !== undefined && separators === "comma")) return undefined;
  const [, sign, before, after, under] = found;
  const n = BigInt(before + (after ?? ""));
  const signed = sign === "-" ? -n : n;
  if (after === undefined)
    return {
      kind: "value",
      value: { kind: "number", value: rational(signed, under === undefined ? 1n : BigInt(under)) },
    };
  return {
    kind: "value",
    value: { kind: "number", value: rational(signed, 10n ** BigInt(after.length)), places: after.length },
  };
}

/** 3:45 may be a time or a ratio in lowest terms; a time is likelier with minutes in fives, zeros, afternoon hours or a common divisor. */
function isClock(text: string): boolean {
  const found = /^(\d{1,2}):(\d\d)$/u.exec(text);
  if (!found) return true;
  const [hours, minutes] = [Number(found[1]), Number(found[2])];
  let [a, b] = [hours, minutes];
  while (b > 0) [a, b] = [b, a % b];
  return found[1].startsWith("0") || found[2].startsWith("0") || Number(found[1]) > 12 || minutes % 5 === 0 || a !== 1;
}

/** "10:32 \text{ pm}" without \text. */
const withoutText = (text: string): string =>
  text.includes("\\")
    ? text
        .replaceAll(/\\(?:text|mathrm|mbox|textbf|textrm)\s*\{([^{}]*)\}|\\[ ,;]/gu, " $1 ")
        .replaceAll(/\s+/gu, " ")
        .trim()
    : text;

/** Dates, times, durations. */
function temporal(text: string, policy: Policy): Answer | undefined {
  if (text.length > 60) return undefined;
  if (clock.test(text) && isClock(text)) {
    const time = timeOf(text);
    if (time) return time;
  }
  const length = feet.exec(text);
  if (length) return durationOf(`${length[1]} feet ${length[2] ?? "0"} inches`);
  if (half.test(text)) return spelled(text.replaceAll(/\s+/gu, " "));
  const date = calendar.test(text) && /[-/.,\s]/u.test(text) ? dateOf(text, policy) : undefined;
  return date ?? (compound.test(text) ? durationOf(text) : undefined);
}

/** The mathematical reading; undefined if there is none. */
function mathematics(
  text: string,
  mathematical: boolean,
  policy: Policy,
  fuel: Fuel,
  groups: boolean,
): Answer | undefined {
  try {
    const tokens = lex(text, { policy, fuel, mathematical, groups });
    while (tokens.at(-1)?.text === "\n") tokens.pop();
    if (tokens.length === 0) return undefined;
    const match = pair(tokens);
    const scope: Scope = {
      tokens,
      match,
      policy,
      fuel,
      mathematical,
      depth: 0,
      answer: (from, to) => answer(scope, from, to),
    };
    return answer(scope, 0, tokens.length);
  } catch (error) {
    if (error === unreadable) return undefined;
    throw error;
  }
}

/**
 * Reads one answer: exact numbers, expressions, relations, sets, intervals, matrices, quantities, dates, choices, …
 * What it does not understand is `text`, folded. Never throws but OutOfFuel; burns fuel by the length of the text.
 */
export function read(text: string, policy: Policy, fuel: Fuel): Answer {
  burn(fuel, 1 + text.length / 16);
  const bare = text.trim();
  const fast = bare.length <= policy.length ? quick(bare, policy) : undefined;
  if (fast) return fast;
  if (bare.length > policy.length) return { kind: "text", text: fold(bare, policy.caseSensitive) };
  const { text: inner, mathematical } = unwrap(bare, policy);
  return readInner(inner, mathematical, policy, fuel, 0);
}

function readInner(inner: string, mathematical: boolean, policy: Policy, fuel: Fuel, level: number): Answer {
  const folded = (): Answer => ({ kind: "text", text: fold(inner, policy.caseSensitive) });
  if (inner === "") return folded();
  const nested = (rest: string): Answer => {
    const beside = unwrap(rest, policy);
    if (level > 2) return { kind: "text", text: fold(rest, policy.caseSensitive) };
    return readInner(beside.text, beside.mathematical, policy, fuel, level + 1);
  };
  const chosen = choice(inner, nested);
  const figure = /^(?:\\(triangle|angle)|([△∠]))\s*\{?\s*([A-Z]{3,})\s*\}?$/u.exec(inner);
  if (figure) return nested(`${figure[1] ?? (figure[2] === "△" ? "triangle" : "angle")} ${figure[3]}`);
  const found = quick(inner, policy) ?? chosen ?? basedNumeral(inner, fuel);
  if (found) return found;
  if (onlyWords.test(inner)) {
    const spoken = words(inner, policy);
    if (spoken) return spoken;
    if (isProse(inner, mathematical)) return folded();
  }
  return (
    temporal(withoutText(inner), policy) ??
    (/^[a-z]|\sor\s[a-z]+$/iu.test(inner) ? bounded(inner, nested) : undefined) ??
    mathematics(inner, mathematical, policy, fuel, false) ??
    regrouped(inner, mathematical, policy, fuel) ??
    folded()
  );
}

const mathematicalNames = /alpha|beta|gamma|delta|theta|infinity|lambda|omega|sigma|sqrt|epsilon/giu;

/** Words without digits are mathematics only if they are few and short, or begin with a variable ("n is an integer"). */
function isProse(text: string, mathematical: boolean): boolean {
  if (text[1] === " ") return false;
  const bare = text.replaceAll(mathematicalNames, "");
  return (
    /\p{L}{5,}\s|\s\p{L}{5,}/u.test(bare) || text.split(/\s+/u).length > 3 || (!mathematical && /\p{L}{4,}/u.test(bare))
  );
}

/** A second try with commas inside brackets as groups of thousands: 2(1,000 + 5). */
function regrouped(text: string, mathematical: boolean, policy: Policy, fuel: Fuel): Answer | undefined {
  const grouped = /\d,\d{3}/u.test(text) && /[([{]/u.test(text);
  return grouped ? mathematics(text, mathematical, policy, fuel, true) : undefined;
}
