import { describe, expect, it } from "vitest";
import { Budget } from "../core/budget.ts";
import type { Evaluator } from "../core/contracts.ts";
import type { Judgement } from "../core/judgement.ts";
import type { Model } from "../core/model.ts";
import { scripted, type Rule } from "../engine/scripted.ts";
import { makeContext, memoryCalls } from "../evolution/context.ts";
import open from "../task-creator/families/open.ts";
import mctsJudge from "./mcts-judge.ts";
import prmAggregate from "./prm-aggregate.ts";
import prmLastVote from "./prm-last-vote.ts";
import prmMinVote from "./prm-min-vote.ts";
import prmScore from "./prm-score.ts";
import reasoneval, { redundancy, validity } from "./reasoneval.ts";
import selfConsistency from "./self-consistency.ts";
import selfEvalStep from "./self-eval-step.ts";
import stateEval from "./state-eval.ts";
import stepAwareVerifier, { stepLabels } from "./step-aware-verifier.ts";
import stepCritic from "./step-critic.ts";
import { aggregate } from "./steps.ts";
import { chat, groupOf, plain, withHead, words } from "./testing.ts";

const families = new Map([
  ["open", open.create(open.options.parse({}))],
  ["plain", plain("plain", words)],
]);
const contextOf = (evaluator: Model, o: { budget?: Budget } = {}) =>
  makeContext({
    models: { evaluator, reasoner: evaluator },
    families,
    calls: memoryCalls(),
    seed: "judges",
    ...(o.budget ? { budget: o.budget } : {}),
  });
const make = {
  prm: (o: object = {}) => prmScore.create(prmScore.options.parse(o)),
  aggregate: (o: object = {}) => prmAggregate.create(prmAggregate.options.parse(o)),
  self: (o: object = {}) => selfEvalStep.create(selfEvalStep.options.parse(o)),
  state: (o: object = {}) => stateEval.create(stateEval.options.parse(o)),
  critic: (o: object = {}) => stepCritic.create(stepCritic.options.parse(o)),
  reason: (o: object = {}) => reasoneval.create(reasoneval.options.parse(o)),
  diverse: (o: object = {}) => stepAwareVerifier.create(stepAwareVerifier.options.parse(o)),
  tree: (o: object = {}) => mctsJudge.create(mctsJudge.options.parse(o)),
};
const says = (...replies: string[]): Rule[] => [{ match: /(?:)/u, replies, cycle: true }];
const three = { steps: ["3 + 4 = 7", "7 + 1 = 9", "It is 9."] };
const byPrm = (id: string, perStep: readonly number[]): Judgement => ({
  of: id,
  by: "prm-score",
  level: "step",
  score: null,
  perStep,
  calls: [],
});

describe.each<[string, Evaluator, Rule[]]>([
  ["prm-score", make.prm(), says("+")],
  ["self-eval-step", make.self(), says("A")],
  ["state-eval", make.state(), says("likely")],
  ["step-critic", make.critic(), says("ok")],
  ["reasoneval", make.reason(), says("neutral")],
  ["mcts-judge", make.tree(), says("pass")],
])("%s as an evaluator", (_, evaluate, rules) => {
  const group = groupOf("What is 3 + 4 + 1 ?", [three, { steps: ["\u0000"] }, { steps: [] }]);

  it("gives one judgement a solution in order, the same again, and asks nothing about none", async () => {
    const c = contextOf(chat(rules).model);
    const judgements = await evaluate(group, c);
    expect(judgements.map(({ of }) => of)).toEqual(["s0", "s1", "s2"]);
    expect(await evaluate(group, contextOf(chat(rules).model))).toEqual(judgements);
    expect(await evaluate(groupOf("What?", []), c)).toEqual([]);
    const known = await evaluate(groupOf("What is 3 + 4 + 1 ?", [three]), c);
    expect(known[0].calls.length).toBeGreaterThan(0);
    for (const call of known[0].calls) expect(c.call(call).role).toBe("evaluator");
  });

  it("never throws where calls fail or the budget is spent", async () => {
    const dead: Model = { ...chat(rules).model, sample: () => Promise.reject(new Error("the line is dead")) };
    const spent = contextOf(chat(rules).model, { budget: new Budget({ calls: 0 }) });
    for (const c of [contextOf(dead), spent]) {
      const [first, , empty] = await evaluate(group, c);
      expect(first).toMatchObject({ score: null, label: expect.stringMatching(/^undecided: (the line|the budget)/u) });
      expect(empty.of).toBe("s2");
    }
  });
});

