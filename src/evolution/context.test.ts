import { describe, expect, it } from "vitest";
import { Budget } from "../core/budget.ts";
import type { Completion, Model, Sampling } from "../core/model.ts";
import { SampleError } from "../engine/remote.ts";
import { makeContext, memoryCalls } from "./context.ts";

const can = { logprobs: false, next: false, score: false, train: false, ids: false, batch: 8, outputs: [] };
const prompt = { messages: [{ role: "user", content: "?" }] } as const;
const asked: Sampling = { n: 4, seed: "s", maxTokens: 8 };

/** A model that answers by `reply`, and the requests that it got. */
function fake(reply: (i: number, o: Sampling) => Partial<Completion> | Promise<never>): {
  model: Model;
  requests: Sampling[];
} {
  const requests: Sampling[] = [];
  const model: Model = {
    name: "fake",
    version: "fake@1",
    can,
    sample: async (_, o) => {
      requests.push(o);
      const wanted = o.only ?? Array.from({ length: o.n }, (_none, i) => i);
      return Promise.all(
        wanted.map(async (i) => ({ text: `${i}`, ids: [], finish: "stop", promptTokens: 3, ...(await reply(i, o)) })),
      );
    },
  };
  return { model, requests };
}

describe("Context.sample", () => {
  it("asks again only for what was not answered, and pays for nothing twice", async () => {
    let up = false;
    const cost = { calls: 1, inputTokens: 3, outputTokens: 2, money: 0.5 };
    const { model, requests } = fake((i) => (i % 2 === 0 || up ? { cost } : { finish: "abort", cost }));
    const calls = memoryCalls();
    const run = async () => {
      const budget = new Budget();
      const c = makeContext({ models: { reasoner: model }, families: new Map(), calls, seed: "1", budget });
      const samples = await c.sample("reasoner", prompt, asked);
      return { texts: samples.map(({ text }) => text), finishes: samples.map(({ finish }) => finish), budget };
    };
    expect((await run()).finishes).toEqual(["stop", "abort", "stop", "abort"]);
    up = true;
    const { texts, finishes, budget } = await run();
    expect(requests.map(({ only }) => only)).toEqual([undefined, [1, 3]]);
    expect([texts, finishes]).toEqual([["0", "1", "2", "3"], Array(4).fill("stop")]);
    expect(budget.spent).toEqual({ calls: 4, inputTokens: 12, outputTokens: 8, money: 2 });
    await run();
    expect(requests).toHaveLength(2);
  });

  it("counts calls in flight, and what failed tries cost", async () => {
    const budget = new Budget({ calls: 4 });
    const spent = { calls: 3, inputTokens: 9, outputTokens: 0 };
    let during: string | undefined;
    const { model } = fake(() => {
      during = budget.exhausted;
      return Promise.reject(new SampleError("the server is gone", spent));
    });
    const c = makeContext({
      models: { reasoner: model },
      families: new Map(),
      calls: memoryCalls(),
      seed: "1",
      budget,
    });
    await expect(c.sample("reasoner", prompt, asked)).rejects.toThrow("the server is gone");
    expect(during).toBe("calls");
    expect([budget.spent, budget.held.calls]).toEqual([spent, 0]);
  });

  it("ends calls in flight at the budget's deadline", async () => {
    const budget = new Budget({ deadline: performance.now() + 30 });
    const { model } = fake(
      (_, o) =>
        new Promise((_resolve, reject) => o.signal?.addEventListener("abort", () => reject(new Error("cut off")))),
    );
    const c = makeContext({
      models: { reasoner: model },
      families: new Map(),
      calls: memoryCalls(),
      seed: "1",
      budget,
    });
    await expect(c.sample("reasoner", prompt, asked)).rejects.toThrow("cut off");
    expect(budget.exhausted).toBe("deadline");
  });
});
