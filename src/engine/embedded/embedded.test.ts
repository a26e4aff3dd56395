import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { UserError } from "../../core/errors.ts";
import { modelSuite } from "../suite.ts";
import { trainableSuite } from "../trainable-suite.ts";
import { wordTokenizer } from "../words.ts";
import type { EmbeddedModel } from "./embedded.ts";
import { createEmbedded, loadEmbedded } from "./opening.ts";

/** An odd vocabulary on purpose: rows of logits are then not aligned. */
const words = Array.from({ length: 11 }, (_, i) => String.fromCharCode(97 + i));

const make = (
  o: { positions?: "rope" | "none" | "coupled"; head?: boolean; seed?: string } = {},
): Promise<EmbeddedModel> => {
  const { positions = "rope", head = false, seed = "test" } = o;
  return createEmbedded({
    config: {
      vocab: words.length,
      layers: 1,
      width: 16,
      heads: 2,
      kvHeads: 1,
      hidden: 24,
      context: 2048,
      positions,
      digitTokens: positions === "coupled" ? [1, 2, 3] : [],
      outputHeads: head ? { value: 1, kind: 3 } : {},
    },
    tokenizer: wordTokenizer(words),
    eos: [],
    seed,
    threads: 1,
  });
};

const sequences = [{ ids: [1, 2, 3, 4, 5] }, { ids: [2, 4, 6] }, { ids: [3, 1, 4, 1, 5, 9, 2, 6] }];
const prompts = [{ ids: [1, 2, 3] }, { ids: [4, 5] }, { ids: [6] }];

modelSuite("embedded", { make: () => make(), prompts, maxTokens: 10, manyTokens: 2000, random: true });
modelSuite("embedded without positions", {
  make: () => make({ positions: "none" }),
  prompts,
  maxTokens: 10,
  manyTokens: 2000,
  random: true,
});
trainableSuite("embedded", { make: () => make({ head: true }), sequences, tolerance: 0.03 });

describe("checkpoints", () => {
  const dir = mkdtempSync(join(tmpdir(), "checkpoint-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it.each(["rope", "none", "coupled"] as const)("load back bit for bit, optimizer included (%s)", async (positions) => {
    const model = await make({ positions });
    const train = async (of: EmbeddedModel): Promise<void> => {
      await of.backward(sequences, { logprob: sequences.map(({ ids }) => new Float32Array(ids.length).fill(-0.1)) });
      await of.step({ lr: 0.01, weightDecay: 0.1 });
    };
    await train(model);
    const at = join(dir, positions);
    await model.save(at, { optimizer: true });
    const copy = await loadEmbedded(at, { threads: 1 });
    expect(copy.version).toBe(model.version);
    expect(copy.config).toEqual(model.config);
    await train(model);
    await train(copy);
    expect(copy.version).toBe(model.version);
    expect(await copy.forward(sequences, ["logprob"])).toEqual(await model.forward(sequences, ["logprob"]));
    const o = { n: 3, seed: "s", maxTokens: 8 };
    expect(await copy.sample(prompts[0], o)).toEqual(await model.sample(prompts[0], o));
    await Promise.all([model.close(), copy.close()]);
  });

  it("say what they are to other tools", async () => {
    const config = (name: string): Record<string, unknown> =>
      z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(join(dir, name, "config.json"), "utf8")));
    expect(config("rope")).toMatchObject({
      architectures: ["LlamaForCausalLM"],
      rope_theta: 1000,
      tie_word_embeddings: true,
      num_key_value_heads: 1,
    });
    expect(config("none")).toMatchObject({ architectures: ["SmolLM3ForCausalLM"], no_rope_layers: [0] });
    expect(config("coupled")["model_type"]).not.toBe("llama");
  });

  it.each([
    ["a missing directory", (at: string) => rmSync(at, { recursive: true }), /config\.json/],
    ["a foreign architecture", (at: string) => edit(at, { model_type: "gpt2" }), /architecture is "gpt2"/],
    ["an untied output matrix", (at: string) => edit(at, { tie_word_embeddings: false }), /not tied/],
    ["another shape", (at: string) => edit(at, { intermediate_size: 32 }), /has shape/],
    ["cut-off weights", (at: string) => truncate(join(at, "model.safetensors"), 100), /cut off/],
    [
      "weights that are no safetensors",
      (at: string) => writeFileSync(join(at, "model.safetensors"), "hello"),
      /too short/,
    ],
    ["a broken configuration", (at: string) => writeFileSync(join(at, "config.json"), "{"), /config\.json/],
  ])("refuse %s in one line", async (name, damage, message) => {
    const at = join(dir, name.replaceAll(" ", "-"));
    cpSync(join(dir, "rope"), at, { recursive: true });
    damage(at);
    const error: unknown = await loadEmbedded(at, { threads: 1 }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(message);
    expect(String(error)).not.toContain("\n");
  });
});

function edit(at: string, change: Record<string, unknown>): void {
  const file = join(at, "config.json");
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...change }));
}

function truncate(file: string, bytes: number): void {
  writeFileSync(file, readFileSync(file).subarray(0, -bytes));
}

describe("an embedded model", () => {
  it("lets a logit rule act at every token, from the engine's thread", async () => {
    const model = await make();
    const seen: number[][] = [];
    const [completion] = await model.sample(prompts[0], {
      n: 1,
      seed: "r",
      maxTokens: 4,
      logits: (ids, logits) => {
        seen.push([...ids]);
        logits.fill(-Infinity);
        logits[7] = 0;
      },
    });
    expect(completion.ids).toEqual([7, 7, 7, 7]);
    expect(seen).toEqual([
      [1, 2, 3],
      [1, 2, 3, 7],
      [1, 2, 3, 7, 7],
      [1, 2, 3, 7, 7, 7],
    ]);
    await model.close();
  });

  it("reads prefixes once and gives siblings what whole prompts give", async () => {
    const model = await make();
    const [{ cursor }] = await model.extend([{ parent: null, ids: [1, 2] }]);
    const children = await model.extend([
      { parent: cursor, ids: [3] },
      { parent: cursor, ids: [4, 5] },
    ]);
    const whole = await model.next([{ ids: [1, 2, 3] }, { ids: [1, 2, 4, 5] }], "all");
    expect(children.map(({ logprobs }) => logprobs)).toEqual(whole.map(({ logprobs }) => logprobs));
    expect(children.map((child) => child.cursor.length)).toEqual([3, 4]);
    await model.close();
  });

  it("ends its calls with an error when closed", async () => {
    const model = await make();
    await model.close();
    await expect(model.sample(prompts[0], { n: 1, seed: "x", maxTokens: 2 })).rejects.toThrow(/thread has ended/);
  });
});
