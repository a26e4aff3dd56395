import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../core/errors.ts";
import { random } from "../core/random.ts";
import { exactExpectation, exactGradient, outcomes } from "./exact.ts";
import { modelSuite } from "./suite.ts";
import { lastIds } from "./tabular-model.ts";
import { tabular } from "./tabular.ts";
import { trainableSuite } from "./trainable-suite.ts";

const words = ["a", "b", "c", "d", "e", "f", "."];
const make = () => {
  const source = random("tabular test");
  const row = (): number[] => words.map((word) => source.normal() - (word === "." ? 1.5 : 0));
  const ids = [...words.keys()];
  const contexts = ["", ...ids.map(String), ...ids.flatMap((a) => ids.map((b) => `${a} ${b}`))];
  const logits = Object.fromEntries(contexts.map((context) => [context, row()]));
  return tabular({ words, end: ".", contextOf: lastIds(2), logits, heads: { value: 1, kind: 3 } });
};
const prompts = [{ ids: [0, 1] }, { messages: [{ role: "user" as const, content: "c a b a" }] }, { ids: [3] }];

modelSuite("tabular", { make: async () => make(), prompts, maxTokens: 12, random: true });
modelSuite("frozen tabular", { make: () => make().freeze(), prompts, maxTokens: 12, random: true });
trainableSuite("tabular", {
  make: async () => make(),
  sequences: [{ ids: [0, 1, 2, 6] }, { ids: [3, 4, 0, 0, 5, 2, 6] }, { ids: [1, 6] }],
  tolerance: 1e-3,
});

