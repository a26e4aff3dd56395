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

  it("with simulations in flight grows the same tree whatever the latencies, and values nothing twice", async () => {
    for (const [name, score] of Object.entries(scores)) {
      const trees = [];
      for (const latencies of ["fast", "slow", "slower"]) {
        const waits = random(latencies);
        const valued: number[] = [];
        const turns = async (): Promise<void> => {
          if (latencies === "fast") return;
          for (let n = waits.int(9); n > 0; n--) await Promise.resolve();
        };
        const { tree, secret } = search(6, `flight ${name}`, {
          score,
          expand: async (_, state, k) => (await turns(), bitsSpace(6).expand(state, k)),
          evaluate: async (node, state) => {
            valued.push(node.id);
            await turns();
            return Number(secret.startsWith(state));
          },
        });
        expect(await tree.run({ simulations: 90, inFlight: 6 })).toBe(90);
        const { nodes } = tree.tree;
        expect(new Set(valued).size).toBe(valued.length);
        expect(nodes.every(({ id }) => tree.tree.flying(id) === 0)).toBe(true);
        expect(nodes[0].visits).toBe(90);
        expect(nodes[0].children.reduce((sum, id) => sum + nodes[id].visits, 0)).toBe(89);
        trees.push(nodes);
      }
      expect(trees[1]).toEqual(trees[0]);
      expect(trees[2]).toEqual(trees[0]);
    }
  });

  it("spreads simulations in flight by virtual loss", async () => {
    const most = async (virtualLoss: number): Promise<number> => {
      let flying = 0;
      let top = 0;
      const { tree } = search(8, "virtual loss", {
        virtualLoss,
        evaluate: async (node) => {
          top = Math.max(top, ++flying);
          for (let n = 0; n < 20; n++) await Promise.resolve();
          flying--;
          return node.depth / 8;
        },
      });
      await tree.run({ simulations: 100, inFlight: 8 });
      return top;
    };
    expect(await most(1)).toBe(8);
    expect(await most(1)).toBeGreaterThanOrEqual(await most(0));
  });

  it("takes back what flies when a value cannot be had", async () => {
    let count = 0;
    const { tree } = search(6, "failure", {
      evaluate: () => (++count === 9 ? Promise.reject(new Error("no value")) : Promise.resolve(0.5)),
    });
    await expect(tree.run({ simulations: 50, inFlight: 4 })).rejects.toThrow("no value");
    expect(tree.tree.nodes.every(({ id }) => tree.tree.flying(id) === 0)).toBe(true);
    expect(tree.tree.nodes[0].visits).toBe(8);
    expect(await tree.simulate()).toBe(true);
  });

  it("proves what it finds: stops at the first solution, and enters nothing proved dead", async () => {
    for (const inFlight of [1, 4]) {
      const { tree, secret } = search(5, `proof ${inFlight}`, { proves: true, early: true, skipDead: true });
      const m = await tree.run({ simulations: 1000, inFlight });
      expect(m).toBeLessThan(40);
      const { nodes } = tree.tree;
      const solved = nodes.filter(({ proof }) => proof === "solved");
      expect(solved.map(({ id }) => tree.states[id])).toEqual(
        Array.from({ length: 6 }, (_, length) => secret.slice(0, length)),
      );
      for (const { id } of nodes.filter(({ proof }) => proof === "dead")) {
        expect(secret.startsWith(tree.states[id])).toBe(false);
      }
    }
    const hopeless = search(4, "hopeless", { proves: true, skipDead: true, evaluate: () => Promise.resolve(0) }).tree;
    await hopeless.run({ simulations: 200 });
    const { nodes } = hopeless.tree;
    expect(nodes.every(({ proof }) => proof === "dead")).toBe(true);
    // Nothing dead is entered while anything else is left, so that no terminal is visited twice before.
    expect(nodes).toHaveLength(31);
  });

  it("values equal states once where they share values", async () => {
    const ones = (state: string): string => `${state.length}:${[...state].filter((bit) => bit === "1").length}`;
    const share = (state: string): number => [...state].filter((bit) => bit === "1").length / 5;
    let valued = 0;
    const { tree } = search(5, "share", {
      space: { ...bitsSpace(5), key: ones },
      shareValues: true,
      skipClosed: true,
      evaluate: (_, state) => {
        valued++;
        return Promise.resolve(share(state));
      },
    });
    while (await tree.simulate());
    expect(tree.tree.nodes).toHaveLength(63);
    expect(valued).toBe(21);
    for (const node of tree.tree.nodes) expect(node.value).toBe(share(tree.states[node.id]));
  });

  it("mixes noise into the priors of the root only", async () => {
    const { tree } = search(4, "noise", { noise: { alpha: 0.3, share: 0.25 } });
    for (let m = 0; m < 20; m++) await tree.simulate();
    const { nodes } = tree.tree;
    const priors = nodes[0].children.map((id) => nodes[id].prior);
    expect(priors[0] + priors[1]).toBeCloseTo(1, 12);
    expect(priors.every((prior) => prior >= 0.375 && prior <= 0.625 && prior !== 0.5)).toBe(true);
    for (const node of nodes) if (node.depth > 1) expect(node.prior).toBe(0.5);
  });
});
