import { describe, expect, it } from "vitest";
import { Budget } from "../core/budget.ts";
import type { Evaluator } from "../core/contracts.ts";
import type { Model } from "../core/model.ts";
import { random } from "../core/random.ts";
import { ask } from "../core/task.ts";
import { Scripted } from "../engine/scripted.ts";
import { makeContext, memoryCalls } from "../evolution/context.ts";
import countdown from "../task-creator/families/countdown.ts";
import bon from "./bon.ts";
import cot from "./cot.ts";
import { playerPolicy, PolicyModel } from "./testing.ts";

const family = countdown.create(countdown.options.parse({}));
const task = family.generate(random("cot"), { difficulty: 3, split: "eval" });
const question = ask(task);
const contextOf = (model: Model, evaluator?: Evaluator) =>
  makeContext({
    models: { reasoner: model },
    families: new Map([[family.id, family]]),
    calls: memoryCalls(),
    seed: "1",
    evaluator,
  });
const method = (options: object) => cot.create(cot.options.parse(options));

/** A scripted model that reads messages, as a model behind an API does. */
function chat(rules: ConstructorParameters<typeof Scripted>[0]): { model: Model; script: Scripted } {
  const script = new Scripted(rules);
  const { name, version, can } = script;
  const model: Model = { name, version, can: { ...can, ids: false }, sample: (prompt, o) => script.sample(prompt, o) };
  return { model, script };
}

describe("cot", () => {
  it("zero-shot makes exactly two calls; the second prompt contains the first completion", async () => {
    const rationale = "Three and five are eight.\n\nEight times two is sixteen.";
    const { model, script } = chat([
      { match: /final answer/, replies: ["16."] },
      { match: /step by step/, replies: [rationale] },
    ]);
    const { solutions } = await method({ mode: "zero-shot" })(
      { ...question, text: "What is (3 + 5) * 2?" },
      contextOf(model),
    );
    expect(script.log.length).toBe(2);
    expect(script.log[0].prompt).toContain("What is (3 + 5) * 2?");
    expect(script.log[1].prompt).toContain(rationale);
    expect(solutions.length).toBe(1);
    expect(solutions[0]).toMatchObject({ answer: "16", text: rationale, cost: { calls: 2 } });
    expect(solutions[0].by.length).toBe(2);
    expect(solutions[0].steps.map((step) => step.text).join("")).toBe(rationale);
    expect(solutions[0].error).toBeUndefined();
  });

  it("zero-shot takes an extraction that fails as data", async () => {
    const { model } = chat([{ match: /step by step\.$/, replies: ["Well."] }]);
    const { solutions } = await method({ mode: "zero-shot" })(question, contextOf(model));
    expect(solutions[0]).toMatchObject({ text: "Well.", error: { where: "sample" }, cost: { calls: 1 } });
  });

  it("few-shot shows its exemplars before the question and reads the stated answer", async () => {
    const { model, script } = chat([{ match: /./, replies: ["Step 1: add.\nStep 2: done. The answer is 12."] }]);
    const exemplars = [{ question: "1 + 1?", rationale: "One and one are two.", answer: "2" }];
    const { solutions } = await method({ mode: "few-shot", exemplars })(
      { ...question, text: "5 + 7?" },
      contextOf(model),
    );
    expect(script.log.length).toBe(1);
    const { prompt } = script.log[0];
    for (const part of ["1 + 1?", "One and one are two.", "The answer is 2."])
      expect(prompt.indexOf(part)).toBeLessThan(prompt.indexOf("5 + 7?"));
    expect(solutions[0]).toMatchObject({
      answer: "12",
      steps: [{ text: "Step 1: add.\n" }, { text: "Step 2: done. The answer is 12." }],
    });
  });

  it("native is one call in the family's grammar, read by it", async () => {
    const right = family.solve(task, random("solve")) ?? "";
    const script = new Scripted([{ match: /^<solve>.*:$/, replies: [right] }]);
    const { solutions } = await method({})(question, contextOf(script));
    expect(script.log.map((call) => call.prompt)).toEqual([family.prompt(question, "short")]);
    expect(script.log[0].options).toMatchObject({
      n: 1,
      temperature: 1,
      maxTokens: family.maxTokens(question, "short"),
      stop: [";"],
    });
    expect(solutions[0].error).toBeUndefined();
    expect(family.verify(task, solutions[0].text, "short").correct).toBe(true);
    expect(solutions[0].steps.length).toBe(2);
  });

  it("writes long chains of tries when asked", async () => {
    const chain = family.play(question, random("chain"), "long", { tries: 3 }) ?? "";
    const script = new Scripted([{ match: /^<chain>.*:$/, replies: [chain] }]);
    const { solutions } = await method({ form: "long" })(question, contextOf(script));
    expect(script.log[0].options?.maxTokens).toBe(family.maxTokens(question, "long"));
    expect(solutions[0]).toMatchObject({ text: chain });
    expect(solutions[0].error).toBeUndefined();
  });

  it("keeps the order of sampling, with replies outside the grammar last", async () => {
    const right = family.solve(task, random("solve")) ?? "";
    const other = family.play(question, random("play"), "short") ?? "";
    const script = new Scripted([{ match: /./, replies: ["1 + ;", other, "; ;", right] }]);
    const { solutions } = await method({ n: 4 })(question, contextOf(script));
    expect(solutions.map((solution) => solution.text)).toEqual([other, right, "1 + ;", ";"]);
    expect(solutions.map((solution) => solution.error?.where)).toEqual([undefined, undefined, "parse", "parse"]);
    expect(new Set(solutions.map(({ id }) => id)).size).toBe(4);
  });

  it("draws the same first samples whatever n is", async () => {
    const model = new PolicyModel(family.words, playerPolicy(family, task, { skill: 3, noise: 0 }));
    const few = await method({ n: 3 })(question, contextOf(model));
    const many = await method({ n: 9 })(question, contextOf(model));
    expect(many.solutions.slice(0, 3).map(({ text }) => text)).toEqual(few.solutions.map(({ text }) => text));
  });
});

