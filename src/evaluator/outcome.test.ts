import { describe, expect, it } from "vitest";
import { Budget } from "../core/budget.ts";
import type { Evaluator } from "../core/contracts.ts";
import type { Model } from "../core/model.ts";
import { scripted, type Rule } from "../engine/scripted.ts";
import { Tabular } from "../engine/tabular.ts";
import { makeContext, memoryCalls } from "../evolution/context.ts";
import open from "../task-creator/families/open.ts";
import dpoVerifier from "./dpo-verifier.ts";
import forwardBackward, { combined } from "./forward-backward.ts";
import { fitWeights, hingeLoss, orderedPairs } from "./hinge.ts";
import implicitReward from "./implicit-reward.ts";
import langConsistency, { shareInScripts } from "./lang-consistency.ts";
import llmJudge, { pointsIn } from "./llm-judge.ts";
import ormScore from "./orm-score.ts";
import rlaifScore from "./rlaif-score.ts";
import ruleReward from "./rule-reward.ts";
import { chat, groupOf, plain, withHead, words } from "./testing.ts";
import usc, { chosenIn } from "./usc.ts";

const families = new Map([
  ["open", open.create(open.options.parse({}))],
  ["plain", plain("plain", words)],
]);
const contextOf = (evaluator: Model, o: { reasoner?: Model; budget?: Budget; judge?: Evaluator } = {}) =>
  makeContext({
    models: { evaluator, reasoner: o.reasoner ?? evaluator },
    families,
    calls: memoryCalls(),
    seed: "judges",
    ...(o.budget ? { budget: o.budget } : {}),
    ...(o.judge ? { evaluator: o.judge } : {}),
  });
const make = {
  usc: (o: object = {}) => usc.create(usc.options.parse(o)),
  rlaif: (o: object = {}) => rlaifScore.create(rlaifScore.options.parse(o)),
  judge: (o: object = {}) => llmJudge.create(llmJudge.options.parse(o)),
  rule: (o: object = {}) => ruleReward.create(ruleReward.options.parse(o)),
  fobar: (o: object = {}) => forwardBackward.create(forwardBackward.options.parse(o)),
  lang: (o: object = {}) => langConsistency.create(langConsistency.options.parse(o)),
  orm: (o: object = {}) => ormScore.create(ormScore.options.parse(o)),
  dpo: (o: object = {}) => dpoVerifier.create(dpoVerifier.options.parse(o)),
  implicit: (o: object = {}) => implicitReward.create(implicitReward.options.parse(o)),
};
const says = (...replies: string[]): Rule[] => [{ match: /(?:)/u, replies, cycle: true }];

describe.each<[string, Evaluator, Rule[]]>([
  ["usc", make.usc(), says("nothing to read")],
  ["rlaif-score", make.rlaif(), says("7")],
  ["llm-judge", make.judge(), says("Score: 4")],
  ["llm-judge in pairs", make.judge({ mode: "pair" }), says("A")],
  ["rule-reward", make.rule({ rules: [{ ask: "It is short.", weight: 2 }] }), says("Yes")],
  ["forward-backward", make.fobar(), says("no number")],
  ["lang-consistency", make.lang(), []],
])("%s as an evaluator", (_, evaluate, rules) => {
  const solutions = ["", "It is 7.", "```\n\u0000```", "é".repeat(40)].map((text) => ({ text, answer: text }));
  const group = groupOf("What is 3 + 4 ?", solutions);

  it("gives one judgement a solution in order, the same again, and asks nothing about none", async () => {
    const c = contextOf(chat(rules).model);
    const judgements = await evaluate(group, c);
    expect(judgements.map(({ of }) => of)).toEqual(["s0", "s1", "s2", "s3"]);
    expect(await evaluate(group, contextOf(chat(rules).model))).toEqual(judgements);
    expect(await evaluate(groupOf("What?", []), c)).toEqual([]);
  });

  it("never throws where calls fail or the budget is spent", async () => {
    const dead: Model = { ...chat(rules).model, sample: () => Promise.reject(new Error("the line is dead")) };
    const spent = contextOf(chat(rules).model, { budget: new Budget({ calls: 0 }) });
    for (const c of [contextOf(dead), spent]) {
      const judgements = await evaluate(group, c);
      expect(judgements.length).toBe(4);
      for (const { score, label } of judgements) if (score === null) expect(label).toMatch(/^undecided: /u);
    }
  });
});

