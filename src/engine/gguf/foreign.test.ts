/** A file as others write them: pieces of words, bytes, a chat template. Skipped where node-llama-cpp is not installed. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Message } from "../../core/model.ts";
import { DecoderConfig } from "../embedded/config.ts";
import { initialWeights } from "../embedded/init.ts";
import { gap } from "../suite.ts";
import { wordTokenizer } from "../words.ts";
import { installed } from "./binding.ts";
import { exportGguf } from "./export.ts";
import type { TensorType, Value } from "./format.ts";
import { type GgufModel, type GgufOptions, openGguf } from "./gguf.ts";
import { readGguf } from "./read.ts";
import { writeGguf } from "./write.ts";

const present = await installed();
const dir = mkdtempSync(join(tmpdir(), "foreign-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const file = join(dir, "foreign.gguf");

const letters = [..."abcdefghijklmnopqrstuvwxyz,.?"];
const special = ["<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>"];
const bytes = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, "0")}>`);
const pieces = ["▁", ...letters, "th", "the", "▁the", "in", "ing"];
const tokens = [...special, ...bytes, ...pieces];
/** Unknown, control, byte, normal. */
const types = [2, ...special.slice(1).map(() => 3), ...bytes.map(() => 6), ...pieces.map(() => 1)];

const template =
  "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>\\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/** An export of ours with another vocabulary. */
function write(chat: boolean): void {
  const sizes = { layers: 2, width: 32, heads: 4, hidden: 48, context: 256 };
  const config = DecoderConfig.parse({ ...sizes, vocab: tokens.length });
  const tokenizer = wordTokenizer(tokens.map((_, id) => `w${id}`));
  exportGguf({ config, weights: initialWeights(config, "foreign"), tokenizer, eos: [2] }, file);
  const read = readGguf(file);
  const metadata = new Map<string, Value>();
  for (const [key, value] of read.metadata) {
    if (key.startsWith("tokenizer.") || key.startsWith("autodidact.")) continue;
    if (typeof value === "string") metadata.set(key, { type: "string", value });
    if (typeof value === "number") {
      metadata.set(key, { type: /epsilon|freq_base/.test(key) ? "float32" : "uint32", value });
    }
  }
  metadata.set("tokenizer.ggml.model", { type: "string", value: "llama" });
  metadata.set("tokenizer.ggml.tokens", { type: "array", of: "string", value: tokens });
  metadata.set("tokenizer.ggml.scores", { type: "array", of: "float32", value: tokens.map((_, id) => -id) });
  metadata.set("tokenizer.ggml.token_type", { type: "array", of: "int32", value: types });
  metadata.set("tokenizer.ggml.unknown_token_id", { type: "uint32", value: 0 });
  metadata.set("tokenizer.ggml.bos_token_id", { type: "uint32", value: 1 });
  metadata.set("tokenizer.ggml.eos_token_id", { type: "uint32", value: 4 });
  metadata.set("tokenizer.ggml.add_bos_token", { type: "bool", value: true });
  if (chat) metadata.set("tokenizer.chat_template", { type: "string", value: template });
  const type: TensorType = "f32";
  const tensors = new Map([...read.tensors].map(([name, { shape }]) => [name, { shape, data: read.data(name), type }]));
  writeGguf(file, metadata, tensors);
}

const open = (o: Partial<GgufOptions> = {}): Promise<GgufModel> =>
  openGguf({ file, gpu: false, reproducible: true, ...o });

