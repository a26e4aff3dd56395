import { describe, expect, it } from "vitest";
import type { Evaluator, Guide } from "../../core/contracts.ts";
import { random } from "../../core/random.ts";
import { ask } from "../../core/task.ts";
import { makeContext, memoryCalls } from "../../evolution/context.ts";
import bits from "../../task-creator/families/bits.ts";
import { PolicyModel } from "../testing.ts";
import particleFilter from "./particle-filter.ts";

const family = bits.create(bits.options.parse({}));
const n = 6;
const task = family.generate(random("particles"), { difficulty: n, split: "train" });
const question = ask(task);
const secret = task.secret.answer ?? "";
const prompt = family.prompt(question, "short").split(" ").length;
/** Bit 1 with probability .7, whatever came before. */
const model = (): PolicyModel =>
  new PolicyModel(family.words, (words) => (words.length - prompt < n ? { 0: 0.3, 1: 0.7 } : { [family.end]: 1 }));
/** How much of the prefix is right. */
const guide: Guide = (nodes) =>
  Promise.resolve(
    nodes.map(({ node, steps }) => {
      const score = secret.startsWith(steps.join("").replace(family.end, "")) ? 0.9 : 0.1;
      return { of: String(node.id), by: "prm", level: "step", score, calls: [] };
    }),
  );
const evaluator: Evaluator = (group) =>
  Promise.resolve(
    group.solutions.map(({ id, answer }) => {
      return { of: id, by: "truth", level: "outcome", score: answer === secret ? 0.9 : 0.1, calls: [] };
    }),
  );
const context = (seed: string, scored: Guide = guide) =>
  makeContext({
    models: { reasoner: model() },
    families: new Map([[family.id, family]]),
    calls: memoryCalls(),
    seed,
    guide: scored,
    evaluator,
  });
const solve = async (seed: string, o: object) =>
  particleFilter.create(particleFilter.options.parse(o))(question, context(seed));

describe("particle-filter", () => {
  it("with one particle is plain sampling: every bit is 1 as often as the policy says", async () => {
    const runs = 400;
    let ones = 0;
    for (let i = 0; i < runs; i++) {
      const { solutions, trees } = await solve(`one ${i}`, { particles: 1 });
      expect(solutions).toHaveLength(1);
      expect(trees[0].nodes).toHaveLength(n + 2);
      ones += [...(solutions[0].answer ?? "")].filter((bit) => bit === "1").length;
    }
    expect(Math.abs(ones / (runs * n) - 0.7)).toBeLessThan(4 * Math.sqrt(0.21 / (runs * n)));
  });

  it("finds with process rewards what as many plain samples would not", async () => {
    const chance = [...secret].reduce((p, bit) => p * (bit === "1" ? 0.7 : 0.3), 1);
    let found = 0;
    let plain = 0;
    for (let i = 0; i < 60; i++) {
      found += Number((await solve(`many ${i}`, { particles: 16 })).solutions[0].answer === secret);
      plain += 1 - (1 - chance) ** 16;
    }
    expect(found).toBeGreaterThan(plain + 15);
  });

  it("keeps finished particles, ranks by the last weight, and never resamples where told so", async () => {
    const { solutions, trees } = await solve("never", { particles: 12, resampleAt: 0 });
    // Without resampling every particle is an independent sample, and each of the tree's leaves is one.
    const leaves = trees[0].nodes.filter(({ children }) => children.length === 0);
    expect(leaves.every(({ terminal }) => terminal)).toBe(true);
    expect(trees[0].nodes[0].visits).toBe(12 * (n + 1));
    const right = solutions.map(({ answer }) => Number(answer === secret));
    expect(right).toEqual(right.toSorted((a, b) => b - a));
  });

  it("draws its answer by weight where told so", async () => {
    const answers = new Set<string | undefined>();
    for (let i = 0; i < 20; i++) {
      const o = { particles: 4, resampleAt: 0, answer: "sample" };
      answers.add((await solve(`drawn ${i}`, o)).solutions[0].answer);
    }
    expect(answers.size).toBeGreaterThan(1);
  });
});
