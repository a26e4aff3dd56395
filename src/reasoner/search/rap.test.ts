import { describe, expect, it } from "vitest";
import { addCost, noCost } from "../../core/call.ts";
import type { Evaluator } from "../../core/contracts.ts";
import { random } from "../../core/random.ts";
import { ask } from "../../core/task.ts";
import { pathTo } from "../../core/tree.ts";
import { makeContext, memoryCalls } from "../../evolution/context.ts";
import countdown from "../../task-creator/families/countdown.ts";
import open from "../../task-creator/families/open.ts";
import { type ContextFor, reasonerSuite } from "../suite.ts";
import { playerPolicy, PolicyModel } from "../testing.ts";
import { meansToEnd, RapSearch, type World } from "./rap-search.ts";
import rap from "./rap.ts";
import { Reciter } from "./testing.ts";

/** A world of two sub-questions: usefulness by their letters, every answer sure. */
function lettered(useful: Readonly<Record<string, number>>, depth: number) {
  const calls: string[] = [];
  const world: World<string> = {
    root: "",
    ask: (_, state) =>
      Promise.resolve(
        ["a", "b"].map((action) => ({ action, logprob: 0, calls: [], state: state + action, ended: false })),
      ),
    useful: (_, state) => Promise.resolve(useful[state] ?? 0.1),
    answer: (_, state) => {
      calls.push(state);
      return Promise.resolve({ action: "!", calls: [], state, ended: state.length === depth, confidence: 1 });
    },
  };
  return { calls, world };
}

describe("rap", () => {
  it("rewards .2 and .8 along one path give Q .5 and .8", async () => {
    expect(meansToEnd([0.2, 0.8])).toEqual([0.5, 0.8]);
    const { world } = lettered({ a: 0.2, aa: 0.8, b: 0.1 }, 2);
    const search = new RapSearch(world, { depth: 5, w: 1, alpha: 1, q: "max" });
    await search.iterate();
    const visited = [...search.edges.values()].filter(({ visits }) => visits.length > 0);
    expect(visited.map(({ visits }) => visits)).toEqual([[0.5], [0.8]]);
  });

  it("Q is the best of a node's visits, or their mean, and decides where the next one goes", async () => {
    // Two visits by way of a give it .7 and .4: their best is above b's usefulness, their mean is not.
    const useful = { a: 0.6, aa: 0.6, aaa: 0.9, aab: 0, b: 0.58 };
    const third = async (q: "max" | "mean"): Promise<string> => {
      const { calls, world } = lettered(useful, 3);
      const search = new RapSearch(world, { depth: 3, w: 0, alpha: 1, q });
      for (let i = 0; i < 2; i++) await search.iterate();
      expect(calls).toEqual(["a", "aa", "aaa", "aab"]);
      await search.iterate();
      return calls[4];
    };
    expect(await third("max")).toBe("ab");
    expect(await third("mean")).toBe("b");
  });

  it("asks the world once a sub-question, and ends when all is explored", async () => {
    const { calls, world } = lettered({}, 3);
    const search = new RapSearch(world, { depth: 5, w: 1, alpha: 0.5, q: "max" });
    let count = 0;
    while (await search.iterate()) count++;
    expect(count).toBe(8);
    expect(new Set(calls).size).toBe(calls.length);
    expect(calls.length).toBe(2 + 4 + 8);
    const [root] = search.tree.nodes;
    expect(root.visits).toBe(8);
    // What is as deep as may be is left.
    const flat = lettered({}, 9);
    const shallow = new RapSearch(flat.world, { depth: 2, w: 1, alpha: 0.5, q: "max" });
    while (await shallow.iterate()) count++;
    expect(Math.max(...flat.calls.map((state) => state.length))).toBe(2);
  });

  it("free text: sub-questions and answers in turn, useful ones first, the answer by the rewards on its ways", async () => {
    const family = open.create(open.options.parse({}));
    const question = family.question("What is 3 times 4, plus 2?");
    const model = new Reciter((asked, written) => {
      if (asked.includes("New sub-question:")) return [asked.includes("3 times 4") ? "Yes" : "No"];
      if (written === "") return ["Question: What is 3 times 4? Answer:", "Question: How tall is it? Answer:"];
      if (written.endsWith("tall is it? Answer:")) return [`${written} \\boxed{99}`];
      if (written.endsWith("4? Answer:")) return [`${written} 12.\n\n`];
      if (written.endsWith("plus 2? Answer:")) return [`${written} \\boxed{14}`];
      return [`${written}Question: What is 12 plus 2? Answer:`];
    });
    const c = makeContext({
      models: { reasoner: model },
      families: new Map([[family.id, family]]),
      calls: memoryCalls(),
      seed: "1",
    });
    const { solutions, trees } = await rap.create(rap.options.parse({}))(question, c);
    expect(solutions[0]).toMatchObject({
      answer: "14",
      text: "Question: What is 3 times 4? Answer: 12.\n\nQuestion: What is 12 plus 2? Answer: \\boxed{14}",
    });
    expect(solutions.map(({ answer }) => answer)).toEqual(["14", "99"]);
    const [tree] = trees;
    const end = tree.nodes.findIndex(({ solution }) => solution === solutions[0].id);
    expect(
      pathTo(tree, end)
        .map((id) => tree.nodes[id].action)
        .join(""),
    ).toBe(solutions[0].text);
    expect(tree.nodes.reduce((sum, { cost }) => addCost(sum, cost ?? noCost), noCost)).toEqual(c.budget.spent);
    // The world answers each sub-question by one call of several samples.
    const asked = model.heard.filter(({ written }) => written.endsWith("Answer:")).map(({ written }) => written);
    expect(new Set(asked).size).toBe(asked.length);
  });
});

const family = countdown.create(countdown.options.parse({}));
const task = family.generate(random("suite"), { difficulty: 3, split: "eval" });
const question = ask(task);
const evaluator: Evaluator = (group) =>
  Promise.resolve(
    group.solutions.map(({ id, text }) => {
      const score = Number(family.check?.(question, text));
      return { of: id, by: "check", level: "outcome", score, calls: [] };
    }),
  );
reasonerSuite("rap", rap.create(rap.options.parse({})), {
  question,
  context: ({ model, seed = "1", budget, signal }: ContextFor) =>
    makeContext({
      models: { reasoner: model },
      families: new Map([[family.id, family]]),
      calls: memoryCalls(),
      seed,
      budget,
      signal,
      evaluator,
    }),
  able: () => new PolicyModel(family.words, playerPolicy(family, task, { skill: 5, noise: 0.01 })),
  garbage: () =>
    new PolicyModel(family.words, () => Object.fromEntries(family.words.map((word) => [word, 1])), "noise@1"),
  inFlight: 4 * 12,
});
