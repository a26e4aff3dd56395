import { describe, expect, it } from "vitest";
import type { Evaluator } from "../core/contracts.ts";
import type { Model } from "../core/model.ts";
import { random } from "../core/random.ts";
import { ask, type Task } from "../core/task.ts";
import { scripted } from "../engine/scripted.ts";
import { Tabular } from "../engine/tabular.ts";
import { makeContext, memoryCalls } from "../evolution/context.ts";
import bits from "../task-creator/families/bits.ts";
import progressAdvantage, { advantages, bestOf } from "./progress-advantage.ts";
import { solutionOf } from "./testing.ts";

const secretBits = bits.create(bits.options.parse({}));
const contextOf = (reasoner: Model, { judge }: { judge?: Evaluator } = {}) =>
  makeContext({
    models: { reasoner },
    families: new Map([["bits", secretBits]]),
    calls: memoryCalls(),
    seed: "judges",
    ...(judge ? { evaluator: judge } : {}),
  });
const make = (o: object = {}) => progressAdvantage.create(progressAdvantage.options.parse(o));

describe("progress-advantage", () => {
  const n = 4;
  const task: Task = secretBits.generate(random("pav"), { difficulty: n, split: "train" });
  const secret = [...(task.secret.answer ?? "")].filter((bit) => bit === "0" || bit === "1");
  const success = (correct: number | undefined): number => (correct === undefined ? 0 : 2 ** -(n - correct));

  it("on BITS under a uniform prover: A = 2^−(n−k−1) − 2^−(n−k) for a right bit, below 0 for a wrong one, then 0", () => {
    for (let k = 0; k < n; k++) {
      const right = advantages([success(k), success(k + 1)], 1)[0];
      expect(right).toBeCloseTo(2 ** -(n - k - 1) - 2 ** -(n - k), 12);
      expect(right).toBeGreaterThan(0);
      expect(advantages([success(k), success(undefined), success(undefined)], 1)).toEqual([-success(k), 0]);
    }
    expect(bestOf(0.25, 4)).toBeCloseTo(1 - 0.75 ** 4, 12);
    expect(advantages([0.25, 0.5], 4)[0]).toBeCloseTo(1 - 0.5 ** 4 - (1 - 0.75 ** 4), 12);
  });

  it("estimates them from completions of each prefix", async () => {
    // Every token half 0 and half 1 while bits are left, then the end.
    const model = new Tabular({
      words: secretBits.words,
      end: secretBits.end,
      contextOf: (ids) => String(ids.length - opened),
    });
    const opened = model.tokenizer.encode(secretBits.prompt(ask(task), "short")).length;
    const row = (likely: readonly string[]) => secretBits.words.map((word) => (likely.includes(word) ? 0 : -50));
    for (let k = 0; k < n; k++) model.setLogits(String(k), row(["0", "1"]));
    model.setLogits(String(n), row([secretBits.end]));
    const judge: Evaluator = async ({ solutions }) =>
      solutions.map(({ id, text }) => ({
        of: id,
        by: "oracle",
        level: "outcome",
        score: Number(secretBits.verify(task, text, "short").correct),
        calls: [],
      }));
    const wrong = secret[1] === "0" ? "1" : "0";
    const solution = solutionOf({ steps: [secret[0], wrong, secret[2]] });
    const group = { task, solutions: [solution], judgements: [], trees: [], episodes: [] };
    const [found] = await make({ m: 1500, k: 1, alpha: 2 })(group, contextOf(model, { judge }));
    const [v0, v1] = [1 / 16, 1 / 8];
    const expected = [v1 + 2 * (v1 - v0), -2 * v1, 0];
    // Four standard errors of 3·v₁ − 2·v₀ from means of 1500.
    for (const [i, value] of (found.perStep ?? []).entries()) expect(Math.abs(value - expected[i])).toBeLessThan(0.11);
    expect(found.perStep).toHaveLength(3);
    expect(found.score).toBe(0);
  });

  it("as the run's own evaluator asks the family's check, and says what is missing where there is none", async () => {
    const group = { task, solutions: [solutionOf({ steps: ["0"] })], judgements: [], trees: [], episodes: [] };
    const evaluate = make();
    const script = scripted([{ match: /(?:)/u, replies: [";"], cycle: true }]);
    await expect(evaluate(group, contextOf(script, { judge: evaluate }))).rejects.toThrow(/bits has no check/u);
  });
});
