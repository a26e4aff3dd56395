import { describe, expect, it } from "vitest";
import { ask } from "../core/task.ts";
import { Scripted } from "../engine/scripted.ts";
import { makeContext, memoryCalls } from "../evolution/context.ts";
import addition from "../task-creator/families/addition.ts";
import bits from "../task-creator/families/bits.ts";
import { random } from "../core/random.ts";
import equivalents from "./equivalents.ts";

const sums = addition.create(addition.options.parse({}));
const reasoner = equivalents.create(equivalents.options.parse({ n: 3, temperature: 0 }));

describe("equivalents", () => {
  it("asks the question and its equivalent, and answers the question with all of them", async () => {
    const model = new Scripted([
      { match: /1 2 \+ 3 4/, replies: ["4 6 ;"], cycle: true },
      { match: /3 4 \+ 1 2/, replies: ["5 6 ;", "4", "5 6 ;"], cycle: true },
    ]);
    const c = makeContext({
      models: { reasoner: model },
      families: new Map([[sums.id, sums]]),
      calls: memoryCalls(),
      seed: "1",
    });
    const question = sums.question("1 2 + 3 4");
    const { solutions } = await reasoner(question, c);
    expect(solutions.map(({ answer }) => answer)).toEqual(["64", "64", "64", "65", "65", undefined]);
    expect(new Set(solutions.map(({ taskId }) => taskId))).toEqual(new Set([question.id]));
    expect(new Set(solutions.map(({ id }) => id)).size).toBe(6);
    expect(c.budget.spent.calls).toBe(6);
  });

  it("asks the question alone in a family without equivalents", async () => {
    const family = bits.create(bits.options.parse({}));
    const model = new Scripted([{ match: /./, replies: ["oh"], cycle: true }]);
    const c = makeContext({
      models: { reasoner: model },
      families: new Map([[family.id, family]]),
      calls: memoryCalls(),
      seed: "1",
    });
    const task = family.generate(random("equivalents"), { difficulty: 4, split: "train" });
    expect((await reasoner(ask(task), c)).solutions).toHaveLength(3);
  });
});
