import { describe, expect, it } from "vitest";
import type { Objective, Scored } from "../../core/contracts.ts";
import { rowsOf } from "../../core/datum.ts";
import { random } from "../../core/random.ts";
import { groupNormalised, normalise } from "../advantages/group-normalised.ts";
import { leaveOneOut, leaveOneOutAdvantage } from "../advantages/leave-one-out.ts";
import { returnsToGo } from "../advantages/returns-to-go.ts";
import { klEstimate } from "../kl.ts";
import { surrogate } from "../surrogate.ts";
import {
  aligned,
  credited,
  gradientsOf,
  gridLogprob,
  numericGradients,
  randomRollouts,
  rlDatum,
  roll,
  row,
  scored,
  sftDatum,
} from "../testing.ts";
import grpo from "./grpo.ts";
import reinforceBaseline from "./reinforce-baseline.ts";
import reinforce from "./reinforce.ts";
import rloo from "./rloo.ts";
import sft from "./sft.ts";

const make = {
  sft: (o: object = {}) => sft.create(sft.options.parse(o)),
  reinforce: (o: object = {}) => reinforce.create(reinforce.options.parse(o)),
  baseline: (o: object = {}) => reinforceBaseline.create(reinforceBaseline.options.parse(o)),
  rloo: (o: object = {}) => rloo.create(rloo.options.parse(o)),
  grpo: (o: object = {}) => grpo.create(grpo.options.parse(o)),
};

/** Largest difference between two lists of rows; Infinity if their shapes differ. */
function apart(got: readonly (readonly number[])[], want: readonly (readonly number[])[]): number {
  if (got.map((r) => r.length).join() !== want.map((r) => r.length).join()) return Infinity;
  return Math.max(...got.flatMap((r, i) => r.map((value, t) => Math.abs(value - want[i][t]))));
}

describe("sft", () => {
  it("averages over all trained tokens, the row weight not in the denominator", () => {
    const batch = [scored(sftDatum("a", row(2)), [[-1, -2]]), scored(sftDatum("b", row(1), 0.5), [[-3]])];
    const loss = make.sft().loss;
    expect(loss(batch).loss).toBeCloseTo(1.5, 6);
    expect(apart(gradientsOf(loss, batch), [[-1 / 3, -1 / 3], [-1 / 6]])).toBeLessThan(5e-6);
  });

  it("multiplies by fractional masks and counts tokens, or weights if told", () => {
    const r = row(3, 1, { mask: [9, 0.3, 0, 1] });
    const batch = [scored(sftDatum("a", r), [[-1, -2, -4]])];
    expect(make.sft().loss(batch).loss).toBeCloseTo((0.3 + 4) / 2, 5);
    expect(make.sft({ normalise: "weights" }).loss(batch).loss).toBeCloseTo((0.3 + 4) / 1.3, 5);
    expect(apart(gradientsOf(make.sft().loss, batch), [[-0.15, 0, -0.5]])).toBeLessThan(5e-6);
  });

  it("gives prompt tokens a gradient of exactly 0", () => {
    const gradient = make.sft().loss([scored(sftDatum("a", row(2, 3)), [[-1, -2]])]).gradients.logprob?.[0];
    expect([...(gradient ?? [])].slice(0, 3)).toEqual([0, 0, 0]);
  });

  it("is 0, not NaN, for a minibatch with nothing to train", () => {
    const lesson = make.sft().loss([scored(sftDatum("a", row(0, 2)), [[]])]);
    expect(lesson.loss).toBe(0);
    expect(lesson.gradients.logprob?.[0]).toEqual(new Float32Array(2));
  });
});

describe("the fixture ROLL", () => {
  const reference = 0.04;
  it.each<[string, Objective, number, number[][]]>([
    ["reinforce", make.reinforce(), -1.501651, [[-0.5], [0.5, 0.5, 0.5]]],
    ["grpo β=0", make.grpo({ beta: 0 }), -0.116667, [[0], [0.166667, 0, 0.183333]]],
    ["grpo β=.04", make.grpo({ beta: reference }), -0.113149, [[0.006667], [0.166667, -0.006667, 0.183939]]],
    ["grpo token-mean (ppo)", make.grpo({ beta: 0, average: "token-mean" }), 0.425, [[0], [0.25, 0, 0.275]]],
    ["rloo unclipped", make.rloo({ clip: false }), -0.475, [[-0.75], [0.275, 0.275, 0.275]]],
    ["rloo clipped", make.rloo(), -0.2, [[0], [0, 0, 0]]],
  ])("%s", (_, objective, loss, gradients) => {
    expect(objective.loss(roll()).loss).toBeCloseTo(loss, 5);
    expect(apart(gradientsOf(objective.loss, roll()), gradients)).toBeLessThan(5e-6);
  });

  it("sequence-mean ratios (GSPO)", () => {
    const s = Math.exp((Math.log(0.5) + Math.log(1.1)) / 3);
    const loss = surrogate({ ratio: "sequence-mean", average: "sum" });
    expect(loss(roll()).loss).toBeCloseTo(-(1.5 - s) / 2, 5);
    expect(apart(gradientsOf(loss, roll()), [[-0.75], [s / 6, s / 6, s / 6]])).toBeLessThan(5e-6);
  });
});

