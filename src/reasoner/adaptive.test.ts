import { describe, expect, it } from "vitest";
import type { Model } from "../core/model.ts";
import { random } from "../core/random.ts";
import { ask } from "../core/task.ts";
import { makeContext, memoryCalls } from "../evolution/context.ts";
import countdown from "../task-creator/families/countdown.ts";
import open from "../task-creator/families/open.ts";
import adaptive, { leading } from "./adaptive.ts";

const can = { logprobs: false, next: false, score: false, train: false, ids: false, batch: 8, outputs: [] };

/** A model that says these replies in turn, and how many it was asked for. */
function saying(replies: readonly string[]): { model: Model; asked: () => number } {
  let said = 0;
  const next = () => ({ text: replies[said++ % replies.length], ids: [], finish: "stop" as const, promptTokens: 5 });
  const model: Model = {
    name: "saying",
    version: "saying@1",
    can,
    sample: (_, o) => Promise.resolve(Array.from({ length: o.n }, next)),
  };
  return { model, asked: () => said };
}

const free = open.create(open.options.parse({}));
const numbers = countdown.create(countdown.options.parse({}));
const contextOf = (model: Model) =>
  makeContext({
    models: { reasoner: model },
    families: new Map([free, numbers].map((family) => [family.id, family])),
    calls: memoryCalls(),
    seed: "1",
  });
const reason = adaptive.create(adaptive.options.parse({}));
const boxed = (answer: number): string => `It is \\boxed{${answer}}`;

describe("adaptive", () => {
  it.each([
    ["a vote of one mind at once", [boxed(7)], 4, "7"],
    ["a vote with a clear lead when it is clear", [boxed(7), boxed(7), boxed(8), boxed(7)], 12, "7"],
    ["a vote that stays open at its cap", [boxed(7), boxed(8), boxed(9), boxed(10), boxed(8)], 16, "8"],
  ])("ends %s", async (_, replies, samples, answer) => {
    const { model, asked } = saying(replies);
    const { solutions } = await reason(free.question("How many?"), contextOf(model));
    expect(asked()).toBe(samples);
    expect(solutions).toHaveLength(samples);
    expect(solutions[0].answer).toBe(answer);
  });

  it("ends with the first reply that the question's own check accepts", async () => {
    const task = numbers.generate(random("adaptive"), { difficulty: 3, split: "eval" });
    const right = numbers.solve(task, random("solve")) ?? "";
    const { model, asked } = saying(["1 + 1 = 2 ;", "nonsense", "1 + 1 = 3 ;", "2 + 2 = 4 ;", "nonsense", right]);
    const { solutions } = await reason(ask(task), contextOf(model));
    expect(solutions[0].text).toBe(right);
    expect(asked()).toBe(8);
  });

  it("weighs a lead by the Beta criterion", () => {
    // P(p > 1/2) under Beta(first + 1, second + 1), by numbers.
    const byNumbers = (first: number, second: number): number => {
      const n = 20_000;
      let above = 0;
      let all = 0;
      for (let i = 0; i < n; i++) {
        const p = (i + 0.5) / n;
        const weight = p ** first * (1 - p) ** second;
        all += weight;
        if (p > 0.5) above += weight;
      }
      return above / all;
    };
    for (const [first, second] of [
      [0, 0],
      [3, 0],
      [4, 0],
      [4, 1],
      [7, 5],
      [12, 3],
    ] as const) {
      expect(leading(first, second)).toBeCloseTo(byNumbers(first, second), 4);
    }
    expect(leading(3, 0)).toBeLessThan(0.95);
    expect(leading(4, 0)).toBeGreaterThan(0.95);
  });
});
