import { describe, expect, it } from "vitest";
import { random } from "../../core/random.ts";
import { bitsSpace } from "../testing.ts";
import { descend, MonteCarlo, type MonteCarloOptions } from "./monte-carlo.ts";
import alphazero from "./scores/alphazero.ts";
import puct from "./scores/puct.ts";
import uct from "./scores/uct.ts";
import ucbSurvey from "./scores/ucb-survey.ts";

const scores = {
  puct: puct.create({ c: 1.25 }),
  "ucb-survey": ucbSurvey.create({ c: 1.25 }),
  uct: uct.create({ c: 2, factor: 1, unvisited: "infinity" }),
  alphazero: alphazero.create({ base: 19652, init: 1.25 }),
};
const fpus = ["parent", "zero", "infinity"] as const;

function search(n: number, seed: string, change: Partial<MonteCarloOptions<string>> = {}) {
  const source = random(seed);
  const secret = Array.from({ length: n }, () => source.int(2)).join("");
  const space = bitsSpace(n);
  const tree = new MonteCarlo({
    space,
    score: scores.puct,
    evaluate: (_, state) => Promise.resolve(secret.startsWith(state) ? 1 : 0),
    children: 2,
    fpu: "parent",
    gamma: 1,
    skipClosed: false,
    merge: false,
    random: source,
    halted: () => false,
    ...change,
  });
  return { tree, secret, space };
}

describe("selection scores", () => {
  const arm = { q: 0.2, prior: 0.5, visits: 1, parentVisits: 4 };
  it("give the values of the specification", () => {
    expect(scores.puct(arm, 1)).toBeCloseTo(0.825, 5);
    expect(scores["ucb-survey"](arm, 1)).toBeCloseTo(0.7203, 4);
    expect(scores.uct(arm, 1)).toBeCloseTo(0.2 + 2 * Math.sqrt(Math.log(4)), 10);
    expect(scores.alphazero(arm, 1)).toBeCloseTo(0.2 + (Math.log(19657 / 19652) + 1.25) * 0.5, 10);
  });
  it("treat an unvisited child of uct as asked", () => {
    expect(scores.uct({ ...arm, visits: 0 }, 1)).toBe(Infinity);
    const unseen = (unvisited: "zero" | "value-plus-1") => uct.create({ c: 2, factor: 1, unvisited });
    expect(unseen("zero")({ ...arm, visits: 0 }, 1)).toBe(0);
    expect(unseen("value-plus-1")({ ...arm, visits: 0 }, 1)).toBe(1.2);
    expect(uct.create({ c: 0.7, factor: 2, unvisited: "zero" })(arm, 1)).toBeCloseTo(
      0.2 + 0.7 * Math.sqrt(2 * Math.log(4)),
      10,
    );
  });
  it("leave Q alone when exploration has no weight", () => {
    for (const score of Object.values(scores)) expect(score(arm, 0)).toBe(0.2);
  });
});

describe("MonteCarlo", () => {
  for (const [name, score] of Object.entries(scores)) {
    it(`keeps the counts of ${name} exact`, async () => {
      for (const fpu of fpus) {
        const { tree } = search(6, `${name}/${fpu}`, { score, fpu });
        for (let m = 1; m <= 100; m++) {
          expect(await tree.simulate()).toBe(true);
          const { nodes } = tree.tree;
          expect(nodes[0].visits).toBe(m);
          expect(nodes[0].children.reduce((sum, id) => sum + nodes[id].visits, 0)).toBe(m - 1);
        }
        for (const node of tree.tree.nodes) {
          if (node.terminal) expect(node.total).toBe(node.visits * (node.value ?? 0));
          else
            expect(node.total).toBeCloseTo(
              (node.value ?? 0) + node.children.reduce((sum, id) => sum + tree.tree.nodes[id].total, 0),
              9,
            );
        }
      }
    });
  }

  for (const fpu of fpus) {
    it(`finds the secret of BITS(8) in 60 simulations with every seed (fpu ${fpu})`, async () => {
      for (let seed = 0; seed < 100; seed++) {
        const { tree, secret } = search(8, `seed ${seed}`, { fpu });
        for (let m = 0; m < 60; m++) await tree.simulate();
        const best = descend(tree.tree.nodes, (node) => node.visits);
        expect(tree.states[best.id]).toBe(secret);
      }
    });
  }

  it("discounts a value by gamma a level", async () => {
    const { tree } = search(3, "gamma", { gamma: 0.5, evaluate: (node) => Promise.resolve(node.depth === 0 ? 0 : 1) });
    await tree.simulate();
    await tree.simulate();
    expect(tree.tree.nodes[0].total).toBe(0.5);
    expect(tree.tree.nodes[0].children.map((id) => tree.tree.nodes[id].total).sort((a, b) => a - b)).toEqual([0, 1]);
  });

  it("with skipClosed explores everything once and then stops", async () => {
    const { tree, space } = search(4, "closed", { skipClosed: true });
    let m = 0;
    while (await tree.simulate()) m++;
    expect(m).toBe(31);
    expect(tree.tree.nodes.every((node) => node.closed && node.visits > 0)).toBe(true);
    expect(new Set(space.expanded).size).toBe(15);
  });

  it("values a dead end 0 and does not mistake the end of the budget for one", async () => {
    const empty = { ...bitsSpace(3), expand: () => Promise.resolve([]) };
    const dead = search(3, "dead", { space: empty, evaluate: () => Promise.resolve(1) }).tree;
    expect(await dead.simulate()).toBe(true);
    expect(dead.tree.nodes[0]).toMatchObject({ closed: true, value: 0, visits: 1 });
    const halted = search(3, "dead", { space: empty, halted: () => true }).tree;
    expect(await halted.simulate()).toBe(false);
    expect(halted.tree.nodes[0]).toMatchObject({ closed: false, value: null, visits: 0 });
  });

  it("merges equal states where asked: a graph of n + 1 levels instead of 2^n leaves", async () => {
    const ones = (state: string): string => `${state.length}:${[...state].filter((bit) => bit === "1").length}`;
    const { tree } = search(5, "merge", { space: { ...bitsSpace(5), key: ones }, merge: true, skipClosed: true });
    while (await tree.simulate());
    expect(tree.tree.nodes.length).toBe(21);
    expect(new Set(tree.tree.nodes.map((node) => node.key)).size).toBe(21);
    expect(tree.tree.nodes.map((node) => node.key)).toEqual(tree.states.map(ones));
  });
});
