import { describe, expect, it } from "vitest";
import type { Model } from "../core/model.ts";
import { random } from "../core/random.ts";
import { ask, type Task } from "../core/task.ts";
import { scripted } from "../engine/scripted.ts";
import { tabular } from "../engine/tabular.ts";
import { makeContext, memoryCalls } from "../evolution/context.ts";
import countdown from "../task-creator/families/countdown.ts";
import sftRows from "../training/builders/sft-rows.ts";
import rationalize from "./rationalize.ts";
import { groupOf, judgement, solution } from "./testing.ts";

const family = countdown.create(countdown.options.parse({}));
const { tokenizer } = tabular({ words: family.words });
const tasks = Array.from({ length: 4 }, (_, i) =>
  family.generate(random(`task ${i}`), { difficulty: 3, split: "train" }),
);
const right = (task: Task): string => family.solve(task, random(task.id)) ?? "";
const wrong = (task: Task): string => family.play(ask(task), random(4), "short") ?? "";

/** The first task was solved; with the hint, the model solves the second, fails the third again, and babbles on the fourth. */
const groups = tasks.map((task, i) =>
  groupOf(task, [solution(`s${i}`, task, "")], [judgement(`s${i}`, i === 0 ? 1 : 0)]),
);
const replies = [right(tasks[0]), right(tasks[1]), wrong(tasks[2]), "<hint> ;"];

async function processed(options: object = {}) {
  const rules = tasks.map((task, i) => ({
    match: new RegExp(`${task.text} <hint>`.replaceAll(/[*+]/gu, "\\$&"), "u"),
    replies: [replies[i]],
  }));
  const model = scripted(rules, { tokenizer });
  const models: Partial<Record<"reasoner", Model>> = { reasoner: model };
  const c = makeContext({ models, families: new Map([["countdown", family]]), calls: memoryCalls(), seed: "r" });
  const result = await rationalize.create(rationalize.options.parse(options))(groups, c);
  return { ...result, c, asked: model.log.map(({ prompt }) => prompt) };
}

describe("rationalize", () => {
  it("asks again what failed, with the family's hint, and keeps what the verifier accepts", async () => {
    const { groups: after, asked } = await processed();
    expect(asked.toSorted()).toEqual(
      tasks
        .slice(1)
        .map((task) => family.prompt(ask(task), "short", { hint: family.hint(task) }))
        .toSorted(),
    );
    expect(after.slice(0, 4)).toEqual(groups);
    expect(after.slice(4)).toMatchObject([
      {
        task: tasks[1],
        source: "rationalised",
        solutions: [{ text: replies[1], taskId: tasks[1].id }],
        judgements: [{ score: 1, by: "gt-match" }],
      },
    ]);
  });

  it("leaves no hint in what is trained on", async () => {
    const { groups: after, c } = await processed({ source: "solved" });
    const rows = sftRows.create(sftRows.options.parse({}))(after.slice(4), c);
    const texts = rows.map((datum) => (datum.kind === "sft" ? tokenizer.decode(datum.row.ids) : ""));
    expect(texts).toEqual([`${family.prompt(ask(tasks[1]), "short")} ${replies[1]}`]);
    expect(texts[0]).not.toContain("<hint>");
    expect(rows[0].source).toBe("solved");
  });

  it("does not rationalise what was derived", async () => {
    const { c } = await processed();
    const derived = [{ ...groups[1], source: "hindsight" }];
    expect((await rationalize.create(rationalize.options.parse({}))(derived, c)).groups).toEqual(derived);
  });
});