describe.each([["+"], ["-"], ["("], ["a|b"], ["\\d"]])("a reply that names the option %s", (option) => {
  it("is counted, whatever the sign means in patterns", async () => {
    const { model } = chat(says(`I say ${option} !`));
    const prm = make.prm({ good: option, bad: "neither" });
    const [found] = await prm(groupOf("q", [{ steps: ["a"] }]), contextOf(model));
    expect(found.perStep).toEqual([1]);
  });
});

describe("prm-score", () => {
  // P(+) : P(-) by the steps so far; the rest of the mass is on other words and must not count.
  const tables: Rule[] = [
    { match: /a b c$/u, next: { "+": 0.2, "-": 0.05, so: 0.75 } },
    { match: /a b$/u, next: { "+": 0.1, "-": 0.1, so: 0.8 } },
    { match: /a$/u, next: { "+": 0.9, "-": 0.1 } },
  ];
  const group = groupOf("q", [{ steps: ["a", "b", "c"] }, { steps: [] }], { family: "plain" });

  it("is the softmax over the two tokens alone, a step at a time", async () => {
    const script = scripted(tables);
    const [found, empty] = await make.prm()(group, contextOf(script));
    expect(found.perStep).toEqual([expect.closeTo(0.9, 6), expect.closeTo(0.5, 6), expect.closeTo(0.8, 6)]);
    expect(found.score).toBeCloseTo(0.36, 6);
    expect(empty.score).toBe(-1);
    expect(script.log.map(({ prompt }) => prompt)).toEqual(["q a", "q a b", "q a b c"]);
    const last = scripted(tables);
    expect((await make.prm({ steps: "last" })(group, contextOf(last)))[0].perStep).toHaveLength(1);
    expect(last.log).toHaveLength(1);
  });

  it("counts neutral as good, after the marker that the model was trained with", async () => {
    const script = scripted([{ match: /a MARK$/u, next: { "+": 0.5, "-": 0.2, "0": 0.3 } }]);
    const given = groupOf("q", [{ steps: ["a"] }], { family: "plain" });
    const [found] = await make.prm({ neutral: "0", marker: "MARK" })(given, contextOf(script));
    expect(found.score).toBeCloseTo(0.8, 6);
  });

  it("takes shares of replies of a chat model, or refuses it", async () => {
    const { model, script } = chat(says("+", "-", "+", "+"));
    const [found] = await make.prm({ samples: 4 })(groupOf("q", [{ steps: ["a"] }]), contextOf(model));
    expect(found.perStep).toEqual([0.75]);
    expect(script.log[0].prompt).toMatch(/Step 1: a[^]*Answer \+/u);
    await expect(make.prm({ samples: 0 })(groupOf("q", [three]), contextOf(model))).rejects.toThrow(/no log-probs/u);
  });

  it("reads a head at the steps' last tokens: one logit, or the bad class first", async () => {
    const steps = groupOf("q", [{ steps: ["a b", "c"] }], { family: "plain" });
    const one = await withHead("prm", 1, { "q a": [9], "q a b": [0], "q a b c": [Math.log(3)] });
    expect((await make.prm({ head: "prm" })(steps, contextOf(one)))[0].perStep).toEqual([
      expect.closeTo(0.5, 6),
      expect.closeTo(0.75, 6),
    ]);
    const classes = await withHead("prm", 3, { "q a b": [Math.log(2), 0, 0], "q a b c": [0, Math.log(8), 0] });
    expect((await make.prm({ head: "prm" })(steps, contextOf(classes)))[0].perStep).toEqual([
      expect.closeTo(0.5, 6),
      expect.closeTo(0.9, 6),
    ]);
  });
});

describe("prm-aggregate", () => {
  it("of (.9, .5, .8): prod .36, min .5, mean .7333, last .8, max .9; of nothing −1", async () => {
    const p = [0.9, 0.5, 0.8];
    expect(aggregate(p, "prod")).toBeCloseTo(0.36, 12);
    expect(aggregate(p, "min")).toBe(0.5);
    expect(aggregate(p, "mean")).toBeCloseTo(0.7333, 4);
    expect(aggregate(p, "last")).toBe(0.8);
    expect(aggregate(p, "max")).toBe(0.9);
    for (const how of ["prod", "min", "mean", "last", "max"] as const) expect(aggregate([], how)).toBe(-1);
    const given = groupOf("q", [{}, {}, {}], { judgements: [byPrm("s0", [0.1]), byPrm("s0", p), byPrm("s1", [])] });
    const scores = (await make.aggregate({ how: "min" })(given, contextOf(scripted([])))).map(({ score }) => score);
    expect(scores).toEqual([0.5, -1, null]);
  });
});