describe("a cap of tokens", () => {
  it("is kept to the token, and the samples within it are those of an uncapped call", async () => {
    const policy = playerPolicy(family, task, { skill: 5, noise: 0.1 });
    const drawn = async (tokens?: number) => {
      const c = contextOf(new PolicyModel(family.words, policy)).with({
        budget: new Budget(tokens === undefined ? {} : { tokens }),
      });
      const { solutions } = await method({ n: 12 })(question, c);
      return { texts: solutions.map(({ text }) => text), spent: c.budget.spent.outputTokens };
    };
    const { texts } = await drawn();
    for (const tokens of [5, 12, 40, 75]) {
      const capped = await drawn(tokens);
      expect(capped.spent).toBeLessThanOrEqual(tokens);
      expect(capped.spent).toBeGreaterThan(tokens - 12);
      // The last may be cut short by the cap.
      expect(capped.texts.filter((text) => texts.includes(text)).length).toBeGreaterThanOrEqual(
        capped.texts.length - 1,
      );
    }
  });
});

describe("bon", () => {
  const plays = Array.from({ length: 40 }, (_, i) => family.play(question, random(`play ${i}`), "short") ?? "");
  const replies = [...new Set(plays)].slice(0, 4);
  const told = (logprob: number, i: number) => ({
    text: replies[i],
    logprobs: replies[i].split(" ").map(() => logprob),
  });
  const logprobs = [-2, -1, -1, -3];
  const scored =
    (scores: readonly (number | null)[]): Evaluator =>
    (group) =>
      Promise.resolve(
        group.solutions.map(({ id }, i) => ({ of: id, by: "test", level: "outcome", score: scores[i], calls: [] })),
      );
  const order = async (evaluator?: Evaluator) => {
    const script = new Scripted([{ match: /./, replies: logprobs.map(told) }]);
    const { solutions } = await bon.create(bon.options.parse({ n: 4 }))(question, contextOf(script, evaluator));
    return solutions.map(({ text }) => replies.indexOf(text));
  };

  it("orders by the Evaluator's score, ties by mean log-prob, then by order", async () => {
    expect(replies.length).toBe(4);
    expect(await order(scored([0.1, 0.2, 0.3, 0.4]))).toEqual([3, 2, 1, 0]);
    expect(await order(scored([1, 0, 0, 1]))).toEqual([0, 3, 1, 2]);
    expect(await order(scored([null, 0, null, 1]))).toEqual([3, 1, 2, 0]);
  });
  it("without an Evaluator orders by mean log-prob", async () => {
    expect(await order()).toEqual([1, 2, 0, 3]);
  });
  it("shows the Evaluator no truth", async () => {
    let seen: unknown;
    await order((group, c) => {
      seen = group.task.secret;
      return scored([1, 1, 1, 1])(group, c);
    });
    expect(seen).toEqual({});
  });
});
