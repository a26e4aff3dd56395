import { describe, expect, it } from "vitest";
import type { Objective } from "../core/contracts.ts";
import type { Datum, Row } from "../core/datum.ts";
import type { Sequence, Trainable } from "../core/model.ts";
import { random } from "../core/random.ts";
import { outcomes } from "../engine/exact.ts";
import { tabular, type Tabular } from "../engine/tabular.ts";
import grpo from "./objectives/grpo.ts";
import reinforceBaseline from "./objectives/reinforce-baseline.ts";
import rloo from "./objectives/rloo.ts";
import sft from "./objectives/sft.ts";
import { generated, Replay, type Stream } from "./streams.ts";
import { rlDatum, sftDatum } from "./testing.ts";
import { train, trainRollouts, type RolloutOptions, type StreamOptions } from "./trainer.ts";
import { microbatches } from "./update.ts";

const words = ["go", "a", "b", "c", ";"];
const objective = sft.create(sft.options.parse({}));
const make = (): Tabular => tabular({ words, end: ";", optimizer: "sgd" });
const word = (id: number): Row => ({ ids: [0, id], from: 1 });

/** Probabilities of the words after "go". */
async function policy(model: Trainable): Promise<number[]> {
  const [next] = (await model.next?.([{ ids: [0] }], "all")) ?? [];
  return Array.from(next.logprobs, Math.exp);
}

/** A new model that counts what the trainer asks of it. */
function counted(): { model: Tabular; forwards: Sequence[][]; backwards: Sequence[][] } {
  const model = make();
  const forwards: Sequence[][] = [];
  const backwards: Sequence[][] = [];
  const forward = model.forward.bind(model);
  const backward = model.backward.bind(model);
  model.forward = (batch, ...rest) => {
    forwards.push([...batch]);
    return forward(batch, ...rest);
  };
  model.backward = (batch, ...rest) => {
    backwards.push([...batch]);
    return backward(batch, ...rest);
  };
  return { model, forwards, backwards };
}

const streams = (data: Record<string, Stream>): Map<string, Stream> => new Map(Object.entries(data));
function replayOf(data: readonly Datum[], recent = 0): Replay {
  const replay = new Replay({ capacity: 1000, recent });
  replay.add(data);
  return replay;
}
const options = (o: Partial<StreamOptions & RolloutOptions> = {}): StreamOptions & RolloutOptions => ({
  steps: 50,
  batch: 8,
  lr: 0.5,
  random: random("trainer"),
  ...o,
});

