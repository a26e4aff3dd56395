import { describe, expect, it } from "vitest";
import { noCost } from "../core/call.ts";
import type { Evaluator } from "../core/contracts.ts";
import type { Group } from "../core/group.ts";
import { random } from "../core/random.ts";
import type { Solution } from "../core/solution.ts";
import { ask } from "../core/task.ts";
import { makeContext, memoryCalls } from "../evolution/context.ts";
import bits from "../task-creator/families/bits.ts";
import countdown from "../task-creator/families/countdown.ts";
import familyCheck from "./family-check.ts";
import formatReward, { isTagged } from "./format-reward.ts";
import gtMatch from "./gt-match.ts";
import selfConsistency from "./self-consistency.ts";

const cd = countdown.create(countdown.options.parse({}));
const secret = bits.create(bits.options.parse({}));
const calls = memoryCalls();
const c = makeContext({
  models: {},
  families: new Map([
    ["countdown", cd],
    ["bits", secret],
  ]),
  calls,
  seed: "eval",
});
const make = {
  gt: (o: object = {}) => gtMatch.create(gtMatch.options.parse(o)),
  check: () => familyCheck.create({}),
  format: (o: object = {}) => formatReward.create(formatReward.options.parse(o)),
  vote: (o: object = {}) => selfConsistency.create(selfConsistency.options.parse(o)),
};

const task = cd.generate(random("task"), { difficulty: 3, split: "train" });
function solution(id: string, text: string, answer?: string, logprobs?: readonly number[]): Solution {
  if (logprobs) {
    calls.putCall({
      id,
      role: "reasoner",
      model: "m@1",
      prompt: [],
      output: [],
      text,
      logprobs: Float32Array.from(logprobs),
      request: null,
      seed: "",
      cost: noCost,
    });
  }
  return { id, taskId: task.id, text, steps: [], answer, by: logprobs ? [id] : [], cost: noCost };
}
const groupOf = (solutions: readonly Solution[], extra: Partial<Group> = {}): Group => ({
  task,
  solutions,
  judgements: [],
  trees: [],
  episodes: [],
  ...extra,
});
const scores = async (evaluate: Evaluator, group: Group) => (await evaluate(group, c)).map(({ score }) => score);
const voters = (...answers: (string | undefined)[]): Solution[] =>
  answers.map((answer, i) => solution(`v${i}`, "", answer));

describe.each<[string, Evaluator]>([
  ["gt-match", make.gt()],
  ["gt-match by answer", make.gt({ by: "answer" })],
  ["family-check", make.check()],
  ["format-reward", make.format()],
  ["format-reward by grammar", make.format({ format: "short" })],
  ["self-consistency", make.vote()],
])("%s as an evaluator", (_, evaluate) => {
  it("gives exactly one judgement a solution, in order, and changes nothing, whatever the text", async () => {
    const r = random("texts");
    const words = [...cd.words, "<think>", "", "é", "1e9", "\u0000"];
    const garbage = Array.from({ length: 60 }, () => Array.from({ length: r.int(14) }, () => r.pick(words)).join(" "));
    const texts = [cd.solve(task, r) ?? "", ...garbage, cd.play(ask(task), r, "short") ?? ""];
    const group = groupOf(texts.map((text, i) => solution(`${i}`, text, cd.parse(ask(task), text, "short").answer)));
    const before = JSON.stringify(group);
    const judgements = await evaluate(group, c);
    expect(judgements.map(({ of }) => of)).toEqual(group.solutions.map(({ id }) => id));
    expect(new Set(judgements.map(({ by }) => by)).size).toBe(1);
    expect(judgements.every(({ score }) => score === null || (score >= 0 && score <= 1))).toBe(true);
    expect(JSON.stringify(group)).toBe(before);
    expect(await evaluate(group, c)).toEqual(judgements);
    expect(await evaluate(groupOf([]), c)).toEqual([]);
  });
});

