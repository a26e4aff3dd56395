import { describe, expect, it } from "vitest";
import { scripted, type Rule } from "../engine/scripted.ts";
import { makeContext, memoryCalls } from "../evolution/context.ts";
import { credit, judgeNode, select } from "./judge-tree.ts";
import mctsJudge from "./mcts-judge.ts";
import { groupOf } from "./testing.ts";

const contextOf = (rules: readonly Rule[]) =>
  makeContext({ models: { evaluator: scripted(rules) }, families: new Map(), calls: memoryCalls(), seed: "judges" });
const make = (o: object = {}) => mctsJudge.create(mctsJudge.options.parse(o));

describe("mcts-judge", () => {
  const group = groupOf("q", [{ steps: ["3 + 4 = 7", "7 + 1 = 9", "It is 9."] }]);

  it.each(["pass", "fail"])("says what a single judge says where all sub-tasks agree on %s", async (word) => {
    const [found] = await make()(group, contextOf([{ match: /(?:)/u, replies: [`so ${word}`], cycle: true }]));
    expect(found).toMatchObject({ score: Number(word === "pass"), label: word === "pass" ? "correct" : "wrong" });
  });

  it("believes the trajectories with which simulated execution agrees", async () => {
    const rules: Rule[] = [
      { match: /concrete check/u, replies: ["fail"], cycle: true },
      { match: /Is every calculation/u, replies: ["fail"], cycle: true },
      { match: /(?:)/u, replies: ["pass"], cycle: true },
    ];
    const [found] = await make({ depth: 1, rollouts: 6 })(group, contextOf(rules));
    expect(found).toMatchObject({ score: 0, label: "wrong" });
  });

  it("tries each sub-task of a node before it returns to the best", () => {
    const root = judgeNode([]);
    const firsts = Array.from({ length: 40 }, () => {
      const trajectory = select(root, 3, 1, 0.5);
      const first = trajectory[1].path[0];
      credit(trajectory, first === 1 ? 1 : 0);
      return first;
    });
    expect(firsts.slice(0, 3)).toEqual([0, 1, 2]);
    expect(firsts.filter((first) => first === 1).length).toBeGreaterThan(30);
    expect(root.visits).toBe(40);
    expect(select(root, 3, 9, 0.5).at(-1)?.path.toSorted()).toEqual([0, 1, 2]);
  });
});
