import { describe, expect, it } from "vitest";
import { UserError } from "../../core/errors.ts";
import type { LlamaContext, LlamaSequence, Told, Wanted } from "./binding.ts";
import { greatest, logitsOf, logprobOf, ofToken, spread } from "./logits.ts";
import { Sequences } from "./sequences.ts";

/** A context that counts what it reads. `keeps: false`: its states cannot be cut, as those of recurrent models. */
class FakeContext implements LlamaContext {
  readonly contextSize = 100;
  readonly reads: { place: number; ids: number[] }[] = [];
  disposed = false;
  readonly #keeps: boolean;
  #made = 0;

  constructor(keeps = true) {
    this.#keeps = keeps;
  }

  getSequence(): LlamaSequence {
    const place = this.#made++;
    const tokens: number[] = [];
    return {
      get contextTokens() {
        return [...tokens];
      },
      get nextTokenIndex() {
        return tokens.length;
      },
      eraseContextTokenRanges: async ([{ start, end }]) => {
        if (end !== tokens.length) throw new Error("a hole in the middle");
        tokens.length = this.#keeps ? start : 0;
      },
      controlledEvaluate: async (input) => {
        const ids = input.map((item) => (typeof item === "number" ? item : item[0]));
        this.reads.push({ place, ids });
        await new Promise((resolve) => setTimeout(resolve, 1));
        tokens.push(...ids);
        return input.map((item) => (typeof item === "number" ? undefined : told(item[0])));
      },
    };
  }

  async dispose(): Promise<void> {
    this.disposed = true;
  }
}

/** Says which token it was told after. */
const told = (id: number): Told => ({ next: { logits: new Map([[id, 0]]), totalLogitWeight: 1 } });
const wanted: Wanted = greatest("all");
const read = (sequences: Sequences, ids: number[], from = ids.length - 1): Promise<number[][]> =>
  sequences.use(ids, async (reading) => {
    const found = await reading.text(ids, from, (i) => (i < from ? undefined : wanted));
    return [...found].map(([position, one]) => [position, ...(one.next.logits?.keys() ?? [])]);
  });

describe("places in llama.cpp's cache", () => {
  it("read only what a text does not share with one that they hold", async () => {
    const context = new FakeContext();
    const sequences = new Sequences(context, 2);
    expect(await read(sequences, [1, 2, 3])).toEqual([[2, 3]]);
    await read(sequences, [7, 8]);
    // Longer, the same again, shorter, branching off; and one that has nothing in common with the last used.
    expect(await read(sequences, [1, 2, 3, 4, 5])).toEqual([[4, 5]]);
    await read(sequences, [1, 2, 3, 4, 5]);
    await read(sequences, [1, 2]);
    await read(sequences, [1, 2, 9]);
    await read(sequences, [7, 8, 9]);
    await read(sequences, [4]);
    const parts = context.reads.map(({ place, ids }) => [place, ids]);
    expect(parts).toEqual([
      [0, [1, 2, 3]],
      [1, [7, 8]],
      [0, [4, 5]],
      [0, [5]],
      [0, [2]],
      [0, [9]],
      [1, [9]],
      [0, [4]],
    ]);
  });

  it("read again what positions were asked about", async () => {
    const sequences = new Sequences(new FakeContext(), 1);
    await read(sequences, [1, 2, 3, 4]);
    expect(await read(sequences, [1, 2, 3, 4], 1)).toEqual([
      [1, 2],
      [2, 3],
      [3, 4],
    ]);
  });

  it("read everything again where a state cannot be cut", async () => {
    const context = new FakeContext(false);
    const sequences = new Sequences(context, 1);
    await read(sequences, [1, 2, 3]);
    expect(await read(sequences, [1, 2, 4])).toEqual([[2, 4]]);
    expect(context.reads.at(-1)?.ids).toEqual([1, 2, 4]);
  });

  it("are waited for, and given back after an error", async () => {
    const context = new FakeContext();
    const sequences = new Sequences(context, 2);
    let [busy, most] = [0, 0];
    const jobs = Array.from({ length: 9 }, (_, i) =>
      sequences.use([i], async (reading) => {
        most = Math.max(most, ++busy);
        await reading.text([i], 0, () => wanted);
        busy--;
        if (i % 3 === 0) throw new Error("broken");
        return i;
      }),
    );
    const results = await Promise.allSettled(jobs);
    expect(results.map(({ status }) => status === "fulfilled")).toEqual([0, 1, 1, 0, 1, 1, 0, 1, 1].map(Boolean));
    expect(most).toBe(2);
    await sequences.close();
    expect(context.disposed).toBe(true);
    await expect(read(sequences, [1])).rejects.toThrow(UserError);
  });
});

describe("logits that llama.cpp hands over", () => {
  // Four tokens of which three were handed over: weights e⁰, e⁻¹, e⁻² and another of e⁻³.
  const weight = 1 + Math.exp(-1) + Math.exp(-2) + Math.exp(-3);
  const logits = new Map([
    [3, 5],
    [0, 4],
    [2, 3],
  ]);

  it("become log-probs of the whole vocabulary", () => {
    const next = logitsOf({ next: { logits, totalLogitWeight: weight } });
    expect(next.ids).toEqual([0, 2, 3]);
    expect(logprobOf(next, 3)).toBeCloseTo(-Math.log(weight), 6);
    expect(logprobOf(next, 2)).toBeCloseTo(-2 - Math.log(weight), 6);
    const all = spread(next, 4);
    expect([...all].map((x) => Math.exp(x)).reduce((a, b) => a + b)).toBeCloseTo(1 - Math.exp(-3) / weight, 6);
    expect(all[1]).toBe(-Infinity);
  });

  it("are asked for sparingly, and missed in words", () => {
    expect(ofToken(7).logits).toEqual({ filter: { tokens: [7], includeTop: 1 } });
    expect(greatest(9).logits).toEqual({ filter: { includeTop: 9 } });
    expect(() => logitsOf(undefined)).toThrow(/gives no next tokens/);
    expect(() => logitsOf({ next: { logits: new Map(), totalLogitWeight: 0 } })).toThrow(UserError);
  });
});
