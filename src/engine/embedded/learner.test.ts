import { afterAll, describe, expect, it } from "vitest";
import { UserError } from "../../core/errors.ts";
import type { AdamW, Output, Outputs } from "../../core/model.ts";
import { random } from "../../core/random.ts";
import type { z } from "zod";
import { DecoderConfig, parameterShapes } from "./config.ts";
import { Learner } from "./learner.ts";
import type { LearnerOptions, Weights } from "./learner.ts";
import { SessionCache } from "./sessions.ts";

type Settings = Partial<z.input<typeof DecoderConfig>>;
const cache = new SessionCache({ threads: 1, device: "cpu" }, { sessions: 100, bytes: 1e9 });
afterAll(() => cache.close());

const configOf = (settings: Settings = {}): DecoderConfig =>
  DecoderConfig.parse({ vocab: 7, layers: 1, width: 8, heads: 2, hidden: 12, context: 40, ...settings });

function weightsOf(config: DecoderConfig, seed: string): Weights {
  const r = random(seed);
  return Object.fromEntries(
    Object.entries(parameterShapes(config)).map(([name, shape]) => {
      const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
      return [name, values.map(() => (name.endsWith("norm.weight") ? 1 + 0.2 * r.normal() : 0.4 * r.normal()))];
    }),
  );
}
const learnerOf = (config: DecoderConfig, seed = "weights"): Learner =>
  new Learner(config, weightsOf(config, seed), cache);

function sequencesOf(config: DecoderConfig, lengths: readonly number[], seed = "ids"): { ids: number[] }[] {
  const r = random(seed);
  return lengths.map((length) => ({ ids: Array.from({ length }, () => r.int(config.vocab)) }));
}

/** Random gradients with respect to every number of the outputs. */
function seedsFor(outputs: Outputs, seed: string): Outputs {
  const r = random(seed);
  return Object.fromEntries(
    Object.entries(outputs).map(([name, arrays = []]) => [name, arrays.map((a) => a.map(() => r.normal()))]),
  );
}

const numbers = (outputs: Outputs): number[] =>
  Object.values(outputs).flatMap((arrays = []) => arrays.flatMap((a) => [...a]));
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i], 0);
const furthest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((worst, x, i) => Math.max(worst, Math.abs(x - b[i])), 0);
const furthestWeights = (a: Weights, b: Weights): number =>
  Math.max(...Object.keys(a).map((name) => furthest(a[name], b[name])));

/** The accumulated gradients: with β₁ = 0 the first moment is the gradient, and lr 0 changes nothing. */
async function gradientsOf(learner: Learner): Promise<Weights> {
  await learner.step({ lr: 0, betas: [0, 0.5] });
  return learner.moments().m;
}

