import { describe, expect, it } from "vitest";
import type { Sft } from "../core/datum.ts";
import { random } from "../core/random.ts";
import { ask, type Task } from "../core/task.ts";
import { tabular } from "../engine/tabular.ts";
import addition from "../task-creator/families/addition.ts";
import { replyRow, tokenizerOf } from "../training/builders/rows.ts";
import { makeContext, memoryCalls } from "./context.ts";
import { evaluate } from "./evaluate.ts";
import { labelsRight } from "./round.ts";

const family = addition.create(addition.options.parse({}));
const model = tabular({ words: family.words });
const c = makeContext({
  models: { reasoner: model },
  families: new Map([[family.id, family]]),
  calls: memoryCalls(),
  seed: "1",
});
const tasks = [3, 4, 5, 5].map((difficulty, i) => family.generate(random(i), { difficulty, split: "train" }));
const right = (task: Task): string => family.solve(task, random("")) ?? "";

describe("labelsRight", () => {
  const row = (task: Task, reply: string): Sft => ({
    kind: "sft",
    id: `${task.id} ${reply}`,
    taskId: task.id,
    source: "solved",
    by: [],
    row: replyRow(family.prompt(ask(task), "short"), reply, tokenizerOf(model)),
    weight: 1,
  });
  const groups = tasks.map((task) => ({ task, solutions: [], judgements: [], trees: [], episodes: [] }));

  it("is the share of rows with the exact answer, over all harvests of a round", () => {
    const none = { groups: [], dropped: [], memory: [], data: [] };
    const one = { ...none, groups: groups.slice(0, 2), data: [row(tasks[0], right(tasks[0])), row(tasks[1], "1 ;")] };
    const two = {
      ...none,
      groups: groups.slice(2),
      data: [row(tasks[2], right(tasks[2])), row(tasks[3], right(tasks[3]))],
    };
    expect(labelsRight([one, two], c, "short")).toEqual({ labelsRight: 0.75 });
    expect(labelsRight([none], c, "short")).toEqual({});
  });
});

describe("evaluate", () => {
  it("tells greedy accuracy by difficulty, where there are several", async () => {
    const wrong = new Set([tasks[1].id, tasks[3].id]);
    const measure = (list: readonly Task[]) =>
      evaluate(list, c, {
        form: "short",
        reasoner: async () => async (question) => {
          const task = tasks.find(({ id }) => id === question.id);
          const text = task && !wrong.has(task.id) ? right(task) : "1 ;";
          const cost = { calls: 1, inputTokens: 1, outputTokens: 2 };
          const solution = { id: question.id, taskId: question.id, text, steps: [], by: [], cost };
          return { solutions: [solution], trees: [], episodes: [] };
        },
        sampled: 0,
        samples: 1,
        k: 1,
      });
    expect((await measure(tasks.toReversed())).byDifficulty).toEqual([
      [3, 1],
      [4, 0],
      [5, 0.5],
    ]);
    expect((await measure(tasks.slice(2))).byDifficulty).toBeUndefined();
  });
});
