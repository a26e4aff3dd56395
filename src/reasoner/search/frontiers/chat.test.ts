import { describe, expect, it } from "vitest";
import type { Reasoner } from "../../../core/contracts.ts";
import type { Message, Model } from "../../../core/model.ts";
import { random } from "../../../core/random.ts";
import { makeContext, memoryCalls } from "../../../evolution/context.ts";
import open from "../../../task-creator/families/open.ts";
import levin from "../levin.ts";
import alphamathSbs from "./alphamath-sbs.ts";
import astar from "./astar.ts";
import beamStep from "./beam-step.ts";
import beamToken from "./beam-token.ts";
import cotDecode from "./cot-decode.ts";
import dvts from "./dvts.ts";
import hgs from "./hgs.ts";
import { labelGuide } from "./thoughts.ts";
import pavBeam from "./pav-beam.ts";
import qStar from "./q-star.ts";
import selfEvalBeam from "./self-eval-beam.ts";
import totBfs from "./tot-bfs.ts";
import totDfs from "./tot-dfs.ts";

const family = open.create(open.options.parse({}));
const question = family.question("Which is the third letter of abc?");

/** A chat server: no ids, no log-probs. Every other step that it makes is good; it tells them apart when asked. */
function chat(praise = "sure"): Model & { readonly asked: string[] } {
  const asked: string[] = [];
  const reply = (messages: readonly Message[], good: boolean): string => {
    const said = messages.map(({ content }) => content).join("\n");
    asked.push(said);
    if (said.includes("Can this work")) return said.includes("Good.") && !said.includes("Bad.") ? praise : "impossible";
    const written = messages.at(-1)?.role === "assistant" ? (messages.at(-1)?.content ?? "") : "";
    const steps = written.split("\n\n").length - 1;
    const way = good ? "Good." : "Bad.";
    if (steps < 2) return `${way} Then ${steps}.\n\n`;
    return `The answer is \\boxed{${written.includes("Bad.") || way === "Bad." ? "b" : "c"}}. ${way}`;
  };
  return {
    name: "chat",
    version: "chat@1",
    can: { logprobs: false, next: false, score: false, train: false, ids: false, batch: 8, outputs: [] },
    asked,
    sample: (prompt, o) =>
      Promise.resolve(
        Array.from({ length: o.n }, (_, i) => ({
          text: reply("messages" in prompt ? prompt.messages : [], (random(o.seed).int(2) + i) % 2 === 0),
          ids: [],
          finish: "stop",
          promptTokens: 1,
        })),
      ),
  };
}

describe.each<[string, Reasoner]>([
  ["tot-bfs", totBfs.create(totBfs.options.parse({}))],
  ["tot-dfs", totDfs.create(totDfs.options.parse({}))],
  ["beam-step", beamStep.create(beamStep.options.parse({}))],
  ["dvts", dvts.create(dvts.options.parse({}))],
  ["hgs", hgs.create(hgs.options.parse({}))],
  ["alphamath-sbs", alphamathSbs.create(alphamathSbs.options.parse({}))],
  ["pav-beam", pavBeam.create(pavBeam.options.parse({}))],
  ["self-eval-beam", selfEvalBeam.create(selfEvalBeam.options.parse({ select: "power" }))],
  ["astar", astar.create(astar.options.parse({}))],
  ["q-star", qStar.create(qStar.options.parse({}))],
])("%s on a chat server", (_, method) => {
  it("finds the way that the values show, without log-probs, ids or a grammar", async () => {
    for (const seed of ["1", "2", "3"]) {
      const model = chat();
      const c = makeContext({
        models: { reasoner: model },
        families: new Map([["open", family]]),
        calls: memoryCalls(),
        seed,
        guide: labelGuide({ labels: 1, evaluator: "reasoner" }),
      });
      const { solutions, trees } = await method(question, c);
      expect(solutions[0]).toMatchObject({ answer: "c" });
      expect(solutions[0].error).toBeUndefined();
      expect(trees[0].cost).toEqual(c.budget.spent);
      expect(trees[0].nodes.reduce((sum, { cost }) => sum + (cost?.calls ?? 0), 0)).toBe(c.budget.spent.calls);
    }
  });
});

describe("tot-dfs by labels", () => {
  it("enters what is called likely, never what is called impossible", async () => {
    const c = makeContext({
      models: { reasoner: chat("likely") },
      families: new Map([["open", family]]),
      calls: memoryCalls(),
      seed: "1",
    });
    const { solutions, trees } = await totDfs.create(totDfs.options.parse({}))(question, c);
    expect(solutions[0]).toMatchObject({ answer: "c" });
    const [{ nodes }] = trees;
    const entered = nodes.filter(({ children, depth }) => depth > 0 && children.length > 0);
    expect(entered.map(({ value }) => value)).toEqual([expect.closeTo(0.05, 9), expect.closeTo(0.05, 9)]);
  });
});

describe("what a chat server cannot do", () => {
  const c = makeContext({
    models: { reasoner: chat() },
    families: new Map([["open", family]]),
    calls: memoryCalls(),
    seed: "1",
  });
  it.each<[string, Reasoner]>([
    ["beam-token", beamToken.create(beamToken.options.parse({}))],
    ["cot-decode", cotDecode.create(cotDecode.options.parse({}))],
    ["levin", levin.create(levin.options.parse({}))],
  ])("%s says", async (_, method) => {
    await expect(method(question, c)).rejects.toThrow(/next-token distributions/u);
  });
  it("levin over steps takes the first whole reply where nobody judges", async () => {
    const { solutions } = await levin.create(levin.options.parse({ over: "steps" }))(question, c);
    expect(solutions[0].answer).toMatch(/^[bc]$/u);
    expect(solutions[0].error).toBeUndefined();
  });
});