describe("advantages", () => {
  const group = [1, 0, 0, 1];
  it("normalises GROUP with either deviation and η", () => {
    const of = (ddof: 0 | 1, eta: number): number => normalise(group, { ddof, eta, scale: "std" })[0];
    expect(of(0, 1e-4)).toBeCloseTo(0.9998, 5);
    expect(of(1, 1e-4)).toBeCloseTo(0.86588, 5);
    expect(of(0, 0)).toBeCloseTo(1, 9);
    expect(of(1, 0)).toBeCloseTo(0.866025, 6);
    expect(normalise(group, { ddof: 1, eta: 0, scale: "none" })).toEqual([0.5, -0.5, -0.5, 0.5]);
  });

  it("is exactly 0 where a group's rewards are equal, or where there is one only", () => {
    const o = { ddof: 1, eta: 1e-4, scale: "std" } as const;
    for (const rewards of [[0.1, 0.1, 0.1], [7]]) {
      expect(normalise(rewards, o).every((a) => a === 0)).toBe(true);
      expect(leaveOneOut(rewards).every((a) => a === 0)).toBe(true);
    }
  });

  it("leaves one out: GROUP, zero sum, and the difference of two", () => {
    expect(apart([leaveOneOut(group)], [[2 / 3, -2 / 3, -2 / 3, 2 / 3]])).toBeLessThan(5e-6);
    expect(leaveOneOut([3, 1])).toEqual([2, -2]);
    expect(leaveOneOut([0.3, 2, -1, 5]).reduce((a, b) => a + b)).toBeCloseTo(0, 12);
  });

  it("takes the divergence of the old policy from the reward before the baseline (rloo)", () => {
    const r = row(2, 1, { old: [0, -1, -1] });
    const batch = [
      scored(rlDatum("a", [r], 1), [[-1, -1]], [[-1.5, -2]]),
      scored(rlDatum("b", [r], 0), [[-1, -1]], [[-1, -1]]),
    ];
    const [a, b] = leaveOneOutAdvantage(0.1)(batch).map((rl) => (rl.kind === "rl" ? rl.advantages?.[0] : []));
    expect(a?.[1]).toBeCloseTo(1 - 0.1 * 1.5, 6);
    expect(b?.[2]).toBeCloseTo(-(1 - 0.1 * 1.5), 6);
  });

  it("normalises within groups only, whatever their order in the batch", () => {
    const data = [1, 0, 5, 5].map((reward, i) =>
      rlDatum(`r${i}`, [row(2, 1, { mask: [0, 1, 0] })], reward, { group: i < 2 ? "a" : "b" }),
    );
    const estimate = groupNormalised({ ddof: 0, eta: 0, scale: "std" });
    const advantages = (order: readonly number[]) =>
      new Map(
        estimate(order.map((i) => scored(data[i], [[-1, -1]]))).map((rl) => [
          rl.id,
          rl.kind === "rl" ? rl.advantages : undefined,
        ]),
      );
    expect(advantages([0, 1, 2, 3])).toEqual(
      new Map([
        ["r0", [[0, 1, 0]]],
        ["r1", [[0, -1, 0]]],
        ["r2", [[0, 0, 0]]],
        ["r3", [[0, 0, 0]]],
      ]),
    );
    expect(advantages([3, 1, 0, 2]).get("r1")).toEqual([[0, -1, 0]]);
  });

  it("discounts returns over actions, skips observations, and spans segments", () => {
    const rl = rlDatum("a", [row(2), row(3, 1, { mask: [0, 0, 1, 1] })], 8, {
      dense: [{ segment: 1, position: 1, value: 4 }],
    });
    expect(returnsToGo(rl, 0.5)).toEqual([
      [0, 2, 4],
      [0, 0, 8, 8],
    ]);
    expect(returnsToGo(rl, 1)).toEqual([
      [0, 12, 12],
      [0, 0, 12, 8],
    ]);
  });

  it("subtracts the mean of the others, of the round or of the prompt, or nothing when alone", () => {
    const rewards = [
      ["a", 1],
      ["a", 0],
      ["b", 5],
    ] as const;
    const batch = rewards.map(([name, reward], i) =>
      scored(rlDatum(`r${i}`, [row(1)], reward, { group: name }), [[-1]]),
    );
    const of = (baseline: unknown) =>
      make
        .baseline({ baseline })
        .advantage?.(batch)
        .map((rl) => (rl.kind === "rl" ? rl.advantages?.[0][1] : NaN));
    expect(of("group")).toEqual([1, -1, 5]);
    expect(of("round")).toEqual([-1.5, -3, 4.5]);
    expect(of(2)).toEqual([-1, -2, 3]);
  });
});

