import { describe, expect, it } from "vitest";
import { Budget } from "../../core/budget.ts";
import type { Cursor, Model } from "../../core/model.ts";
import { random } from "../../core/random.ts";
import { ask, type Task } from "../../core/task.ts";
import { makeContext, memoryCalls } from "../../evolution/context.ts";
import countdown from "../../task-creator/families/countdown.ts";
import bon from "../bon.ts";
import { playerPolicy, PolicyModel } from "../testing.ts";
import levin from "./levin.ts";

const family = countdown.create(countdown.options.parse({}));
const tasks = Array.from({ length: 12 }, (_, i) =>
  family.generate(random(`levin ${i}`), { difficulty: 4, split: "eval" }),
);
const models = tasks.map((task) => new PolicyModel(family.words, playerPolicy(family, task, { skill: 3, noise: 0.1 })));
const contextOf = (model: Model, budget?: Budget) =>
  makeContext({
    models: { reasoner: model },
    families: new Map([[family.id, family]]),
    calls: memoryCalls(),
    seed: "1",
    budget,
  });

async function solve(i: number, options: object, model: Model = models[i], budget?: Budget) {
  const c = contextOf(model, budget);
  const result = await levin.create(levin.options.parse(options))(ask(tasks[i]), c);
  const correct = family.verify(tasks[i], result.solutions[0].text, "short").correct;
  return { ...result, correct, tokens: c.budget.spent.outputTokens };
}

async function all(options: object): Promise<{ solved: number; tokens: number }> {
  const results = await Promise.all(tasks.map((_, i) => solve(i, options)));
  return {
    solved: results.filter((result) => result.correct).length,
    tokens: results.reduce((sum, result) => sum + result.tokens, 0),
  };
}

/** The same policy behind the tree primitive: cursors hold what was read. */
function withExtend(inner: PolicyModel): Model & { rows: number } {
  const read = new WeakMap<Cursor, readonly number[]>();
  return {
    name: inner.name,
    version: inner.version,
    can: inner.can,
    tokenizer: inner.tokenizer,
    rows: 0,
    sample: (prompt, o) => inner.sample(prompt, o),
    async extend(rows) {
      this.rows += rows.length;
      const ids = rows.map((row) => [...((row.parent && read.get(row.parent)) ?? []), ...row.ids]);
      const next = await inner.next(ids.map((prefix) => ({ ids: prefix })));
      return next.map(({ logprobs }, i) => {
        const cursor = { length: ids[i].length };
        read.set(cursor, ids[i]);
        return { cursor, logprobs };
      });
    },
  };
}

describe("levin", () => {
  it("solves what best-of-n at the same tokens does not, and pruning and merging each save tokens", async () => {
    const full = await all({ stepEnd: "result" });
    expect(full.solved).toBe(tasks.length);
    for (const without of [{ merge: false }, { prune: false }, { stepEnd: "delimiter" }]) {
      const less = await all({ stepEnd: "result", ...without });
      expect(less.tokens).toBeGreaterThan(full.tokens);
    }
    let sampled = 0;
    const n = Math.round(full.tokens / tasks.length / 18);
    for (const [i, task] of tasks.entries()) {
      const { solutions } = await bon.create(bon.options.parse({ n }))(ask(task), contextOf(models[i]));
      sampled += Number(solutions.some(({ text }) => family.verify(task, text, "short").correct));
    }
    expect(sampled).toBeLessThan(full.solved);
  });

  it("gives one accepted solution with its tree, in which every token read is a visit of the root", async () => {
    const { solutions, trees, tokens } = await solve(0, {});
    expect(solutions.length).toBe(1);
    const [tree] = trees;
    const goal = tree.nodes.filter((node) => node.solution !== undefined);
    expect(goal.length).toBe(1);
    expect(goal[0]).toMatchObject({ solution: solutions[0].id, terminal: true, value: 1 });
    const words: string[] = [];
    for (let at: number | null = goal[0].id; at !== null; at = tree.nodes[at].parent)
      words.unshift(tree.nodes[at].action);
    expect(words.join(" ").trim()).toBe(solutions[0].text);
    const inner = tree.nodes.filter((node) => !node.terminal);
    expect(inner.length).toBe(tokens + 1);
    expect(tree.nodes[0].visits).toBe(tree.nodes.length);
    expect(tree.cost).toMatchObject({ outputTokens: tokens });
  });

  it("stops at its tokens and says so; a wide frontier too", async () => {
    for (const width of [1, 7]) {
      const { solutions, tokens } = await solve(1, { tokens: 9, width });
      expect(tokens).toBe(9);
      expect(solutions[0].error?.where).toBe("budget");
    }
    const { tokens } = await solve(1, {}, models[1], new Budget({ tokens: 5 }));
    expect(tokens).toBe(5);
  });

  it("reads the same through the tree primitive, each token once", async () => {
    for (const i of [0, 1, 2]) {
      const plain = await solve(i, { stepEnd: "result" });
      const model = withExtend(models[i]);
      const tree = await solve(i, { stepEnd: "result" }, model);
      expect(tree.solutions).toEqual(plain.solutions);
      expect(tree.trees).toEqual(plain.trees);
      expect(model.rows).toBe(tree.tokens + 1);
    }
  });

  it("follows only the most probable token after the word of results", async () => {
    const { trees } = await solve(2, { prune: false, merge: false });
    const [{ nodes }] = trees;
    for (const node of nodes) {
      if (node.action === "=") expect(node.children.length).toBeLessThanOrEqual(1);
    }
    const free = await solve(2, { prune: false, merge: false, greedyAfter: "", minLogprob: -100, tokens: 4000 });
    expect(free.trees[0].nodes.length).toBeGreaterThan(nodes.length);
  });

  it("finds nothing to accept where nothing can be, and keeps a rejected reply as its best", async () => {
    const wrong: Task = { ...tasks[3], text: tasks[3].text.replace(/> .*/, "> 97") };
    const model = new PolicyModel(family.words, playerPolicy(family, tasks[3], { skill: 1, noise: 0 }));
    const narrow = levin.create(levin.options.parse({ minLogprob: -0.9, tokens: 5000 }));
    const { solutions } = await narrow(ask(wrong), contextOf(model));
    expect(family.verify(wrong, solutions[0].text, "short").correct).toBe(false);
  });

  it("refuses a model without distributions, and takes an unknown word as data", async () => {
    const { name, version, can, tokenizer } = models[0];
    const blind: Model = { name, version, can, tokenizer, sample: (prompt, o) => models[0].sample(prompt, o) };
    await expect(solve(0, {}, blind)).rejects.toThrow(/next-token distributions/);
    const { solutions } = await solve(0, {}, new PolicyModel(["1", "2"], () => ({ 1: 1 })));
    expect(solutions[0].error?.where).toBe("sample");
  });
});
