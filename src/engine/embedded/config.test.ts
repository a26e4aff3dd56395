import { describe, expect, it } from "vitest";
import { streamKey } from "../../core/random.ts";
import { DecoderConfig, parameterShapes, positionsOf, ropeTables, stretched } from "./config.ts";

const settings = { vocab: 10, layers: 2, width: 8, heads: 4, hidden: 12, context: 16 };

describe("DecoderConfig", () => {
  it("has the documented defaults", () => {
    expect(DecoderConfig.parse(settings)).toEqual({
      ...settings,
      positions: "rope",
      ropeBase: 1000,
      normEps: 1e-5,
      dropout: 0,
      gaps: 0,
      outputHeads: {},
      digitTokens: [],
    });
  });

  it.each([
    ["a width that heads do not divide", { width: 10 }],
    ["an odd width per head with rotary positions", { width: 12 }],
    ["heads that kvHeads do not divide", { kvHeads: 3 }],
    ["a digit outside the vocabulary", { digitTokens: [10] }],
    ["a dropout of one", { dropout: 1 }],
    ["a head without classes", { outputHeads: { value: 0 } }],
    ["an unknown key", { depth: 3 }],
  ])("refuses %s", (_, change) => {
    expect(DecoderConfig.safeParse({ ...settings, ...change }).success).toBe(false);
  });

  it("names parameters as Hugging Face does", () => {
    const config = DecoderConfig.parse({ ...settings, kvHeads: 2, outputHeads: { value: 1 } });
    const shapes = parameterShapes(config);
    expect(shapes["model.embed_tokens.weight"]).toEqual([10, 8]);
    expect(shapes["model.layers.1.self_attn.q_proj.weight"]).toEqual([8, 8]);
    expect(shapes["model.layers.1.self_attn.k_proj.weight"]).toEqual([4, 8]);
    expect(shapes["model.layers.0.mlp.down_proj.weight"]).toEqual([8, 12]);
    expect(shapes["model.norm.weight"]).toEqual([8]);
    expect(shapes["head.value.weight"]).toEqual([1, 8]);
    expect(Object.keys(shapes)).toHaveLength(1 + 2 * 9 + 1 + 2);
  });
});

describe("positions", () => {
  const at = (positions: "rope" | "none" | "coupled", ids: number[]): number[] => [
    ...positionsOf(DecoderConfig.parse({ ...settings, positions, digitTokens: [0, 1, 2, 3] }), ids),
  ];
  it("count tokens, nothing, or digits since the last other token", () => {
    const ids = [0, 3, 9, 1, 2, 3, 8, 8, 0];
    expect(at("rope", ids)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(at("none", ids)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(at("coupled", ids)).toEqual([1, 2, 0, 1, 2, 3, 0, 0, 1]);
  });

  it("are stretched alike for equal ids: in order, within the context, sometimes not at all, mostly by steps of one", () => {
    const config = DecoderConfig.parse({
      ...settings,
      context: 60,
      positions: "coupled",
      digitTokens: [0, 1, 2, 3],
      gaps: 24,
    });
    const plain = positionsOf(config, [0, 1, 2, 3, 0, 1, 2, 3, 9, 0, 1, 2, 3, 0, 1, 2, 3, 9]);
    const steps: number[] = [];
    let untouched = 0;
    for (let i = 0; i < 400; i++) {
      const got = [...stretched(config, plain, streamKey(`seed/${i}`))];
      expect(got.slice(9)).toEqual(got.slice(0, 9));
      expect(got[8]).toBe(0);
      expect(Math.max(...got)).toBeLessThan(60);
      if (got.join() === plain.join()) untouched++;
      steps.push(...got.slice(0, 8).map((position, p) => position - (got[p - 1] ?? 0)));
    }
    expect(untouched).toBeGreaterThan(400 * 0.25);
    expect(untouched).toBeLessThan(400 * 0.6);
    expect(Math.min(...steps)).toBe(1);
    expect(Math.max(...steps)).toBe(25);
    expect(steps.filter((step) => step === 1).length / steps.length).toBeGreaterThan(0.8);
    expect(stretched(config, plain, streamKey("seed/1"))).toEqual(stretched(config, plain, streamKey("seed/1")));
  });

  it("turn by position × base^(−2i/width)", () => {
    const { cos, sin } = ropeTables(DecoderConfig.parse({ ...settings, width: 16, ropeBase: 100 }), 3);
    expect([...cos.subarray(0, 2), ...sin.subarray(0, 2)]).toEqual([1, 1, 0, 0]);
    expect(cos[5]).toBeCloseTo(Math.cos(2 * 0.1), 6);
    expect(sin[4]).toBeCloseTo(Math.sin(2), 6);
  });
});