describe("reinforce on BANDIT2, by enumeration", () => {
  // ∂log π(arm)/∂logit₀ at logits (0, 0) is ½ for arm 0, −½ for arm 1.
  const slopes = [0.5, -0.5];
  const terms = (baseline: number): number[] =>
    [1, 0].map((reward, arm) => {
      const objective = make.baseline({ baseline });
      const [gradient] = gradientsOf(
        objective.loss,
        credited(objective, [scored(rlDatum("a", [row(1)], reward), [[Math.log(0.5)]])]),
      );
      return -gradient[0] * slopes[arm];
    });
  const mean = (values: readonly number[]): number => (values[0] + values[1]) / 2;

  it("keeps the mean gradient and removes its variance", () => {
    expect(terms(0)).toEqual([0.5, 0]);
    expect(terms(0.5)).toEqual([0.25, 0.25]);
    for (const b of [0, 0.5]) expect(-mean(terms(b))).toBe(-0.25);
    const variance = (b: number): number => mean(terms(b).map((x) => (x - 0.25) ** 2));
    expect([variance(0), variance(0.5)]).toEqual([0.0625, 0]);
  });
});

describe("KL estimators", () => {
  it("have the closed forms of the specification", () => {
    const at = (delta: number) => (["k1", "k2", "k3"] as const).map((estimator) => klEstimate(estimator, delta));
    expect(
      apart(
        [at(0.5).map((k) => k.value), at(0.5).map((k) => k.gradient)],
        [
          [0.5, 0.125, 0.106531],
          [1, 0.5, 0.393469],
        ],
      ),
    ).toBeLessThan(5e-6);
    expect(apart([[at(-0.5)[2].value, at(-0.5)[2].gradient]], [[0.148721, -0.648721]])).toBeLessThan(5e-6);
  });

  it("stay finite for any finite difference", () => {
    for (const delta of [-1e6, 1e6]) expect(Number.isFinite(klEstimate("k3", delta).value)).toBe(true);
  });

  it("grpo at ratio 1: the loss is β·mean k3, the gradient −A/(G|y|) plus the pull", () => {
    const objective = make.grpo({ beta: 0.1 });
    const r = row(2, 1, { old: [0, -1, -1] });
    const batch = credited(
      objective,
      [1, 0].map((reward, i) => scored(rlDatum(`${i}`, [r], reward), [[-1, -1]], [[-1.5, -1]])),
    );
    const k3 = Math.exp(-0.5) + 0.5 - 1;
    expect(objective.loss(batch).loss).toBeCloseTo((0.1 * k3) / 2, 5);
    const a = 0.5 / (Math.SQRT1_2 + 1e-4);
    const pull = (0.1 * (1 - Math.exp(-0.5))) / 4;
    expect(
      apart(gradientsOf(objective.loss, batch), [
        [-a / 4 + pull, -a / 4],
        [a / 4 + pull, a / 4],
      ]),
    ).toBeLessThan(5e-6);
  });
});

const objectives: [string, Objective][] = [
  ["reinforce", make.reinforce({ gamma: 0.9 })],
  ["reinforce with KL", make.reinforce({ beta: 0.3, estimator: "k2", average: "token-mean" })],
  ["reinforce-baseline", make.baseline({ baseline: "group", beta: 0.1, estimator: "k1", average: "seq-mean" })],
  ["rloo", make.rloo({ beta: 0.05 })],
  ["rloo unclipped", make.rloo({ clip: false })],
  ["grpo", make.grpo()],
  ["grpo asymmetric", make.grpo({ beta: 0, epsilon: 0.1, epsilonHigh: 0.28, average: "token-mean" })],
];

const unclipped = new Set([0, 1, 2, 4].map((i) => objectives[i][1]));

