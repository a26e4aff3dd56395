import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { UserError } from "../../core/errors.ts";
import { random } from "../../core/random.ts";
import type { Checkpoint } from "../embedded/checkpoint.ts";
import { DecoderConfig, layerNames } from "../embedded/config.ts";
import { initialWeights } from "../embedded/init.ts";
import { wordTokenizer } from "../words.ts";
import { exportGguf } from "./export.ts";
import { fromHalf, toHalf } from "./half.ts";
import { readGguf } from "./read.ts";
import { writeGguf } from "./write.ts";

const dir = mkdtempSync(join(tmpdir(), "gguf-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const fileOf = (name: string): string => join(dir, `${name}.gguf`);

const words = ["<end>", "1", "12", "121", "+", "=", "é", "a\u0301", "<unused-8>"];
function checkpoint(o: Partial<Record<"positions" | "seed", string>> & { eos?: number[]; words?: string[] } = {}) {
  const config = DecoderConfig.parse({
    vocab: (o.words ?? words).length,
    layers: 2,
    width: 24,
    heads: 4,
    kvHeads: 2,
    hidden: 40,
    context: 64,
    positions: o.positions ?? "rope",
    outputHeads: { value: 1 },
  });
  return {
    config,
    weights: initialWeights(config, o.seed ?? "gguf"),
    tokenizer: wordTokenizer(o.words ?? words),
    eos: o.eos ?? [0],
    version: "abc",
    family: { id: "bits", options: {} },
  } satisfies Checkpoint;
}

describe("numbers of 16 bits", () => {
  it("come back from all of their patterns", () => {
    const changed = Array.from({ length: 0x10000 }, (_, half) => half).filter((half) => {
      const x = fromHalf(half);
      return Number.isNaN(x) ? !Number.isNaN(fromHalf(toHalf(x))) : toHalf(x) !== half;
    });
    expect(changed).toEqual([]);
  });

  it("are the nearest, ties to even", () => {
    const source = random("halves");
    for (let i = 0; i < 5000; i++) {
      const x = Math.fround(source.normal() * 2 ** (source.int(40) - 28));
      const half = toHalf(x);
      const magnitude = half & 0x7fff;
      const away = Math.abs(fromHalf(half) - x);
      for (const next of [magnitude - 1, magnitude + 1]) {
        if (next < 0 || next >= 0x7c00) continue;
        const other = Math.abs(fromHalf((half & 0x8000) | next) - x);
        expect(away < other || (away === other && half % 2 === 0), `${x} as ${half}`).toBe(true);
      }
    }
    expect([65504, 65519, 65520, -1e9].map(toHalf)).toEqual([0x7bff, 0x7bff, 0x7c00, 0xfc00]);
    expect([2 ** -24, 2 ** -25, 2 ** -25 * 1.01, -0].map(toHalf)).toEqual([1, 0, 1, 0x8000]);
  });
});

describe("GGUF files", () => {
  it("come back as they were written, bit for bit", () => {
    const source = random("tensors");
    const numbers = (n: number): Float32Array => Float32Array.from({ length: n }, () => source.normal());
    const metadata = new Map([
      ["a", { type: "uint32", value: 4_000_000_000 }],
      ["b", { type: "float32", value: 0.5 }],
      ["c", { type: "bool", value: true }],
      ["d", { type: "string", value: "wörter\n" }],
      ["e", { type: "array", of: "string", value: ["", "▁x"] }],
      ["f", { type: "array", of: "int32", value: [-1, 7] }],
    ] as const);
    const tensors = new Map([
      ["odd", { shape: [3, 5], data: numbers(15), type: "f32" }],
      ["half", { shape: [7], data: numbers(7).map((x) => fromHalf(toHalf(x))), type: "f16" }],
      ["last", { shape: [2, 3, 4], data: numbers(24), type: "f32" }],
    ] as const);
    const bytes = writeGguf(fileOf("any"), metadata, tensors);
    expect(readFileSync(fileOf("any"))).toHaveLength(bytes);
    const read = readGguf(fileOf("any"));
    expect([...read.metadata]).toEqual([...metadata].map(([key, { value }]) => [key, value]));
    for (const [name, { shape, data, type }] of tensors) {
      expect(read.tensors.get(name)).toMatchObject({ shape, type });
      expect((read.tensors.get(name)?.offset ?? 1) % 32).toBe(0);
      expect(Buffer.from(read.data(name).buffer)).toEqual(Buffer.from(data.buffer));
    }
  });

  it("have the layout of the specification", () => {
    writeGguf(
      fileOf("tiny"),
      new Map([["k", { type: "uint32", value: 7 }]]),
      new Map([["t", { shape: [1, 2], data: Float32Array.of(1, -2), type: "f32" }]]),
    );
    const u32 = (n: number): number[] => [n, 0, 0, 0];
    const u64 = (n: number): number[] => [n, 0, 0, 0, 0, 0, 0, 0];
    const head = [
      ...Buffer.from("GGUF"),
      ...[u32(3), u64(1), u64(1)].flat(),
      ...[u64(1), [107], u32(4), u32(7)].flat(),
      // The innermost dimension comes first.
      ...[u64(1), [116], u32(2), u64(2), u64(1), u32(0), u64(0)].flat(),
    ];
    const data = [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0];
    const pad = (list: number[]): number[] => [...list, ...new Array<number>((32 - (list.length % 32)) % 32).fill(0)];
    expect([...readFileSync(fileOf("tiny"))]).toEqual([...pad(head), ...pad(data)]);
  });

  it("that are broken are refused in words", () => {
    writeGguf(fileOf("good"), new Map(), new Map([["t", { shape: [64], data: new Float32Array(64), type: "f32" }]]));
    const good = readFileSync(fileOf("good"));
    const refused = (bytes: Buffer): string => {
      writeFileSync(fileOf("bad"), bytes);
      try {
        const read = readGguf(fileOf("bad"));
        read.data("t");
      } catch (error) {
        if (error instanceof UserError) return error.message;
        throw error;
      }
      return "accepted";
    };
    expect(refused(good)).toBe("accepted");
    for (let length = 0; length < good.length; length += 7)
      expect(refused(good.subarray(0, length))).toMatch(/cut off/);
    for (let at = 0; at < 60; at++) {
      const broken = Buffer.from(good);
      broken[at] ^= 0x40;
      expect(refused(broken)).toBeTypeOf("string");
    }
    expect(refused(Buffer.from("PK and more"))).toMatch(/does not begin with GGUF/);
    expect(() => readGguf(join(dir, "absent"))).toThrow(UserError);
    expect(() => writeGguf(join(dir, "no", "folder"), new Map(), new Map())).toThrow(/cannot be written/);
  });

  it("refuse numbers that do not fit", () => {
    const write = (x: number, type: "f16" | "f32") => () =>
      writeGguf(fileOf("no"), new Map(), new Map([["t", { shape: [1], data: Float32Array.of(x), type }]]));
    expect(write(70_000, "f16")).toThrow(/f16 cannot hold/);
    expect(write(NaN, "f32")).toThrow(/f32 cannot hold/);
    expect(write(70_000, "f32")).not.toThrow();
  });
});

describe("exported checkpoints", () => {
  it.each(["f32", "f16"] as const)("hold the weights bit for bit, queries and keys reordered (%s)", (precision) => {
    const from = checkpoint();
    const { config, weights } = from;
    expect(exportGguf(from, fileOf("model"), { precision })).toMatchObject({ tensors: 20, leftOut: ["value"] });
    const read = readGguf(fileOf("model"));
    const kept = (data: Float32Array): Float32Array =>
      precision === "f32" ? data : data.map((x) => fromHalf(toHalf(x)));
    expect(read.data("token_embd.weight")).toEqual(kept(weights["model.embed_tokens.weight"]));
    expect(read.tensors.get("output_norm.weight")?.type).toBe("f32");
    for (let layer = 0; layer < config.layers; layer++) {
      const names = layerNames(layer);
      expect(read.data(`blk.${layer}.ffn_down.weight`)).toEqual(kept(weights[names.down]));
      expect(read.tensors.get(`blk.${layer}.ffn_down.weight`)?.shape).toEqual([24, 40]);
      // Row 2i of a head was row i, row 2i + 1 was row i + 3: heads are 6 wide.
      const order = [0, 3, 1, 4, 2, 5];
      for (const [theirs, ours, heads] of [["attn_q", names.q, 4] as const, ["attn_k", names.k, 2] as const]) {
        const rows = (data: Float32Array, row: number): Float32Array => data.slice(24 * row, 24 * (row + 1));
        const data = read.data(`blk.${layer}.${theirs}.weight`);
        expect(data).toHaveLength(heads * 6 * 24);
        for (let row = 0; row < 6 * heads; row++) {
          const was = 6 * Math.floor(row / 6) + order[row % 6];
          expect(rows(data, row)).toEqual(kept(rows(weights[ours], was)));
        }
      }
    }
  });

  it("say what they are", () => {
    exportGguf(checkpoint(), fileOf("told"), { name: "bits" });
    const { metadata } = readGguf(fileOf("told"));
    expect(Object.fromEntries(metadata)).toMatchObject({
      "general.architecture": "llama",
      "general.name": "bits",
      "llama.context_length": 64,
      "llama.attention.head_count_kv": 2,
      "llama.rope.freq_base": 1000,
      "llama.attention.layer_norm_rms_epsilon": Math.fround(1e-5),
      "tokenizer.ggml.tokens": words.map((word) => `▁${word}`),
      "tokenizer.ggml.token_type": [1, 1, 1, 1, 1, 1, 1, 1, 2],
      "tokenizer.ggml.unknown_token_id": 8,
      "tokenizer.ggml.add_eos_token": false,
      "autodidact.family": '{"id":"bits","options":{}}',
    });
  });

  it("are refused where llama.cpp would be silently wrong", () => {
    const write = (from: Checkpoint) => () => exportGguf(from, fileOf("no"));
    expect(write(checkpoint({ positions: "coupled" }))).toThrow(/coupled positions/);
    expect(write(checkpoint({ eos: [] }))).toThrow(/0 tokens that end a text/);
    expect(write(checkpoint({ words: ["<end>", "▁1"] }))).toThrow(/mark for a space/);
  });
});
