import { afterEach, describe, expect, it } from "vitest";
import { UserError } from "../../core/errors.ts";
import type { Message, Prompt } from "../../core/model.ts";
import { type RemoteCompletion, type RemoteSampling, SampleError } from "../remote.ts";
import { type MockFault, type MockOptions, type MockServer, startMockServer } from "../testing/mock-server.ts";
import { openOpenAI, type OpenAIModel, type OpenAIOptions } from "./openai.ts";

let servers: MockServer[] = [];
afterEach(async () => {
  for (const server of servers) await server.close();
  servers = [];
});

const rich: Partial<MockOptions> = { ids: true, echo: true, stops: "included", prefix: "flags", topK: true };
let opened = 0;

/** What trials would find out, so that tests need not wait for them. */
function knownOf(mock: Partial<MockOptions>): OpenAIOptions["known"] {
  const { logprobs = "served", guided, prefix = "none", ids = false, echo = false, topK = false } = mock;
  const way = logprobs === "served" || logprobs === "garbage" ? "model" : logprobs === "sampled" && logprobs;
  const strict = guided === "structured_outputs" && guided;
  return {
    api: mock.chat === false ? "completions" : "chat",
    limit: mock.limit ?? "max_tokens",
    n: mock.n === undefined || mock.n === "served",
    seed: mock.seed === undefined || mock.seed === "served",
    logprobs: way,
    topLogprobs: way === false ? 0 : 3,
    ids,
    idPrompts: ids,
    echo,
    tokenize: ids,
    stops: mock.stops ?? "cut",
    stream: mock.stream === false ? false : "with usage",
    prefix: prefix !== "none" && prefix,
    topK,
    json: guided !== "none" && guided !== undefined && guided,
    regex: strict,
    choice: strict,
    grammar: false,
  };
}

/** A model whose server fails by script. */
async function open(
  mock: Partial<MockOptions> = {},
  fault: (request: number) => MockFault | undefined = () => undefined,
  o: Partial<OpenAIOptions> = {},
): Promise<{ model: OpenAIModel; server: MockServer }> {
  const server = await startMockServer({
    reply: (prompt, seed) => `${prompt} ${seed % 1000} is said`,
    ...mock,
    fault,
  });
  servers.push(server);
  const endpoint = { backoff: 1, attempts: 4, timeout: 2000, ...o.endpoint };
  const model = await openOpenAI({
    model: `model-${++opened}`,
    baseURL: server.url,
    known: knownOf(mock),
    ...o,
    endpoint,
  });
  return { model, server };
}
const ask = (...contents: string[]): Prompt => ({
  messages: contents.map((content, i): Message => ({ role: i % 2 === 0 ? "user" : "assistant", content })),
});
const options: RemoteSampling = { n: 4, seed: "s", maxTokens: 50 };
const sample = (model: OpenAIModel, o: Partial<RemoteSampling> = {}, of: Prompt = ask("q")) =>
  model.sample(of, { ...options, ...o });
const texts = (completions: readonly RemoteCompletion[]): string[] => completions.map(({ text }) => text);