describe("gt-match", () => {
  const right = cd.solve(task, random("s")) ?? "";
  const wrong = right.replace(/= (\d+) ;$/, (_, n) => `= ${Number(n) === 1 ? 2 : Number(n) - 1} ;`);

  it("takes the verifier's verdict, step by step", async () => {
    const [good, bad] = await make.gt()(groupOf([solution("a", right), solution("b", wrong)]), c);
    expect(good).toMatchObject({ by: "gt-match", score: 1, firstError: 0, perStep: [1, 1] });
    expect(bad).toMatchObject({ score: 0, firstError: 2, perStep: [1, 0], label: "<wrong-result>" });
  });

  it("compares answers where told, and is undecided without a gold one", async () => {
    const group = groupOf(voters("1,000", "999", undefined), { task: { ...task, secret: { answer: "1000.0" } } });
    expect(await scores(make.gt({ by: "answer" }), group)).toEqual([1, 0, 0]);
    expect(await scores(make.gt({ by: "answer" }), { ...group, task: { ...task, secret: {} } })).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describe("family-check", () => {
  it("judges by the question alone", async () => {
    const right = cd.solve(task, random("s")) ?? "";
    const blind = { ...task, secret: {} };
    expect(
      await scores(make.check(), groupOf([solution("a", right), solution("b", "1 + 1 = 3 ;")], { task: blind })),
    ).toEqual([1, 0]);
  });

  it("refuses a family whose question does not tell", async () => {
    const guess = secret.generate(random(1), { difficulty: 4, split: "train" });
    await expect(make.check()(groupOf([solution("a", "0 1 0 1 ;")], { task: guess }), c)).rejects.toThrow(
      /bits has no check/u,
    );
  });
});

describe("format-reward", () => {
  it.each([
    ["<think>a</think><answer>b</answer>", true],
    ["  <think>a\nb</think>\n <answer>c</answer>\n", true],
    ["<think>a<think>b</think></think><answer>c</answer>", false],
    ["<think>a</think><answer>b</answer><answer>c</answer>", false],
    ["<think> </think><answer>b</answer>", false],
    ["<think>a</think><answer>\n</answer>", false],
    ["<think>a</think> so <answer>b</answer>", false],
    ["<answer>b</answer><think>a</think>", false],
    ["<think>a</think><answer>b</answer> more", false],
    ["", false],
  ])("%j → %s", (text, keeps) => expect(isTagged(text)).toBe(keeps));

  it("scores violations as told, and the grammar of a family whatever it says", async () => {
    const solutions = [solution("a", "1 + 1 = 3 ;"), solution("b", "1 + ;")];
    expect(await scores(make.format({ format: "short", violation: -1 }), groupOf(solutions))).toEqual([1, -1]);
  });
});

describe("self-consistency", () => {
  it("scores shares and marks the majority: [7, 7, 8] → 7", async () => {
    const judgements = await make.vote()(groupOf(voters("7", "7.0", "8")), c);
    expect(judgements.map(({ score }) => score)).toEqual([2 / 3, 2 / 3, 1 / 3]);
    expect(judgements.map(({ label }) => label)).toEqual(["majority", "majority", undefined]);
  });

  it("weighs by another judge's scores: [.1, .1, .9] → 8", async () => {
    const judgements = [0.1, 0.1, 0.9].map(
      (score, i) => ({ of: `v${i}`, by: "prm", level: "outcome", score, calls: [] }) as const,
    );
    const result = await make.vote({ weights: "prm" })(groupOf(voters("7", "7", "8"), { judgements }), c);
    expect(result.map(({ label }) => label)).toEqual([undefined, undefined, "majority"]);
    expect(result[2].score).toBeCloseTo(0.9 / 1.1, 12);
  });

  it("breaks ties by mean log-prob; no answer is no vote", async () => {
    const solutions = [solution("p", "", "1", [-2, -2]), solution("q", "", "2", [-1]), solution("n", "")];
    const result = await make.vote()(groupOf(solutions), c);
    expect(result.map(({ label, score }) => [label, score])).toEqual([
      [undefined, 1 / 3],
      ["majority", 1 / 3],
      [undefined, 0],
    ]);
  });
});
