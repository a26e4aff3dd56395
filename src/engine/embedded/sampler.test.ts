import { afterAll, describe, expect, it } from "vitest";
import { UserError } from "../../core/errors.ts";
import { random } from "../../core/random.ts";
import { DecoderConfig, parameterShapes } from "./config.ts";
import { Learner } from "./learner.ts";
import { referenceLogprobs } from "./reference-decoder.ts";
import { Sampler } from "./sampler.ts";
import type { CacheNode, Request, Sampled } from "./sampler.ts";

const base = { vocab: 12, layers: 2, width: 16, heads: 2, hidden: 272, context: 80, ropeBase: 100 };
const variants = {
  rope: DecoderConfig.parse(base),
  "no positions": DecoderConfig.parse({ ...base, positions: "none" }),
  "coupled positions": DecoderConfig.parse({ ...base, positions: "coupled", digitTokens: [0, 1, 2, 3, 4, 5] }),
  "shared key-value heads": DecoderConfig.parse({ ...base, heads: 4, kvHeads: 2 }),
};
const config = variants.rope;

/** Weights large enough for peaked and varied distributions. */
function weightsOf(c: DecoderConfig, seed: string): Record<string, Float32Array> {
  const r = random(seed);
  return Object.fromEntries(
    Object.entries(parameterShapes(c)).map(([name, shape]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const scale = shape.length > 1 ? 1.5 / Math.sqrt(shape[1]) : 0.2;
      return [name, Float32Array.from({ length: size }, () => (shape.length > 1 ? 0 : 1) + scale * r.normal())];
    }),
  );
}

const weights = weightsOf(config, "weights");
const opened: Sampler[] = [];
function open(
  o: { c?: DecoderConfig; w?: () => Record<string, Float32Array>; maxBatch?: number; threads?: number } = {},
): Sampler {
  const c = o.c ?? config;
  const w = o.w ?? (c === config ? () => weights : () => weightsOf(c, "weights"));
  const sampler = new Sampler(c, w, { threads: o.threads ?? 1, device: "cpu", maxBatch: o.maxBatch ?? 32 });
  opened.push(sampler);
  return sampler;
}
afterAll(async () => {
  await Promise.all(opened.map((sampler) => sampler.close()));
});

const request = (o: Partial<Request> = {}): Request => {
  const n = o.n ?? 1;
  const seeds = Array.from({ length: n }, (_, i) => `s/${i}`);
  return { ids: [1, 2, 3], n, seeds, maxTokens: 10, temperature: 1, eos: [], ...o };
};

/** Requests of many shapes: prompts of 1–12 tokens, completions up to 40, some ended by token 11. */
const crowd = (count: number): Request[] => {
  const r = random("crowd");
  return Array.from({ length: count }, (_, i) => {
    const n = 1 + r.int(4);
    return request({
      ids: Array.from({ length: 1 + r.int(12) }, () => r.int(config.vocab)),
      n,
      seeds: Array.from({ length: n }, (_unused, k) => `crowd/${i}/${k}`),
      maxTokens: 1 + r.int(40),
      eos: i % 2 === 0 ? [11] : [],
    });
  });
};
const sampleAll = (sampler: Sampler, requests: readonly Request[]): Promise<Sampled[][]> =>
  Promise.all(requests.map((r) => sampler.submit(r)));

const fail = (): never => {
  throw new RangeError("deaf");
};

