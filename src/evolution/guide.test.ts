import { describe, expect, it } from "vitest";
import type { Evaluator, Guide, GuideNode } from "../core/contracts.ts";
import type { TreeNode } from "../core/tree.ts";
import { UserError } from "../core/errors.ts";
import { defineMethod } from "../core/method.ts";
import type { Model } from "../core/model.ts";
import { random } from "../core/random.ts";
import { ask } from "../core/task.ts";
import { scripted } from "../engine/scripted.ts";
import { Tabular } from "../engine/tabular.ts";
import prmAggregate from "../evaluator/prm-aggregate.ts";
import prmScore from "../evaluator/prm-score.ts";
import bits from "../task-creator/families/bits.ts";
import open from "../task-creator/families/open.ts";
import mcts from "../reasoner/search/mcts.ts";
import { PolicyModel } from "../reasoner/testing.ts";
import rollout from "../reasoner/search/values/v-rollout.ts";
import { z } from "zod";
import { makeContext, memoryCalls } from "./context.ts";
import { evaluatorFrom, guideFrom, guideOf, inTurn } from "./guide.ts";
import type { FindMethod } from "./resolver.ts";

const rules = [
  { match: /bad$/u, next: { "+": 0.2, "-": 0.8 } },
  { match: /good$/u, next: { "+": 0.9, "-": 0.1 } },
];
const contextOf = (model = scripted(rules)) =>
  makeContext({
    models: { reasoner: model, evaluator: model },
    families: new Map([["open", open.create(open.options.parse({}))]]),
    calls: memoryCalls(),
    seed: "guide",
  });
const node = (id: number, steps: readonly string[]): GuideNode => {
  const at: TreeNode = {
    id,
    parent: null,
    children: [],
    action: steps.at(-1) ?? "",
    logprob: 0,
    prior: 1,
    visits: 0,
    total: 0,
    value: null,
    depth: steps.length,
    terminal: false,
    closed: false,
    calls: [],
  };
  return { node: at, question: { id: "q", family: "open", text: "Why?" }, steps, terminal: false };
};
const gives =
  (score: number | null): Evaluator =>
  async ({ solutions }) =>
    solutions.map(({ id: of }) => ({ of, by: "judge", level: "outcome", score, calls: [] }));
const found = (methods: Readonly<Record<string, Awaited<ReturnType<FindMethod>>>>): FindMethod => {
  return async (id) => {
    if (id in methods) return methods[id];
    throw new UserError(`There is no method "${id}".`, "");
  };
};
const find = found({ "prm-score": prmScore, "prm-aggregate": prmAggregate, "v-rollout": rollout });
const value = async (evaluate: Evaluator, scale?: "unit" | "signed" | "logistic") =>
  (await guideOf(evaluate, scale)([node(0, ["good"])], contextOf()))[0].score;

describe("guideOf", () => {
  it("gives values in [0, 1], one a node, in order", async () => {
    expect(await value(gives(0.25))).toBe(0.25);
    expect(await value(gives(-1))).toBe(0);
    expect(await value(gives(7))).toBe(1);
    expect(await value(gives(-0.5), "signed")).toBe(0.25);
    expect(await value(gives(0), "logistic")).toBe(0.5);
    expect(await value(gives(null), "signed")).toBe(null);
  });

  it("shows a judge the node's steps and no truth, each node by itself", async () => {
    const seen: string[] = [];
    const judge: Evaluator = async ({ task, solutions }, c) => {
      expect(task.secret).toEqual({});
      expect(solutions).toHaveLength(1);
      seen.push(solutions[0].steps.map(({ text }) => text).join("|"));
      return gives(1)({ task, solutions, judgements: [], trees: [], episodes: [] }, c);
    };
    const judgements = await guideOf(judge)([node(4, ["a", "b"]), node(9, [])], contextOf());
    expect(judgements.map(({ of, level }) => [of, level])).toEqual([
      ["4", "step"],
      ["9", "step"],
    ]);
    expect(seen).toEqual(["a|b", ""]);
  });
});

