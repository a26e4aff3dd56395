import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { messageOf, UserError } from "../core/errors.ts";
import type { Completion, Model, Prompt, Sampling } from "../core/model.ts";

export interface ModelSuite {
  /** The model under test; made once for the suite, and closed after it. */
  make(): Promise<Model>;
  /** Prompts of different lengths, at least two, that give completions of several tokens. */
  readonly prompts: readonly Prompt[];
  /** Enough for whole completions. */
  readonly maxTokens: number;
  /** More than are sampled before an abort arrives, for an engine in another thread; default maxTokens. */
  readonly manyTokens?: number;
  /** Whether completions are draws that depend on the seed; a script's are not. */
  readonly random: boolean;
}

/** What every engine must do (contract Model), whatever it is made of. Capabilities that it lacks are skipped visibly. */
export function modelSuite(name: string, suite: ModelSuite): void {
  const { prompts, maxTokens } = suite;
  const [prompt] = prompts;
  let model: Model;
  const sample = (o: Partial<Sampling> = {}, of: Prompt = prompt): Promise<Completion[]> =>
    model.sample(of, { n: 2, seed: "a", maxTokens, ...o });

  /** The longest of eight completions, and its index. */
  const longest = async (): Promise<[whole: Completion, index: number]> => {
    const completions = await sample({ n: 8 });
    const lengths = completions.map(lengthOf);
    const index = lengths.indexOf(Math.max(...lengths));
    return [completions[index], index];
  };
  /** Completion `index` alone. */
  const again = async (index: number, o: Partial<Sampling>, of: Prompt = prompt): Promise<Completion> =>
    (await sample({ n: index + 1, ...o }, of))[index];

  /** Log-probs of all tokens after a prompt and some ids. */
  const nextAll = async (of: Prompt, ids: readonly number[]): Promise<Float32Array> => {
    const [distribution] = (await model.next?.([{ ids: [...idsOf(model, of), ...ids] }], "all")) ?? [];
    return distribution.logprobs;
  };

  describe(`${name}: the contract Model`, () => {
    beforeAll(async () => {
      model = await suite.make();
    });
    afterAll(async () => {
      await model.close?.();
    });

    it("gives n completions whose parts agree", async () => {
      const completions = await sample({ n: 5 });
      expect(completions).toHaveLength(5);
      for (const completion of completions) {
        expect(lengthOf(completion)).toBeGreaterThan(0);
        expect(lengthOf(completion)).toBeLessThanOrEqual(maxTokens);
        expect(words(completion.text)).toBe(words(model.tokenizer?.decode(completion.ids) ?? completion.text));
        expect(completion.promptTokens).toBe(model.tokenizer ? idsOf(model, prompt).length : completion.promptTokens);
        expect(completion.promptTokens).toBeGreaterThan(0);
        expect(["stop", "length"]).toContain(completion.finish);
      }
      const bare = completions.filter((completion) => completion.logprobs?.length !== lengthOf(completion));
      expect(bare).toHaveLength(model.can.logprobs ? 0 : 5);
    });

    it("has a version that sampling does not change", async () => {
      const before = model.version;
      await sample();
      expect(model.version).toBe(before);
      expect(before.startsWith(`${model.name}@`)).toBe(true);
    });

    it("gives the same for the same seed, and something else for another", async ({ skip }) => {
      expect(await sample({ n: 8 })).toEqual(await sample({ n: 8 }));
      skip(!suite.random, "completions do not depend on the seed");
      const texts = async (seed: string): Promise<string[]> => (await sample({ n: 8, seed })).map(({ text }) => text);
      expect(await texts("b")).not.toEqual(await texts("a"));
      expect(new Set(await texts("a")).size).toBeGreaterThan(1);
    });

    it("gives completion i whatever n is", async () => {
      const eight = await sample({ n: 8 });
      expect(await sample({ n: 2 })).toEqual(eight.slice(0, 2));
      expect(await sample({ n: 1 })).toEqual(eight.slice(0, 1));
    });

    it("gives concurrent calls what calls one after the other get, bit for bit", async () => {
      const calls = prompts.flatMap((of, i) =>
        [1, 3, 7].map((n) => ({ of, o: { n, seed: `${i}/${n}`, maxTokens: maxTokens - (n % 2) } })),
      );
      const together = await Promise.all(calls.map(({ of, o }) => sample(o, of)));
      for (const [i, { of, o }] of calls.entries()) expect(together[i]).toEqual(await sample(o, of));
    });

    it("says log-probs that teacher forcing confirms", async ({ skip }) => {
      skip(!model.can.score || !model.can.logprobs, "no score, or no log-probs");
      for (const of of prompts) {
        const completions = await sample({ n: 4, temperature: 1.3 }, of);
        const scores = (await model.score?.(completions.map(({ ids }) => ({ prompt: of, ids })))) ?? [];
        expect(scores).toHaveLength(4);
        for (const [i, { logprobs }] of completions.entries())
          expect(gap(logprobs, scores[i])).toBeLessThanOrEqual(1e-4);
      }
    });

    it("takes the most probable token at temperature 0", async ({ skip }) => {
      skip(!model.can.next || !suite.random, "no distributions of its own");
      for (const of of prompts) {
        const [a, b] = await sample({ temperature: 0 }, of);
        expect(b).toEqual(a);
        for (const [t, id] of a.ids.entries()) {
          const logprobs = await nextAll(of, a.ids.slice(0, t));
          expect(logprobs[id]).toBeGreaterThan(Math.max(...logprobs) - 1e-5);
        }
      }
    });

    it("draws tokens, and pairs of them, as often as their probabilities say", async ({ skip }) => {
      skip(!model.can.next || !suite.random, "no distributions of its own");
      const n = 1000;
      const completions = await sample({ n, maxTokens: 2 });
      const count = (keys: readonly string[]): Map<string, number> =>
        keys.reduce((counts, key) => counts.set(key, (counts.get(key) ?? 0) + 1), new Map<string, number>());
      const logprobs = await nextAll(prompt, []);
      const ofOne = new Map(Array.from(logprobs, (logprob, id) => [String(id), n * Math.exp(logprob)]));
      expect(misfit(count(completions.map(({ ids }) => String(ids[0]))), ofOne)).toBeLessThan(0);
      const ofTwo = new Map<string, number>();
      for (const [first, expected] of ofOne) {
        const ended = completions.some(({ ids }) => ids.length === 1 && String(ids[0]) === first);
        if (ended) ofTwo.set(first, expected);
        else if (expected > 5) {
          const second = await nextAll(prompt, [Number(first)]);
          for (const [id, logprob] of second.entries()) ofTwo.set(`${first} ${id}`, expected * Math.exp(logprob));
        }
      }
      expect(misfit(count(completions.map(({ ids }) => ids.join(" "))), ofTwo)).toBeLessThan(0);
    });

    it("draws a token with the number of its position, wherever the prompt ended", async ({ skip }) => {
      skip(!model.can.ids || !suite.random, "no ids, or nothing drawn");
      const [whole, index] = await longest();
      const start = idsOf(model, prompt);
      expect(whole.ids.length).toBeGreaterThan(1);
      for (let t = 1; t < whole.ids.length; t++) {
        const rest = await again(index, { maxTokens: maxTokens - t }, { ids: [...start, ...whole.ids.slice(0, t)] });
        expect(rest.ids).toEqual(whole.ids.slice(t));
      }
    });

    const changes: Partial<Sampling>[] = [
      { temperature: 0.6 },
      { topK: 2 },
      { topP: 0.6 },
      { temperature: 1.4, topK: 5, topP: 0.85 },
    ];
    for (const change of changes) {
      it(`samples under ${JSON.stringify(change)} and says with which log-probs`, async ({ skip }) => {
        skip(!model.can.next || !suite.random, "no distributions of its own");
        for (const { ids, sampledLogprobs } of await sample({ n: 3, ...change })) {
          const expected: number[] = [];
          for (const [t, id] of ids.entries())
            expected.push(changed(await nextAll(prompt, ids.slice(0, t)), change)[id]);
          expect(gap(sampledLogprobs, expected)).toBeLessThanOrEqual(1e-4);
        }
      });
    }

    it("obeys logit rules, which see the ids so far and leave the model's own log-probs alone", async ({ skip }) => {
      skip(!model.can.ids || !model.can.next || !suite.random, "no logits");
      const start = idsOf(model, prompt);
      const forbidden = (await sample({ n: 1 }))[0].ids[0];
      const seen: (readonly number[])[] = [];
      const completions = await sample({
        n: 4,
        logits: (ids, logits) => {
          seen.push([...ids]);
          logits[forbidden] = -Infinity;
        },
      });
      expect(seen.length).toBeGreaterThan(0);
      for (const ids of seen) expect(ids.slice(0, start.length)).toEqual([...start]);
      for (const { ids, logprobs, sampledLogprobs } of completions) {
        expect(ids).not.toContain(forbidden);
        const own: number[] = [];
        const ruled: number[] = [];
        for (const [t, id] of ids.entries()) {
          const all = await nextAll(prompt, ids.slice(0, t));
          own.push(all[id]);
          ruled.push(all[id] - Math.log1p(-Math.exp(all[forbidden])));
        }
        expect(gap(logprobs, own)).toBeLessThanOrEqual(1e-4);
        expect(gap(sampledLogprobs, ruled)).toBeLessThanOrEqual(1e-3);
      }
    });

    it("gives single completions of a call as it gives them together", async () => {
      const whole = await sample({ n: 6 });
      const some = await sample({ n: 6, only: [1, 4] });
      expect(some.map(({ text }) => text)).toEqual([whole[1].text, whole[4].text]);
    });

    it("ends a completion with a stop, which is part of it", async () => {
      const [whole, index] = await longest();
      if (!model.tokenizer) {
        const [first, stop = first] = words(whole.text).split(" ");
        const cut = await again(index, { stop: ["never said", stop] });
        expect(cut.text).toBe(whole.text.slice(0, whole.text.indexOf(stop) + stop.length));
        expect(cut.finish).toBe("stop");
        return;
      }
      const stop = model.tokenizer?.decode([whole.ids[Math.floor((whole.ids.length - 1) / 2)]]) ?? "";
      const length = whole.ids.findIndex((id) => model.tokenizer?.decode([id]) === stop) + 1;
      const cut = await again(index, { stop: [stop] });
      expect(cut.ids).toEqual(whole.ids.slice(0, length));
      expect(cut.finish).toBe("stop");
      expect(cut.text.endsWith(stop)).toBe(true);
    });

    it("ends a completion at maxTokens", async () => {
      const [whole, index] = await longest();
      expect(lengthOf(whole)).toBeGreaterThan(1);
      const cut = await again(index, { maxTokens: 1 });
      expect(cut.ids).toEqual(whole.ids.slice(0, 1));
      expect(lengthOf(cut)).toBe(1);
      expect(whole.text.startsWith(cut.text)).toBe(true);
      expect(cut.finish).toBe("length");
    });

    it("streams exactly the tokens that it returns", async () => {
      const streamed: number[][] = [[], [], []];
      const written = ["", "", ""];
      const completions = await sample({
        n: 3,
        onToken: (completion, id, text) => {
          // A model that gives no ids says −1.
          if (id >= 0) streamed[completion].push(id);
          written[completion] += text;
          expect(text).toBe(model.tokenizer?.decode([id]) ?? text);
        },
      });
      expect(streamed).toEqual(completions.map(({ ids }) => ids));
      // A tokenizer of ours puts a space between tokens.
      const plain = (text: string): string => (model.tokenizer ? text.replaceAll(/\s/gu, "") : text);
      expect(written.map(plain)).toEqual(completions.map(({ text }) => plain(text)));
      expect(completions).toEqual(await sample({ n: 3 }));
    });

    it("ends an aborted call and no other", async () => {
      const alone = await sample({ n: 3 });
      const early = AbortSignal.abort();
      const late = new AbortController();
      const [kept, ...aborted] = await Promise.all([
        sample({ n: 3 }),
        ...[
          sample({ n: 3, signal: early }),
          sample({ n: 3, maxTokens: suite.manyTokens ?? maxTokens, signal: late.signal, onToken: () => late.abort() }),
        ].map((call) => call.catch(() => "rejected")),
      ]);
      expect(kept).toEqual(alone);
      expect(aborted).toHaveLength(2);
      const [before, during] = aborted.map((result) =>
        typeof result === "string"
          ? [result]
          : result.map((completion) => (typeof completion === "string" ? completion : completion.finish)),
      );
      for (const finish of before) expect(["rejected", "abort"]).toContain(finish);
      // What had ended when the abort came may say so.
      expect(during.some((finish) => finish === "rejected" || finish === "abort")).toBe(true);
    });

    it("gives next-token distributions that add up to 1 and that score confirms", async ({ skip }) => {
      skip(!model.can.next, "no distributions");
      const all = (await model.next?.(prompts, "all")) ?? [];
      const top = (await model.next?.(prompts, 3)) ?? [];
      for (const [i, { ids, logprobs }] of all.entries()) {
        expect(ids).toEqual(Array.from({ length: model.tokenizer?.size ?? 0 }, (_, id) => id));
        expect(logprobs.reduce((sum, logprob) => sum + Math.exp(logprob), 0)).toBeCloseTo(1, 4);
        const best = [...logprobs].sort((a, b) => b - a).slice(0, 3);
        expect(gap(top[i].logprobs, best)).toBeLessThanOrEqual(1e-6);
        expect(top[i].ids.map((id) => logprobs[id])).toEqual([...top[i].logprobs]);
        if (!model.can.score) continue;
        const scores = (await model.score?.(ids.map((id) => ({ prompt: prompts[i], ids: [id] })))) ?? [];
        expect(
          gap(
            scores.map(([logprob]) => logprob),
            logprobs,
          ),
        ).toBeLessThanOrEqual(1e-4);
      }
    });

    it("reads on from a prefix as if from the start", async ({ skip }) => {
      skip(!model.extend || !model.can.ids, "no prefixes kept");
      const ids = prompts.map((of) => idsOf(model, of));
      const first = (await model.extend?.(ids.map((row) => ({ parent: null, ids: row })))) ?? [];
      for (const [i, row] of ids.entries()) {
        expect(first[i].cursor.length).toBe(row.length);
        expect(gap(first[i].logprobs, await nextAll({ ids: row }, []))).toBeLessThanOrEqual(1e-4);
      }
      const siblings = [[0], [1, ids[0][0]]].map((row) => ({ parent: first[0].cursor, ids: row }));
      const second = (await model.extend?.(siblings)) ?? [];
      for (const [i, sibling] of siblings.entries()) {
        expect(gap(second[i].logprobs, await nextAll({ ids: ids[0] }, sibling.ids))).toBeLessThanOrEqual(1e-4);
      }
    });

    it("refuses options out of range and ids that are none of its own", async () => {
      const wrong: Partial<Sampling>[] = [
        { n: -1 },
        { n: 1.5 },
        { maxTokens: 0 },
        { temperature: -1 },
        { temperature: NaN },
        { topK: 0 },
        { topP: 0 },
        { topP: 2 },
      ];
      const size = model.tokenizer?.size ?? 0;
      const calls = {
        ...Object.fromEntries(wrong.map((o) => [JSON.stringify(o), () => sample(o)])),
        ...Object.fromEntries(
          (model.tokenizer ? [size, -1, 0.5] : []).map((id) => [`id ${id}`, () => sample({}, { ids: [id] })]),
        ),
      };
      expect(await notRefused(calls)).toEqual([]);
    });
  });
}

