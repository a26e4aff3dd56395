import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { saveCheckpoint } from "../engine/embedded/checkpoint.ts";
import { DecoderConfig, EMBEDDING } from "../engine/embedded/config.ts";
import { initialWeights } from "../engine/embedded/init.ts";
import { fromHalf, toHalf } from "../engine/gguf/half.ts";
import { readGguf } from "../engine/gguf/read.ts";
import { wordTokenizer } from "../engine/words.ts";
import { cli } from "./testing.ts";

const folder = mkdtempSync(join(tmpdir(), "export-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function checkpoint(positions: "rope" | "coupled", outputHeads: Record<string, number> = {}) {
  const dir = join(folder, positions);
  const words = ["<end>", "1", "2", "+"];
  const sizes = { vocab: words.length, layers: 1, width: 16, heads: 2, hidden: 24, context: 32 };
  const config = DecoderConfig.parse({ ...sizes, positions, outputHeads });
  const weights = initialWeights(config, "export");
  saveCheckpoint(dir, { config, weights, tokenizer: wordTokenizer(words), eos: [0], version: "test" });
  return { dir, embedding: weights[EMBEDDING] };
}

describe("export", () => {
  it("writes a checkpoint as a GGUF file, and says what it left out", async () => {
    const { dir, embedding } = checkpoint("rope", { value: 1 });
    const file = join(folder, "a.gguf");
    const { code, stdout, stderr } = await cli(["export", dir, "--gguf", file]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${file}: 11 tensors, 0.0 MB, from ${dir}\n` });
    expect(stderr).toMatch(/left out.*value/);
    expect(readGguf(file).data("token_embd.weight")).toEqual(embedding);
  });

  it("writes 16 bits and JSON if asked to", async () => {
    const { dir, embedding } = checkpoint("rope");
    const file = join(folder, "b.gguf");
    const { stdout } = await cli(["export", dir, "--gguf", file, "--precision", "f16", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ file, tensors: 11, leftOut: [] });
    expect(readGguf(file).data("token_embd.weight")).toEqual(embedding.map((x) => fromHalf(toHalf(x))));
  });

  it("refuses in one line what cannot be exported", async () => {
    const file = join(folder, "c.gguf");
    const coupled = await cli(["export", checkpoint("coupled").dir, "--gguf", file]);
    expect(coupled).toMatchObject({ code: 1, stdout: "" });
    expect(coupled.stderr).toMatch(/^error: .*coupled positions.* — export a model .*\n$/);
    expect((await cli(["export", join(folder, "absent"), "--gguf", file])).stderr).toMatch(/no run directory/);
    expect((await cli(["export", folder])).code).toBe(2);
    expect((await cli(["export", folder, "--gguf", file, "--precision", "f8"])).code).toBe(2);
    expect(existsSync(file)).toBe(false);
  });
});
