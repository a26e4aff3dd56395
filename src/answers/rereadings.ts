/** Other ways to read two answers, where notation leaves more than one: tried when the likeliest ones do not agree. */
import type { Policy } from "./policy.ts";
import { read } from "./read/read.ts";
import type { Answer } from "./term.ts";
import { OutOfFuel } from "./term.ts";

/** A text taken from a reply, and what it says. */
export interface Reading {
  readonly text: string;
  readonly answer?: Answer;
}

/** Undefined where the text cannot be read within the fuel. */
export function answerOf(text: string, policy: Policy): Answer | undefined {
  try {
    return read(text, policy, { left: policy.fuel });
  } catch (error) {
    if (error instanceof OutOfFuel || error instanceof RangeError) return undefined;
    throw error;
  }
}

const variants = new WeakMap<Policy, { readonly point: Policy; readonly comma: Policy }>();

function variantsOf(policy: Policy): { readonly point: Policy; readonly comma: Policy } {
  let found = variants.get(policy);
  if (!found) {
    found = { point: { ...policy, separators: "point" }, comma: { ...policy, separators: "comma" } };
    variants.set(policy, found);
  }
  return found;
}

const several = /^(?:set|tuple|pair|all|matrix|interval|union|difference|intersection|member|builder)$/u;

/** "1,2" was read as a decimal; beside several things it is a list. */
function listed({ answer, text }: Reading, other: Answer, policy: Policy): Answer | undefined {
  if ((answer?.kind !== "value" && answer?.kind !== "set") || !/\d,\d/u.test(text) || !several.test(other.kind))
    return undefined;
  const found = answerOf(text, variantsOf(policy).point);
  return found?.kind === "value" ? undefined : found;
}

/** "$1,25$" was read as a list, as TeX sets it; beside one value it is a decimal, unless the comma may part thousands. */
function decimal({ answer, text }: Reading, other: Answer, policy: Policy): Answer | undefined {
  if (answer?.kind !== "set" || answer.written !== "listed" || other.kind !== "value") return undefined;
  if (!/^[^\d]*\d+,(?!\d{3}(?!\d))\d+[^\d]*$/u.test(text) || !/[$\\]/u.test(text)) return undefined;
  const found = answerOf(text, variantsOf(policy).comma);
  return found?.kind === "value" ? found : undefined;
}

/** "2s" are two seconds; beside an expression s is a symbol. */
function symbolic({ answer }: Reading, other: Answer): Answer | undefined {
  if (answer?.kind !== "value" || other.kind !== "value" || other.unit || other.noun !== undefined) return undefined;
  const name = answer.unit?.text;
  if (name === undefined || !/^[a-zA-Z]$/u.test(name) || other.value.kind === "number") return undefined;
  return { kind: "value", value: { kind: "product", factors: [answer.value, { kind: "symbol", name }] } };
}

/** The two answers as they may be meant besides; undefined if there is only one way to read both. */
export function reread(a: Reading, b: Reading, policy: Policy): readonly [Answer, Answer] | undefined {
  if (!a.answer || !b.answer || policy.separators !== "auto") return undefined;
  const other = (one: Reading, against: Answer): Answer | undefined =>
    listed(one, against, policy) ?? decimal(one, against, policy) ?? symbolic(one, against);
  const [x, y] = [other(a, b.answer), other(b, a.answer)];
  return x || y ? [x ?? a.answer, y ?? b.answer] : undefined;
}
