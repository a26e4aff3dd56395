import { describe, expect, it } from "vitest";
import type { Reasoner } from "../../../core/contracts.ts";
import { Budget } from "../../../core/budget.ts";
import { random } from "../../../core/random.ts";
import { Scripted } from "../../../engine/scripted.ts";
import { makeContext, memoryCalls } from "../../../evolution/context.ts";
import open from "../../../task-creator/families/open.ts";
import { GrowingTree } from "../tree.ts";
import aot from "./aot.ts";
import autoTreeSearch from "./auto-tree-search.ts";
import { parseTrace, serialiseTrace, stepsTo, traceOf, treeOfTrace } from "./trace.ts";

/** A random tree of up to 40 nodes, with awkward texts. */
function randomTree(seed: number): GrowingTree {
  const r = random(`trace ${seed}`);
  const words = ["a + b = c", "x: y", "1.2 fails", "2: z", "line\nbreak", "back\\slash\\n", "é", "goal: g"];
  const tree = new GrowingTree();
  const openNodes = [0];
  while (tree.nodes.length < 40 && openNodes.length > 0) {
    const at = openNodes.splice(r.int(openNodes.length), 1)[0];
    const offers = Array.from({ length: r.int(4) }, (_, i) => {
      const terminal = r.next() < 0.2;
      return { action: `${r.pick(words)} ${i}`, logprob: 0, calls: [], terminal };
    });
    const ids = tree.expand(at, offers).filter((id) => id !== undefined);
    openNodes.push(...ids.filter((id) => !tree.nodes[id].terminal));
  }
  return tree;
}

describe("sos", () => {
  it.each(["depth", "breadth"] as const)("serialise(parse(trace)) = trace on random trees, %s first", (order) => {
    let solved = 0;
    for (let seed = 0; seed < 100; seed++) {
      const tree = randomTree(seed);
      const answerOf = (id: number): string | undefined => (tree.nodes[id].terminal ? `answer\n${id}` : undefined);
      const lines = traceOf(tree, { goal: "reach it\nsoon", order, answerOf });
      const text = serialiseTrace(lines);
      expect(text.split("\n")).toHaveLength(lines.length);
      expect(parseTrace(text)).toEqual(lines);
      expect(serialiseTrace(parseTrace(text))).toBe(text);
      // The tree is back as well: depth first, nodes come in another order but on the same paths.
      const { tree: again } = treeOfTrace(parseTrace(text));
      const paths = (of: GrowingTree): string[] => of.nodes.map(({ id }) => of.actions(id).join(" | ")).toSorted();
      expect(paths(again)).toEqual(paths(tree));
      solved += lines.filter(({ kind }) => kind === "solves").length;
    }
    expect(solved).toBeGreaterThan(100);
  });

  it("reads what models make of it", () => {
    const text = "Let me search.\n- 1: try a\n  1.1: then b\n1.1 fails.\n * 2: try c\n2 solves: 42\nDone: all.";
    const lines = parseTrace(text);
    expect(lines.map(({ kind }) => kind)).toEqual(["step", "step", "fails", "step", "solves"]);
    expect(stepsTo(lines, "1.1")).toEqual(["try a", "then b"]);
    expect(stepsTo(lines, "3.1")).toBeUndefined();
    // A step whose parent was never told has no place.
    expect(treeOfTrace(parseTrace("1: a\n4.1: b")).tree.nodes).toHaveLength(2);
  });
});

const family = open.create(open.options.parse({}));
const question = family.question("Make 11 of 2, 4 and 3.");
const contextOf = (model: Scripted, budget?: Budget) =>
  makeContext({
    models: { reasoner: model },
    families: new Map([["open", family]]),
    calls: memoryCalls(),
    seed: "t",
    budget,
  });

describe.each<[string, (o: object) => Reasoner]>([
  ["aot", (o) => aot.create(aot.options.parse(o))],
  ["auto-tree-search", (o) => autoTreeSearch.create(autoTreeSearch.options.parse(o))],
])("%s", (id, create) => {
  it("shows the trace of a right search, and reads the one that comes back", async () => {
    const reply =
      "1: 4 - 2 = 2, left 2, 3\n1.1: 2 + 3 = 5\n1.1 fails\n2: 2 * 4 = 8, left 3, 8\n2.1: 8 + 3 = 11\n2.1 solves: 2 * 4 + 3";
    const model = new Scripted([{ match: /Make 11/u, replies: [reply] }]);
    const c = contextOf(model);
    const { solutions, trees } = await create({})(question, c);
    expect(solutions).toHaveLength(1);
    expect(solutions[0]).toMatchObject({
      answer: "2 * 4 + 3",
      text: "2 * 4 = 8, left 3, 8\n8 + 3 = 11",
      steps: [{ text: "2 * 4 = 8, left 3, 8" }, { text: "8 + 3 = 11" }],
    });
    expect(trees[0]).toMatchObject({ by: id, cost: c.budget.spent });
    expect(trees[0].nodes.map(({ value }) => value)).toEqual([null, null, 0, null, 1]);
    expect(trees[0].nodes[4].solution).toBe(solutions[0].id);
    expect(model.log).toHaveLength(1);

    const [{ request }] = model.log;
    const prompt = "messages" in request ? request.messages[0].content : model.tokenizer.decode(request.ids);
    const shown = [...prompt.matchAll(/(\d+) ([+*/-]) (\d+) = (\d+)/gu)];
    expect(shown.length).toBeGreaterThan(4);
    for (const [, a, op, b, result] of shown) {
      const [x, y] = [Number(a), Number(b)];
      expect({ "+": x + y, "-": x - y, "*": x * y, "/": x / y }[op]).toBe(Number(result));
    }
  });

  it("gives what there is where the reply tells of no search, and nothing without a budget", async () => {
    const model = new Scripted([{ match: /Make 11/u, replies: ["I think the answer is 11."], cycle: true }]);
    const { solutions } = await create({})(question, contextOf(model));
    expect(solutions[0]).toMatchObject({ answer: "11", error: { where: "parse" } });
    const none = await create({})(question, contextOf(model, new Budget({ calls: 0 })));
    expect(none.solutions[0].error?.where).toBe("budget");
    expect(model.log).toHaveLength(1);
  });
});
