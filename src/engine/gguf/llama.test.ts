/** Against llama.cpp itself: skipped where the package node-llama-cpp is not installed. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { UserError } from "../../core/errors.ts";
import { random } from "../../core/random.ts";
import { loadCheckpoint, saveCheckpoint } from "../embedded/checkpoint.ts";
import type { EmbeddedModel } from "../embedded/embedded.ts";
import { createEmbedded, loadEmbedded } from "../embedded/opening.ts";
import { gap, modelSuite } from "../suite.ts";
import { wordTokenizer } from "../words.ts";
import { installed, openLlama } from "./binding.ts";
import { exportGguf } from "./export.ts";
import { type GgufModel, openGguf } from "./gguf.ts";

const present = await installed();
const dir = mkdtempSync(join(tmpdir(), "llama-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Words that begin others, signs, letters beyond ASCII, and the sign that llama.cpp prints for the unknown. */
const words = [
  "<end>",
  "1",
  "12",
  "121",
  "+",
  "=",
  "é",
  "a\u0301",
  "x=3",
  "12,",
  "don't",
  "\u2585",
  "the",
  "<unused-13>",
];
type Positions = "rope" | "none";
type Precision = "f32" | "f16";

/** A model with norms that are not 1 and clear preferences, as training leaves them; and its file. */
async function made(positions: Positions, precision: Precision): Promise<{ embedded: EmbeddedModel; file: string }> {
  const at = join(dir, `${positions}-${precision}`);
  const fresh = await createEmbedded({
    config: { vocab: words.length, layers: 3, width: 32, heads: 4, kvHeads: 2, hidden: 48, context: 256, positions },
    tokenizer: wordTokenizer(words),
    eos: [0],
    seed: positions,
    threads: 1,
  });
  await fresh.save(at, { optimizer: false });
  await fresh.close();
  const checkpoint = loadCheckpoint(at);
  for (const [name, data] of Object.entries(checkpoint.weights)) {
    if (name.includes("norm")) checkpoint.weights[name] = data.map((_, i) => 1.6 + Math.sin(i));
  }
  saveCheckpoint(at, checkpoint);
  exportGguf(checkpoint, `${at}.gguf`, { precision });
  return { embedded: await loadEmbedded(at, { threads: 1 }), file: `${at}.gguf` };
}

const open = (file: string, reproducible = false): Promise<GgufModel> =>
  openGguf({ file, reproducible, gpu: false, sequences: 3 });

describe.skipIf(!present)("exported models under llama.cpp", () => {
  const cases = (["rope", "none"] as const).flatMap((p) => (["f32", "f16"] as const).map((q) => [p, q] as const));
  it.each(cases)(
    "have the log-probs, and with 32 bits the greedy texts, of the embedded engine (%s, %s)",
    async (positions, precision) => {
      const { embedded, file } = await made(positions, precision);
      const llama = await open(file);
      // 16 bits round every weight, here of matrices that amplify.
      const bound = precision === "f32" ? 1e-4 : 5e-2;
      const source = random(`ids/${positions}`);
      const texts = [60, 7, 1].map((length) => Array.from({ length }, () => source.int(words.length)));
      for (const ids of texts) {
        const [ours] = await embedded.next([{ ids }], "all");
        const [theirs] = await llama.next([{ ids }], "all");
        expect(gap(ours.logprobs, theirs.logprobs)).toBeLessThan(bound);
        const row = { prompt: { ids: ids.slice(0, 1) }, ids: ids.slice(1) };
        const scores = [await embedded.score([row]), await llama.score([row])];
        expect(gap(scores[0][0], scores[1][0])).toBeLessThan(bound);
        if (precision === "f16") continue;
        const greedy = { n: 1, seed: "", maxTokens: 24, temperature: 0 };
        const [a, b] = [await embedded.sample({ ids }, greedy), await llama.sample({ ids }, greedy)];
        expect(b[0].ids).toEqual(a[0].ids);
        expect(b[0].finish).toBe(a[0].finish);
      }
      await llama.close();
      await embedded.close();
    },
  );

  it("have texts read into the same ids by llama.cpp's own tokenizer", async () => {
    const { embedded, file } = await made("rope", "f32");
    const { model, close } = await openLlama(file, { gpu: false });
    const source = random("texts");
    for (let i = 0; i < 200; i++) {
      const ids = Array.from({ length: 1 + source.int(20) }, () => source.int(words.length - 1));
      const text = embedded.tokenizer.decode(ids);
      expect(model.tokenize(text)).toEqual(ids);
      expect(model.detokenize(ids)).toBe(text);
      expect(model.tokenize(`  ${text.replaceAll(" ", "   ")} `)).toEqual(ids);
    }
    expect(model.isEogToken(0)).toBe(true);
    expect(words.slice(1).filter((_, i) => model.isEogToken(i + 1))).toEqual([]);
    // The unknown token, where our own tokenizer refuses.
    expect(model.tokenize("1 2 1")).toContain(words.length - 1);
    await close();
    await embedded.close();
  });

  it("refuse texts beyond their context, unknown words and files that are none", async () => {
    const { embedded, file } = await made("rope", "f32");
    await embedded.close();
    const model = await open(file);
    const long = { ids: new Array<number>(256).fill(1) };
    await expect(model.sample(long, { n: 1, seed: "", maxTokens: 1 })).rejects.toThrow(/context is 256/);
    await expect(model.next([{ messages: [{ role: "user", content: "1 2" }] }], 1)).rejects.toThrow(/no word "2"/);
    await model.close();
    await expect(open(join(dir, "absent.gguf"))).rejects.toThrow(UserError);
  });
});

describe.skipIf(!present)("the engine of GGUF files", () => {
  modelSuite("gguf", {
    make: async () => {
      const { embedded, file } = await made("rope", "f32");
      await embedded.close();
      return open(file, true);
    },
    prompts: [{ ids: [1, 2, 3] }, { ids: [4, 5] }, { ids: [6] }],
    maxTokens: 10,
    manyTokens: 200,
    random: true,
  });
});