describe("train", () => {
  it("fits the frequencies of its data: {a ×3, b ×1} gives p(a) = .75", async () => {
    const model = make();
    const data = [1, 1, 1, 2].map((id, i) => sftDatum(`${i}`, word(id)));
    let next = 0;
    const cycle = generated(() => data[next++ % 4]);
    await train(model, objective, streams({ s: cycle }), options({ steps: 600, batch: 4, lr: [4, 1] }));
    const p = await policy(model);
    expect(p[1]).toBeCloseTo(0.75, 2);
    expect(p[2]).toBeCloseTo(0.25, 2);
  });

  it("gives the same weights whatever the microbatches, and the same again for the same seed", async () => {
    const random4 = random("data");
    const data = Array.from({ length: 40 }, (_, i) =>
      sftDatum(
        `${i}`,
        { ids: [0, ...Array.from({ length: 1 + (i % 5) }, () => 1 + random4.int(3)), 4], from: 1 },
        1 + (i % 2),
      ),
    );
    const versions = await Promise.all(
      [1e6, 1e6, 12, 1].map(async (microTokens) => {
        const model = make();
        await train(model, objective, streams({ s: replayOf(data) }), options({ microTokens }));
        return policy(model);
      }),
    );
    expect(versions[1]).toEqual(versions[0]);
    for (const p of versions.slice(2)) p.forEach((value, i) => expect(value).toBeCloseTo(versions[0][i], 5));
    expect(versions[0][1]).not.toBeCloseTo(0.2, 2);
  });

  it("mixes a minibatch by the shares, which move with progress, and gives empty streams' shares to the rest", async () => {
    const drawn: string[] = [];
    const source = (name: string, id: number): Stream => generated(() => (drawn.push(name), sftDatum(name, word(id))));
    const empty = new Replay({ capacity: 10, recent: 0 });
    await train(
      make(),
      objective,
      streams({ x: source("x", 1), y: source("y", 2), none: empty }),
      options({ steps: 11, batch: 100, mix: { x: [0.4, 0], y: [0, 0.4], none: 0.6 } }),
    );
    const share = (step: number): number =>
      drawn.slice(step * 100, (step + 1) * 100).filter((name) => name === "x").length;
    expect(drawn).toHaveLength(1100);
    expect(share(0)).toBe(100);
    for (let step = 1; step < 11; step++) expect(Math.abs(share(step) - 100 * (1 - step / 11))).toBeLessThanOrEqual(1);
  });

  it("meets small shares in the mean, and draws whole minibatches from one stream when told", async () => {
    for (const per of ["row", "batch"] as const) {
      const counts: number[] = [];
      const spied: Objective = {
        ...objective,
        loss: (batch) => (counts.push(batch.filter(({ datum }) => datum.id === "x").length), objective.loss(batch)),
      };
      const source = (name: string): Stream => generated(() => sftDatum(name, word(1)));
      await train(
        make(),
        spied,
        streams({ x: source("x"), y: source("y") }),
        options({ steps: 1000, batch: 4, mix: { x: 0.1, y: 0.9 }, per }),
      );
      const total = counts.reduce((a, b) => a + b, 0);
      expect(Math.abs(total / 4000 - 0.1)).toBeLessThan(0.02);
      expect(new Set(counts)).toEqual(new Set(per === "row" ? [0, 1] : [0, 4]));
    }
  });

  it("keeps minibatches within a number of padded positions", async () => {
    const spy = counted();
    const length = (i: number): Row => ({ ids: [0, ...Array.from({ length: i }, () => 1)], from: 1 });
    let i = 0;
    await train(
      spy.model,
      objective,
      streams({ s: generated(() => sftDatum(`${i}`, length(1 + (i++ % 9)))) }),
      options({ steps: 20, batch: 16, batchTokens: 40 }),
    );
    const padded = spy.backwards.map((batch) => batch.length * Math.max(...batch.map(({ ids }) => ids.length)));
    expect(Math.max(...padded)).toBeLessThanOrEqual(40);
    expect(padded.filter((n) => n > 20).length).toBeGreaterThan(10);
  });

  it("makes no forward pass for a constant gradient except to measure the loss now and then", async () => {
    const spy = counted();
    const report = await train(
      spy.model,
      objective,
      streams({ s: replayOf([sftDatum("a", word(1))]) }),
      options({ steps: 20, measureEvery: 5, lr: 0 }),
    );
    expect(spy.forwards.length).toBe(4);
    expect(spy.backwards.length).toBe(20);
    expect(report.metrics["loss"]).toBeCloseTo(Math.log(5), 5);
  });

  it("reports positions, progress and schedules", async () => {
    const lrs: number[] = [];
    const report = await train(
      make(),
      objective,
      streams({ s: replayOf([sftDatum("a", word(1))]) }),
      options({ steps: 4, lr: [0.4, 0], progress: [0.5, 1], onStep: ({ lr }) => lrs.push(lr) }),
    );
    expect(lrs.map((lr) => Number(lr.toFixed(6)))).toEqual([0.2, 0.15, 0.1, 0.05]);
    expect([report.steps, report.tokens, report.skipped]).toEqual([4, 64, 0]);
  });

  it("uses the same dropout masks forward and backward, others at every step", async () => {
    const model: Trainable = make();
    const seeds: string[][] = [[], []];
    const [forward, backward] = [model.forward.bind(model), model.backward.bind(model)];
    model.forward = (batch, want, o) => {
      seeds[0].push(`${batch.length} rows, seed ${o?.dropoutSeed}`);
      return forward(batch, want, o);
    };
    model.backward = (batch, gradients, o) => {
      seeds[1].push(`${batch.length} rows, seed ${o?.dropoutSeed}`);
      return backward(batch, gradients, o);
    };
    const mute = sftDatum("mute", { ...word(2), mask: [0, 0] });
    const data = streams({ s: replayOf([sftDatum("a", word(1)), mute]) });
    await train(model, objective, data, options({ steps: 3, measureEvery: 1, dropout: true }));
    expect(seeds[0]).toEqual(seeds[1]);
    expect(new Set(seeds[0]).size).toBe(3);
    for (const seen of seeds[0]) expect(seen).toMatch(/^8 rows, seed \d+$/u);
  });

  it("stops with the signal's reason, and at once without data", async () => {
    const stop = new AbortController();
    const running = train(
      make(),
      objective,
      streams({ s: replayOf([sftDatum("a", word(1))]) }),
      options({ signal: stop.signal, onStep: () => stop.abort(new Error("enough")) }),
    );
    await expect(running).rejects.toThrow("enough");
    expect(
      (await train(make(), objective, streams({ s: new Replay({ capacity: 1, recent: 0 }) }), options())).steps,
    ).toBe(0);
  });

  it("counts updates that could not be used and gives up after five in a row", async () => {
    let calls = 0;
    const broken = (bad: (call: number) => boolean): Objective => ({
      ...objective,
      loss: (batch) => {
        const lesson = objective.loss(batch);
        if (bad(calls++)) lesson.gradients.logprob?.[0].fill(NaN);
        return lesson;
      },
    });
    const data = streams({ s: replayOf([sftDatum("a", word(1))]) });
    const report = await train(
      make(),
      broken((call) => call % 5 < 4),
      data,
      options(),
    );
    expect(report.skipped).toBe(40);
    await expect(
      train(
        make(),
        broken(() => true),
        data,
        options(),
      ),
    ).rejects.toThrow(/diverged/u);
  });
});

