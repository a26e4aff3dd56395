import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UserError } from "../core/errors.ts";
import type { AdamW, Model, Output, Outputs, Sequence, Trainable } from "../core/model.ts";
import { random } from "../core/random.ts";
import { gap, notRefused } from "./suite.ts";

export interface TrainableSuite {
  /** A model with fixed weights that differ from a uniform policy; made once, and every test trains a clone of it. */
  make(): Promise<Trainable>;
  /** At least two sequences of different lengths, without an end in the middle. */
  readonly sequences: readonly Sequence[];
  /** Relative error allowed between gradients and finite differences: float32 needs about .03. */
  readonly tolerance: number;
}

/** What every engine that trains must do (contract Trainable). Its optimizer is AdamW. */
export function trainableSuite(name: string, suite: TrainableSuite): void {
  const { sequences: batch } = suite;
  const [first, ...others] = batch;
  const update: AdamW = { lr: 0.01, weightDecay: 0.1, clip: 1 };
  let base: Trainable;
  let start: Model;
  let dir: string;

  const logprobs = async (model: Trainable): Promise<Float32Array[]> =>
    (await model.forward(batch, ["logprob"])).logprob ?? [];

  /** Random coefficients of an output, shaped like it; multiples of 1/8, so that their sums are exact. */
  const coefficients = async (model: Trainable, output: Output, seed: string): Promise<Float32Array[]> => {
    const source = random(`${output}/${seed}`);
    const values = (await model.forward(batch, [output]))[output] ?? [];
    return values.map((row) => row.map(() => (source.int(17) - 8) / 8));
  };

  /** One update that makes different losses visible in the weights. */
  const train = async (model: Trainable, seed: string, o: AdamW = update): Promise<void> => {
    await model.backward(batch, { logprob: await coefficients(model, "logprob", seed) });
    await model.step(o);
  };

  /** Σ c · output. */
  const loss = async (model: Trainable, output: Output, c: readonly Float32Array[]): Promise<number> => {
    const values = (await model.forward(batch, [output]))[output] ?? [];
    return values.reduce((sum, row, i) => row.reduce((total, value, k) => total + value * c[i][k], sum), 0);
  };

  /**
   * Plain gradient descent by rate on Σ gradients · output: with an ε far above every gradient, the first step of Adam
   * is that of gradient descent by lr/ε. Gives the norm of the gradient.
   */
  const descend = async (model: Trainable, gradients: Outputs, rate: number): Promise<number> => {
    const huge = 1e6;
    await model.backward(batch, gradients);
    return (await model.step({ lr: rate * huge, eps: huge })).gradNorm;
  };

  describe(`${name}: the contract Trainable`, () => {
    beforeAll(async () => {
      base = await suite.make();
      start = await base.freeze();
      await base.reference("start", start);
      // Away from the reference, where the divergence and its gradient are 0.
      await train(base, "away", { lr: 0.1 });
      await train(base, "further away", { lr: 0.1 });
      await base.resetOptimizer();
      dir = await mkdtemp(join(tmpdir(), "trainable-"));
    });
    afterAll(async () => {
      await rm(dir, { recursive: true, force: true });
      await base.close?.();
    });

    it("gives outputs aligned with the ids: nothing at the first, log-probs and entropies as sampling has them", async ({
      skip,
    }) => {
      skip(!base.can.next || !base.can.score, "no next or score");
      const { logprob = [], entropy } = await base.forward(
        batch,
        base.can.outputs.includes("entropy") ? ["logprob", "entropy"] : ["logprob"],
      );
      for (const [i, { ids }] of batch.entries()) {
        expect(logprob[i]).toHaveLength(ids.length);
        expect(logprob[i][0]).toBe(0);
        const [score] = (await base.score?.([{ prompt: { ids: ids.slice(0, 1) }, ids: ids.slice(1) }])) ?? [];
        expect(gap(logprob[i].slice(1), score)).toBeLessThanOrEqual(1e-4);
        const prefixes = ids.slice(1).map((_, t) => ({ ids: ids.slice(0, t + 1) }));
        const all = (await base.next?.(prefixes, "all")) ?? [];
        const entropies = all.map((next) => -next.logprobs.reduce((sum, log) => sum + Math.exp(log) * log, 0));
        expect(gap(entropy?.[i] ?? [0, ...entropies], [0, ...entropies])).toBeLessThanOrEqual(1e-4);
      }
    });

    it("gives each sequence what it gets alone", async () => {
      const together = await logprobs(base);
      for (const [i, sequence] of batch.entries()) {
        const { logprob = [] } = await base.forward([sequence], ["logprob"]);
        expect(gap(logprob[0], together[i])).toBeLessThanOrEqual(1e-5);
      }
    });

    it("has gradients of every output that finite differences confirm", async () => {
      const outputs = new Set<Output>([...base.can.outputs, "klTo:start"]);
      const copy = async (): Promise<Trainable> => {
        const model = await base.clone();
        await model.reference("start", start);
        return model;
      };
      for (const output of outputs) {
        const [a, b] = [await coefficients(base, output, "a"), await coefficients(base, output, "b")];
        const sum = a.map((row, i) => row.map((value, k) => value + b[i][k]));
        const norm = async (c: Float32Array[]): Promise<number> => descend(await copy(), { [output]: c }, 0);
        const [ofA, ofB, ofSum] = [await norm(a), await norm(b), await norm(sum)];
        expect(ofA * ofB).toBeGreaterThan(0);
        // ∇a·∇a and ∇a·∇b from norms alone, against how the loss of a changes along each gradient.
        const products = [ofA ** 2, (ofSum ** 2 - ofA ** 2 - ofB ** 2) / 2];
        for (const [along, product] of [
          [a, products[0]],
          [b, products[1]],
        ] as const) {
          const rate = 0.005 / (along === a ? ofA : ofB);
          const [up, down] = [await copy(), await copy()];
          await descend(up, { [output]: along.map((row) => row.map((value) => -value)) }, rate);
          await descend(down, { [output]: along }, rate);
          const difference = (await loss(up, output, a)) - (await loss(down, output, a));
          const error = Math.abs(difference / (2 * rate) - product) / (ofA * (along === a ? ofA : ofB));
          expect(error, `${output}: ${difference / (2 * rate)} against ${product}`).toBeLessThan(suite.tolerance);
        }
      }
    });

    it("accumulates gradients as a pure sum, over calls and over sequences", async () => {
      const a = await coefficients(base, "logprob", "a");
      const b = await coefficients(base, "logprob", "b");
      const [sum, calls, rows] = [await base.clone(), await base.clone(), await base.clone()];
      await sum.backward(batch, { logprob: a.map((row, i) => row.map((value, k) => value + b[i][k])) });
      await calls.backward(batch, { logprob: a });
      await calls.backward(batch, { logprob: b });
      for (const [i, sequence] of batch.entries()) {
        await rows.backward([sequence], { logprob: [a[i].map((value, k) => value + b[i][k])] });
      }
      const norms = await Promise.all([sum, calls, rows].map(async (model) => (await model.step(update)).gradNorm));
      expect(
        gap(
          norms.map((norm) => norm / norms[0]),
          [1, 1, 1],
        ),
      ).toBeLessThanOrEqual(1e-5);
      const expected = (await logprobs(sum)).flatMap((row) => [...row]);
      expect(
        gap(
          (await logprobs(calls)).flatMap((row) => [...row]),
          expected,
        ),
      ).toBeLessThanOrEqual(1e-4);
      expect(
        gap(
          (await logprobs(rows)).flatMap((row) => [...row]),
          expected,
        ),
      ).toBeLessThanOrEqual(1e-4);
    });

    it("learns nothing from tokens whose gradient is 0, nor from the first token of a sequence", async () => {
      const c = await coefficients(base, "logprob", "a");
      const zero = c.map((row) => row.map(() => 0));
      const idle = await base.clone();
      expect(await descend(idle, { logprob: zero.map((row) => row.map((_, t) => (t === 0 ? 5 : 0))) }, 1)).toBe(0);
      expect(await logprobs(idle)).toEqual(await logprobs(base));
      const [with0, without] = [await base.clone(), await base.clone()];
      await with0.backward(batch, { logprob: [c[0], ...zero.slice(1)] });
      await without.backward([first], { logprob: [c[0]] });
      const norms = [await with0.step(update), await without.step(update)].map(({ gradNorm }) => gradNorm);
      expect(Math.abs(norms[0] / norms[1] - 1)).toBeLessThan(1e-5);
    });

    it("changes nothing, and says so, when a gradient is not finite or there is none", async () => {
      const model = await base.clone();
      await train(model, "a");
      const same = await model.clone();
      const version = model.version;
      for (const wrong of [NaN, Infinity]) {
        const c = (await coefficients(model, "logprob", "b")).map((row) =>
          row.map((value, t) => (t === 1 ? wrong : value)),
        );
        await model.backward(batch, { logprob: c });
        expect(await model.step(update)).toMatchObject({ skipped: true });
      }
      expect(await model.step(update)).toEqual({ gradNorm: 0, skipped: true });
      expect(await logprobs(model)).toEqual(await logprobs(same));
      expect(model.version).toBe(version);
      await train(model, "c");
      await train(same, "c");
      expect(await logprobs(model)).toEqual(await logprobs(same));
    });

    it("reports the gradient's norm before clipping and moves by no more than the clip", async () => {
      const c = await coefficients(base, "logprob", "a");
      const norm = await descend(await base.clone(), { logprob: c }, 0);
      const clip = norm / 4;
      const [clipped, slower] = [await base.clone(), await base.clone()];
      await clipped.backward(batch, { logprob: c });
      expect((await clipped.step({ lr: 1e5, eps: 1e6, clip })).gradNorm / norm).toBeCloseTo(1, 4);
      await descend(slower, { logprob: c }, 0.1 / 4);
      const [a, b] = [await logprobs(clipped), await logprobs(slower)];
      for (const i of batch.keys()) expect(gap(a[i], b[i])).toBeLessThanOrEqual(1e-4);
    });

    it("reaches the same weights and version by the same updates, and other versions by others", async () => {
      const models = [await base.clone(), await base.clone(), await base.clone()];
      expect(models.map(({ version }) => version)).toEqual(models.map(() => base.version));
      for (const [i, model] of models.entries()) await train(model, i === 2 ? "b" : "a");
      const [a, again, other] = models;
      expect(await logprobs(again)).toEqual(await logprobs(a));
      expect(again.version).toBe(a.version);
      expect(new Set([base.version, a.version, other.version]).size).toBe(3);
    });

    it("learns what it is shown", async () => {
      const model = await base.clone();
      const total = async (): Promise<number> =>
        (await logprobs(model)).flatMap((row) => [...row]).reduce((sum, value) => sum + value, 0);
      const before = await total();
      for (let i = 0; i < 20; i++) {
        await model.backward(batch, { logprob: batch.map(({ ids }) => new Float32Array(ids.length).fill(-1)) });
        await model.step({ lr: 0.02 });
      }
      expect(await total()).toBeGreaterThan(before + 1);
    });

    it("clones independently, the optimizer's state included", async () => {
      const model = await base.clone();
      await train(model, "a");
      const copy = await model.clone();
      const before = await logprobs(model);
      expect(await logprobs(copy)).toEqual(before);
      await train(copy, "b");
      expect(await logprobs(model)).toEqual(before);
      await train(model, "b");
      expect(await logprobs(model)).toEqual(await logprobs(copy));
      expect(await logprobs(model)).not.toEqual(before);
    });

    it("freezes a copy that stays as it is and refuses training", async () => {
      const model = await base.clone();
      const frozen = await model.freeze();
      const asked = { n: 4, seed: "s", maxTokens: 4 };
      const before = await frozen.sample({ ids: first.ids.slice(0, 2) }, asked);
      for (const seed of ["a", "b", "c"]) await train(model, seed);
      expect(await frozen.sample({ ids: first.ids.slice(0, 2) }, asked)).toEqual(before);
      expect(frozen.can.train).toBe(false);
      expect(await notRefused({ "training the frozen copy": () => tryToTrain(frozen, first) })).toEqual([]);
    });

    it("diverges by 0 from a fresh reference and by Σ p log(p/q) after training", async ({ skip }) => {
      const model = await base.clone();
      const frozen = await model.freeze();
      await model.reference("fresh", frozen);
      const at = async (): Promise<Float32Array[]> => (await model.forward(batch, ["klTo:fresh"]))["klTo:fresh"] ?? [];
      for (const [i, row] of (await at()).entries())
        expect(gap(row, new Float32Array(batch[i].ids.length))).toBeLessThan(1e-5);
      for (const seed of ["a", "b", "c", "d"]) await train(model, seed);
      skip(!model.can.next, "no distributions to compare with");
      const [row] = await at();
      const prefixes = first.ids.slice(1).map((_, t) => ({ ids: first.ids.slice(0, t + 1) }));
      const p = (await model.next?.(prefixes, "all")) ?? [];
      const q = (await frozen.next?.(prefixes, "all")) ?? [];
      const expected = p.map(({ logprobs: own }, t) =>
        own.reduce((sum, log, id) => sum + Math.exp(log) * (log - q[t].logprobs[id]), 0),
      );
      expect(gap(row, [0, ...expected])).toBeLessThanOrEqual(1e-4);
      expect(Math.max(...row)).toBeGreaterThan(1e-4);
    });

    it("blends weights: 0 keeps, 1 takes over, ½ with itself changes nothing", async () => {
      const [model, other] = [await base.clone(), await base.clone()];
      for (const seed of ["a", "b"]) await train(other, seed);
      await model.blend(other, 0);
      expect(await logprobs(model)).toEqual(await logprobs(base));
      await model.blend(await model.clone(), 0.5);
      expect(await logprobs(model)).toEqual(await logprobs(base));
      await model.blend(other, 0.5);
      expect(await logprobs(model)).not.toEqual(await logprobs(base));
      await model.blend(other, 1);
      expect(await logprobs(model)).toEqual(await logprobs(other));
    });

    it("goes on after loading as if it had not been saved", async () => {
      const model = await base.clone();
      for (const seed of ["a", "b"]) await train(model, seed);
      const at = join(dir, "whole");
      await model.save(at, { optimizer: true });
      const loaded = await base.clone();
      await train(loaded, "something else");
      await loaded.load(at);
      expect(loaded.version).toBe(model.version);
      const asked = { n: 4, seed: "s", maxTokens: 6 };
      const sample = (from: Trainable) => from.sample({ ids: first.ids.slice(0, 2) }, asked);
      expect(await sample(loaded)).toEqual(await sample(model));
      await train(loaded, "c");
      await train(model, "c");
      expect(await logprobs(loaded)).toEqual(await logprobs(model));
      expect(loaded.version).toBe(model.version);
    });

    it("starts the optimizer anew on demand and after loading weights only", async () => {
      const model = await base.clone();
      for (const seed of ["a", "b"]) await train(model, seed);
      const at = join(dir, "weights");
      await model.save(at, { optimizer: false });
      const [reset, loaded] = [await model.clone(), await model.clone()];
      await reset.resetOptimizer();
      await loaded.load(at);
      for (const each of [model, reset, loaded]) await train(each, "c");
      expect(await logprobs(reset)).not.toEqual(await logprobs(model));
      expect(await logprobs(loaded)).toEqual(await logprobs(reset));
    });

    it("repeats a pass with dropout for the same seed", async () => {
      const pass = async () => base.forward(batch, ["logprob"], { dropoutSeed: 7 });
      expect(await pass()).toEqual(await pass());
    });

    it("refuses what does not fit, and stays usable", async () => {
      const model = await base.clone();
      const c = await coefficients(model, "logprob", "a");
      const broken = join(dir, "broken");
      await model.save(broken, { optimizer: true });
      for (const file of await filesOf(broken)) await writeFile(file, "{");
      expect(
        await notRefused({
          "an unknown output": () => model.forward(batch, ["head:none of its own"]),
          "gradients of an unknown output": () => model.backward(batch, { "head:none of its own": c }),
          "gradients of another length": () => model.backward(batch, { logprob: c.map((row) => row.slice(1)) }),
          "gradients of another batch": () => model.backward(others, { logprob: c }),
          "an unknown token": () => model.forward([{ ids: [0, model.tokenizer?.size ?? 0] }], ["logprob"]),
          "a folder without a checkpoint": () => model.load(join(dir, "nothing")),
          "a broken checkpoint": () => model.load(broken),
        }),
      ).toEqual([]);
      expect(await logprobs(model)).toEqual(await logprobs(base));
      expect(await model.step(update)).toMatchObject({ skipped: true });
    });
  });
}

/** Calls what a model offers of training; a frozen one offers nothing, which is as good a refusal. */
async function tryToTrain(model: object, sequence: Sequence): Promise<void> {
  if (!isTrainable(model)) throw new UserError("nothing to train with", "train the model that it was frozen from");
  await model.backward([sequence], { logprob: [new Float32Array(sequence.ids.length).fill(1)] });
  await model.step({ lr: 0.1 });
}

function isTrainable(model: object): model is Pick<Trainable, "backward" | "step"> {
  return "backward" in model && "step" in model;
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
