/** Answers in one compact line, for messages and tests: unambiguous, whatever notation they were read from. */
import type { Answer, Expr, Rational } from "./term.ts";

export const showRational = ({ n, d }: Rational): string => (d === 1n ? String(n) : `${String(n)}/${String(d)}`);

/** The decimal with this many places, if the number has one. */
function decimal({ n, d }: Rational, places: number): string | undefined {
  const scaled = n * 10n ** BigInt(places);
  if (scaled % d !== 0n) return undefined;
  const digits = String((scaled < 0n ? -scaled : scaled) / d).padStart(places + 1, "0");
  return `${n < 0n ? "-" : ""}${digits.slice(0, digits.length - places)}.${digits.slice(digits.length - places)}`;
}

const list = (items: readonly Expr[]): string => items.map((item) => showExpr(item)).join(", ");

/** An expression with every operation in brackets: (2 * (x ^ 1/2)). */
export function showExpr(e: Expr): string {
  switch (e.kind) {
    case "number":
      return (e.places === undefined ? undefined : decimal(e.value, e.places)) ?? showRational(e.value);
    case "constant":
      return e.name;
    case "symbol":
      return e.name;
    case "sum":
      return `(${e.terms.map((term) => showExpr(term)).join(" + ")})`;
    case "product":
      return `(${e.factors.map((factor) => showExpr(factor)).join(" * ")})`;
    case "power":
      return `(${showExpr(e.base)} ^ ${showExpr(e.exponent)})`;
    case "apply":
      return `${e.name}(${list(e.args)})`;
    case "plusminus":
      return `${e.sign > 0 ? "±" : "∓"}${showExpr(e.of)}`;
    case "bound":
      return `${e.name}[${list(e.args)}]`;
  }
}

const all = (items: readonly Answer[]): string => items.map((item) => show(item)).join(", ");

const domains = { naturals: "ℕ", integers: "ℤ", rationals: "ℚ", reals: "ℝ", complexes: "ℂ", primes: "ℙ" } as const;

function showRelation({ sides, signs }: Answer & { readonly kind: "relation" }): string {
  return sides.map((side, i) => (i === 0 ? show(side) : `${signs[i - 1]} ${show(side)}`)).join(" ");
}

function showDate({ year, month, day, weekday }: Answer & { readonly kind: "date" }): string {
  const part = (n: number | undefined, size: number): string =>
    n === undefined ? "?".repeat(size) : String(n).padStart(size, "0");
  return `date ${part(year, 4)}-${part(month, 2)}-${part(day, 2)}${weekday === undefined ? "" : ` weekday ${String(weekday)}`}`;
}

function showValue(value: Answer & { readonly kind: "value" }): string {
  const unit = value.unit ? ` [${value.unit.text}]` : "";
  const noun = value.noun === undefined ? "" : ` "${value.noun}"`;
  const base = value.base === undefined ? "" : ` base ${String(value.base)}`;
  return `${value.approximate ? "~" : ""}${showExpr(value.value)}${unit}${noun}${base}`;
}

/** One line for an answer: `pair(1, 2)`, `[0, 1)`, `x = (2 * 3)`, `5 [cm]`. */
export function show(answer: Answer): string {
  switch (answer.kind) {
    case "value":
      return showValue(answer);
    case "tuple":
      return `${answer.vector ? "vector" : "tuple"}(${all(answer.items)})`;
    case "set":
      return answer.written === "braces"
        ? `{${all(answer.items)}}`
        : `${answer.written === "or" ? "or" : "list"}(${all(answer.items)})`;
    case "interval":
      return `${answer.closed[0] ? "[" : "("}${showExpr(answer.low)} .. ${showExpr(answer.high)}${answer.closed[1] ? "]" : ")"}`;
    case "pair":
      return `pair(${all(answer.items)})`;
    case "union":
    case "intersection":
    case "difference":
      return `${answer.kind}(${all(answer.parts)})`;
    case "builder":
      return `{${showExpr(answer.variable)}${answer.domain ? ` ∈ ${show(answer.domain)}` : ""} | ${all(answer.where)}}`;
    case "domain":
      return domains[answer.name];
    case "matrix":
      return `${answer.determinant ? "det" : "matrix"}[${answer.rows.map((row) => list(row)).join("; ")}]`;
    case "relation":
      return showRelation(answer);
    case "member":
      return `${showExpr(answer.of)} ∈ ${show(answer.set)}`;
    case "all":
      return `all(${all(answer.parts)})`;
    case "date":
      return showDate(answer);
    case "time":
      return `time ${String(answer.seconds)}${answer.zone === undefined ? "" : ` ${answer.zone}`}`;
    case "choice":
      return `choice ${answer.letters.join(",")}${answer.text ? ` ${show(answer.text)}` : ""}`;
    case "truth":
      return `truth ${String(answer.value)}`;
    case "nothing":
      return answer.what;
    case "text":
      return JSON.stringify(answer.text);
  }
}
