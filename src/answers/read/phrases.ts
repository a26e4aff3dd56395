/** Fixed phrases: yes and no, no solution, named sets. */
import type { Answer } from "../term.ts";
import { infinity, zero } from "./collections.ts";
import { valueOf } from "./trees.ts";

const domain = (name: (Answer & { readonly kind: "domain" })["name"]): Answer => ({ kind: "domain", name });
const positive: Answer = { kind: "interval", low: zero, high: infinity, closed: [false, false] };
const nonnegative: Answer = { kind: "interval", low: zero, high: infinity, closed: [true, false] };
const minusInfinity = { kind: "product", factors: [{ kind: "number", value: { n: -1n, d: 1n } }, infinity] } as const;
const negative: Answer = { kind: "interval", low: minusInfinity, high: zero, closed: [false, false] };
const both = (name: "integers", part: Answer): Answer => ({ kind: "intersection", parts: [domain(name), part] });

const entries = (texts: string, answer: Answer): [string, Answer][] => texts.split("|").map((text) => [text, answer]);

const phrases: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ...entries("yes|true|correct|yeah|yep|affirmative|it is true|is true|yes it is", { kind: "truth", value: true }),
  ...entries("no|false|incorrect|wrong|nope|not true|not correct|untrue|it is false|is false", {
    kind: "truth",
    value: false,
  }),
  ...entries(
    "unknown|uncertain|undetermined|indeterminate|cannot be determined|can not be determined|can't be determined|cannot determine|not enough information|insufficient information|not determinable|it cannot be determined|cannot be known",
    { kind: "truth", value: "unknown" },
  ),
  ...entries(
    "no solution|no solutions|none|no real solution|no real solutions|no such number|no such numbers|no such value|no such values|no integer solution|no integer solutions|no answer|no root|no roots|no real root|no real roots|impossible|not possible|has no solution|there is no solution|there are no solutions|there is no real solution|there are no real solutions|inconsistent|no values|no value|no such x|no solution exists|no solutions exist|nothing",
    { kind: "nothing", what: "no-solution" },
  ),
  ...entries(
    "undefined|dne|does not exist|doesn't exist|do not exist|not defined|is undefined|is not defined|limit does not exist|the limit does not exist|nonexistent|nan|no limit",
    {
      kind: "nothing",
      what: "undefined",
    },
  ),
  ...entries(
    "infinitely many|infinitely many solutions|there are infinitely many solutions|there are infinitely many|infinite solutions|infinite number of solutions|an infinite number of solutions|has infinitely many solutions|infinite many solutions",
    { kind: "text", text: "infinitely many solutions" },
  ),
  ...entries("empty set|the empty set|null set", { kind: "set", items: [], written: "braces" }),
  ...entries(
    "all real numbers|real numbers|the real numbers|all reals|the reals|reals|every real number|any real number|all real x|set of real numbers|the set of real numbers|the set of all real numbers|all real values",
    domain("reals"),
  ),
  ...entries(
    "all integers|integers|the integers|every integer|any integer|the set of integers|set of integers|the set of all integers",
    domain("integers"),
  ),
  ...entries(
    "all natural numbers|natural numbers|the natural numbers|naturals|the set of natural numbers",
    domain("naturals"),
  ),
  ...entries(
    "all rational numbers|rational numbers|the rational numbers|the set of rational numbers",
    domain("rationals"),
  ),
  ...entries("all complex numbers|complex numbers|the complex numbers|the set of complex numbers", domain("complexes")),
  ...entries("all prime numbers|prime numbers|all primes|primes|the primes", domain("primes")),
  ...entries(
    "all positive real numbers|positive real numbers|all positive reals|positive reals|the positive real numbers|the positive reals",
    positive,
  ),
  ...entries(
    "all nonnegative real numbers|nonnegative real numbers|all non-negative real numbers|non-negative real numbers|nonnegative reals|non-negative reals",
    nonnegative,
  ),
  ...entries("all negative real numbers|negative real numbers|negative reals", negative),
  ...entries(
    "all positive integers|positive integers|the positive integers|any positive integer|every positive integer",
    both("integers", positive),
  ),
  ...entries(
    "all nonnegative integers|nonnegative integers|all non-negative integers|non-negative integers",
    both("integers", nonnegative),
  ),
  ...entries("all negative integers|negative integers", both("integers", negative)),
  ...entries("infinity|positive infinity|plus infinity", valueOf(infinity)),
  ...entries("negative infinity|minus infinity", valueOf(minusInfinity)),
]);

/** The meaning of a phrase in lower case with single spaces. */
export const phrase = (text: string): Answer | undefined => phrases.get(text);