describe.each([
  ["prm-min-vote", prmMinVote.create(prmMinVote.options.parse({})), "1"],
  ["prm-last-vote", prmLastVote.create(prmLastVote.options.parse({})), "2"],
])("%s", (name, evaluate, winner) => {
  it("adds up what solutions of an answer are worth", async () => {
    const judgements = [byPrm("s0", [0.5, 0.4]), byPrm("s1", [0.4, 0.4]), byPrm("s2", [0.1, 0.95])];
    const group = groupOf("q", [{ answer: "1" }, { answer: "1.0" }, { answer: "2" }], { judgements });
    const found = await evaluate(group, contextOf(scripted([])));
    const won = found.flatMap(({ label }, i) => (label === "majority" ? [group.solutions[i].answer] : []));
    expect(won[0]).toBe(winner);
    expect(found.every(({ by }) => by === name)).toBe(true);
    const [first, , last] = found.map(({ score }) => score ?? NaN);
    expect(first + last).toBeCloseTo(1, 12);
    expect(last).toBeCloseTo(name === "prm-min-vote" ? 0.1 / 0.9 : 0.95 / 1.75, 12);
  });
});

describe("self-consistency", () => {
  it("weighs votes by aggregated steps", async () => {
    const judgements: Judgement[] = [0.1, 0.1, 0.9].map((score, i) => ({ ...byPrm(`s${i}`, []), by: "w", score }));
    const group = groupOf("q", [{ answer: "7" }, { answer: "7" }, { answer: "8" }], { judgements });
    const vote = selfConsistency.create({ weights: "w" });
    const found = await vote(group, contextOf(scripted([])));
    expect(found.map(({ label }) => label)).toEqual([undefined, undefined, "majority"]);
  });
});

describe("self-eval-step", () => {
  it("is P(A): .7 in the table, .7 in the judgement, and the mean over wordings", async () => {
    const rules: Rule[] = [
      { match: /is the last step above/iu, next: { A: 0.7, B: 0.3 } },
      { match: /careful reader/u, next: { A: 0.1, B: 0.1, C: 0.8 } },
      { match: /Taken with/u, next: { A: 0.2, B: 0.6, C: 0.2 } },
    ];
    const group = groupOf("q", [{ steps: ["a"] }]);
    expect((await make.self()(group, contextOf(scripted(rules))))[0].score).toBeCloseTo(0.7, 6);
    const script = scripted(rules);
    const [found] = await make.self({ n: 3 })(group, contextOf(script));
    expect(found.score).toBeCloseTo((0.7 + 0.25 + 0.5) / 3, 6);
    expect(script.log).toHaveLength(3);
  });

  it("keeps the wordings of different steps apart, and spends the budget", async () => {
    const rules: Rule[] = [
      { match: /Step 2[^]*last step above/u, next: { A: 0.8, B: 0.2 } },
      { match: /Step 2/u, next: { A: 0.6, B: 0.4 } },
      { match: /last step above/u, next: { A: 0.4, B: 0.6 } },
      { match: /(?:)/u, next: { A: 0.1, B: 0.9 } },
    ];
    const c = contextOf(scripted(rules));
    const [found] = await make.self({ n: 2 })(groupOf("q", [{ steps: ["a", "b"] }]), c);
    expect(found.perStep).toEqual([expect.closeTo(0.25, 6), expect.closeTo(0.7, 6)]);
    expect(c.budget.spent.calls).toBe(1);
    expect(c.budget.spent.inputTokens).toBeGreaterThan(0);
  });

  it("sees the steps up to the judged one and none after it", async () => {
    const script = scripted([{ match: /(?:)/u, next: { A: 0.5, B: 0.5 } }]);
    await make.self()(groupOf("q", [{ steps: ["one", "two"] }]), contextOf(script));
    const [first, second] = script.log.map(({ prompt }) => prompt);
    expect(first).not.toContain("two");
    expect(second).toMatch(/Step 1: one Step 2: two/u);
  });
});

describe("state-eval", () => {
  const group = groupOf("q", [{ steps: ["a"] }]);

  it("adds up what the words are worth", async () => {
    const script = scripted([{ match: /(?:)/u, next: { sure: 0.25, likely: 0.5, impossible: 0.25 } }]);
    const [found] = await make.state()(group, contextOf(script));
    expect(found.score).toBeCloseTo(0.25 + 0.5 * 0.05 + 0.25 * 0.00005, 6);
    const { model } = chat(says("sure", "it is likely", "impossible"));
    const [shares] = await make.state()(group, contextOf(model));
    expect(shares.score).toBeCloseTo((1 + 0.05 + 0.00005) / 3, 9);
  });

  it("is the weighted mean of an ensemble, with the prompt or without it", async () => {
    const judgements: Judgement[] = [
      { of: "s0", by: "prm-score", level: "step", score: 0.6, calls: [] },
      { of: "s0", by: "orm-score", level: "outcome", score: 0.3, calls: [] },
    ];
    const ensemble = { "prm-score": 2, "orm-score": 1 };
    const given = { ...group, judgements };
    const script = scripted([{ match: /(?:)/u, next: { sure: 1 } }]);
    expect((await make.state({ ensemble })(given, contextOf(script)))[0].score).toBeCloseTo((1.2 + 0.3 + 1) / 4, 6);
    const silent = scripted([]);
    const [without] = await make.state({ ensemble, weight: 0 })(given, contextOf(silent));
    expect(without.score).toBeCloseTo(0.5, 12);
    expect(silent.log).toHaveLength(0);
    const [missing] = await make.state({ ensemble, weight: 0 })(group, contextOf(silent));
    expect(missing).toMatchObject({ score: null, label: "undecided: no score by prm-score" });
  });
});