describe("lang-consistency", () => {
  it.each([
    ["two plain words", ["Latin"], 1],
    ["ein Wort und слово", ["Latin"], 3 / 4],
    ["因此 x = 2 so", ["Han"], 1 / 3],
    ["$x$ и \\(y\\) 12 + 3", ["Cyrillic"], 1],
    ["$x$ и $y$ и \\(z\\)", ["Cyrillic"], 1],
    ["12 + 3 = 15", ["Han"], 1],
    ["そして漢字", ["Hiragana", "Han"], 1],
  ])("%j in %j: %d", (text, scripts, share) => expect(shareInScripts(text, scripts)).toBeCloseTo(share, 12));
});

describe("rule-reward", () => {
  const ranked = [
    { base: 0, phi: [1, 0] },
    { base: 0, phi: [0, 0] },
    { base: 5, phi: [0, 1] },
  ];

  it("fits weights to an order: zero loss exactly where w₁ ≥ 1 and w₂ ≤ −6", () => {
    const pairs = orderedPairs(ranked);
    expect(pairs).toHaveLength(3);
    expect(hingeLoss(pairs, [0, 0])).toBeCloseTo((1 + 6 + 6) / 3, 12);
    expect(hingeLoss(pairs, [1, -6])).toBe(0);
    expect(hingeLoss(pairs, [0.9, -6])).toBeGreaterThan(0);
    expect(hingeLoss(pairs, [1, -5.9])).toBeGreaterThan(0);
    const { weights, loss } = fitWeights(pairs);
    expect(loss).toBe(0);
    expect(weights[0]).toBeGreaterThanOrEqual(1);
    expect(weights[1]).toBeLessThanOrEqual(-6);
  });

  it("finds the least loss of orders that contradict each other", () => {
    // Equally many pairs want φ up and down: every w in [−1, 1] has loss 1, which is the least.
    const up = [
      { base: 0, phi: [1] },
      { base: 0, phi: [0] },
    ] as const;
    const { loss } = fitWeights([up, [up[1], up[0]]]);
    expect(loss).toBeCloseTo(1, 12);
  });

  it("adds patterns, P(yes) and another judge's score", async () => {
    const tables: Rule[] = [{ match: /It apologises/u, next: { Yes: 0.3, No: 0.1, maybe: 0.6 } }];
    const judgements = [{ of: "s0", by: "rm", level: "outcome", score: 0.5, calls: [] }] as const;
    const rules = [
      { pattern: "^sorry", weight: 2 },
      { ask: "It apologises.", weight: -4 },
    ];
    const group = groupOf("Why?", [{ text: "sorry , no" }, { text: "so ." }], { judgements });
    const result = await make.rule({ rules, base: "rm" })(group, contextOf(scripted(tables)));
    expect(result[0].score).toBeCloseTo(0.5 + 2 - 4 * 0.75, 6);
    expect(result[1]).toMatchObject({ score: null, label: "undecided: no score by rm" });
    const broken = ruleReward.options.safeParse({ rules: [{ pattern: "(" }] });
    expect(broken.success).toBe(false);
  });
});

describe("rlaif-score", () => {
  const group = groupOf("Why?", [{ text: "because" }]);

  it("renormalises over the ten marks: p(8) = p(6) = .3 → s̄ = 7, reward ⅓", async () => {
    const [found] = await make.rlaif()(
      group,
      contextOf(scripted([{ match: /Mark/u, next: { 8: 0.3, 6: 0.3, so: 0.4 } }])),
    );
    expect(found.score).toBeCloseTo(0.333333, 6);
  });

  it('scores "10" as a whole string where it is two tokens', async () => {
    // Digit tokens: P("1") .5, then "0" .8 or the end .2; P("2") .5.
    const digits = ["1", "0", "2", "3", "4", "5", "6", "7", "8", "9", ";"];
    const model = new Tabular({
      words: digits,
      contextOf: (ids) => (ids.length === 0 ? "" : digits[ids[ids.length - 1]]),
    });
    const [p, not] = [Math.log(0.5), -40];
    model.setLogits(
      ";",
      digits.map((word) => (word === "1" || word === "2" ? p : not)),
    );
    model.setLogits(
      "1",
      digits.map((word) => (word === "0" ? Math.log(0.8) : word === ";" ? Math.log(0.2) : not)),
    );
    const spelled: Model = {
      name: "digits",
      version: "digits@1",
      can: model.can,
      tokenizer: {
        ...model.tokenizer,
        encode: (text) => (/^\d+$/u.test(text) ? [...text].map((digit) => digits.indexOf(digit)) : [10]),
      },
      sample: () => Promise.resolve([]),
      next: (prompts, top) => model.next(prompts, top),
      score: (rows) => model.score(rows),
    };
    const [found] = await make.rlaif()(group, contextOf(spelled));
    // Whole strings: "1" .5, "2" .5, "10" .4 of 1.4. By first tokens, "10" would be as likely as "1".
    expect(found.score).toBeCloseTo(((0.5 * 1 + 0.5 * 2 + 0.4 * 10) / 1.4 - 5.5) / 4.5, 5);
  });

  it("takes shares of replies where there are no log-probs, or refuses where told", async () => {
    const { model } = chat(says("I say 8 of 10", "6"));
    const [found] = await make.rlaif({ samples: 4 })(group, contextOf(model));
    expect(found).toMatchObject({ score: (7 - 5.5) / 4.5 });
    expect(found.calls).toHaveLength(4);
    await expect(make.rlaif({ samples: 0 })(group, contextOf(model))).rejects.toThrow(/no log-probs/u);
  });
});