describe("trainRollouts", () => {
  const rollouts = (groups: number, reward: (id: number) => number): Datum[] =>
    Array.from({ length: groups * 4 }, (_, i) => {
      const id = 1 + ((i + Math.floor(i / 4)) % 4);
      return rlDatum(`r${i}`, [{ ...word(id), old: [0, Math.log(0.2)] }], reward(id), {
        group: `g${Math.floor(i / 4)}`,
      });
    });
  const plain = grpo.create(grpo.options.parse({ beta: 0 }));

  it("is on policy with one minibatch and epoch: no forward pass, the update of a forward pass", async () => {
    const data = rollouts(3, (id) => Number(id === 2));
    const [skipped, forced] = [counted(), counted()];
    await trainRollouts(skipped.model, plain, data, options({ batch: 12 }));
    const stale = data.map((datum) =>
      datum.kind === "rl" ? { ...datum, segments: datum.segments.map(({ ids, from }) => ({ ids, from })) } : datum,
    );
    await trainRollouts(forced.model, plain, stale, options({ batch: 12 }));
    expect([skipped.forwards.length, forced.forwards.length]).toEqual([0, 1]);
    const [p, q] = [await policy(skipped.model), await policy(forced.model)];
    p.forEach((value, i) => expect(value).toBeCloseTo(q[i], 6));
    expect(p[2]).toBeGreaterThan(0.2);
  });

  it("drops rollouts without advantage, and minibatches are of about equal size in every epoch", async () => {
    const data = [
      ...rollouts(4, (id) => Number(id === 2)),
      ...rollouts(2, () => 1).map((datum) => ({ ...datum, group: `${datum.id}x` })),
    ];
    const spy = counted();
    const report = await trainRollouts(spy.model, plain, data, options({ batch: 6, epochs: 2, lr: 0 }));
    expect(report.metrics["dropped"]).toBe(8);
    expect(spy.backwards.map((batch) => batch.length).every((n) => n <= 6 && n >= 5)).toBe(true);
    expect(report.steps).toBe(6);
    expect(spy.forwards.length).toBe(6);
    expect(report.metrics["reward"]).toBeCloseTo((4 + 8) / 24, 9);
  });

  it("asks for a reference where the objective needs one, and scores each row once", async () => {
    const model = make();
    const withKl = grpo.create(grpo.options.parse({ beta: 0.1 }));
    const data = rollouts(2, (id) => id);
    await expect(trainRollouts(model, withKl, data, options())).rejects.toThrow(/reference/u);
    const reference = make();
    const score = reference.score.bind(reference);
    let rows = 0;
    reference.score = (asked) => {
      rows += asked.length;
      return score(asked);
    };
    const report = await trainRollouts(model, withKl, data, options({ epochs: 3, batch: 4, reference }));
    expect(rows).toBe(8);
    expect(report.metrics["kl"]).toBeGreaterThan(0);
  });

  it("follows the exact policy gradient: enumerated rollouts of two words", async () => {
    const model = make();
    const before = [...outcomes(model, [0], 1)];
    const reward = [0.2, 1, 0, 0.5, 0.1];
    // Every word once in a group of its own weight: p is uniform, so that the mean over words is the expectation.
    const data = before.map(({ ids }) =>
      rlDatum(`${ids[0]}`, [{ ids: [0, ids[0]], from: 1, old: [0, Math.log(0.2)] }], reward[ids[0]]),
    );
    const average = reward.reduce((a, b) => a + b) / 5;
    const exact = reward.map((r) => 0.2 * (r - average));
    const objectiveOf = reinforceBaseline.create(reinforceBaseline.options.parse({ baseline: 0.3 }));
    await trainRollouts(model, objectiveOf, data, options({ batch: 5, lr: 1, adam: {} }));
    const logits = (await policy(model)).map(Math.log);
    exact.forEach((g, i) => expect(logits[i] - logits[0]).toBeCloseTo(g - exact[0], 5));
  });

  it.each([
    ["grpo", plain],
    ["rloo", rloo.create(rloo.options.parse({ beta: 0 }))],
    ["reinforce-baseline", reinforceBaseline.create(reinforceBaseline.options.parse({}))],
  ])("%s teaches a bandit the arm that pays", async (_, rl) => {
    const model = make();
    for (let round = 0; round < 40; round++) {
      const samples = await model.sample({ ids: [0] }, { n: 16, seed: `round ${round}`, maxTokens: 1 });
      const data = samples.map((s, i) =>
        rlDatum(
          `${round}-${i}`,
          [{ ids: [0, ...s.ids], from: 1, old: [0, ...(s.logprobs ?? [])] }],
          Number(s.ids[0] === 3),
        ),
      );
      await trainRollouts(model, rl, data, options({ batch: 16, lr: 1 }));
    }
    expect((await policy(model))[3]).toBeGreaterThan(0.9);
  });
});