describe("step-critic", () => {
  it("marks step 2 and does not judge step 3", async () => {
    const rules: Rule[] = [
      { match: /Step 2/u, replies: ["error : 7 + 1 is 8 , not ok"] },
      { match: /Step 1/u, replies: ["ok : it is"] },
    ];
    const script = scripted(rules);
    const [found] = await make.critic()(groupOf("q", [three]), contextOf(script));
    expect(found).toMatchObject({ score: 0, firstError: 2, perStep: [1, 0], critique: "error : 7 + 1 is 8 , not ok" });
    expect(script.log).toHaveLength(2);
  });

  it("finds no error where there is none, and is undecided where a reply says neither", async () => {
    const c = contextOf(scripted(says("OK")));
    expect((await make.critic()(groupOf("q", [three]), c))[0]).toMatchObject({ score: 1, firstError: 0 });
    const silent = contextOf(scripted(says("hm")));
    expect((await make.critic()(groupOf("q", [three]), silent))[0]).toMatchObject({ score: null });
  });
});

describe("reasoneval", () => {
  it("(.6, .3, .1): validity .9, redundancy .3; a solution is as valid as its worst step", async () => {
    expect(validity([0.1, 0.3, 0.6])).toBeCloseTo(0.9, 12);
    expect(redundancy([0.1, 0.3, 0.6])).toBe(0.3);
    const rules: Rule[] = [
      { match: /Step 2/u, next: { negative: 0.5, neutral: 0.1, positive: 0.4 } },
      { match: /Step 1/u, next: { negative: 0.1, neutral: 0.3, positive: 0.6 } },
    ];
    const group = groupOf("q", [{ steps: ["a", "b"] }]);
    const [valid] = await make.reason()(group, contextOf(scripted(rules)));
    expect(valid.perStep).toEqual([expect.closeTo(0.9, 6), expect.closeTo(0.5, 6)]);
    expect(valid.score).toBeCloseTo(0.5, 6);
    const [redundant] = await make.reason({ report: "redundancy" })(group, contextOf(scripted(rules)));
    expect(redundant.score).toBeCloseTo(0.3, 6);
  });

  it("reads a head with the classes negative, neutral, positive", async () => {
    const model = await withHead("eval", 3, { "q a": [0, Math.log(3), Math.log(6)] });
    const group = groupOf("q", [{ steps: ["a"] }], { family: "plain" });
    expect((await make.reason({ head: "eval" })(group, contextOf(model)))[0].score).toBeCloseTo(0.9, 6);
  });
});

describe("step-aware-verifier", () => {
  it("labels steps by shared results: correct {4, 8, 11}, wrong 4, 8, 9 → 1, 1, 0", () => {
    const correct = [["2 + 2 = 4", "4 * 2 = 8", "8 + 3 = 11"]];
    expect(stepLabels(["2 * 2 = 4", "4 + 4 = 8", "8 + 1 = 9"], correct)).toEqual([1, 1, 0]);
    // No numbers yet is 0; results count as often as they occur, and within one solution.
    expect(stepLabels(["think", "x = 4", "y = 4.0"], correct)).toEqual([0, 1, 0]);
    expect(stepLabels(["x = 4", "y = 5"], [["a = 4"], ["b = 5"]])).toEqual([1, 0]);
    expect(stepLabels(["x = 1,000"], [["y = $1000"]])).toEqual([1]);
  });

  it("scores an answer by the sum of p(correct), not by its mean", async () => {
    const judgements: Judgement[] = [0.3, 0.4, 0.6].map((score, i) => ({
      ...byPrm(`s${i}`, []),
      by: "orm-score",
      score,
    }));
    const group = groupOf("q", [{ answer: "1" }, { answer: "1" }, { answer: "2" }], { judgements });
    const found = await make.diverse()(group, contextOf(scripted([])));
    expect(found.map(({ score, label }) => [score, label])).toEqual([
      [expect.closeTo(0.7, 12), "chosen"],
      [expect.closeTo(0.7, 12), "chosen"],
      [0.6, undefined],
    ]);
  });
});