describe("whole model", () => {
  const everything: Settings = { outputHeads: { value: 1, kind: 3 } };
  const wanted: Output[] = ["logprob", "entropy", "klTo:base", "head:value", "head:kind"];
  it.each([
    ["rotary positions, two layers", { layers: 2 }, wanted],
    ["no positions", { positions: "none" }, wanted],
    ["coupled positions", { positions: "coupled", digitTokens: [1, 2, 3] }, wanted],
    ["grouped-query heads", { heads: 4, kvHeads: 2 }, wanted],
    ["dropout", { dropout: 0.3 }, wanted],
    ["log-probs alone", {}, ["logprob"]],
  ] satisfies [string, Settings, Output[]][])(
    "gradients of every parameter equal central differences: %s",
    async (_, settings, want) => {
      const config = configOf({ ...everything, ...settings });
      const learner = learnerOf(config);
      const o: LearnerOptions = { references: { base: learnerOf(config, "reference") }, dropoutSeed: 5 };
      const batch = sequencesOf(config, [5, 3, 4]);
      const seeds = seedsFor(await learner.forward(batch, want, o), "seeds");
      await learner.backward(batch, seeds, o);
      const gradients = await gradientsOf(learner);
      const weights = learner.weights();
      const objective = async (changed: Weights): Promise<number> => {
        learner.setWeights(changed);
        return dot(numbers(await learner.forward(batch, want, o)), numbers(seeds));
      };
      const r = random("direction");
      for (const name of Object.keys(weights)) {
        // A random direction in the parameter's space meets all its elements at once.
        const direction = weights[name].map(() => r.normal());
        const length = Math.hypot(...direction);
        const along = dot([...gradients[name]], [...direction]) / length;
        const h = 4e-3;
        const moved = (sign: number): Weights => ({
          ...weights,
          [name]: weights[name].map((x, i) => x + (sign * h * direction[i]) / length),
        });
        const numeric = ((await objective(moved(1))) - (await objective(moved(-1)))) / (2 * h);
        const scale = Math.max(0.1, Math.hypot(...gradients[name]) / Math.sqrt(direction.length));
        if (want.length > 1) expect(Math.abs(along), name).toBeGreaterThan(0);
        expect(Math.abs(numeric - along) / scale, name).toBeLessThan(2e-2);
      }
    },
  );

  it("gives distributions: probabilities of all continuations add up to one, entropy is theirs", async () => {
    const config = configOf();
    const learner = learnerOf(config);
    const batch = Array.from({ length: config.vocab }, (_, id) => ({ ids: [3, 1, 4, id] }));
    const { logprob = [], entropy = [] } = await learner.forward(batch, ["logprob", "entropy"]);
    const last = logprob.map((a) => a[3]);
    expect(last.reduce((sum, lp) => sum + Math.exp(lp), 0)).toBeCloseTo(1, 5);
    expect(entropy[0][3]).toBeCloseTo(-last.reduce((sum, lp) => sum + Math.exp(lp) * lp, 0), 5);
    expect(logprob[0][0]).toBe(0);
    expect(entropy[0][0]).toBe(0);
  });

  it("measures no divergence from itself and the exact one from another", async () => {
    const config = configOf();
    const [learner, other] = [learnerOf(config), learnerOf(config, "other")];
    const batch = Array.from({ length: config.vocab }, (_, id) => ({ ids: [3, 1, 4, id] }));
    const references = { self: learner.clone(), other };
    const outputs = await learner.forward(batch, ["klTo:self", "klTo:other", "logprob"], { references });
    const theirs = await other.forward(batch, ["logprob"]);
    expect(furthest(outputs["klTo:self"]?.[0] ?? [1], new Float32Array(4))).toBeLessThan(1e-6);
    const [p, q] = [outputs.logprob ?? [], theirs.logprob ?? []].map((arrays) => arrays.map((a) => a[3]));
    const exact = p.reduce((sum, lp, id) => sum + Math.exp(lp) * (lp - q[id]), 0);
    expect(outputs["klTo:other"]?.[0][3]).toBeCloseTo(exact, 5);
    expect(exact).toBeGreaterThan(0.01);
  });

  it("is causal", async () => {
    const config = configOf({ outputHeads: { value: 1 } });
    const learner = learnerOf(config);
    const outputs = await learner.forward([{ ids: [1, 2, 3, 4] }, { ids: [1, 2, 6, 5] }], ["logprob", "head:value"]);
    const [a, b] = outputs["head:value"] ?? [];
    expect(furthest(a.subarray(0, 2), b.subarray(0, 2))).toBeLessThan(1e-6);
    expect(Math.abs(a[2] - b[2])).toBeGreaterThan(1e-3);
    expect(outputs.logprob?.[0][1]).toBeCloseTo(outputs.logprob?.[1][1] ?? 0, 6);
  });

  it("reads given positions instead of its own", async () => {
    const learner = learnerOf(configOf());
    const ids = [1, 2, 3, 4];
    const given = await learner.forward(
      [{ ids }, { ids, positions: [0, 1, 2, 3] }, { ids, positions: [0, 3, 1, 2] }],
      ["logprob"],
    );
    const [own, same, other] = given.logprob ?? [];
    expect(furthest(own, same)).toBeLessThan(1e-6);
    expect(furthest(own, other)).toBeGreaterThan(1e-3);
  });
});

