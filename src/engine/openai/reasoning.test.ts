/** Reasoners over a server that fails: the run goes on, or ends with its best so far and a clear word. */
import { afterEach, describe, expect, it } from "vitest";
import type { Evaluator } from "../../core/contracts.ts";
import type { Solution } from "../../core/solution.ts";
import { makeContext, memoryCalls } from "../../evolution/context.ts";
import { instantiate } from "../../evolution/resolver.ts";
import { findMethod } from "../../registry.ts";
import { type MockFault, type MockServer, startMockServer } from "../testing/mock-server.ts";
import { openOpenAI } from "./openai.ts";

let server: MockServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const known = { limit: "max_tokens", n: false, seed: true, logprobs: "model", ids: false, echo: false, stops: "cut" };
let opened = 0;

/** What bon with a vote says to one question when requests fail by script. */
async function vote(
  fault: (request: number) => MockFault | undefined,
  signal?: AbortSignal,
): Promise<readonly Solution[]> {
  server = await startMockServer({ reply: (_, seed) => `So it is. The answer is ${seed % 4 === 0 ? 7 : 5}.`, fault });
  const model = await openOpenAI({
    model: `m${++opened}`,
    baseURL: server.url,
    api: "chat",
    known,
    endpoint: { backoff: 1, maxBackoff: 4, attempts: 9, concurrency: 4 },
  });
  const family = await instantiate(findMethod, "family", { id: "countdown", options: {} });
  const evaluator: Evaluator = await instantiate(findMethod, "evaluator", { id: "self-consistency", options: {} });
  const reason = await instantiate(findMethod, "reasoner", { id: "bon", options: { n: 8, mode: "few-shot" } });
  const c = makeContext({
    models: { reasoner: model },
    families: new Map([[family.id, family]]),
    calls: memoryCalls(),
    seed: "reasoning test",
    evaluator,
    ...(signal ? { signal } : {}),
  });
  return (await reason({ id: "q", family: family.id, text: "How many?" }, c)).solutions;
}

describe("a vote over a server", () => {
  it("is the same whether or not requests had to be made again", async () => {
    const good = await vote(() => undefined);
    await server?.close();
    const faults: readonly MockFault[] = [
      { status: 429, headers: { "retry-after": "0" } },
      { status: 500 },
      "half",
      "nothing",
    ];
    const bad = await vote((request) => (request < 8 ? faults[request % 4] : undefined));
    expect(good[0].answer).toBe("5");
    expect(bad.map(({ answer }) => answer)).toEqual(good.map(({ answer }) => answer));
  });

  it("is held among the replies that came, and the others are failures", async () => {
    const solutions = await vote((request) => (request >= 3 ? { status: 500 } : undefined));
    expect(solutions).toHaveLength(8);
    expect(solutions.slice(0, 3).every(({ answer, error }) => answer !== undefined && !error)).toBe(true);
    expect(solutions.slice(3).every(({ error }) => error !== undefined)).toBe(true);
  });

  it("says why when nothing came", async () => {
    const [only, ...others] = await vote(() => ({ status: 503, message: "down for the night" }));
    expect(others).toEqual([]);
    expect(only.error).toMatchObject({ where: "sample", message: expect.stringContaining("down for the night") });
    await server?.close();
    const [wrong] = await vote(() => ({ status: 400, message: "no such field" }));
    expect(wrong.error?.message).toContain("no such field");
  });

  it("ends when it is aborted, with what had come", async () => {
    const controller = new AbortController();
    const solutions = await vote((request) => {
      if (request < 4) return undefined;
      setTimeout(() => controller.abort(), 20);
      return "hang";
    }, controller.signal);
    expect(solutions.filter(({ error }) => !error)).toHaveLength(4);
    expect(solutions.filter(({ error }) => error?.where === "abort")).toHaveLength(4);
  });
});
