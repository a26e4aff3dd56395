import { describe, expect, it } from "vitest";
import { UserError } from "../core/errors.ts";
import type { Message, Prompt } from "../core/model.ts";
import { scripted } from "./scripted.ts";
import { modelSuite } from "./suite.ts";
import { wordTokenizer } from "./words.ts";

const user = (content: string): Message => ({ role: "user", content });
const ask = (...contents: string[]): Prompt => ({ messages: contents.map(user) });
const options = { n: 1, seed: "s", maxTokens: 100 };
const textOf = async (model: ReturnType<typeof scripted>, prompt: Prompt, o = {}): Promise<string[]> =>
  (await model.sample(prompt, { ...options, ...o })).map(({ text }) => text);

const table = { "3": 0.5, "4": 0.25, end: 0.25 };
modelSuite("scripted", {
  make: async () =>
    scripted([
      { match: /add/, replies: [{ text: "3 4 end", logprobs: [0.5, 0.25, 0.25].map(Math.log) }], cycle: true },
      { match: /./, next: table },
    ]),
  prompts: [ask("please add"), ask("add", "three and four")],
  maxTokens: 12,
  random: false,
});
modelSuite("scripted with a tokenizer", {
  make: async () =>
    scripted([{ match: /\?/, replies: ["1 2 1 2"], cycle: true }], { tokenizer: wordTokenizer(["1", "2", "?", "+"]) }),
  prompts: [ask("1 + 2 ?"), { ids: [0, 3, 0, 3, 1, 2] }],
  maxTokens: 4,
  random: false,
});

describe("scripted", () => {
  it("takes the first rule that matches and its replies in order", async () => {
    const model = scripted([
      { match: /critique/, replies: ["step 2 is wrong"] },
      { match: /solve/, replies: ["one", "two", "three"] },
      { match: /solve again/, replies: ["never reached"] },
    ]);
    expect(await textOf(model, ask("solve"), { n: 2 })).toEqual(["one", "two"]);
    expect(await textOf(model, ask("solve", "critique it"))).toEqual(["step 2 is wrong"]);
    expect(await textOf(model, ask("solve again"))).toEqual(["three"]);
  });

  it("matches from the start at every call, whatever the flags of the expression", async () => {
    const model = scripted([{ match: /q/gy, replies: ["a"], cycle: true }]);
    for (let i = 0; i < 3; i++) expect(await textOf(model, ask("q"))).toEqual(["a"]);
  });

  it("rejects an unmatched prompt and one whose replies are used up, naming it", async () => {
    const model = scripted([{ match: /known/, replies: ["yes"] }]);
    await expect(model.sample(ask("stranger"), options)).rejects.toThrow('"stranger"');
    expect(await textOf(model, ask("known"))).toEqual(["yes"]);
    await expect(model.sample(ask("known"), options)).rejects.toThrow(UserError);
    await expect(model.sample(ask("known"), options)).rejects.toThrow("used up");
  });

  it("gives replies out again if they cycle", async () => {
    const model = scripted([{ match: /q/, replies: ["a", "b"], cycle: true }]);
    expect(await textOf(model, ask("q"), { n: 5 })).toEqual(["a", "b", "a", "b", "a"]);
  });

  it("logs every call with its rendered prompt and options, also those that fail", async () => {
    const model = scripted([
      { match: /q/, replies: ["a b"] },
      { match: /./, next: { a: 1 } },
    ]);
    await model.sample(ask("first", "q"), { ...options, temperature: 0.5 });
    await model.sample(ask("else"), options).catch(() => {});
    await model.next([ask("q"), ask("r")], 1);
    expect(model.log.map(({ kind, prompt }) => [kind, prompt])).toEqual([
      ["sample", "first\nq"],
      ["sample", "else"],
      ["next", "q"],
      ["next", "r"],
    ]);
    expect(model.log[0].options?.temperature).toBe(0.5);
  });

  it("keeps the white space of replies that are not cut, and cuts at stops and at maxTokens", async () => {
    const model = scripted([{ match: /q/, replies: ["one two\n\nthree. four"], cycle: true }]);
    expect(await textOf(model, ask("q"))).toEqual(["one two\n\nthree. four"]);
    expect(await textOf(model, ask("q"), { stop: ["four", "."] })).toEqual(["one two\n\nthree."]);
    expect(await textOf(model, ask("q"), { stop: ["\n\n"] })).toEqual(["one two\n\n"]);
    expect(await textOf(model, ask("q"), { maxTokens: 3 })).toEqual(["one two three."]);
    const [exact] = await model.sample(ask("q"), { ...options, maxTokens: 4 });
    expect(exact).toMatchObject({ text: "one two\n\nthree. four", finish: "stop" });
  });

  it("scores with its tables of next words", async () => {
    const model = scripted([
      { match: /a$/, next: { b: 0.25, c: 0.75 } },
      { match: /q$/, next: { a: 0.5, c: 0.5 } },
    ]);
    const id = (word: string): number => model.tokenizer.id(word) ?? -1;
    const scores = await model.score([
      { prompt: ask("q"), ids: [id("a"), id("b")] },
      { prompt: ask("q"), ids: [id("b")] },
    ]);
    expect(scores).toEqual([Float32Array.of(Math.log(0.5), Math.log(0.25)), Float32Array.of(-Infinity)]);
    const [best] = await model.next([ask("a")], 1);
    expect(model.tokenizer.decode(best.ids)).toBe("c");
    await expect(model.next([ask("z")], "all")).rejects.toThrow('"z"');
  });

  it("does not say what a logit rule forbids", async () => {
    const model = scripted([{ match: /q/, replies: ["yes no"], cycle: true }]);
    const forbid = (word: string) => ({
      logits: (_: unknown, logits: Float32Array) => void (logits[model.tokenizer.id(word) ?? 0] = -Infinity),
    });
    expect(await textOf(model, ask("q"), forbid("q"))).toEqual(["yes no"]);
    await expect(model.sample(ask("q"), { ...options, ...forbid("no") })).rejects.toThrow('"no"');
  });

  it("refuses scripts that contradict themselves", async () => {
    const model = scripted([{ match: /q/, replies: [{ text: "a b", logprobs: [-1] }] }]);
    await expect(model.sample(ask("q"), options)).rejects.toThrow("2 words and 1 log-probs");
    expect(() => scripted([{ match: /q/, next: { "two words": 1 } }])).toThrow(UserError);
  });
});