describe("tabular", () => {
  it("reaches p(a) = .75 from three a and one b by gradient descent on the NLL (spec E1)", async () => {
    for (const [optimizer, lr, steps] of [
      ["sgd", 0.5, 400],
      ["adamw", 0.02, 800],
    ] as const) {
      const model = tabular({ words: ["x", "a", "b"], optimizer });
      const batch = ["a", "a", "a", "b"].map((word) => ({ ids: model.tokenizer.encode(`x ${word}`) }));
      for (let i = 0; i < steps; i++) {
        await model.backward(batch, { logprob: batch.map(() => Float32Array.of(0, -1 / 4)) });
        await model.step({ lr });
      }
      const p = model.logprobs([0]).map(Math.exp);
      expect(p[1]).toBeCloseTo(0.75, 2);
      expect(p[2]).toBeCloseTo(0.25, 2);
    }
  });

  it("has the gradient onehot − p in the row of the context and nowhere else", async () => {
    const model = tabular({ words: ["x", "a", "b"], logits: { "0": [0, Math.log(2), Math.log(5)] } });
    await model.backward([{ ids: [0, 1] }], { logprob: [Float32Array.of(9, 2)] });
    expect([...model.gradient("0")].map((g) => Math.round(g * 1e12) / 1e12)).toEqual([-0.25, 1.5, -1.25]);
    expect([...model.gradient("")]).toEqual([0, 0, 0]);
  });

  it("steps as AdamW does", async () => {
    const model = tabular({ words: ["a", "b"], logits: { "0": [0.5, -0.5] }, heads: { v: 1 } });
    const o = { lr: 0.1, betas: [0.8, 0.9] as const, eps: 1e-3, weightDecay: 0.2 };
    // A head's value is its parameter: the gradient of the weight is the one given.
    let [weight, m, v] = [0, 0, 0];
    for (const [i, g] of [0.5, -2, 0.25].entries()) {
      await model.backward([{ ids: [0] }], { "head:v": [Float32Array.of(g)] });
      expect((await model.step(o)).gradNorm).toBeCloseTo(Math.abs(g), 12);
      m = 0.8 * m + 0.2 * g;
      v = 0.9 * v + 0.1 * g * g;
      weight =
        weight * (1 - 0.1 * 0.2) - (0.1 * (m / (1 - 0.8 ** (i + 1)))) / (Math.sqrt(v / (1 - 0.9 ** (i + 1))) + 1e-3);
      const outputs = await model.forward([{ ids: [0] }], ["head:v"]);
      expect(outputs["head:v"]?.[0][0]).toBeCloseTo(weight, 6);
    }
    expect(model.logits("0")[0]).toBeCloseTo(0.5 * 0.98 ** 3, 12);
  });

  it("says what is wrong with logits, references, other models and checkpoints", async () => {
    const model = make();
    expect(() => model.setLogits("0", [1, 2])).toThrow("2 logits");
    await expect(model.reference("itself", model)).rejects.toThrow(UserError);
    const stranger = tabular({ words: ["a", "b"] });
    await expect(model.reference("stranger", await stranger.freeze())).rejects.toThrow("other words");
    await expect(model.blend(stranger, 0.5)).rejects.toThrow("other words");
    const dir = await mkdtemp(join(tmpdir(), "tabular-"));
    await stranger.save(dir, { optimizer: true });
    await expect(model.load(dir)).rejects.toThrow("other words");
    await model.save(dir, { optimizer: true });
    const file = join(dir, "tabular.json");
    await writeFile(file, (await readFile(file, "utf8")).replace(/:\[-?\d[^,]*,/u, ":["));
    await expect(model.load(dir)).rejects.toThrow("does not fit");
    await rm(dir, { recursive: true });
  });
});

describe("exact enumeration", () => {
  const length = ({ ids }: { ids: readonly number[] }): number => ids.length;

  it("covers all completions once, with the probabilities that score gives", async () => {
    const model = make();
    const all = [...outcomes(model, [2], 3)];
    // Sequences of up to three words whose only end is at the end: 1 + 6 + 6·6·7.
    expect(all).toHaveLength(1 + 6 + 252);
    expect(new Set(all.map(({ text }) => text)).size).toBe(all.length);
    expect(all.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12);
    const scores = await model.score(all.map(({ ids }) => ({ prompt: { ids: [2] }, ids })));
    const logs = scores.map((row) => row.reduce((sum, value) => sum + value, 0));
    expect(Math.max(...all.map(({ probability }, i) => Math.abs(Math.log(probability) - logs[i])))).toBeLessThan(1e-5);
  });

  it("is what samples average to", async () => {
    const model = make();
    const n = 4000;
    const completions = await model.sample({ ids: [2] }, { n, seed: "mean", maxTokens: 3 });
    const mean = exactExpectation(model, [2], 3, length);
    const variance = exactExpectation(model, [2], 3, (outcome) => (outcome.ids.length - mean) ** 2);
    const average = completions.reduce((sum, { ids }) => sum + ids.length, 0) / n;
    expect(Math.abs(average - mean)).toBeLessThan(4 * Math.sqrt(variance / n));
  });

  it("has the gradient that finite differences and the enumerated REINFORCE sum have", async () => {
    const model = tabular({ words: ["a", "b", "."], end: ".", logits: { "0": [0.3, -0.2, 0.1], "0 1": [1, 0, -1] } });
    const reward = ({ text }: { text: string }): number => (text === "b a ." ? 1 : text === "b ." ? -0.5 : 0);
    const gradient = exactGradient(model, [0], 3, reward);
    for (const context of ["0", "0 1", "0 1 0"]) {
      const row = model.logits(context);
      for (const k of row.keys()) {
        const at = (change: number): number => {
          model.setLogits(
            context,
            row.map((logit, id) => logit + (id === k ? change : 0)),
          );
          return exactExpectation(model, [0], 3, reward);
        };
        const difference = (at(1e-5) - at(-1e-5)) / 2e-5;
        expect(gradient.get(context)?.[k]).toBeCloseTo(difference, 8);
      }
      model.setLogits(context, row);
    }
    for (const outcome of outcomes(model, [0], 3)) {
      const d = Float32Array.from([0, ...outcome.ids.map(() => outcome.probability * reward(outcome))]);
      await model.backward([{ ids: [0, ...outcome.ids] }], { logprob: [d] });
    }
    for (const [context, row] of gradient) {
      for (const [k, g] of model.gradient(context).entries()) expect(g).toBeCloseTo(row[k], 6);
    }
  });

  it("gives BANDIT2 the gradient (¼, −¼)", () => {
    const model = tabular({ words: ["0", "1"] });
    const gradient = exactGradient(model, [], 1, ({ ids }) => (ids[0] === 0 ? 1 : 0));
    expect([...(gradient.get("") ?? [])]).toEqual([0.25, -0.25]);
  });
});
