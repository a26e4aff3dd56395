import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { UserError } from "../../core/errors.ts";
import { type MockOptions, type MockServer, startMockServer } from "../testing/mock-server.ts";
import { diskCache } from "./cache.ts";
import { openOpenAI, type OpenAIModel, type OpenAIOptions, type Surroundings } from "./openai.ts";

let server: MockServer | undefined;
const servers: MockServer[] = [];
// A port may be had again, so every server is asked for another model.
let opened = 0;
afterEach(async () => {
  for (const started of servers.splice(0)) await started.close();
});

async function open(
  mock: Partial<MockOptions>,
  o: Partial<OpenAIOptions> = {},
  around: Surroundings = {},
): Promise<OpenAIModel> {
  server = await startMockServer({ reply: () => "yes", ...mock });
  servers.push(server);
  return openOpenAI({ model: `m${++opened}`, baseURL: server.url, endpoint: { backoff: 1 }, ...o }, around);
}
const values = async (model: OpenAIModel): Promise<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(await model.capabilities()).map(([name, { value }]) => [name, value]));

describe("capabilities are probed", () => {
  it("finds all that a rich server has", async () => {
    const model = await open({
      logprobs: "served",
      ids: true,
      echo: true,
      stops: "included",
      stream: true,
      prefix: "flags",
      guided: "structured_outputs",
      topK: true,
    });
    expect(await values(model)).toEqual({
      api: "chat",
      limit: "max_tokens",
      n: true,
      seed: true,
      logprobs: "model",
      topLogprobs: 3,
      ids: true,
      idPrompts: true,
      echo: true,
      tokenize: true,
      stops: "included",
      stream: "with usage",
      prefix: "flags",
      topK: true,
      json: "structured_outputs",
      regex: "structured_outputs",
      choice: "structured_outputs",
      grammar: false,
    });
    expect(model.can).toMatchObject({ logprobs: true, score: true, next: false, ids: false, train: false, batch: 64 });
    expect(server?.requests.length).toBeLessThan(60);
  });

  it("notices a server that takes every parameter and heeds none", async () => {
    const model = await open({ n: "one", seed: "ignored", logprobs: "ignored", completions: false, prefix: "none" });
    const found = await model.capabilities();
    expect(await values(model)).toMatchObject({
      api: "chat",
      n: false,
      seed: false,
      logprobs: false,
      topLogprobs: 0,
      ids: false,
      echo: false,
      tokenize: false,
      stops: "cut",
      prefix: false,
      topK: false,
      json: false,
      regex: false,
      choice: false,
      grammar: false,
    });
    expect([found.n?.how, found.seed?.how, found.logprobs?.how]).toEqual([
      "1 for n = 2",
      "ignored: one seed, two texts",
      "ignored: none in the reply",
    ]);
    expect(model.can).toMatchObject({ logprobs: false, score: false });
    expect([model.score, model.next]).toEqual([undefined, undefined]);
  });

  it("notices refusals, log-probs that are none, and those after temperature", async () => {
    const refusing = await open({ n: "refused", seed: "refused", logprobs: "refused", stream: false });
    expect(await values(refusing)).toMatchObject({ n: false, seed: false, logprobs: false, stream: false });
    const nonsense = await open({ logprobs: "garbage" });
    expect((await nonsense.capabilities()).logprobs).toEqual({
      value: false,
      how: "nonsense: not all are numbers up to 0",
    });
    const heated = await open({ logprobs: "sampled" });
    expect((await heated.capabilities()).logprobs?.value).toBe("sampled");
  });

  it("finds the way to say things: the API, the limit, the stop, the beginning of a reply, the schema", async () => {
    const text = await open({ chat: false });
    expect(await values(text)).toMatchObject({ api: "completions", limit: "max_tokens", prefix: "bare" });
    const strict = await open({
      limit: "max_completion_tokens",
      stops: "named",
      prefix: "marked",
      guided: "response_format",
    });
    expect(await values(strict)).toMatchObject({
      api: "chat",
      limit: "max_completion_tokens",
      stops: "named",
      prefix: "marked",
      json: "response_format",
      regex: false,
    });
    expect(await values(await open({ prefix: "bare" }))).toMatchObject({ prefix: "flags" });
  });

  it("probes only what is needed, once a process, and not what is given or was found before", async () => {
    const model = await open({});
    const first = server?.requests.length ?? 0;
    expect(first).toBeLessThanOrEqual(13);
    await openOpenAI({ model: model.name, baseURL: server?.url });
    expect(server?.requests).toHaveLength(first);
    await model.capabilities();
    expect(server?.requests.length).toBeGreaterThan(first);

    const given = await open(
      {},
      { api: "chat", known: { limit: "max_tokens", seed: true, logprobs: false, ids: false, echo: false } },
    );
    expect(server?.requests).toHaveLength(0);
    expect((await given.capabilities()).seed).toEqual({ value: true, how: "given" });
  });

  it("keeps what it found on disk, without the key", async () => {
    const dir = mkdtempSync(join(tmpdir(), "autodidact-probes-"));
    try {
      const cache = diskCache(dir);
      const env = { THE_KEY: "secret" };
      const model = await open({ seed: "ignored", key: "secret" }, { keyFrom: "THE_KEY" }, { cache, env });
      const found = await model.capabilities();
      const [file] = readdirSync(dir);
      const text = readFileSync(join(dir, file), "utf8");
      expect(JSON.parse(text)).toEqual(found);
      expect(text).not.toContain("secret");
      expect(cache(file.replace(".json", "")).get()).toEqual(found);
      writeFileSync(join(dir, file), '{"seed": 1}');
      expect(cache(file.replace(".json", "")).get()).toEqual({});
      expect(cache("none").get()).toEqual({});
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it("says what is wrong: no key, a wrong key, no such model, nobody there", async () => {
    await expect(openOpenAI({ model: "m" }, { env: {} })).rejects.toThrow("OPENAI_API_KEY is empty");
    await expect(openOpenAI({ model: "", baseURL: "ftp://x" })).rejects.toThrow(UserError);
    await expect(open({ key: "secret" })).rejects.toThrow("does not take the key");
    const env = { THE_KEY: "secret" };
    const model = await openOpenAI({ model: "m", baseURL: server?.url, keyFrom: "THE_KEY" }, { env });
    expect(JSON.stringify([model.version, await model.capabilities()])).not.toContain("secret");
    await expect(open({ chat: false, completions: false })).rejects.toThrow('does not serve the model "m');
    await server?.close();
    const gone = openOpenAI({ model: "other", baseURL: server?.url, endpoint: { backoff: 1 } });
    await expect(gone).rejects.toThrow("could not be asked");
  });
});