describe("microbatches", () => {
  it("cover every row once within the limit, and keep the order where one is enough", () => {
    const r = random("micro");
    const rows = Array.from({ length: 50 }, () => ({ ids: Array.from({ length: 1 + r.int(20) }, () => 0) }));
    const batches = microbatches(rows, 60);
    expect(batches.flat().toSorted((a, b) => a - b)).toEqual(rows.map((_, i) => i));
    for (const batch of batches)
      expect(batch.length * Math.max(...batch.map((i) => rows[i].ids.length))).toBeLessThanOrEqual(60);
    expect(microbatches(rows, 1000)).toEqual([rows.map((_, i) => i)]);
    expect(microbatches([], 10)).toEqual([]);
  });
});

describe("Replay", () => {
  const datum = (id: number): Datum => sftDatum(`${id}`, { ids: [0, id], from: 1 });

  it("forgets the oldest, refuses repetitions while it holds them, and takes them back once forgotten", () => {
    const replay = new Replay({ capacity: 3, recent: 0 });
    expect(replay.add([1, 2, 2, 3].map(datum))).toBe(3);
    expect(replay.add([3, 4].map(datum))).toBe(1);
    expect(replay.size).toBe(3);
    expect(replay.add([datum(1)])).toBe(1);
    expect(replay.add([datum(4)])).toBe(0);
  });

  it("draws from the newest batch with the probability asked for", () => {
    const replay = new Replay({ capacity: 100, recent: 0.5 });
    replay.add(Array.from({ length: 90 }, (_, i) => datum(i)));
    replay.add(Array.from({ length: 10 }, (_, i) => datum(100 + i)));
    replay.add([datum(100)]);
    const r = random("draws");
    const draws = Array.from({ length: 4000 }, () => Number(replay.draw(r).id));
    expect(draws.filter((id) => id >= 100).length / 4000).toBeCloseTo(0.55, 1);
    expect(new Set(draws).size).toBe(100);
  });

  it("tells rows apart by tokens, place of the response and weights, not by their ids", () => {
    const replay = new Replay({ capacity: 10, recent: 0 });
    const r = { ids: [0, 1, 2], from: 1 };
    const rows: Row[] = [r, { ...r, from: 2 }, { ...r, mask: [0, 1, 0.5] }, { ...r, mask: [7, 1, 0.5] }];
    expect(replay.add(rows.map((x, i) => sftDatum(`${i}`, x)))).toBe(3);
    expect(() => new Replay({ capacity: 1, recent: 0 }).draw(random(1))).toThrow(RangeError);
  });
});
