/** Bounds in words: "at least 5", "between 3 and 5", "5 or more". */
import type { Answer, Expr } from "../term.ts";
import { infinity } from "./collections.ts";
import { negated } from "./trees.ts";

const signs: readonly (readonly [RegExp, string])[] = [
  [/^(?:at least|no less than|not less than|no fewer than|greater than or equal to|a minimum of)\s+/iu, ">="],
  [/^(?:at most|no more than|not more than|no greater than|less than or equal to|up to|a maximum of)\s+/iu, "<="],
  [/^(?:more than|greater than|larger than|over)\s+/iu, ">"],
  [/^(?:less than|fewer than|smaller than|under)\s+/iu, "<"],
];
const behind = /^(.{1,40}?)\s+or\s+(more|greater|above|larger|less|fewer|below|smaller)$/iu;
const between = /^(strictly\s+)?between\s+(.{1,60}?)\s+and\s+(.{1,60}?)(,?\s*inclusive)?$/iu;

function plain(found: Answer | undefined): Expr | undefined {
  const bare = found?.kind === "value" && found.unit === undefined && found.noun === undefined;
  return bare && found.approximate === undefined ? found.value : undefined;
}

/** All numbers on one side of a bound; undefined if that is no plain number. */
export function ray(sign: string, bound: Answer): Answer | undefined {
  const at = plain(bound);
  if (!at) return undefined;
  const closed = sign.endsWith("=");
  return sign.startsWith(">")
    ? { kind: "interval", low: at, high: infinity, closed: [closed, false] }
    : { kind: "interval", low: negated(infinity), high: at, closed: [false, closed] };
}

/** The numbers that a text bounds; `inner` reads the bounds. Undefined if it bounds none. */
export function bounded(text: string, inner: (text: string) => Answer): Answer | undefined {
  if (text.length > 140 || !/\d|[π√\\]/u.test(text)) return undefined;
  for (const [pattern, sign] of signs) {
    const found = pattern.exec(text);
    if (found) return ray(sign, inner(text.slice(found[0].length)));
  }
  const rest = behind.exec(text);
  if (rest) return ray(/^(?:more|greater|above|larger)$/iu.test(rest[2]) ? ">=" : "<=", inner(rest[1]));
  const both = between.exec(text);
  const [low, high] = both ? [plain(inner(both[2])), plain(inner(both[3]))] : [];
  if (!low || !high) return undefined;
  const closed = both?.[4] !== undefined;
  return { kind: "interval", low, high, closed: [closed, closed] };
}