/** The ids of a prompt; those of messages are the ids of their contents in a row. */
function idsOf(model: Model, prompt: Prompt): readonly number[] {
  if ("ids" in prompt) return prompt.ids;
  return model.tokenizer?.encode(prompt.messages.map((message) => message.content).join(" ")) ?? [];
}

/** Tokens of a completion; those of a model that gives no ids are counted as its log-probs, or else as words. */
function lengthOf({ ids, logprobs, text }: Completion): number {
  return ids.length > 0 ? ids.length : (logprobs?.length ?? words(text).split(" ").length);
}

const words = (text: string): string => text.split(/\s+/u).filter(Boolean).join(" ");

/** The largest difference of two lists, entry by entry; NaN if one is missing or they differ in length. */
export function gap(a: ArrayLike<number> | undefined, b: ArrayLike<number> | undefined): number {
  if (!a || !b || a.length !== b.length) return NaN;
  // Infinities of the same sign are equal.
  return Array.from(a).reduce((worst, value, i) => Math.max(worst, value === b[i] ? 0 : Math.abs(value - b[i])), 0);
}

/**
 * Pearson's χ² of counts against what is expected of independent draws, over the outcomes expected at least five times and
 * the rest as one, less a bound that chance passes about once in a thousand times.
 */
function misfit(counts: ReadonlyMap<string, number>, expected: ReadonlyMap<string, number>): number {
  const common = [...expected].filter(([, e]) => e >= 5);
  const classes = common.map(([key, e]) => [counts.get(key) ?? 0, e]);
  const total = [...counts.values()].reduce((sum, c) => sum + c, 0);
  const rest = [0, 1].map((column) => total - classes.reduce((sum, row) => sum + row[column], 0));
  if (rest[1] >= 5) classes.push(rest);
  const freedom = Math.max(1, classes.length - 1);
  return classes.reduce((sum, [c, e]) => sum + (c - e) ** 2 / e, 0) - (freedom + 4 * Math.sqrt(2 * freedom) + 4);
}