describe.each(objectives)("%s on random rollouts", (_, objective) => {
  it("has the gradient of its loss", () => {
    const r = random("gradients");
    const batches = Array.from({ length: 6 }, (_none, trial) => credited(objective, randomRollouts(r.fork(trial), 7)));
    const exact = batches.flatMap((batch) => gradientsOf(objective.loss, batch)).flat();
    const numeric = batches.flatMap((batch) => numericGradients(objective.loss, batch)).flat();
    const off = exact.filter((value, i) => Math.abs(value - numeric[i]) > 1e-4 * (1 + Math.abs(value)));
    expect(exact.filter((value) => value !== 0).length).toBeGreaterThan(50);
    // A difference across a kink of the clip is no derivative: few tokens lie within a step of one.
    expect(off.length / exact.length).toBeLessThan(unclipped.has(objective) ? 1e-9 : 0.05);
  });

  it("does not depend on the order of the minibatch, nor on padding behind a row or in its prompt", () => {
    const batch = credited(objective, randomRollouts(random("order"), 8));
    const lesson = objective.loss(batch);
    const gradients = batch.map(({ datum }, i) => {
      const before = batch.slice(0, i).reduce((n, item) => n + rowsOf(item.datum).length, 0);
      return lesson.gradients.logprob?.slice(before, before + rowsOf(datum).length);
    });
    const reversed = objective.loss([...batch].reverse());
    expect(reversed.loss).toBeCloseTo(lesson.loss, 10);
    expect(reversed.gradients.logprob).toEqual([...gradients].reverse().flat());
    const padded = objective.loss(batch.map(pad));
    expect(padded.loss).toBeCloseTo(lesson.loss, 12);
    expect(padded.gradients.logprob?.map((g) => g.slice(2, -1))).toEqual(gradients.flat());
  });

  it("names the datum whose log-prob is no number", () => {
    const batch = credited(objective, [
      scored(rlDatum("culprit", [row(2, 1, { old: [0, -1, -1] })], 1), [[-1, NaN]], [[-1, -1]]),
    ]);
    expect(() => objective.loss(batch)).toThrow(/culprit.*token 2.*NaN/u);
  });

  it("moves no log-prob when every reward is the same and the policy is the reference", () => {
    const r = row(3, 1, { old: [0, -1, -1, -1] });
    const same = [0, 1].map((i) => scored(rlDatum(`${i}`, [r], 0), [[-1, -1, -1]], [[-1, -1, -1]]));
    const flat = gradientsOf(objective.loss, credited(objective, same)).flat();
    const pulls = objective === objectives[2][1] ? 0.1 / 6 : 0;
    for (const g of flat) expect(g).toBeCloseTo(pulls, 8);
  });
});

/** Two more prompt tokens before a scored rollout's rows and one masked token behind. */
function pad(item: Scored): Scored {
  if (item.datum.kind !== "rl") throw new Error("a rollout was expected");
  const wrap = (values: readonly number[]): number[] => [0, 0, ...values, 0];
  const segments = item.datum.segments.map((r) => ({
    ids: wrap(r.ids),
    from: r.from + 2,
    mask: wrap(r.mask ?? []),
    old: wrap(r.old ?? []),
  }));
  const rows = item.rows.map((r) => ({
    ...r,
    logprob: Float32Array.from(wrap([...r.logprob])),
    ref: Float32Array.from(wrap([...(r.ref ?? [])])),
  }));
  return { datum: { ...item.datum, segments, advantages: item.datum.advantages?.map(wrap) }, rows };
}

describe("sft on random rows", () => {
  it("has the gradient of its loss, whatever masks and lengths", () => {
    const r = random("sft");
    const batch = Array.from({ length: 6 }, (_, i) => {
      const plain = row(r.int(5), 1 + r.int(3));
      const masked = { ...plain, mask: plain.ids.map(() => r.pick([0, 0.3, 1])) };
      return scored(sftDatum(`${i}`, masked, r.next()), [plain.ids.slice(plain.from).map(() => gridLogprob(r))]);
    });
    for (const by of ["tokens", "weights"]) {
      const { loss } = make.sft({ normalise: by });
      expect(apart(gradientsOf(loss, batch), numericGradients(loss, batch))).toBeLessThan(5e-6);
    }
  });

  it("refuses data of another kind by name", () => {
    expect(() => make.sft().loss([scored(rlDatum("odd", [row(1)], 1), [[-1]])])).toThrow(/odd.*"rl".*"sft"/u);
  });
});

describe("what objectives declare", () => {
  it("needs no forward pass exactly where the gradient does not depend on log-probs", () => {
    const cases: [Objective, boolean, boolean][] = [
      [make.sft(), true, false],
      [make.reinforce(), true, false],
      [make.reinforce({ beta: 0.1 }), false, true],
      [make.grpo({ beta: 0 }), false, false],
      [make.grpo(), false, true],
      [make.rloo(), false, true],
    ];
    for (const [objective, constant, reference] of cases)
      expect([objective.constant, objective.reference]).toEqual([constant, reference]);
  });

  it("aligns a row's helper values", () => expect(aligned(row(2, 2), [1, 2])).toEqual([0, 0, 1, 2]));
});
