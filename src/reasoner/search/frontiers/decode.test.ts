import { describe, expect, it } from "vitest";
import type { Evaluator, Guide } from "../../../core/contracts.ts";
import { random } from "../../../core/random.ts";
import { ask } from "../../../core/task.ts";
import { makeContext, memoryCalls } from "../../../evolution/context.ts";
import bits from "../../../task-creator/families/bits.ts";
import { type ContextFor, reasonerSuite } from "../../suite.ts";
import { PolicyModel, type WordPolicy } from "../../testing.ts";
import beamToken from "./beam-token.ts";
import cotDecode from "./cot-decode.ts";
import diverseBeam from "./diverse-beam.ts";
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

/** Log-probability of a reply of bits under a policy. */
const logOf = (policy: (reply: readonly string[]) => Readonly<Record<string, number>>, bitsOf: string): number =>
  [...bitsOf].reduce((sum, bit, i) => sum + Math.log(policy([...bitsOf].slice(0, i))[bit]), 0);
const strings = Array.from({ length: 16 }, (_, code) => code.toString(2).padStart(4, "0"));

describe("beam-token", () => {
  const run = async (
    policy: (reply: readonly string[]) => Readonly<Record<string, number>>,
    o: object,
    guide?: Guide,
  ) =>
    (await beamToken.create(beamToken.options.parse(o))(question, contextOf({ model: modelOf(policy) }, { guide })))
      .solutions;
  /** Bits whose chances depend on all before. */
  const wavering =
    (seed: number) =>
    (reply: readonly string[]): Readonly<Record<string, number>> => {
      if (reply.length === 4) return { [family.end]: 1 };
      const one = 0.1 + 0.8 * random(`${seed}/${reply.join("")}`).next();
      return { 0: 1 - one, 1: one };
    };

  it("with a beam as wide as the tree finds the most probable reply, where one beam is greedy", async () => {
    let differs = 0;
    for (let seed = 0; seed < 10; seed++) {
      const policy = wavering(seed);
      const best = strings.toSorted((a, b) => logOf(policy, b) - logOf(policy, a));
      const wide = await run(policy, { width: 16, alpha: 0 });
      expect(wide.slice(0, 16).map(({ answer }) => answer)).toEqual(best);
      const [greedy] = await run(policy, { width: 1 });
      let written = "";
      while (written.length < 4) written += policy([...written])["1"] > 0.5 ? "1" : "0";
      expect(greedy.answer).toBe(written);
      differs += Number(written !== best[0]);
    }
    expect(differs).toBeGreaterThan(0);
  });

  it("tvm-beam: values alone lead to the secret, a little of them does where the policy is indifferent", async () => {
    const secret = task.secret.answer ?? "";
    const guide: Guide = (nodes) =>
      Promise.resolve(
        nodes.map(({ node, steps }) => {
          const right = secret.startsWith(steps.join("").replace(family.end, ""));
          return { of: String(node.id), by: "v", level: "token", score: right ? 0.9 : 0.1, calls: [] };
        }),
      );
    const wrong = (reply: readonly string[]): Readonly<Record<string, number>> =>
      reply.length === 4 ? { [family.end]: 1 } : secret[reply.length] === "1" ? { 0: 0.6, 1: 0.4 } : { 0: 0.4, 1: 0.6 };
    expect((await run(wrong, { width: 1, valueWeight: 1 }, guide))[0].answer).toBe(secret);
    expect((await run(wrong, { width: 1, valueWeight: 0.5 }, guide))[0].answer).toBe(secret);
    expect((await run(wrong, { width: 1, valueWeight: 0.05 }, guide))[0].answer).not.toBe(secret);
  });
});

describe("diverse-beam", () => {
  it("with λ = 10 groups choose different tokens of (.5, .3, .2), with λ = 0 the same", async () => {
    const [a, b, d] = family.words.filter((word) => word !== family.end);
    const firsts = async (lambda: number) => {
      const model = modelOf((reply) => (reply.length === 0 ? { [a]: 0.5, [b]: 0.3, [d]: 0.2 } : { [family.end]: 1 }));
      const method = diverseBeam.create(diverseBeam.options.parse({ width: 2, groups: 2, lambda }));
      const [tree] = (await method(question, contextOf({ model }))).trees;
      return tree.nodes.filter(({ depth, children }) => depth === 1 && children.length > 0).map(({ action }) => action);
    };
    expect(await firsts(10)).toEqual([a, b]);
    expect(await firsts(0)).toEqual([a]);
    expect(await firsts(Math.log(0.5 / 0.3) + 0.01)).toEqual([a, b]);
  });
});
reasonerSuite("beam-token", beamToken.create(beamToken.options.parse({})), { ...bench, inFlight: 4 });
reasonerSuite("diverse-beam", diverseBeam.create(diverseBeam.options.parse({})), { ...bench, inFlight: 4 });
