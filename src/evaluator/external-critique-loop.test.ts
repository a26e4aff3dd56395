import { describe, expect, it } from "vitest";
import { Budget } from "../core/budget.ts";
import type { Evaluator } from "../core/contracts.ts";
import { scripted } from "../engine/scripted.ts";
import { makeContext, memoryCalls } from "../evolution/context.ts";
import { reasonerSuite, type ContextFor } from "../reasoner/suite.ts";
import externalCritiqueLoop from "./external-critique-loop.ts";
import { plain, words } from "./testing.ts";

const make = (o: object = {}) => externalCritiqueLoop.create(externalCritiqueLoop.options.parse(o));
const families = new Map([["plain", plain("plain", words)]]);
const contextOf = ({ model, judge, seed = "loop", budget, signal }: ContextFor & { judge?: Evaluator }) =>
  makeContext({
    models: { evaluator: model, reasoner: model },
    families,
    calls: memoryCalls(),
    seed,
    budget,
    signal,
    ...(judge ? { evaluator: judge } : {}),
  });
const writes = (...replies: string[]) => [
  { match: /It failed/u, replies: ["write c"], cycle: true },
  { match: /^q/u, replies, cycle: true },
];
const saysC: Evaluator = async ({ solutions }) =>
  solutions.map(({ id: of, text }) => ({ of, by: "c", level: "outcome", score: Number(text === "c ;"), calls: [] }));

for (const feedback of ["reflection", "utility"]) {
  reasonerSuite(`external-critique-loop with ${feedback}`, make({ feedback }), {
    question: Object.freeze({ id: "t", family: "plain", text: "q" }),
    context: (o) => contextOf({ ...o, judge: saysC }),
    able: () => scripted(writes("b ;", "c ;")),
    garbage: () => scripted(writes("b b", "c c")),
    inFlight: 8,
    seedless: true,
  });
}

describe("external-critique-loop", () => {
  const question = { id: "t", family: "plain", text: "q" };
  const judge: Evaluator = async ({ solutions }) =>
    solutions.map(({ id, text }) => ({
      of: id,
      by: "tests",
      level: "outcome",
      score: Number(text === "a"),
      critique: "expected an a",
      calls: [],
    }));

  it("succeeds on the second try with one lesson in memory", async () => {
    const script = scripted([
      { match: /It failed: expected an a/u, replies: ["use an a"] },
      { match: /Lessons/u, replies: ["a"] },
      { match: /^q$/u, replies: ["b"] },
    ]);
    const { solutions } = await make()(question, contextOf({ model: script, judge }));
    expect(solutions.map(({ text }) => text)).toEqual(["a", "b"]);
    const prompts = script.log.map(({ prompt }) => prompt);
    expect(prompts).toHaveLength(3);
    expect(prompts[2]).toMatch(/1\. use an a$/u);
    expect(prompts[2]).not.toContain("2.");
  });

  it("gives its best so far when tries or calls run out, and needs a utility", async () => {
    const c = contextOf({
      model: scripted([{ match: /(?:)/u, replies: ["b ;"], cycle: true }]),
      judge,
      budget: new Budget({ calls: 2 }),
    });
    const { solutions } = await make({ feedback: "utility", tries: 5 })(question, c);
    expect(solutions.map(({ text, error }) => [text, error?.where])).toEqual([
      ["b ;", undefined],
      ["b ;", undefined],
      ["", "budget"],
    ]);
    await expect(
      make()(question, contextOf({ model: scripted([{ match: /(?:)/u, replies: ["b ;"], cycle: true }]) })),
    ).rejects.toThrow(/no check/u);
  });
});