/** Names of calls that were not refused with a UserError. */
export async function notRefused(calls: Readonly<Record<string, () => Promise<unknown>>>): Promise<string[]> {
  const names = await Promise.all(
    Object.entries(calls).map(async ([name, call]) => {
      const error: unknown = await call().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      return error instanceof UserError ? [] : [`${name}: ${error === undefined ? "accepted" : messageOf(error)}`];
    }),
  );
  return names.flat();
}

/** Log-probs after temperature, top-k and top-p, in this order: the definition, written without regard to speed. */
function changed(logprobs: Float32Array, o: Partial<Sampling>): number[] {
  let p = Array.from(logprobs, (logprob) => Math.exp(logprob / (o.temperature ?? 1)));
  const keep = (chosen: (rank: number, above: number) => boolean): void => {
    const total = p.reduce((sum, x) => sum + x, 0);
    p = p.map((x) => x / total);
    const ranked = p.map((x, id) => ({ x, id })).sort((a, b) => b.x - a.x || a.id - b.id);
    let above = 0;
    for (const [rank, { x, id }] of ranked.entries()) {
      if (!chosen(rank, above)) p[id] = 0;
      above += x;
    }
  };
  keep((rank) => rank < (o.topK ?? Infinity));
  keep((_, above) => above < (o.topP ?? Infinity));
  keep(() => true);
  return p.map(Math.log);
}