describe("usc", () => {
  const group = groupOf("Why?", [{ text: "one" }, { text: "two" }, { text: "three" }]);

  it("takes the response that the judge names, all of them being in its prompt", async () => {
    const script = scripted(says("most consistent: Response 3"));
    const judgements = await make.usc()(group, contextOf(script));
    expect(judgements.map(({ score, label }) => [score, label])).toEqual([
      [0, undefined],
      [0, undefined],
      [1, "chosen"],
    ]);
    expect(script.log.map(({ prompt }) => prompt)).toEqual([
      expect.stringMatching(/Response 1: one Response 2: two Response 3: three/u),
    ]);
  });

  it("tries again greedily, and falls back on the first with a flag", async () => {
    const script = scripted([{ match: /(?:)/u, replies: ["Response 9", "none of them"] }]);
    const judgements = await make.usc()(group, contextOf(script));
    expect(judgements.map(({ score, label }) => [score, label])[0]).toEqual([1, "chosen (unparsed)"]);
    expect(script.log.map(({ options }) => options?.temperature)).toEqual([0.7, 0]);
    expect(chosenIn("Response 1 is off; the most consistent response is Response 2.", 2)).toBe(1);
  });
});

describe("llm-judge", () => {
  it("averages what marks can be read", async () => {
    const script = scripted([{ match: /(?:)/u, replies: ["fine . Score: 4", "no mark", "Score: 3"] }]);
    const [found] = await make.judge()(groupOf("Why?", [{ text: "so" }]), contextOf(script));
    expect(found).toMatchObject({ score: 0.7, critique: "fine . Score: 4" });
    expect(["Score: 5", "score = 2.", "Score: **3**", "Score: 7", "Score: 4.5", ""].map(pointsIn)).toEqual([
      5,
      undefined,
      3,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("calls a judge that always says A a tie, and believes one that says the same in both orders", async () => {
    const group = groupOf("Why?", [{ text: "good" }, { text: "bad" }]);
    const biased = await make.judge({ mode: "pair" })(group, contextOf(scripted(says("A"))));
    expect(biased.map(({ score, pairwise }) => [score, pairwise])).toEqual([
      [0.5, { other: "s1", wins: 0.5 }],
      [0.5, { other: "s0", wins: 0.5 }],
    ]);
    const fair: Rule[] = [
      { match: /Solution A: good/u, replies: ["It is A"], cycle: true },
      { match: /Solution B: good/u, replies: ["It is B"], cycle: true },
    ];
    const judged = await make.judge({ mode: "pair" })(group, contextOf(scripted(fair)));
    expect(judged.map(({ score }) => score)).toEqual([1, 0]);
  });
});

describe("forward-backward", () => {
  it("combines votes and recoveries: (.75, .25) and (1, 6) → (.3273, .4629)", () => {
    const [first, second] = combined([0.75, 0.25], [1, 6], 0.5);
    expect([first, second]).toEqual([expect.closeTo(0.3273, 4), expect.closeTo(0.4629, 4)]);
    expect(combined([0.75, 0.25], [1, 6], 1)).toEqual([0.75, 0.25]);
  });

  const answers = ["8", "8", "8.0", "9"].map((answer) => ({ text: `It is ${answer}.`, answer }));
  const group = groupOf("Tom has 3 bags of 3 pens. How many?", answers);
  const backward = (recovered: Record<string, readonly string[]>): Rule[] =>
    Object.entries(recovered).map(([answer, replies]) => ({
      match: new RegExp(`is ${answer}\\. What`, "u"),
      replies,
      cycle: true,
    }));

  it("lets the backward samples overrule the votes", async () => {
    const found = backward({ 8: ["\\boxed{4}", "\\boxed{5}", "\\boxed{6}", "\\boxed{7}"], 9: ["\\boxed{3}"] });
    const script = scripted(found);
    const judgements = await make.fobar({ k: 4 })(group, contextOf(script));
    expect(judgements.map(({ label }) => label)).toEqual([undefined, undefined, undefined, "chosen"]);
    // 2 candidates, 2 numbers, 4 samples each.
    expect(judgements[0].calls).toHaveLength(16);
    expect(script.log.every(({ prompt }) => /\bx\b/u.test(prompt))).toBe(true);
  });

  it("falls back on the votes where nothing is recovered", async () => {
    const judgements = await make.fobar({ k: 1 })(group, contextOf(scripted(says("no idea"))));
    expect(judgements.map(({ score }) => score)).toEqual([0.75, 0.75, 0.75, 0.25]);
  });

  it("self-verification counts recoveries alone and leaves a lone candidate unchecked", async () => {
    const weng = make.fobar({ variant: "self-verification" });
    const script = scripted(backward({ 8: ["it is 3", "it is 5"], 9: ["it is 5"] }));
    const judgements = await weng(group, contextOf(script));
    expect(judgements.map(({ score }) => score)).toEqual([1, 1, 1, 0]);
    expect(script.log[0].options).toMatchObject({ n: 10, temperature: 0.2 });
    const lone = await weng(groupOf("3 + 3?", answers.slice(0, 2)), contextOf(scripted([])));
    expect(lone.map(({ score, label }) => [score, label])).toEqual([
      [1, "chosen"],
      [1, "chosen"],
    ]);
  });
});

describe("orm-score", () => {
  const group = groupOf("q", [{ text: "a b" }, { text: "c" }, { text: "" }], { family: "plain" });

  it("reads the head after the last token, or the mean over the solution's tokens", async () => {
    const model = await withHead("orm", 1, { q: [9], "q a": [1], "q a b": [-2], "q c": [0.5] });
    const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
    const last = await make.orm()(group, contextOf(model));
    expect(last.map(({ score }) => score)).toEqual([
      expect.closeTo(logistic(-2), 6),
      expect.closeTo(logistic(0.5), 6),
      null,
    ]);
    const pooled = await make.orm({ pool: "mean" })(group, contextOf(model));
    expect(pooled[0].score).toBeCloseTo((logistic(1) + logistic(-2)) / 2, 6);
    const raw = await make.orm({ gives: "probability" })(group, contextOf(model));
    expect(raw[1].score).toBeCloseTo(0.5, 6);
  });

  it("refuses a model without the head, naming those that it has", async () => {
    const model = await withHead("other", 1, {});
    await expect(make.orm()(group, contextOf(model))).rejects.toThrow(/head "orm"/u);
    await expect(make.orm()(group, contextOf(chat([]).model))).rejects.toThrow(/takes none/u);
  });
});

describe("dpo-verifier and implicit-reward", () => {
  const table = (a: number): Tabular => {
    const model = new Tabular({ words });
    const logits = [-9, Math.log(a), Math.log(1 - a), -9, -9];
    for (const context of ["0", "0 1", "0 2"]) model.setLogits(context, logits);
    return model;
  };
  const group = groupOf("q", [{ text: "a b" }, { text: "b" }], { family: "plain" });
  const [trained, reference] = [table(0.8), table(0.5)];
  const c = contextOf(trained, { reasoner: reference });

  it("score β·Δ(y), which is the sum of the rewards of tokens", async () => {
    const scores = await make.dpo({ beta: 0.5 })(group, c);
    const tokens = await make.implicit({ beta: 0.5 })(group, c);
    for (const [i, text] of ["a b", "b"].entries()) {
      const delta = text
        .split(" ")
        .map((word, t, all) =>
          [trained, reference].map(
            (model) => model.logprobs([0, ...all.slice(0, t).map((w) => words.indexOf(w))])[words.indexOf(word)],
          ),
        )
        .reduce((sum, [own, ref]) => sum + own - ref, 0);
      expect(scores[i].score).toBeCloseTo(0.5 * delta, 5);
      const sum = Array.from(tokens[i].perToken ?? []).reduce((a, b) => a + b, 0);
      expect(Math.abs(sum - (tokens[i].score ?? NaN))).toBeLessThan(1e-6);
      expect(tokens[i].perToken).toHaveLength(text.split(" ").length);
    }
    expect(Math.sign(scores[1].score ?? 0)).toBe(-1);
  });

  it("are 0 where the policy is its reference, and the likelihood is log π(y)", async () => {
    const same = contextOf(trained);
    expect((await make.implicit()(group, same)).map(({ score, perToken }) => [score, [...(perToken ?? [])]])).toEqual([
      [0, [0, 0]],
      [0, [0]],
    ]);
    const [, likelihood] = await make.dpo({ score: "likelihood" })(group, same);
    expect(likelihood.score).toBeCloseTo(trained.logprobs([0])[2], 5);
    await expect(make.dpo()(group, contextOf(chat([]).model))).rejects.toThrow(/log-probs of given texts/u);
  });
});
