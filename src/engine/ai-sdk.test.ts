import { describe, expect, it } from "vitest";
import { UserError } from "../core/errors.ts";
import type { Message } from "../core/model.ts";
import { type CallOptions, fromAiSdk, type LanguageModel } from "./ai-sdk.ts";
import { SampleError } from "./remote.ts";
import { modelSuite } from "./suite.ts";

const usages = {
  v2: (input: number, output: number) => ({ inputTokens: input, outputTokens: output, totalTokens: input + output }),
  v3: (input: number, output: number) => ({
    inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: undefined },
    outputTokens: { total: output, text: output, reasoning: undefined },
  }),
};

let made = 0;

/** A model that says words of its own, by the seed; `before` may fail. */
class Fake implements LanguageModel {
  readonly specificationVersion: string;
  readonly provider = `fake-${++made}`;
  readonly modelId = "m";
  readonly calls: CallOptions[] = [];
  readonly #before: (call: number) => void;
  readonly #reply: (options: CallOptions) => string;

  constructor(
    version: "v2" | "v3" = "v3",
    before: (call: number) => void = () => {},
    reply: (options: CallOptions) => string = ({ seed }) => `a${seed} b${seed} c${seed} d${seed}`,
  ) {
    this.specificationVersion = version;
    this.#before = before;
    this.#reply = reply;
  }

  #said(options: CallOptions) {
    this.#before(this.calls.push(options) - 1);
    const words = this.#reply(options).match(/\s*\S+/g) ?? [];
    const kept = words.slice(0, options.maxOutputTokens);
    const length = kept.length < words.length;
    const reason = length ? "length" : "stop";
    const v2 = this.specificationVersion === "v2";
    return {
      words: kept,
      finishReason: v2 ? reason : { unified: reason, raw: reason },
      usage: (v2 ? usages.v2 : usages.v3)(7, kept.length),
      warnings: [v2 ? { type: "unsupported-setting", setting: "seed" } : { type: "unsupported", feature: "seed" }],
    };
  }

  async doGenerate(options: CallOptions): Promise<unknown> {
    const { words, ...rest } = this.#said(options);
    const thought = { type: "reasoning", text: "hm" };
    return { content: [thought, { type: "text", text: words.join("") }], ...rest };
  }

  async doStream(options: CallOptions): Promise<unknown> {
    const { words, warnings, ...rest } = this.#said(options);
    const parts = [
      { type: "stream-start", warnings },
      { type: "reasoning-delta", id: "1", delta: "hm" },
      { type: "text-start", id: "0" },
      ...words.map((delta) => ({ type: "text-delta", id: "0", delta })),
      { type: "text-end", id: "0" },
      { type: "finish", ...rest },
    ];
    // A stream that takes its time, so that an abort can come in the middle.
    const slowly = async function* (): AsyncGenerator {
      for (const next of parts) {
        await new Promise(setImmediate);
        yield next;
      }
    };
    return { stream: ReadableStream.from(slowly()) };
  }
}

const options = { n: 2, seed: "s", maxTokens: 20 };
const ask = (...contents: string[]) => ({
  messages: contents.map((content, i): Message => ({ role: i % 2 === 0 ? "user" : "assistant", content })),
});
const quick = { endpoint: { backoff: 1, attempts: 3 } };
const failed = (statusCode: number, isRetryable: boolean): Error =>
  Object.assign(new Error(`status ${statusCode}`), {
    statusCode,
    isRetryable,
    responseHeaders: { "retry-after": "0" },
  });

for (const version of ["v2", "v3"] as const) {
  modelSuite(`AI SDK, ${version}`, {
    make: async () => fromAiSdk(new Fake(version), quick),
    prompts: [ask("one"), ask("one", "two", "three")],
    maxTokens: 9,
    random: true,
  });
}

