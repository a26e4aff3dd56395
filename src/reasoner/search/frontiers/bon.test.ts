import { describe, expect, it } from "vitest";
import type { Evaluator } from "../../../core/contracts.ts";
import { Scripted } from "../../../engine/scripted.ts";
import { makeContext, memoryCalls } from "../../../evolution/context.ts";
import open from "../../../task-creator/families/open.ts";
import pairwiseBon, { pairwiseScores, readPreference } from "./pairwise-bon.ts";
import weightedBon from "./weighted-bon.ts";

const family = open.create(open.options.parse({}));
const question = family.question("How much is it?");
const contextOf = (model: Scripted, evaluator?: Evaluator) =>
  makeContext({
    models: { reasoner: model },
    families: new Map([["open", family]]),
    calls: memoryCalls(),
    seed: "bon",
    evaluator,
  });
const samples = {
  match: /blank line between steps/u,
  replies: ["\\boxed{7}", "\\boxed{8}", "a: \\boxed{7}"],
  cycle: true,
};
const scoring =
  (scores: Readonly<Record<string, number>>): Evaluator =>
  (group) =>
    Promise.resolve(
      group.solutions.map(({ id, text }) => ({
        of: id,
        by: "s",
        level: "outcome",
        score: scores[text] ?? 0,
        calls: [],
      })),
    );

describe("weighted-bon", () => {
  const method = weightedBon.create(weightedBon.options.parse({ n: 3 }));
  const run = async (evaluator?: Evaluator) =>
    (await method(question, contextOf(new Scripted([samples]), evaluator))).solutions.map(({ text }) => text);
  it("takes the answer with the highest sum, and its best sample first", async () => {
    const scores = { "\\boxed{7}": 0.3, "\\boxed{8}": 0.6, "a: \\boxed{7}": 0.4 };
    expect(await run(scoring(scores))).toEqual(["a: \\boxed{7}", "\\boxed{7}", "\\boxed{8}"]);
    expect(await run(scoring({ ...scores, "\\boxed{8}": 0.8 }))).toEqual(["\\boxed{8}", "a: \\boxed{7}", "\\boxed{7}"]);
  });
  it("is the majority where nothing scores", async () => {
    expect(await run()).toEqual(["\\boxed{7}", "a: \\boxed{7}", "\\boxed{8}"]);
  });
});

describe("pairwise-bon", () => {
  it("scores p(A>B) = .9, p(B>C) = .9, p(A>C) = .4 by 1.3, 1.0, .7, and averages the orders", () => {
    const p = [
      [0.5, 0.9, 0.4],
      [0.1, 0.5, 0.9],
      [0.6, 0.1, 0.5],
    ];
    expect(pairwiseScores(3, (i, j) => p[i][j])).toEqual([
      expect.closeTo(1.3, 12),
      expect.closeTo(1, 12),
      expect.closeTo(0.7, 12),
    ]);
    // The first shown always wins: nothing is known.
    expect(pairwiseScores(3, () => 1)).toEqual([1, 1, 1]);
  });

  it.each([
    ["A is sound. Better: A", 1],
    ["Better: **B**.", 0],
    ["I choose B", 0],
    ["Both are alike.", 0.5],
  ])("reads %j as %d", (reply, p) => expect(readPreference(reply)).toBe(p));

  it("asks a model for every pair in both orders where nothing else compares, and counts the cost", async () => {
    const model = new Scripted([
      { match: /Solution A:\s+\\boxed\{8\}/u, replies: ["Better: A"], cycle: true },
      { match: /Solution B:\s+\\boxed\{8\}/u, replies: ["Better: B"], cycle: true },
      { match: /Which solution/u, replies: ["Better: A"], cycle: true },
      samples,
    ]);
    const c = contextOf(model);
    const { solutions } = await pairwiseBon.create(pairwiseBon.options.parse({ n: 3 }))(question, c);
    expect(solutions.map(({ answer }) => answer)).toEqual(["8", "7", "7"]);
    expect(model.log.filter(({ prompt }) => prompt.includes("Which solution"))).toHaveLength(6);
    expect(solutions.reduce((sum, { cost }) => sum + cost.calls, 0)).toBe(c.budget.spent.calls);
  });

  it("asks the Evaluator where there is one", async () => {
    const model = new Scripted([samples]);
    const evaluator = scoring({ "a: \\boxed{7}": 0.9, "\\boxed{8}": 0.5 });
    const { solutions } = await pairwiseBon.create(pairwiseBon.options.parse({ n: 3 }))(
      question,
      contextOf(model, evaluator),
    );
    expect(solutions.map(({ text }) => text)).toEqual(["a: \\boxed{7}", "\\boxed{8}", "\\boxed{7}"]);
  });
});
