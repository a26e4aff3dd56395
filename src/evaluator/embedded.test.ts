import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EmbeddedModel } from "../engine/embedded/embedded.ts";
import { createEmbedded } from "../engine/embedded/opening.ts";
import { wordTokenizer } from "../engine/words.ts";
import { makeContext, memoryCalls } from "../evolution/context.ts";
import dpoVerifier from "./dpo-verifier.ts";
import ormScore from "./orm-score.ts";
import prmScore from "./prm-score.ts";
import { groupOf, plain } from "./testing.ts";

const words = ["q", "a", "b", "c", "+", "-", ";"];
let model: EmbeddedModel;
let reference: EmbeddedModel;
beforeAll(async () => {
  model = await createEmbedded({
    config: { vocab: 7, layers: 1, width: 16, heads: 2, hidden: 24, context: 32, outputHeads: { orm: 1, prm: 3 } },
    tokenizer: wordTokenizer(words),
    eos: [6],
    seed: "judge",
    threads: 1,
  });
  reference = await model.freeze();
  // Weights of heads start at zero: some gradient makes them differ.
  const batch = [{ ids: [0, 1, 2, 3] }];
  const gradients = {
    "head:orm": [Float32Array.from([1, -1, 2, -3])],
    "head:prm": [Float32Array.from({ length: 12 }, (_, i) => Math.sin(i))],
    logprob: [Float32Array.from([0, -1, 1, -1])],
  };
  await model.backward(batch, gradients);
  await model.step({ lr: 0.1 });
});
afterAll(() => model.close());

const contextOf = () =>
  makeContext({
    models: { evaluator: model, reasoner: reference },
    families: new Map([["plain", plain("plain", words)]]),
    calls: memoryCalls(),
    seed: "embedded",
  });
const group = groupOf("q", [{ steps: ["a b", "c"] }, { steps: ["b"] }, { steps: ["c c c c"] }], { family: "plain" });
const rows = [
  [0, 1, 2, 3],
  [0, 2],
  [0, 3, 3, 3, 3],
].map((ids) => ({ ids }));

describe("judges on the embedded engine", () => {
  it("orm-score is σ of the head after the last token", async () => {
    const { "head:orm": head = [] } = await model.forward(rows, ["head:orm"]);
    const judgements = await ormScore.create(ormScore.options.parse({}))(group, contextOf());
    const expected = head.map((values) => 1 / (1 + Math.exp(-(values.at(-1) ?? NaN))));
    for (const [i, { score }] of judgements.entries()) expect(score).toBeCloseTo(expected[i], 6);
    expect(new Set(expected).size).toBe(3);
  });

  it("prm-score reads three classes at the ends of steps, or the tokens + and −", async () => {
    const { "head:prm": head = [] } = await model.forward(rows, ["head:prm"]);
    const [byHead] = await prmScore.create(prmScore.options.parse({ head: "prm" }))(group, contextOf());
    const goodAt = (token: number): number => {
      const [bad, neutral, good] = Array.from(head[0].subarray(3 * token, 3 * token + 3), Math.exp);
      return (neutral + good) / (bad + neutral + good);
    };
    expect(byHead.perStep).toEqual([expect.closeTo(goodAt(2), 6), expect.closeTo(goodAt(3), 6)]);
    const [byTokens] = await prmScore.create(prmScore.options.parse({}))(group, contextOf());
    const next = await model.next([{ ids: [0, 1, 2] }, { ids: [0, 1, 2, 3] }], "all");
    const ratios = next.map(({ logprobs }) => 1 / (1 + Math.exp(logprobs[5] - logprobs[4])));
    expect(byTokens.perStep).toEqual([expect.closeTo(ratios[0], 5), expect.closeTo(ratios[1], 5)]);
  });

  it("dpo-verifier is β times the difference of two log-likelihoods", async () => {
    const judgements = await dpoVerifier.create(dpoVerifier.options.parse({ beta: 0.5 }))(group, contextOf());
    for (const [i, { ids }] of rows.entries()) {
      const row = { prompt: { ids: [0] }, ids: ids.slice(1) };
      const [[own], [ref]] = [await model.score([row]), await reference.score([row])];
      const delta = own.reduce((sum, value, t) => sum + value - ref[t], 0);
      expect(judgements[i].score).toBeCloseTo(0.5 * delta, 5);
      expect(Math.abs(delta)).toBeGreaterThan(1e-3);
    }
  });
});