describe("batches", () => {
  it("padding and the division into passes change outputs and gradients by float noise only", async () => {
    const config = configOf({ outputHeads: { kind: 3 }, context: 1500 });
    const want: Output[] = ["logprob", "entropy", "head:kind"];
    const [alone, among] = [learnerOf(config), learnerOf(config)];
    const few = sequencesOf(config, [5, 1, 9]);
    const many = [...few, ...sequencesOf(config, [1200, ...Array(30).fill(11)], "others")];
    const [a, b] = [await alone.forward(few, want), await among.forward(many, want)];
    for (const output of want) {
      few.forEach((_, i) => expect(furthest(a[output]?.[i] ?? [1], b[output]?.[i] ?? [])).toBeLessThan(1e-5));
    }
    const seeds = seedsFor(a, "seeds");
    const padded: Outputs = Object.fromEntries(
      want.map((output) => [output, (b[output] ?? []).map((x, i) => seeds[output]?.[i] ?? new Float32Array(x.length))]),
    );
    await alone.backward(few, seeds);
    await among.backward(many, padded);
    const [expected, found] = [await gradientsOf(alone), await gradientsOf(among)];
    expect(furthestWeights(expected, found)).toBeLessThan(1e-4);
    expect(Math.max(...expected["model.embed_tokens.weight"].map(Math.abs))).toBeGreaterThan(0.1);
  });

  it.each([{}, { dropout: 0.25 }])(
    "the fused step equals accumulated microbatches and a separate update (%o)",
    async (settings) => {
      const config = configOf(settings);
      const o: AdamW = { lr: 0.01, weightDecay: 0.1, clip: 0.5 };
      const [whole, split] = [learnerOf(config), learnerOf(config)];
      const batch = sequencesOf(config, [9, 9, 4, 6]);
      const seeds = seedsFor(await whole.forward(batch, ["logprob"]), "seeds").logprob ?? [];
      const halves = [
        seeds.map((s, i) => (i < 2 ? s : s.map(() => 0))),
        seeds.map((s, i) => (i < 2 ? s.map(() => 0) : s)),
      ];
      for (let round = 0; round < 2; round++) {
        await whole.backward(batch, { logprob: seeds }, { dropoutSeed: round });
        for (const half of halves) await split.backward(batch, { logprob: half }, { dropoutSeed: round });
        const [a, b] = [await whole.step(o), await split.step(o)];
        expect(a.gradNorm).toBeGreaterThan(0.5);
        expect(b.gradNorm).toBeCloseTo(a.gradNorm, 4);
      }
      expect(furthestWeights(whole.weights(), split.weights())).toBeLessThan(2e-5);
      expect(furthestWeights(whole.weights(), weightsOf(config, "weights"))).toBeGreaterThan(0.005);
    },
  );

  it("dropout is a function of the seed, and absent without one", async () => {
    const config = configOf({ dropout: 0.5 });
    const learner = learnerOf(config);
    const plain = learnerOf(configOf());
    const batch = sequencesOf(config, [6, 6]);
    const at = async (o?: LearnerOptions) => numbers(await learner.forward(batch, ["logprob"], o));
    expect(await at({ dropoutSeed: 1 })).toEqual(await at({ dropoutSeed: 1 }));
    expect(furthest(await at({ dropoutSeed: 1 }), await at({ dropoutSeed: 2 }))).toBeGreaterThan(1e-2);
    expect(furthest(await at(), numbers(await plain.forward(batch, ["logprob"])))).toBeLessThan(1e-6);
  });

  it("takes empty batches and sequences of one token", async () => {
    const learner = learnerOf(configOf());
    expect(await learner.forward([], ["logprob"])).toEqual({ logprob: [] });
    expect(numbers(await learner.forward([{ ids: [] }, { ids: [1] }], ["logprob"]))).toEqual([0]);
    await learner.backward([], { logprob: [] });
    expect(await learner.step({ lr: 1 })).toEqual({ gradNorm: 0, skipped: true });
  });
});