describe("replies that are faults", () => {
  const passing: Record<string, MockFault> = {
    "429 with Retry-After": { status: 429, headers: { "retry-after": "0.05" } },
    "429 without": { status: 429 },
    "500": { status: 500 },
    "half a JSON": "half",
    "an empty object": "nothing",
    "no choices": "no-choices",
    "a dropped connection": "drop",
  };
  for (const [what, fault] of Object.entries(passing)) {
    it(`goes on after ${what}`, async () => {
      const good = await open();
      const bad = await open({}, (request) => (request < 2 ? fault : undefined));
      expect(texts(await sample(bad.model))).toEqual(texts(await sample(good.model)));
      expect(bad.server.requests).toHaveLength(3);
      expect(bad.model.endpoint.figures.retries).toBe(2);
    });
  }

  it("goes on after a server that hangs", async () => {
    const { model, server } = await open({}, (request) => (request === 0 ? "hang" : undefined), {
      endpoint: { timeout: 150 },
    });
    expect(texts(await sample(model))[0]).toMatch(/^q \d+ is said$/);
    expect(server.requests).toHaveLength(2);
  });

  it("asks for what is missing of n, and gets the same completions", async () => {
    const good = await open();
    const short = await open({}, (request) => (request < 2 ? "wrong-n" : undefined));
    expect(texts(await sample(short.model, { n: 5 }))).toEqual(texts(await sample(good.model, { n: 5 })));
    expect(short.server.requests.map(({ n }) => n)).toEqual([5, 1, 1]);
    expect(short.model.notes).toContain("the server gave 4 choices for n = 5");
  });

  it("keeps a text whose log-probs are nonsense, and says so", async () => {
    const { model } = await open({}, () => "garbage-logprobs");
    const [first] = await sample(model);
    expect(first.text).toMatch(/^q \d+ is said$/);
    expect([first.logprobs, first.error]).toEqual([undefined, undefined]);
    expect(model.notes).toContain("log-probs that are none were dropped");
  });

  it("tries a stream that was cut again, unless somebody has seen its beginning", async () => {
    const cut = (request: number): MockFault | undefined => (request === 0 ? "cut-stream" : undefined);
    const unseen = await open({ stops: "cut" }, cut);
    const [whole] = await sample(unseen.model, { n: 1, stop: ["is"] });
    expect(whole).toMatchObject({ finish: "stop", text: expect.stringMatching(/^q \d+ is$/) });
    expect(unseen.server.requests).toHaveLength(2);

    const seen = await open({}, (request) => (request === 1 ? "cut-stream" : undefined));
    let shown = "";
    await sample(seen.model, { n: 1 });
    const [partial] = await sample(seen.model, { n: 1, onToken: (_, __, text) => (shown += text) });
    expect(partial).toMatchObject({ text: shown, finish: "abort", error: { message: "the stream broke off" } });
    expect(shown).toMatch(/^q \d+$/);
    expect(seen.server.requests).toHaveLength(2);
  });

  it("gives the completions that could be had, and the others as data", async () => {
    const failing = (request: number): MockFault | undefined => (request % 4 === 1 ? { status: 500 } : undefined);
    const { model } = await open({ n: "one" }, failing, { endpoint: { attempts: 1 } });
    const got = await sample(model, { n: 8 });
    expect(got).toHaveLength(8);
    const [failed, had] = [got.filter(({ error }) => error), got.filter(({ error }) => !error)];
    expect(failed).toHaveLength(2);
    expect(had.every(({ finish }) => finish === "stop")).toBe(true);
    for (const { finish, error, text, cost } of failed) {
      expect(finish).toBe("abort");
      expect(error).toEqual({ where: "sample", message: "the server answers 500 by script" });
      expect([text, cost.calls]).toEqual(["", 1]);
    }
  });

  it("says why, if none could be had: SampleError where it may pass, UserError where it will not", async () => {
    const down = await open({}, () => ({ status: 500 }));
    await expect(sample(down.model)).rejects.toThrow(SampleError);
    await expect(sample(down.model)).rejects.toThrow("answers 500 by script");
    expect(down.server.requests).toHaveLength(8);
    for (const [fault, remedy] of [
      [{ status: 400, message: "context too long" }, /change/],
      [{ status: 404, message: "no such model" }, /name/],
      [{ status: 401, message: "key revoked" }, /key/],
    ] as const) {
      const { model, server } = await open({}, () => fault);
      const error: unknown = await sample(model).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(UserError);
      expect(error).toMatchObject({
        message: expect.stringContaining(fault.message),
        remedy: expect.stringMatching(remedy),
      });
      expect(server.requests).toHaveLength(1);
    }
  });

  it("keeps what had come when it is aborted", async () => {
    const { model, server } = await open({ n: "one" }, (request) => (request === 2 ? "hang" : undefined));
    const controller = new AbortController();
    const pending = sample(model, { signal: controller.signal });
    while (model.endpoint.figures.inFlight !== 1 || server.requests.length < 4) await new Promise(setImmediate);
    controller.abort();
    const got = await pending;
    expect(got.map(({ finish }) => finish).sort()).toEqual(["abort", "stop", "stop", "stop"]);
    expect(got.find(({ finish }) => finish === "abort")?.error?.where).toBe("abort");
    expect(model.endpoint.figures).toMatchObject({ inFlight: 0, queued: 0 });
  });
});

