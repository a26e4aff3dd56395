import { describe, expect, it } from "vitest";
import { Budget } from "../../core/budget.ts";
import { addCost, noCost, type Role } from "../../core/call.ts";
import type { Model } from "../../core/model.ts";
import { pathTo, type Tree } from "../../core/tree.ts";
import { makeContext, memoryCalls } from "../../evolution/context.ts";
import open from "../../task-creator/families/open.ts";
import { actionSets, allowed } from "./actions/action-sets.ts";
import { cardsOf, conditionsOf, nearest } from "./cards.ts";
import cmcts from "./cmcts.ts";
import { Reciter } from "./testing.ts";
import thoughtCards from "./thought-cards.ts";

const family = open.create(open.options.parse({}));
const question = family.question("Two trains of 3 cars meet 4 of 5 cars. How many cars?");

/** Writes actions that name their type; what finishes states an answer. As evaluator it likes what reflects. */
function author(answers: readonly string[] = ["14"]) {
  const types = [...actionSets.hiar, ...actionSets.cmcts];
  return new Reciter((asked, written) => {
    if (asked.includes("Is the last step right")) return [asked.includes("[reflect]") ? "+" : "-", "+"];
    const type = types.find(({ instruction }) => asked.endsWith(`Now: ${instruction}`));
    return answers.flatMap((answer) =>
      ["a", "b"].map((way) => `${written}[${type?.id}] ${way}${type?.finishes ? ` \\boxed{${answer}}` : "\n\nmore"}`),
    );
  });
}

function contextOf(model: Model, o: { budget?: Budget; roles?: readonly Role[] } = {}) {
  const models = Object.fromEntries((o.roles ?? ["reasoner", "evaluator"]).map((role) => [role, model]));
  return makeContext({
    models,
    families: new Map([[family.id, family]]),
    calls: memoryCalls(),
    seed: "1",
    ...(o.budget ? { budget: o.budget } : {}),
  });
}

const typesOf = (tree: Tree, id: number): string[] =>
  pathTo(tree, id)
    .slice(1)
    .map((at) => /\[([a-z-]+)\]/u.exec(tree.nodes[at].action)?.[1] ?? "?");

const spentIn = (tree: Tree) => tree.nodes.reduce((sum, { cost }) => addCost(sum, cost ?? noCost), noCost);

describe("cmcts", () => {
  it("no path breaks the order of the types, and answers come by way of all that an answer needs", async () => {
    const model = author();
    const c = contextOf(model);
    const { solutions, trees } = await cmcts.create(cmcts.options.parse({ simulations: 60 }))(question, c);
    const [tree] = trees;
    expect(tree.nodes.length).toBeGreaterThan(60);
    for (const node of tree.nodes) {
      const types = typesOf(tree, node.id);
      for (const [i, type] of types.entries()) {
        expect(allowed(actionSets.cmcts, types.slice(0, i)).map(({ id }) => id)).toContain(type);
      }
      expect(node.terminal).toBe(types.at(-1) === "summarise");
    }
    expect(solutions[0].error).toBeUndefined();
    expect(solutions[0]).toMatchObject({ answer: "14" });
    const end = tree.nodes.find(({ solution }) => solution === solutions[0].id);
    expect(typesOf(tree, end?.id ?? 0)).toEqual(expect.arrayContaining(["understand", "plan", "summarise"]));
    // The process reward model gave the values.
    expect(model.heard.some(({ asked }) => asked.includes("Is the last step right"))).toBe(true);
    expect(spentIn(tree)).toEqual(c.budget.spent);
  });

  it("takes types and rules of the user's own", async () => {
    const types = [
      { id: "guess", instruction: "Guess.", after: ["start"] },
      { id: "end", instruction: "End it.", after: ["guess"], finishes: true },
    ];
    const model = new Reciter((asked, written) => [
      asked.endsWith("Guess.") ? `${written}[guess] 13\n\n` : `${written}[end] \\boxed{13}`,
    ]);
    const options = cmcts.options.parse({ simulations: 8, types, source: { id: "v-lats", options: { lambda: 1 } } });
    const { solutions, trees } = await cmcts.create(options)(question, contextOf(model));
    expect(typesOf(trees[0], trees[0].nodes.length - 1)).toEqual(["guess", "end"]);
    expect(solutions.map(({ text }) => text)).toEqual(["[guess] 13\n\n[end] \\boxed{13}"]);
  });
});