describe("step", () => {
  it("is AdamW: three updates equal those of a plain implementation", async () => {
    const config = configOf({ outputHeads: { value: 1 } });
    const learner = learnerOf(config);
    const shadow = learnerOf(config);
    const [beta1, beta2, eps, lr, decay, clip] = [0.8, 0.9, 1e-6, 0.02, 0.3, 2];
    const batch = sequencesOf(config, [6, 5]);
    const w = weightsOf(config, "weights");
    const zeros = (): Weights =>
      Object.fromEntries(Object.entries(w).map(([name, x]) => [name, new Float32Array(x.length)]));
    const [m, v] = [zeros(), zeros()];
    for (let t = 1; t <= 3; t++) {
      const seeds = seedsFor(await learner.forward(batch, ["logprob", "head:value"]), `seeds ${t}`);
      shadow.setWeights(w);
      await shadow.backward(batch, seeds);
      const gradients = await gradientsOf(shadow);
      const norm = Math.sqrt(Object.values(gradients).reduce((sum, g) => sum + dot([...g], [...g]), 0));
      for (const [name, shape] of Object.entries(parameterShapes(config))) {
        gradients[name].forEach((raw, i) => {
          const g = raw * Math.min(1, clip / norm);
          m[name][i] = beta1 * m[name][i] + (1 - beta1) * g;
          v[name][i] = beta2 * v[name][i] + (1 - beta2) * g * g;
          const update = m[name][i] / (1 - beta1 ** t) / (Math.sqrt(v[name][i] / (1 - beta2 ** t)) + eps);
          w[name][i] -= lr * (update + (shape.length > 1 ? decay * w[name][i] : 0));
        });
      }
      await learner.backward(batch, seeds);
      const { gradNorm } = await learner.step({ lr, betas: [beta1, beta2], eps, weightDecay: decay, clip });
      expect(gradNorm / norm).toBeCloseTo(1, 3);
    }
    expect(furthestWeights(learner.weights(), w)).toBeLessThan(1e-4);
    expect(furthestWeights(learner.moments().m, m)).toBeLessThan(1e-4);
    expect(learner.moments().step).toBe(3);
  });

  it.each([NaN, Infinity])("a gradient of %d changes nothing, and the next step works", async (bad) => {
    const config = configOf();
    const learner = learnerOf(config);
    const batch = sequencesOf(config, [4]);
    await learner.backward(batch, { logprob: [Float32Array.of(0, bad, 0, 0)] });
    const { gradNorm, skipped } = await learner.step({ lr: 0.1, clip: 1 });
    expect(skipped).toBe(true);
    expect(Number.isFinite(gradNorm)).toBe(false);
    expect(learner.weights()).toEqual(weightsOf(config, "weights"));
    expect(learner.moments().step).toBe(0);
    await learner.backward(batch, { logprob: [Float32Array.of(0, 1, 0, 0)] });
    expect((await learner.step({ lr: 0.1, clip: 1 })).skipped).toBe(false);
    expect(Object.values(learner.weights()).every((w) => w.every(Number.isFinite))).toBe(true);
  });

  it("learns: descending −log p memorises sequences", async () => {
    const config = configOf({ width: 16 });
    const learner = learnerOf(config);
    const batch = sequencesOf(config, [8, 8, 8]);
    const descend = batch.map(({ ids }) => Float32Array.from(ids, (_, t) => (t === 0 ? 0 : -1)));
    const loss = async () => -numbers(await learner.forward(batch, ["logprob"])).reduce((a, b) => a + b, 0) / 21;
    const before = await loss();
    for (let i = 0; i < 60; i++) {
      await learner.backward(batch, { logprob: descend });
      await learner.step({ lr: 0.02, clip: 1 });
    }
    expect(before).toBeGreaterThan(1.5);
    expect(await loss()).toBeLessThan(0.3);
  });

  it("clones are independent, moments travel, and a reset forgets them", async () => {
    const config = configOf();
    const learner = learnerOf(config);
    const batch = sequencesOf(config, [5]);
    const train = async (l: Learner) => {
      await l.backward(batch, { logprob: [new Float32Array(5).fill(-1)] });
      return l.step({ lr: 0.01 });
    };
    await train(learner);
    const copy = learner.clone();
    const restored = learnerOf(config, "elsewhere");
    restored.setWeights(learner.weights());
    restored.setMoments(learner.moments());
    const frozen = learner.weights();
    await train(learner);
    expect(copy.weights()).toEqual(frozen);
    await train(copy);
    await train(restored);
    expect(copy.weights()).toEqual(learner.weights());
    expect(restored.weights()).toEqual(learner.weights());
    copy.resetOptimizer();
    expect(copy.moments().step).toBe(0);
    expect(Object.values(copy.moments().v).every((v) => v.every((x) => x === 0))).toBe(true);
  });
});

describe("bad input", () => {
  const learner = learnerOf(configOf({ outputHeads: { value: 1 } }));
  it.each([
    ["a sequence longer than the context", () => learner.forward([{ ids: Array(41).fill(0) }], ["logprob"])],
    ["an id outside the vocabulary", () => learner.forward([{ ids: [0, 7] }], ["logprob"])],
    ["positions of another length", () => learner.forward([{ ids: [0, 1], positions: [0] }], ["logprob"])],
    ["an unknown head", () => learner.forward([{ ids: [0] }], ["head:nothing"])],
    ["an unknown reference", () => learner.forward([{ ids: [0] }], ["klTo:nobody"])],
    ["a gradient of another length", () => learner.backward([{ ids: [0, 1] }], { logprob: [new Float32Array(3)] })],
  ])("refuses %s", async (_, call) => {
    await expect(call()).rejects.toThrow(UserError);
  });

  it("refuses weights of another architecture and leaves its own", () => {
    const before = learner.weights();
    expect(() => learner.setWeights(weightsOf(configOf({ hidden: 16 }), "other"))).toThrow("should be [12, 8]");
    expect(learner.weights()).toEqual(before);
  });

  it("says that there is no GPU where WebGPU finds none", async () => {
    const config = configOf();
    const onGpu = new Learner(config, weightsOf(config, "weights"), { threads: 1, device: "webgpu" });
    const attempt = onGpu.forward([{ ids: [1, 2] }], ["logprob"]).catch((error: unknown) => error);
    const result = await attempt;
    if (result instanceof Error) expect(result).toBeInstanceOf(UserError);
    else expect(result).toHaveProperty("logprob");
  });
});