describe("requests", () => {
  it("puts n into one request where the server serves it, else makes as many; the completions are the same", async () => {
    const together = await open();
    const apart = await open({ n: "one" });
    expect(texts(await sample(apart.model, { n: 6 }))).toEqual(texts(await sample(together.model, { n: 6 })));
    expect([together.server.requests.length, apart.server.requests.length]).toEqual([1, 6]);
    expect(new Set(apart.server.requests.map(({ seed }) => seed)).size).toBe(6);
    expect(await sample(apart.model, { n: 0 })).toEqual([]);
  });

  it("asks for single ones of n, which are those that it would have been", async () => {
    for (const [n, requests] of [
      ["served", [2, 1]],
      ["one", [1, 1, 1]],
    ] as const) {
      const { model, server } = await open({ n });
      const all = texts(await sample(model, { n: 6 }));
      server.reset();
      expect(texts(await sample(model, { n: 6, only: [1, 2, 5] }))).toEqual([all[1], all[2], all[5]]);
      expect(server.requests.map((request) => request.n ?? 1)).toEqual(requests);
      expect(await sample(model, { n: 6, only: [] })).toEqual([]);
      for (const only of [[6], [-1], [1, 1], [2, 1], [0.5]]) {
        await expect(sample(model, { n: 6, only }), String(only)).rejects.toThrow(UserError);
      }
    }
  });

  it("goes on with the beginning of a reply in every way that servers know, and in words where they do not", async () => {
    for (const prefix of ["flags", "marked", "bare", "none"] as const) {
      const { model, server } = await open({ prefix, reply: () => "one two three" });
      const [{ text }] = await sample(model, { n: 1 }, ask("count", "one two"));
      expect(text).toBe(" three");
      expect(server.requests[0].messages).toHaveLength(prefix === "none" ? 3 : 2);
      expect(model.notes.some((note) => note.includes("in words"))).toBe(prefix === "none");
    }
  });

  it("tells a stop from an end, also where the server does not", async () => {
    for (const stops of ["included", "named", "cut"] as const) {
      const { model } = await open({ stops, reply: (_, seed) => (seed % 2 === 0 ? "go on. more." : "the end") });
      const got = await sample(model, { n: 4, stop: [".", "!"] });
      expect(texts(got).toSorted()).toEqual(["go on.", "go on.", "the end", "the end"]);
    }
  });

  it("shapes replies where the server can, and refuses where it cannot", async () => {
    const { model } = await open({ guided: "structured_outputs" });
    const [one] = await sample(model, { n: 1, guided: { choice: ["left", "right"] } });
    expect(["left", "right"]).toContain(one.text);
    expect((await sample(model, { n: 1, guided: { regex: "a[0-9]{2}" } }))[0].text).toBe("a77");
    const json = { type: "object", properties: { a: { enum: [1] } } };
    expect((await sample(model, { n: 1, guided: { json } }))[0].text).toBe('{"a":1}');
    await expect(sample(model, { guided: { grammar: "x" } })).rejects.toThrow("does not keep replies to a grammar");
    const plain = await open();
    await expect(sample(plain.model, { guided: { json } })).rejects.toThrow(UserError);
  });

  it("refuses what no server can stand in for", async () => {
    const { model } = await open({ logprobs: "ignored", completions: false });
    await expect(sample(model, { logits: () => {} })).rejects.toThrow("logit rules");
    await expect(sample(model, { topK: 3 })).rejects.toThrow("does not heed top-k");
    await expect(sample(model, { topLogprobs: 2 })).rejects.toThrow("log-probs of 0 tokens");
    await expect(sample(model, {}, { ids: [1] })).rejects.toThrow("reads no token ids");
    await model.close();
    await expect(sample(model)).rejects.toThrow("closed");
  });

  it("gives the most probable tokens, and log-probs under the right name", async () => {
    const { model } = await open();
    const [first] = await sample(model, { n: 1, topLogprobs: 2 });
    expect(first.tokens?.join("")).toBe(first.text);
    expect(first.top?.every((top, t) => top.length === 2 && top[0].token === first.tokens?.[t])).toBe(true);
    const heated = await open({ logprobs: "sampled" });
    const plain = await sample(heated.model, { n: 1 });
    expect([plain[0].logprobs !== undefined, plain[0].sampledLogprobs]).toEqual([true, undefined]);
    const [hot] = await sample(heated.model, { n: 1, temperature: 0.5 });
    expect([hot.logprobs, hot.sampledLogprobs !== undefined]).toEqual([undefined, true]);
  });

  it("scores tokens and names the next ones where the server gives ids", async () => {
    const { model } = await open(rich);
    const [completion] = await sample(model, { n: 1 });
    const { ids, logprobs = [] } = completion;
    const [scores] = (await model.score?.([{ prompt: ask("q"), ids }])) ?? [];
    expect([...scores]).toEqual([...logprobs]);
    expect(scores.length).toBe(4);
    const [next] = (await model.next?.([ask("q")], 2)) ?? [];
    expect([next.ids.length, next.logprobs[0] > next.logprobs[1]]).toEqual([2, true]);
    await expect(model.next?.([ask("q")], "all")).rejects.toThrow("at most");
  });
});

describe("costs", () => {
  it("adds up to what the server counts, the prompt once a request, by the user's prices", async () => {
    const prices = { "model-*": { input: 10, output: 100 }, "*": { input: 1e9, output: 1e9 } };
    for (const [n, prompts] of [
      ["served", 1],
      ["one", 4],
    ] as const) {
      const { model, server } = await open({ n }, undefined, { prices });
      const got = await sample(model, {}, ask("a longer question"));
      const total = (of: (c: RemoteCompletion) => number): number => got.reduce((sum, c) => sum + of(c), 0);
      expect(server.requests).toHaveLength(prompts);
      expect(total(({ cost }) => cost.calls)).toBe(4);
      expect(total(({ cost }) => cost.inputTokens)).toBe(3 * prompts);
      expect(got.map(({ cost }) => cost.outputTokens)).toEqual([6, 6, 6, 6]);
      expect(total(({ cost }) => cost.money ?? 0)).toBeCloseTo((3 * prompts * 10 + 24 * 100) / 1e6, 12);
      expect(got.some(({ estimated }) => estimated)).toBe(false);
    }
  });

  it("estimates where the server does not count, and says so", async () => {
    const { model } = await open({ usage: false, logprobs: "ignored" });
    const got = await sample(model, { n: 2 });
    for (const { cost, estimated, text, promptTokens } of got) {
      expect(estimated).toBe(true);
      expect(cost.outputTokens).toBe(Math.ceil(text.length / 4));
      expect(promptTokens).toBeGreaterThan(0);
    }
    expect(got.map(({ cost }) => cost.money)).toEqual([undefined, undefined]);
  });
});
