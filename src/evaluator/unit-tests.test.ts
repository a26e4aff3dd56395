import { afterAll, describe, expect, it } from "vitest";
import { noCost } from "../core/call.ts";
import type { Group } from "../core/group.ts";
import type { Json } from "../core/json.ts";
import type { Solution } from "../core/solution.ts";
import { makeContext, memoryCalls } from "../evolution/context.ts";
import { createSandbox } from "../sandbox/pool.ts";
import method, { codeOf, unitTests } from "./unit-tests.ts";

const sandbox = createSandbox();
afterAll(() => sandbox.close());
const c = makeContext({ models: {}, families: new Map(), calls: memoryCalls(), seed: "unit-tests" });
const evaluator = (o: object = {}) => unitTests(method.options.parse(o), () => sandbox);

const solution = (id: string, text: string): Solution => ({ id, taskId: "t", text, steps: [], by: [], cost: noCost });
const group = (tests: Json | undefined, texts: Record<string, string>): Group => ({
  task: {
    id: "t",
    family: "code",
    text: "Write f.",
    origin: { by: "test", parents: [], seed: "1", split: "train" },
    by: [],
    secret: tests === undefined ? {} : { tests },
  },
  solutions: Object.entries(texts).map(([id, text]) => solution(id, text)),
  judgements: [],
  trees: [],
  episodes: [],
});

const double = {
  language: "python",
  tests: { assert: ["assert f(1) == 2", "assert f(4242) == 8484", "assert f(0) == 0", "assert f('ab') == 'abab'"] },
};
const texts = {
  right: "Doubling:\n```python\ndef f(x):\n    return x + x\n```\nThat is it.",
  partly: "```\ndef f(x):\n    return x * x if x == 0 or type(x) is str else 2\n```",
  broken: "def f(x) return",
  none: "I do not know.",
};

describe("unit-tests", () => {
  it("scores the share of tests passed, tells which, and how the first failed one ended", async () => {
    const judgements = await evaluator()(group(double, texts), c);
    expect(judgements.map(({ of, score, label, perStep }) => [of, score, label, perStep])).toEqual([
      ["right", 1, "passed", [1, 1, 1, 1]],
      ["partly", 0.5, "failed", [1, 0, 1, 0]],
      ["broken", 0, "error", [0, 0, 0, 0]],
      ["none", 0, "error", [0, 0, 0, 0]],
    ]);
    expect(judgements[0].critique).toBeUndefined();
    expect(judgements[2].critique).toMatch(/SyntaxError/u);
  });

  it("asks for all where told, and is undecided about a task without tests", async () => {
    const all = await evaluator({ score: "all" })(group(double, { partly: texts.partly }), c);
    expect(all.map(({ score }) => score)).toEqual([0]);
    expect(await evaluator()(group(undefined, { right: texts.right }), c)).toMatchObject([
      { of: "right", score: null },
    ]);
    expect(await evaluator()(group(double, {}), c)).toEqual([]);
  });

  it("does not tell what was expected", async () => {
    const [partly] = await evaluator()(group(double, { partly: texts.partly }), c);
    expect(partly.critique).toBe(
      "test 2: failed\ntest 4: error (TypeError: can't multiply sequence by non-int of type 'str')",
    );

    const cases = { language: "python", tests: { cases: [{ call: { name: "f", args: [1] }, expect: 987654321 }] } };
    const [judgement] = await evaluator()(group(cases, { wrong: texts.right }), c);
    expect(judgement).toMatchObject({ score: 0, label: "failed" });
    expect(JSON.stringify(judgement)).not.toContain("987654321");
  });

  it("names the task whose tests cannot be read", async () => {
    const wrong = group({ language: "python", tests: { cases: [] } }, { right: texts.right });
    await expect(evaluator()(wrong, c)).rejects.toThrow(/tests of task t/u);
  });

  it.each([
    ["```python\na\n```\ntext\n```js\nb\n```", "b\n"],
    ["  ```\n  a\n  ```", "  a\n"],
    ["no fence", "no fence"],
    ["```python\nnever closed", "```python\nnever closed"],
  ])("takes the code of %j", (text, code) => expect(codeOf({ text })).toBe(code));
});