describe("thought-cards", () => {
  const cards = [
    { types: ["chain-of-thought"], conditions: 1 },
    { types: ["system-analysis", "chain-of-thought"], conditions: 4 },
    { types: ["one-step-thought", "one-step-thought"], conditions: 7 },
  ];

  it("retrieves the card of the nearest complexity, and follows it", async () => {
    expect(conditionsOf(question.text)).toBe(4);
    expect(nearest(cards, 4, 1)).toEqual([cards[1]]);
    expect(nearest(cards, 6, 2)).toEqual([cards[2], cards[1]]);
    const options = thoughtCards.options.parse({ cards, nearest: 1 });
    const { solutions, trees } = await thoughtCards.create(options)(question, contextOf(author()));
    const end = trees[0].nodes.findIndex(({ terminal }) => terminal);
    expect(typesOf(trees[0], end)).toEqual(["system-analysis", "chain-of-thought"]);
    expect(solutions[0].answer).toBe("14");
  });

  it("carries a card that breaks off to the answer", async () => {
    const options = thoughtCards.options.parse({ cards: [cards[2]] });
    const { trees } = await thoughtCards.create(options)(question, contextOf(author()));
    const end = trees[0].nodes.findIndex(({ terminal }) => terminal);
    expect(typesOf(trees[0], end)).toEqual(["one-step-thought", "one-step-thought", "chain-of-thought"]);
  });

  it("puts the answer with most votes first, equal replies counted", async () => {
    const model = author(["14", "14.0", "15"]);
    const c = contextOf(model);
    const options = thoughtCards.options.parse({ cards: [cards[1]], attempts: 30 });
    const { solutions, trees } = await thoughtCards.create(options)(question, c);
    expect(["14", "14.0"]).toContain(solutions[0].answer);
    expect(new Set(solutions.map(({ answer }) => answer))).toEqual(new Set(["14", "14.0", "15"]));
    expect(solutions.findIndex(({ answer }) => answer === "15")).toBeGreaterThan(1);
    expect(spentIn(trees[0])).toEqual(c.budget.spent);
  });

  it("makes cards from seeds by search, and pays for them in its tree", async () => {
    const c = contextOf(author());
    const seeds = ["What is 3 plus 4?", "Of 10 birds, 2 leave, 5 come and 1 dies. How many are left?"];
    const options = thoughtCards.options.parse({
      seeds,
      nearest: 1,
      search: { simulations: 12, source: "v-selfeval" },
    });
    const { solutions, trees } = await thoughtCards.create(options)(question, c);
    expect(solutions[0].taskId).toBe(question.id);
    expect(spentIn(trees[0])).toEqual(c.budget.spent);
    expect(trees[0].nodes[0].cost?.calls).toBeGreaterThan(12);
    expect(cardsOf([cards[0], { ...cards[0], conditions: 3 }, cards[1]])).toEqual([
      { types: ["chain-of-thought"], conditions: 2 },
      cards[1],
    ]);
  });

  it("ends with what it has when the budget is used up", async () => {
    const c = contextOf(author(), { budget: new Budget({ calls: 1 }) });
    const { solutions } = await thoughtCards.create(thoughtCards.options.parse({ cards: [cards[1]] }))(question, c);
    expect(solutions[0].error).toMatchObject({ where: "budget" });
    expect(c.budget.spent.calls).toBe(1);
  });
});