describe("guideFrom", () => {
  it("asks a judge of steps about the last step only", async () => {
    const model = scripted(rules);
    const guide = await guideFrom(find, { id: "prm-score", options: {} });
    const values = await guide([node(1, ["bad", "good"]), node(2, ["good", "bad"])], contextOf(model));
    expect(values.map(({ score }) => score)).toEqual([expect.closeTo(0.9, 6), expect.closeTo(0.2, 6)]);
    expect(model.log).toHaveLength(2);
    const all = await guideFrom(find, { id: "prm-score", options: { steps: "all" } });
    const [product] = await all([node(1, ["bad", "good"])], contextOf());
    expect(product.score).toBeCloseTo(0.18, 6);
  });

  it("takes a value source as it is, and refuses what is neither", async () => {
    await expect(guideFrom(find, { id: "v-rollout", options: { m: 0 } })).rejects.toThrow(/Options of "v-rollout"/u);
    const guide = await guideFrom(find, { id: "v-rollout", options: {} });
    expect(await guide([], contextOf())).toEqual([]);
    const pure = defineMethod({
      id: "pure",
      kind: "instrument",
      contract: "function",
      section: "",
      about: "",
      source: "",
      options: z.object({}),
      create: () => () => 0,
    });
    await expect(guideFrom(found({ pure }), { id: "pure", options: {} })).rejects.toThrow(/an? evaluator is needed/u);
    await expect(guideFrom(find, { id: "prm-score", options: { samples: -1 } })).rejects.toThrow(/samples/u);
  });
});

describe("a judge of steps inside a search", () => {
  it("leads MCTS to the secret bits, which a search without it does not find", async () => {
    const n = 10;
    const family = bits.create(bits.options.parse({}));
    const task = family.generate(random("guide"), { difficulty: n, split: "train" });
    const question = ask(task);
    const reply = (family.solve(task, random(1)) ?? "").split(" ");
    const uniform = new PolicyModel(family.words, (words) => {
      const written = words.length - family.prompt(question, "short").split(" ").length;
      return written < n ? { 0: 0.5, 1: 0.5 } : { [family.end]: 1 };
    });
    // A head that says "good" after prefixes of the secret and "bad" after anything else.
    const judge = new Tabular({ words: family.words, heads: { prm: 1 }, optimizer: "sgd" });
    const prompt = judge.tokenizer.encode(family.prompt(question, "short"));
    const isGood = (written: readonly string[]): boolean => written.every((word, i) => word === reply[i]);
    const verdicts = (model: Tabular): Model & Pick<Tabular, "forward"> => ({
      name: "judge",
      version: "judge@1",
      can: model.can,
      tokenizer: model.tokenizer,
      sample: () => Promise.resolve([]),
      forward: async (batch) => ({
        "head:prm": batch.map(({ ids }) =>
          Float32Array.from(ids, (_, t) => {
            const written = ids.slice(prompt.length, t + 1).map((id) => model.tokenizer.decode([id]));
            return isGood(written) ? 6 : -6;
          }),
        ),
      }),
    });
    const judges = found({ "prm-score": prmScore });
    const ref = { id: "prm-score", options: { head: "prm" } };
    const context = (guide: Guide | undefined, evaluator: Evaluator) =>
      makeContext({
        models: { reasoner: uniform, evaluator: verdicts(judge) },
        families: new Map([["bits", family]]),
        calls: memoryCalls(),
        seed: "bits",
        evaluator,
        ...(guide ? { guide } : {}),
      });
    const search = mcts.create(mcts.options.parse({ simulations: 60, c: 0.5, expand: "enumerate" }));
    const evaluator = await evaluatorFrom(judges, [ref]);
    const solves = async (guide: Guide | undefined) => {
      const [best] = (await search(question, context(guide, evaluator))).solutions;
      return family.verify(task, best.text, "short").correct;
    };
    expect(await solves(await guideFrom(judges, ref))).toBe(true);
    expect(await solves(undefined)).toBe(false);
  });
});

describe("judges in turn", () => {
  it("see what those before them said; the last one has the word", async () => {
    const evaluate = await evaluatorFrom(find, [
      { id: "prm-score", options: {} },
      { id: "prm-aggregate", options: { how: "min" } },
    ]);
    const { question } = node(0, []);
    const task = { ...question, origin: { by: "", parents: [], seed: "", split: "eval" }, by: [], secret: {} } as const;
    const cost = { calls: 0, inputTokens: 0, outputTokens: 0 };
    const steps = [{ text: "bad" }, { text: "good" }];
    const solution = { id: "s", taskId: "q", text: "bad good", steps, by: [], cost };
    const group = { task, solutions: [solution], judgements: [], trees: [], episodes: [] };
    const judgements = await evaluate(group, contextOf());
    expect(judgements).toMatchObject([{ of: "s", by: "prm-aggregate", score: expect.closeTo(0.2, 6) }]);
    expect(await inTurn([gives(1), gives(0.5)])(group, contextOf())).toMatchObject([{ score: 0.5 }]);
  });
});