describe("Sampler", () => {
  it.each(Object.entries(variants))("gives the log-probs of an independent decoder: %s", async (_, c) => {
    const sampler = open({ c });
    const w = weightsOf(c, "weights");
    const ids = [7, 1, 4, 5, 9, 3, 3, 0, 8];
    const expected = referenceLogprobs(c, w, ids);
    const found = await sampler.next(ids.map((_id, t) => ids.slice(0, t + 1)));
    found.forEach((row, t) => row.forEach((value, id) => expect(value).toBeCloseTo(expected[t][id], 4)));
    const [{ ids: drawn, logprobs }] = await sampler.submit(request({ ids, maxTokens: 40 }));
    const all = referenceLogprobs(c, w, [...ids, ...drawn]);
    drawn.forEach((id, i) => expect(Math.abs(logprobs[i] - all[ids.length + i - 1][id])).toBeLessThan(1e-4));
  });

  it.each(Object.entries(variants))("gives the learner's teacher-forced log-probs: %s", async (_, c) => {
    const learner = new Learner(c, weightsOf(c, "weights"), { threads: 1, device: "cpu" });
    const samples = await open({ c }).submit(request({ n: 6, maxTokens: 30 }));
    const { logprob } = await learner.forward(
      samples.map(({ ids }) => ({ ids: [1, 2, 3, ...ids] })),
      ["logprob"],
      {},
    );
    samples.forEach(({ logprobs }, s) =>
      logprobs.forEach((value, i) => expect(Math.abs(value - (logprob?.[s][3 + i] ?? NaN))).toBeLessThan(1e-4)),
    );
  });

  it("gives bit-equal results alone and in any company, at any batch size and on any number of lanes", async () => {
    const requests = crowd(100);
    const together = await sampleAll(open({ maxBatch: 128 }), requests);
    expect(together.flat().some(({ finish }) => finish === "stop")).toBe(true);
    for (const maxBatch of [1, 2, 7]) {
      expect(await sampleAll(open({ maxBatch }), requests)).toEqual(together);
    }
    expect(await sampleAll(open({ maxBatch: 64, threads: 2 }), requests.toReversed())).toEqual(together.toReversed());
    const alone = open();
    for (const i of [0, 17, 42]) expect(await alone.submit(requests[i])).toEqual(together[i]);
  });

  it("gives bit-equal results where products are large enough to be split among threads", async () => {
    const c = DecoderConfig.parse({ ...base, layers: 1, width: 128, heads: 4, hidden: 344 });
    const w = weightsOf(c, "wide");
    const seeds = Array.from({ length: 128 }, (_, i) => `wide/${i}`);
    const wide = request({ n: 128, seeds, maxTokens: 3 });
    const together = await open({ c, w: () => w, maxBatch: 128 }).submit(wide);
    expect(await open({ c, w: () => w, maxBatch: 7 }).submit(wide)).toEqual(together);
  });

  it("does on two threads all that it does on one", async () => {
    const [one, two] = [open(), open({ threads: 2 })];
    const rules: Request["rules"] = (ids, logits) => {
      logits[ids[ids.length - 1]] = -Infinity;
    };
    const told: [number, number, number][] = [];
    const onToken: Request["onToken"] = (...args) => told.push(args);
    const seeds = Array.from({ length: 40 }, (_, i) => `two/${i}`);
    const wide = request({ ids: [4, 4], n: 40, seeds, maxTokens: 6 });
    const expected = await one.submit({ ...wide, rules });
    expect(await two.submit({ ...wide, rules, onToken })).toEqual(expected);
    expected.forEach(({ ids, logprobs }, s) =>
      expect(told.filter(([of]) => of === s)).toEqual(ids.map((id, i) => [s, id, logprobs[i]])),
    );

    const abort = new AbortController();
    const [aborted, kept, deaf, bad] = await Promise.allSettled([
      two.submit({ ...wide, maxTokens: 70, signal: abort.signal, onToken: () => abort.abort() }),
      two.submit(wide),
      two.submit({ ...wide, onToken: fail }),
      two.submit({ ...wide, rules: (_ids, logits) => void logits.fill(-Infinity) }),
    ]);
    expect(aborted).toMatchObject({ value: { 0: { finish: "abort" }, 39: { finish: "abort" } } });
    expect(kept).toMatchObject({ value: await one.submit(wide) });
    expect(deaf).toMatchObject({ reason: new RangeError("deaf") });
    expect(bad).toMatchObject({ reason: expect.any(UserError) });
    await expect(two.extend([{ parent: null, ids: [12] }])).rejects.toThrow(/not in the vocabulary/);

    let [found, same] = [
      await two.extend([{ parent: null, ids: [1, 2] }]),
      await one.extend([{ parent: null, ids: [1, 2] }]),
    ];
    for (const ids of [[3], [4, 5], [6]]) {
      // Children of every node, more than one lane takes: nodes have to wander.
      const under = (nodes: readonly { node: CacheNode }[]) =>
        Array.from({ length: 40 }, (_, i) => ({ parent: nodes[i % nodes.length].node, ids: [...ids, i % 12] }));
      [found, same] = [await two.extend(under(found)), await one.extend(under(same))];
      expect(found.map(({ logprobs }) => logprobs)).toEqual(same.map(({ logprobs }) => logprobs));
    }
  });

  it("hears a request made at any moment while it goes idle", async () => {
    const sampler = open();
    for (let moments = 0; moments < 40; moments++) {
      const short = request({ maxTokens: 2 });
      let followed: Promise<Sampled[]> | undefined;
      await new Promise<void>((resolve) => {
        const onToken = (): void => {
          let waited = Promise.resolve();
          for (let i = 0; i < moments; i++) waited = waited.then(() => undefined);
          void waited.then(() => {
            followed = sampler.submit(short);
            resolve();
          });
        };
        void sampler.submit({ ...short, maxTokens: 1, onToken });
      });
      expect(await followed).toHaveLength(1);
    }
  });

  it("serves far more requests than it has room for", async () => {
    const many = crowd(60).map((r) => ({ ...r, maxTokens: 3 }));
    expect(await sampleAll(open({ threads: 2, maxBatch: 4 }), many)).toEqual(await sampleAll(open(), many));
  });

  it("gives bit-equal results whatever the length of the cache", async () => {
    const short = request({ maxTokens: 5 });
    const alone = await open().submit(short);
    const long = request({ ids: Array.from({ length: 30 }, (_, i) => i % 12), maxTokens: 50 });
    const sampler = open();
    const running = sampler.submit({ ...long, seeds: ["long"] });
    for (let turn = 0; turn < 60; turn++) {
      expect(await sampler.submit(short)).toEqual(alone);
    }
    await running;
    const wide = DecoderConfig.parse({ ...base, context: 300 });
    const other = open({ c: wide, w: () => weights });
    await other.submit(request({ ids: Array.from({ length: 250 }, (_, i) => i % 12), maxTokens: 2 }));
    expect(await other.submit(short)).toEqual(alone);
  });

  it("draws from the distribution it reports", async () => {
    const n = 4000;
    const seeds = Array.from({ length: n }, (_, i) => `many/${i}`);
    const sampler = open({ maxBatch: 512 });
    const [expected] = await sampler.next([[1, 2, 3]]);
    const samples = await sampler.submit(request({ n, seeds, maxTokens: 1 }));
    const counts = new Float64Array(config.vocab);
    for (const { ids } of samples) counts[ids[0]]++;
    // 4.5 standard deviations of a count: wrong by chance once in about 10,000 changes of the seed.
    counts.forEach((count, id) => {
      const p = Math.exp(expected[id]);
      expect(Math.abs(count - n * p)).toBeLessThan(4.5 * Math.sqrt(n * p * (1 - p)) + 1e-3);
    });
  });

  it("is greedy at temperature 0", async () => {
    const sampler = open();
    const [{ ids, sampledLogprobs }] = await sampler.submit(request({ temperature: 0, maxTokens: 6 }));
    for (let t = 0; t < ids.length; t++) {
      const [row] = await sampler.next([[1, 2, 3, ...ids.slice(0, t)]]);
      expect(ids[t]).toBe(row.indexOf(Math.max(...row)));
    }
    expect(sampledLogprobs).toEqual(new Float32Array(6));
  });

  it("applies logit rules, and reports log-probs before and after them", async () => {
    const sampler = open();
    const seen: number[][] = [];
    const [sample] = await sampler.submit(
      request({
        maxTokens: 8,
        rules: (ids, logits) => {
          seen.push([...ids]);
          logits.forEach((_, id) => {
            if (id % 2 === 1) logits[id] = -Infinity;
          });
        },
      }),
    );
    expect(sample.ids.every((id) => id % 2 === 0)).toBe(true);
    expect(seen).toEqual(sample.ids.map((_, t) => [1, 2, 3, ...sample.ids.slice(0, t)]));
    const rows = await sampler.next(sample.ids.map((_, t) => [1, 2, 3, ...sample.ids.slice(0, t)]));
    rows.forEach((row, t) => {
      const even = row.filter((_, id) => id % 2 === 0).reduce((sum, value) => sum + Math.exp(value), 0);
      expect(sample.logprobs[t]).toBe(row[sample.ids[t]]);
      expect(sample.sampledLogprobs?.[t]).toBeCloseTo(row[sample.ids[t]] - Math.log(even), 5);
    });
  });

  it("ends after a stop sequence, an end token or the greatest length", async () => {
    const sampler = open();
    const [free] = await sampler.submit(request({ maxTokens: 20 }));
    expect(free.finish).toBe("length");
    const stop = [free.ids.slice(4, 7)];
    const [stopped] = await sampler.submit(request({ maxTokens: 20, stop }));
    const at = free.ids.findIndex((_, i) => i >= 2 && stop[0].every((id, k) => free.ids[i - 2 + k] === id));
    expect(stopped).toMatchObject({ ids: free.ids.slice(0, at + 1), finish: "stop" });
    const [ended] = await sampler.submit(request({ maxTokens: 20, eos: [free.ids[5]] }));
    expect(ended).toMatchObject({ ids: free.ids.slice(0, free.ids.indexOf(free.ids[5]) + 1), finish: "stop" });
    expect(ended.logprobs).toEqual(free.logprobs.slice(0, ended.ids.length));
  });

  it("tells of tokens as they come", async () => {
    const told: [number, number, number][] = [];
    const samples = await open().submit(
      request({ n: 3, onToken: (sample, id, logprob) => told.push([sample, id, logprob]) }),
    );
    samples.forEach(({ ids, logprobs }, s) => {
      expect(told.filter(([of]) => of === s)).toEqual(ids.map((id, i) => [s, id, logprobs[i]]));
    });
  });

  it("aborts one request and leaves its neighbours alone", async () => {
    const sampler = open();
    const neighbour = request({ ids: [5], maxTokens: 30 });
    const expected = await open().submit(neighbour);
    const abort = new AbortController();
    const [aborted, kept] = await Promise.all([
      sampler.submit(
        request({ n: 2, maxTokens: 30, signal: abort.signal, onToken: (s, _id, _l) => s === 1 && abort.abort() }),
      ),
      sampler.submit(neighbour),
    ]);
    expect(aborted.map(({ finish }) => finish)).toEqual(["abort", "abort"]);
    expect(aborted.map(({ ids }) => ids.length)).toEqual([1, 1]);
    expect(kept).toEqual(expected);
    expect(await sampler.submit(request({ signal: AbortSignal.abort() }))).toEqual([
      { ids: [], logprobs: new Float32Array(0), finish: "abort" },
    ]);
  });

  it("refuses what it cannot serve, for that request only", async () => {
    const sampler = open();
    const broken: [Partial<Request>, RegExp][] = [
      [{ ids: [] }, /no token ids/],
      [{ ids: [12] }, /id 12 is not in the vocabulary \(0…11\)/],
      [{ ids: Array.from({ length: 75 }, () => 1) }, /85 tokens exceed the model's context of 80/],
      [{ temperature: -1 }, /temperature/],
      [{ topP: 0 }, /topP/],
      [{ seeds: [] }, /seeds/],
      [{ rules: (_ids, logits) => void logits.fill(-Infinity) }, /No token can be chosen/],
    ];
    const good = sampler.submit(request());
    for (const [o, message] of broken) {
      const refused = sampler.submit(request(o));
      await expect(refused).rejects.toThrow(message);
      await expect(refused).rejects.toBeInstanceOf(UserError);
    }
    await expect(sampler.submit(request({ onToken: fail }))).rejects.toThrow(RangeError);
    expect((await good)[0].ids).toHaveLength(10);
  });

  it("gives requests made before a change of weights the old ones, and later requests the new ones", async () => {
    const before = weights;
    const after = weightsOf(config, "other");
    const source = structuredClone(before);
    const sampler = open({ w: () => source });
    const first = sampler.submit(request());
    for (const [name, values] of Object.entries(after)) source[name].set(values);
    sampler.weightsChanged();
    const second = sampler.submit(request());
    expect(await first).toEqual(await open({ w: () => before }).submit(request()));
    expect(await second).toEqual(await open({ w: () => after }).submit(request()));
  });

  it("extends a tree of prefixes as if each had been read alone", async () => {
    const sampler = open({ maxBatch: 8 });
    const r = random("tree");
    let level: { node: CacheNode | null; ids: number[] }[] = [{ node: null, ids: [] }];
    for (let depth = 0; depth < 6; depth++) {
      const children = level.flatMap(({ node, ids }) =>
        Array.from({ length: 3 }, () => ({
          parent: node,
          before: ids,
          ids: Array.from({ length: 1 + r.int(3) }, () => r.int(12)),
        })),
      );
      const found = await sampler.extend(children);
      const whole = children.map(({ before, ids }) => [...before, ...ids]);
      const alone = await open().next(whole);
      found.forEach(({ logprobs }, i) => expect(logprobs).toEqual(alone[i]));
      level = found
        .map(({ node }, i) => ({ node, ids: whole[i] }))
        .filter((_, i) => i % 3 === depth % 3 || i === 0)
        .slice(0, 12);
    }
  });

  it("refuses to extend beyond the context, or a prefix read with other weights", async () => {
    const sampler = open();
    const [{ node }] = await sampler.extend([{ parent: null, ids: Array.from({ length: 79 }, () => 1) }]);
    await expect(sampler.extend([{ parent: node, ids: [1, 1] }])).rejects.toThrow(/81 tokens exceed/);
    sampler.weightsChanged();
    await expect(sampler.extend([{ parent: node, ids: [1] }])).rejects.toThrow(/weights have changed/);
  });

  it("ends what is running when it is closed", async () => {
    const sampler = new Sampler(config, () => weights, { threads: 1, device: "cpu", maxBatch: 8 });
    await sampler.next([[1]]);
    const running = sampler.submit(request({ maxTokens: 70 }));
    await sampler.next([[1]]);
    const [outcome] = await Promise.allSettled([running, sampler.close()]);
    expect(outcome).toMatchObject({ status: "rejected", reason: { message: "The sampler has been closed." } });
    await expect(sampler.submit(request())).rejects.toThrow(/closed/);
  });
});
