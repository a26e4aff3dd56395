import { describe, expect, it } from "vitest";
import type { Evaluator, Guide } from "../../../core/contracts.ts";
import { random } from "../../../core/random.ts";
import { ask } from "../../../core/task.ts";
import { makeContext, memoryCalls } from "../../../evolution/context.ts";
import bits from "../../../task-creator/families/bits.ts";
import { type ContextFor, reasonerSuite } from "../../suite.ts";
import { PolicyModel, type WordPolicy } from "../../testing.ts";
import cotDecode from "./cot-decode.ts";
import { answerSpan, confidence, topTokens } from "./decoding.ts";

const family = bits.create(bits.options.parse({}));
const task = family.generate(random("decode"), { difficulty: 4, split: "train" });
const question = ask(task);
const prompt = family.prompt(question, "short").split(" ").length;
const modelOf = (policy: (reply: readonly string[]) => Readonly<Record<string, number>>): PolicyModel =>
  new PolicyModel(family.words, ((words) => policy(words.slice(prompt))) satisfies WordPolicy);
const contextOf = (o: ContextFor, parts: { evaluator?: Evaluator; guide?: Guide } = {}) =>
  makeContext({
    models: { reasoner: o.model },
    families: new Map([[family.id, family]]),
    calls: memoryCalls(),
    seed: o.seed ?? "1",
    budget: o.budget,
    signal: o.signal,
    ...parts,
  });
const flat: WordPolicy = () => Object.fromEntries(family.words.map((word) => [word, 1]));
const bench = {
  question,
  context: (o: ContextFor) => contextOf(o),
  able: () => modelOf((reply) => (reply.length < 4 ? { 0: 0.6, 1: 0.4 } : { [family.end]: 1 })),
  garbage: () => new PolicyModel(family.words, flat, "noise@1"),
  seedless: true,
};

describe("cot-decode", () => {
  it("has Δ = .575 for answer tokens of (.9, .05) and (.6, .3)", () => {
    expect(confidence([0.2, 0.9 - 0.05, 0.6 - 0.3], [1, 2])).toBeCloseTo(0.575, 12);
    expect(confidence([0.5], [])).toBe(0);
  });

  it("finds the tokens that write the last occurrence of the answer", () => {
    const words = ["so", "4", "2", "is", "4", "2", "."];
    const tokenizer = { decode: (ids: readonly number[]) => ids.map((id) => words[id]).join(" ") };
    expect(answerSpan(tokenizer, [0, 1, 2, 3, 4, 5, 6], "42")).toEqual([4, 5]);
    expect(answerSpan(tokenizer, [0, 1, 2, 3, 4, 5, 6], "2")).toEqual([5]);
    expect(answerSpan(tokenizer, [0, 1], "7")).toEqual([]);
  });

  it("orders tokens as a full sort does", () => {
    const r = random("tokens");
    for (let i = 0; i < 50; i++) {
      const logprobs = Float32Array.from({ length: 40 }, () => -r.int(20));
      const sorted = [...logprobs.keys()].sort((a, b) => logprobs[b] - logprobs[a] || a - b);
      expect(topTokens(logprobs, 7)).toEqual(sorted.slice(0, 7));
    }
  });

  it("prefers the reply that is surer of itself to the one that begins more probably", async () => {
    // After 0 the policy wavers, after 1 it is sure.
    const model = modelOf((reply) => {
      if (reply.length === 0) return { 0: 0.6, 1: 0.4 };
      if (reply.length === 4) return { [family.end]: 1 };
      return reply[0] === "0" ? { 0: 0.51, 1: 0.49 } : { 1: 0.99, 0: 0.01 };
    });
    const c = contextOf({ model });
    const { solutions, trees } = await cotDecode.create(cotDecode.options.parse({ k: 2 }))(question, c);
    expect(solutions.map(({ answer }) => answer)).toEqual(["1111", "0000"]);
    expect(trees[0].nodes.map(({ value }) => value)).toEqual([
      null,
      expect.closeTo((0.2 + 3 * 0.02) / 4, 5),
      expect.closeTo((-0.2 + 3 * 0.98) / 4, 5),
    ]);
    // One reading of the prompt, then both replies side by side until they end.
    expect(c.budget.spent.calls).toBe(5);
  });
});
reasonerSuite("cot-decode", cotDecode.create(cotDecode.options.parse({})), { ...bench, inFlight: 10 });