describe("AI SDK", () => {
  it("counts what the provider counts, keeps thoughts apart, and tells what it does not take", async () => {
    const model = fromAiSdk(new Fake(), { ...quick, prices: { "m*": { input: 1e6, output: 2e6 } } });
    const [first] = await model.sample(ask("q"), options);
    expect(first).toMatchObject({ reasoning: "hm", promptTokens: 7 });
    expect(first.cost).toEqual({ calls: 1, inputTokens: 7, outputTokens: 4, money: 15 });
    expect(model.notes).toEqual(["the provider does not take seed"]);
  });

  it("stops a stream at a stop", async () => {
    const fake = new Fake("v3", undefined, () => "one. two. three");
    const [cut] = await fromAiSdk(fake, quick).sample(ask("q"), { ...options, n: 1, stop: ["."] });
    expect(cut).toMatchObject({ text: "one.", finish: "stop", estimated: true });
    const [end] = await fromAiSdk(fake, quick).sample(ask("q"), { ...options, n: 1, stop: ["!"] });
    expect([end.text, end.estimated]).toEqual(["one. two. three", undefined]);
  });

  it("says prompts in the interface's form, and asks in words to go on where it must", async () => {
    const fake = new Fake("v3", undefined, () => "one two three");
    const model = fromAiSdk(fake, quick);
    const [{ text }] = await model.sample(ask("count", "one two"), { ...options, n: 1, topP: 0.5 });
    expect(text).toBe(" three");
    expect(fake.calls[0].prompt.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(fake.calls[0]).toMatchObject({ topP: 0.5, maxOutputTokens: 20, temperature: 1 });
    await fromAiSdk(fake, { ...quick, prefix: true }).sample(ask("count", "one two"), { ...options, n: 1 });
    expect(fake.calls[1].prompt.at(-1)).toEqual({ role: "assistant", content: [{ type: "text", text: "one two" }] });
    await model.sample(ask("q"), { ...options, n: 1, guided: { json: { type: "object" } } });
    expect(fake.calls[2].responseFormat).toEqual({ type: "json", schema: { type: "object" } });
  });

  it("tries again what may pass, gives what could be had, and says why nothing could be", async () => {
    const fail = (of: (call: number) => Error | undefined) => (call: number) => {
      const error = of(call);
      if (error) throw error;
    };
    const passing = new Fake(
      "v3",
      fail((call) => (call === 0 ? failed(429, true) : call === 1 ? failed(500, true) : undefined)),
    );
    expect(await fromAiSdk(passing, quick).sample(ask("q"), options)).toHaveLength(2);
    expect(passing.calls).toHaveLength(4);
    const half = new Fake(
      "v3",
      fail((call) => (call === 0 ? failed(400, false) : undefined)),
    );
    const got = await fromAiSdk(half, quick).sample(ask("q"), options);
    expect(got.map(({ error }) => error?.message)).toEqual(["status 400", undefined]);
    const never = new Fake(
      "v3",
      fail(() => failed(500, true)),
    );
    await expect(fromAiSdk(never, quick).sample(ask("q"), options)).rejects.toThrow(SampleError);
    const wrong = new Fake(
      "v3",
      fail(() => failed(401, false)),
    );
    await expect(fromAiSdk(wrong, quick).sample(ask("q"), options)).rejects.toThrow(UserError);
    expect(wrong.calls).toHaveLength(2);
  });

  it("refuses what the interface has not, and what is no such object", async () => {
    const model = fromAiSdk(new Fake(), quick);
    await expect(model.sample({ ids: [1] }, options)).rejects.toThrow("token ids");
    await expect(model.sample(ask("q"), { ...options, logits: () => {} })).rejects.toThrow("logit rules");
    await expect(model.sample(ask("q"), { ...options, guided: { regex: "a" } })).rejects.toThrow("JSON schema");
    const none = {
      specificationVersion: "v1",
      provider: "p",
      modelId: "m",
      doGenerate: async () => 1,
      doStream: async () => 1,
    };
    expect(() => fromAiSdk(none)).toThrow("no language model of the AI SDK");
  });
});
