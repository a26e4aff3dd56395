import { describe, expect, it } from "vitest";
import type { Evaluator, Guide } from "../../core/contracts.ts";
import { random } from "../../core/random.ts";
import { ask } from "../../core/task.ts";
import type { TreeNode } from "../../core/tree.ts";
import { makeContext, memoryCalls } from "../../evolution/context.ts";
import bits from "../../task-creator/families/bits.ts";
import { PolicyModel } from "../testing.ts";
import { grow, mctsOptions } from "./mcts.ts";
import mctsParallel from "./mcts-parallel.ts";
import { mergedTree } from "./merged.ts";
import mcts from "./mcts.ts";

const family = bits.create(bits.options.parse({}));

/** BITS(n, s) with a uniform policy and a process reward, which counts what it is asked. */
function bench(n: number, seed: string) {
  const task = family.generate(random(seed), { difficulty: n, split: "train" });
  const secret = task.secret.answer ?? "";
  const prompt = family.prompt(ask(task), "short").split(" ").length;
  const model = new PolicyModel(family.words, (words) =>
    words.length - prompt < n ? { 0: 1, 1: 1 } : { [family.end]: 1 },
  );
  const labels: string[] = [];
  const guide: Guide = (nodes, c) => {
    labels.push(c.random.seed);
    return Promise.resolve(
      nodes.map(({ node, steps }) => {
        const score = Number(secret.startsWith(steps.join("").replace(family.end, "")));
        return { of: String(node.id), by: "truth", level: "step", score, calls: [] };
      }),
    );
  };
  const evaluator: Evaluator = (group) =>
    Promise.resolve(
      group.solutions.map(({ id, answer }) => {
        return { of: id, by: "truth", level: "outcome", score: Number(answer === secret), calls: [] };
      }),
    );
  const families = new Map([[family.id, family]]);
  const context = () =>
    makeContext({ models: { reasoner: model }, families, calls: memoryCalls(), seed, guide, evaluator });
  return { question: ask(task), secret, context, labels };
}

const enumerate = { expand: "enumerate", children: 2 } as const;

describe("mcts-parallel", () => {
  it.each(["root", "leaf", "tree"])("finds the secret of BITS(8) with a process reward (%s)", async (mode) => {
    for (let seed = 0; seed < 5; seed++) {
      const { question, secret, context } = bench(8, `${mode} ${seed}`);
      const simulations = mode === "root" ? 4 * 66 : 80;
      const method = mctsParallel.create(mctsParallel.options.parse({ ...enumerate, mode, simulations }));
      const { solutions, trees } = await method(question, context());
      expect(solutions[0].answer).toBe(secret);
      expect(trees).toHaveLength(1);
      expect(trees[0].nodes[0].visits).toBe(simulations);
    }
  });

  it("root: merged visits and totals are the sums over the trees, child by child", async () => {
    const { question, context } = bench(5, "merge");
    const o = mctsOptions.parse({ ...enumerate, simulations: 25 });
    const parts = await Promise.all(
      ["a", "b", "c"].map(async (label) => (await grow("mcts", question, context().with({ label }), o)).grown),
    );
    const { tree, states } = mergedTree(parts);
    const counts = (of: { nodes: readonly TreeNode[] }, texts: readonly string[]) =>
      new Map(of.nodes.map(({ id, visits, total }) => [texts[id], { visits, total }]));
    const each = parts.map((part) =>
      counts(
        part.tree,
        part.states.map(({ text }) => text),
      ),
    );
    const merged = counts(
      tree,
      states.map(({ text }) => text),
    );
    expect(merged.size).toBe(tree.nodes.length);
    expect(new Set(each.flatMap((map) => [...map.keys()])).size).toBe(merged.size);
    for (const [text, { visits, total }] of merged) {
      expect(visits).toBe(each.reduce((sum, map) => sum + (map.get(text)?.visits ?? 0), 0));
      expect(total).toBeCloseTo(
        each.reduce((sum, map) => sum + (map.get(text)?.total ?? 0), 0),
        9,
      );
    }
    expect(merged.get("")?.visits).toBe(75);
  });

  it("leaf: asks the value of a state as often as there are workers, each with its own randomness", async () => {
    const { question, context, labels } = bench(6, "leaf");
    const method = mctsParallel.create(mctsParallel.options.parse({ ...enumerate, mode: "leaf", simulations: 10 }));
    await method(question, context());
    expect(labels).toHaveLength(40);
    expect(new Set(labels).size).toBe(4);
  });

  it("tree: after completion the virtual loss is fully undone, and one worker is plain mcts", async () => {
    const { question, context } = bench(7, "tree");
    const simulations = 60;
    const { grown } = await grow(
      "mcts",
      question,
      context(),
      mctsOptions.parse({ ...enumerate, simulations, inFlight: 4 }),
    );
    const { nodes } = grown.tree;
    for (const node of nodes) {
      const below = node.children.map((id) => nodes[id]);
      expect(grown.tree.flying(node.id)).toBe(0);
      if (node.terminal) continue;
      expect(node.total).toBe((node.value ?? 0) + below.reduce((sum, child) => sum + child.total, 0));
      expect(node.visits).toBe(Number(node.value !== null) + below.reduce((sum, child) => sum + child.visits, 0));
    }
    const one = mctsParallel.create(mctsParallel.options.parse({ ...enumerate, simulations, workers: 1 }));
    const plain = mcts.create(mcts.options.parse({ ...enumerate, simulations }));
    const [a, b] = [await one(question, context()), await plain(question, context())];
    expect(a.trees[0].nodes).toEqual(b.trees[0].nodes);
  });

  it("charges every node what it cost, which adds up to the whole", async () => {
    const { question, context } = bench(6, "cost");
    for (const mode of ["root", "leaf", "tree"]) {
      const c = context();
      const method = mctsParallel.create(mctsParallel.options.parse({ mode, simulations: 30 }));
      const { trees } = await method(question, c);
      const sum = (field: "calls" | "inputTokens" | "outputTokens"): number =>
        trees[0].nodes.reduce((total, { cost }) => total + (cost?.[field] ?? 0), 0);
      expect(c.budget.spent.calls).toBeGreaterThan(0);
      for (const field of ["calls", "inputTokens", "outputTokens"] as const) {
        expect(sum(field)).toBe(c.budget.spent[field]);
      }
    }
  });

  it("many trees side by side over one model are those that grow one after another", async () => {
    const method = mcts.create(mcts.options.parse({ simulations: 30, inFlight: 4 }));
    const benches = ["a", "b", "c", "d", "e"].map((seed) => bench(6, seed));
    const alone = [];
    for (const { question, context } of benches) alone.push(await method(question, context()));
    const together = await Promise.all(benches.map(({ question, context }) => method(question, context())));
    expect(together.map(({ trees }) => trees)).toEqual(alone.map(({ trees }) => trees));
    expect(new Set(alone.map(({ trees }) => trees[0].id)).size).toBe(5);
  });
});