describe.skipIf(!present)("GGUF files of others", () => {
  beforeAll(() => write(true));

  it("have llama.cpp's tokenizer", async () => {
    const model = await open();
    const { tokenizer } = model;
    expect(tokenizer.size).toBe(tokens.length);
    expect(tokenizer.id("▁the")).toBe(tokens.indexOf("▁the"));
    for (const text of ["the thing", "a, b.", "été\n\tx"]) expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    // What users write is never a control token.
    expect(tokenizer.encode("<|im_end|>")).not.toContain(4);
    await model.close();
  });

  it("are talked to in their own template, and go on with a reply that has begun", async () => {
    const model = await open();
    const place = (piece: string): number => tokens.indexOf(piece === "\n" ? "<0x0A>" : piece);
    const spell = (text: string): number[] => [...text].map(place);
    // llama.cpp puts a space before the text after a control token, for this kind of vocabulary.
    const turn = (role: string, text: string): number[] => [3, ...spell(`▁${role}\n${text}`)];
    const asked: Message[] = [{ role: "user", content: "what" }];
    const before = [1, ...turn("user", "what"), 4, ...spell("▁\n")];
    const cases: [Message[], number[]][] = [
      [asked, [...before, ...turn("assistant", "")]],
      [
        [...asked, { role: "assistant", content: "so" }],
        [...before, ...turn("assistant", "so")],
      ],
    ];
    for (const [messages, ids] of cases) {
      const [a, b] = await model.next([{ messages }, { ids }], "all");
      expect(a).toEqual(b);
      expect((await model.sample({ messages }, { n: 1, seed: "", maxTokens: 1 }))[0].promptTokens).toBe(ids.length);
    }
    await model.close();
  });

  it("end at stops that lie across tokens, and at their end of a turn", async () => {
    const model = await open();
    const sampling = { n: 6, seed: "s", maxTokens: 40 };
    const whole = await model.sample({ ids: [1, 270] }, sampling);
    const texts = whole.map(({ text }) => text);
    const i = texts.findIndex((text) => text.length > 10);
    const stop = texts[i].slice(8, 11);
    const cut = await model.sample({ ids: [1, 270] }, { ...sampling, stop: ["never said", stop] });
    expect(cut[i].text).toBe(texts[i].slice(0, texts[i].indexOf(stop) + 3));
    expect(cut[i]).toMatchObject({ finish: "stop", ids: whole[i].ids.slice(0, cut[i].ids.length) });
    for (const { ids, finish } of whole) expect(ids.includes(4)).toBe(finish === "stop");
    await model.close();
  });

  it("are sampled from the most probable tokens where the vocabulary is large, and say so", async () => {
    const model = await open({ candidates: 8 });
    const prompt = { ids: [1, 270, 271] };
    const completions = await model.sample(prompt, { n: 20, seed: "c", maxTokens: 3 });
    const [{ ids, logprobs }] = await model.next([prompt], 8);
    const mass = Math.log([...logprobs].reduce((sum, x) => sum + Math.exp(x), 0));
    const scores = (await model.score(completions.map((c) => ({ prompt, ids: c.ids })))) ?? [];
    for (const [i, completion] of completions.entries()) {
      expect(ids).toContain(completion.ids[0]);
      expect(gap(completion.logprobs, scores[i])).toBeLessThan(1e-4);
      expect(completion.sampledLogprobs?.[0]).toBeCloseTo((completion.logprobs?.[0] ?? NaN) - mass, 4);
    }
    // A rule sees the whole vocabulary.
    const rare = (await model.next([prompt], "all"))[0].logprobs.findIndex((x) => x < logprobs[7]);
    const logits = (_: readonly number[], all: Float32Array): void => void all.fill(-Infinity).fill(0, rare, rare + 1);
    expect((await model.sample(prompt, { n: 1, seed: "r", maxTokens: 1, logits }))[0].ids).toEqual([rare]);
    await model.close();
  });

  it("are read side by side as alone, up to rounding", async () => {
    const model = await open({ reproducible: false, sequences: 4 });
    const prompts = [[1, 270], [1, 280, 281, 282], [5]].map((ids) => ({ ids }));
    const found = await Promise.all(prompts.map((prompt) => model.sample(prompt, { n: 6, seed: "p", maxTokens: 12 })));
    for (const [i, prompt] of prompts.entries()) {
      const scores = await model.score(found[i].map(({ ids }) => ({ prompt, ids })));
      for (const [j, { logprobs }] of found[i].entries()) expect(gap(logprobs, scores[j])).toBeLessThan(1e-4);
    }
    expect(
      (await model.sample(prompts[0], { n: 6, seed: "p", maxTokens: 2, only: [1, 4] })).map(({ ids }) => ids),
    ).toEqual([1, 4].map((i) => found[0][i].ids.slice(0, 2)));
    await model.close();
  });

  it("without a template are given the plain text, after their first token", async () => {
    write(false);
    const model = await open();
    const messages: Message[] = [
      { role: "system", content: "the" },
      { role: "user", content: "thing" },
    ];
    const [a, b] = await model.next([{ messages }, { ids: [1, ...model.tokenizer.encode("the\n\nthing")] }], "all");
    expect(a).toEqual(b);
    await model.close();
  });
});
