/** Texts to verdict: what each side gives as its answer, read and judged. */
import { extract } from "./extract/extract.ts";
import { judge } from "./judge/judge.ts";
import { defaultPolicy, policySchema } from "./policy.ts";
import type { Policy, PolicyInput } from "./policy.ts";
import { answerOf, type Reading, reread } from "./rereadings.ts";
import type { Answer, Verdict } from "./term.ts";

/** Readings kept per policy: a gold answer is compared with many. */
const most = 4_096;
/** Characters of a text beyond which its reading is not kept. */
const longest = 2_000;

const readings = new WeakMap<Policy, Map<string, Reading>>();
const policies = new WeakMap<object, Policy>();

function policyOf(input: PolicyInput | undefined): Policy {
  if (input === undefined || input === defaultPolicy) return defaultPolicy;
  let policy = policies.get(input);
  if (!policy) {
    policy = policySchema.parse(input);
    policies.set(input, policy);
  }
  return policy;
}

/** Does an extract begin inside a number or word, because what it stands in was too long to be looked through? */
const isCut = (text: string, from: number): boolean => from > 0 && /^\w\w/u.test(text.slice(from - 1, from + 1));

/** The answer a text gives; without `answer` where it is empty, too long or could not be read within the fuel. */
function readingOf(text: string, policy: Policy): Reading {
  let known = readings.get(policy);
  if (!known) readings.set(policy, (known = new Map<string, Reading>()));
  const before = known.get(text);
  if (before) return before;
  const found = extract(text, policy);
  const taken = found && !isCut(text, found.from) ? found.text : text.trim();
  const reading: Reading = { text: taken, answer: taken.length > policy.length ? undefined : answerOf(taken, policy) };
  if (text.length <= longest) {
    if (known.size >= most) known.clear();
    known.set(text, reading);
  }
  return reading;
}

/** The text without $ signs around it and the point behind it. */
function plain(text: string): string {
  const said = text.trim().replace(/[.\s]+$/u, "");
  return (/^\$[^$]*\$$/u.test(said) ? said.slice(1, -1) : said).replaceAll(/\s+/gu, " ").trim();
}

const isWhole = (whole: string, taken: string): boolean => plain(whole) !== "" && plain(whole) === plain(taken);

const isNothing = (answer: Answer): boolean => answer.kind === "text" && answer.text === "";

/**
 * Does `answer` say the same as `gold`? Either may be a bare answer or a whole reply, from which the answer is taken. Never
 * throws on any text and ends after `policy.fuel` steps: `equal` is null where it could not be decided, and `how` says why.
 * Throws ZodError for an invalid policy.
 */
export function verify(gold: string, answer: string, policy?: PolicyInput): Verdict {
  if (gold === answer) return { equal: true, how: "identical" };
  const chosen = policyOf(policy);
  try {
    const [a, b] = [readingOf(gold, chosen), readingOf(answer, chosen)];
    if (a.text === b.text) return { equal: true, how: "identical" };
    // Without a reference the order of the two must not matter, not even for how far the fuel goes.
    const [x, y] = chosen.reference === "none" && b.text < a.text ? [b, a] : [a, b];
    if (!x.answer || !y.answer) return { equal: null, how: "too long to read" };
    if (isNothing(x.answer) && isNothing(y.answer)) return { equal: null, how: "no answer on either side" };
    const verdict = judge(x.answer, y.answer, chosen, { left: chosen.fuel });
    if (verdict.equal) return verdict;
    // One says no more than the other in all: "It is 5 amps." beside \boxed{It is 5 amps.}.
    if (isWhole(gold, b.text) || isWhole(answer, a.text)) return { equal: true, how: "identical" };
    const others = reread(x, y, chosen);
    return others ? judge(...others, chosen, { left: chosen.fuel }) : verdict;
  } catch (error) {
    // A defect of this program must not end a run over a million answers; the verdict names it.
    return { equal: null, how: `failed: ${error instanceof Error ? error.message : String(error)}` };
  }
}
