import { z } from "zod";
import { eq } from "../../../answers/eq.ts";
import type { CallId } from "../../../core/call.ts";
import type { Context } from "../../../core/context.ts";
import type { GuideNode } from "../../../core/contracts.ts";
import { defineMethod } from "../../../core/method.ts";
import { isRunError, joined, nativeMessages, trySample } from "../../solve.ts";
import { each, roleOption, undecided, writtenAt, type Valued } from "./valuing.ts";

const options = z.object({
  role: roleOption.default("evaluator").describe("of the second model"),
  cuts: z.int().positive().default(4).describe("prefixes that it completes"),
  from: z.number().gt(0).lt(1).default(0.2).describe("share of the words in the shortest prefix"),
  to: z.number().gt(0).lt(1).default(0.5).describe("and in the longest"),
  temperature: z.number().nonnegative().default(1),
  /** How many completions have to reach the same answer for the state to count at all. */
  kept: z.enum(["any", "half", "all"]).default("half"),
});
type Options = z.output<typeof options>;

/** The beginnings of a text of ⌈ratio · words⌉ words, ratios evenly spaced, each once. */
export function prefixes(text: string, { cuts, from, to }: Pick<Options, "cuts" | "from" | "to">): string[] {
  const words = text.match(/\s*\S+/gu) ?? [];
  const counts = Array.from({ length: cuts }, (_, i) => {
    const ratio = cuts === 1 ? from : from + ((to - from) * i) / (cuts - 1);
    // A ratio such as 0.3 · 10 may come out a hair above a whole number.
    return Math.ceil(ratio * words.length - 1e-9);
  });
  return counts.map((count) => words.slice(0, count).join(""));
}

/** Completions that agree, as a value: their share where the trace is kept, else 0. */
export function survival(agreeing: number, of: number, kept: Options["kept"]): number {
  const enough = kept === "any" ? agreeing > 0 : kept === "half" ? agreeing >= of / 2 : agreeing === of;
  return enough && of > 0 ? agreeing / of : 0;
}

async function valueOf(at: GuideNode, c: Context, o: Options): Promise<Valued> {
  const { question } = at;
  const family = c.family(question.family);
  const label = `v-mutual/${question.id}/${at.node.id}`;
  const stop = family.end === "" ? {} : { stop: [family.end] };
  const maxTokens = family.maxTokens(question, "short");
  const calls: CallId[] = [];
  /** A whole reply that goes on from what is written. */
  const complete = async (role: Options["role"], written: string, seed: string) => {
    const sampling = { n: 1, seed: c.random.fork(seed).seed, maxTokens, temperature: o.temperature, ...stop };
    const replies = await trySample(c, role, nativeMessages(family, question, "short", written), sampling);
    if (isRunError(replies) || replies.length === 0) return undefined;
    calls.push(replies[0].call);
    return joined(c.model(role), [written, replies[0].text]);
  };
  const written = writtenAt(at, c);
  const whole = at.terminal ? written : await complete("reasoner", written, `${label}/whole`);
  if (whole === undefined) return undecided;
  const { answer } = family.parse(question, whole, "short");
  if (answer === undefined) return { score: 0, calls };
  const starts = prefixes(whole, o);
  const others = await Promise.all(starts.map((start, i) => complete(o.role, start, `${label}/${i}`)));
  if (others.includes(undefined)) return { score: null, calls };
  const agreeing = others.filter((other) => {
    const given = other === undefined ? undefined : family.parse(question, other, "short").answer;
    return given !== undefined && eq(answer, given);
  }).length;
  return { score: survival(agreeing, starts.length, o.kept), calls };
}

/** A state that is not finished is completed once by the reasoner first. */
export default defineMethod({
  id: "v-mutual",
  kind: "value-source",
  contract: "guide",
  section: "C4",
  about: "The value of a trace is how often a second model, shown its beginning, reaches the same answer.",
  source: "Qi et al. 2024 (rStar)",
  options,
  create: (o) => each("v-mutual", (at, c) => valueOf(at, c, o)),
});
