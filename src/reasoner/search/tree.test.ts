import { describe, expect, it } from "vitest";
import { noCost } from "../../core/call.ts";
import { random } from "../../core/random.ts";
import { pathTo } from "../../core/tree.ts";
import { GrowingTree, type Offer } from "./tree.ts";

function offer(action: string, change: Partial<Offer> = {}): Offer {
  return { action, logprob: -1, calls: [`call of ${action}`], terminal: false, ...change };
}

/** A random tree of about `size` nodes, by expansions of random open nodes. */
function grow(seed: number, size: number): GrowingTree {
  const source = random(seed);
  const tree = new GrowingTree({ merge: seed % 2 === 0 });
  while (tree.nodes.length < size && !tree.nodes[0].closed) {
    const open = tree.nodes.filter((node) => !node.closed && node.children.length === 0);
    const at = source.pick(open);
    if (at.terminal) {
      tree.setValue(at.id, source.next());
      continue;
    }
    const count = source.int(4);
    const offers = Array.from({ length: count }, (_, i) =>
      offer(`a${source.int(3)}`, {
        logprob: -3 * source.next(),
        calls: [`${at.id}/${i}`],
        terminal: source.next() < 0.2,
        ...(source.next() < 0.5 ? { key: `k${source.int(40)}` } : {}),
      }),
    );
    tree.expand(at.id, offers);
    tree.backup(at.id, source.next());
  }
  return tree;
}

describe("GrowingTree", () => {
  it("is a tree with normalised priors, distinct siblings and closed marks that agree, whatever grows", () => {
    for (let seed = 0; seed < 60; seed++) {
      const { nodes } = grow(seed, 80);
      for (const node of nodes) {
        const children = node.children.map((id) => nodes[id]);
        expect(node.id).toBe(nodes.indexOf(node));
        for (const child of children) {
          expect(child.parent).toBe(node.id);
          expect(child.depth).toBe(node.depth + 1);
        }
        if (children.length > 0) {
          expect(children.reduce((sum, child) => sum + child.prior, 0)).toBeCloseTo(1, 12);
          expect(node.closed).toBe(children.every((child) => child.closed));
          expect(node.visits).toBeGreaterThanOrEqual(children.reduce((sum, child) => sum + child.visits, 0));
        }
        if (node.terminal) expect(node.closed).toBe(node.value !== null);
        expect(new Set(children.map((child) => child.action)).size).toBe(children.length);
      }
      const keyed = nodes.filter((node) => node.key !== undefined);
      if (seed % 2 === 0) expect(new Set(keyed.map((node) => node.key)).size).toBe(keyed.length);
    }
  });

  it("merges equal actions and equal sibling states, and keeps every call", () => {
    const tree = new GrowingTree();
    const ids = tree.expand(0, [
      offer("3 + 4", { logprob: Math.log(0.3), key: "7", calls: ["a"] }),
      offer(" 3  + 4 ", { logprob: Math.log(0.3), key: "7", calls: ["b"] }),
      offer("4 + 3", { logprob: Math.log(0.2), key: "7", calls: ["c"] }),
      offer("4 * 3", { logprob: Math.log(0.5), key: "12", calls: ["d"] }),
    ]);
    expect(ids).toEqual([1, 1, 1, 2]);
    expect(tree.nodes[1].calls).toEqual(["a", "b", "c"]);
    expect(tree.nodes[1].prior).toBeCloseTo(0.5, 12);
    expect(tree.nodes[2].prior).toBeCloseTo(0.5, 12);
  });

  it("cuts a state that is elsewhere only when asked", () => {
    for (const merge of [true, false]) {
      const tree = new GrowingTree({ merge, rootKey: "start" });
      tree.expand(0, [offer("a", { key: "x" }), offer("b", { key: "y" })]);
      expect(tree.expand(1, [offer("c", { key: "y" }), offer("d", { key: "start" })])).toEqual(
        merge ? [undefined, undefined] : [3, 4],
      );
      expect(tree.nodes[1].closed).toBe(merge);
      expect(tree.nodes[0].closed).toBe(false);
    }
  });

  it("closes upwards and refuses children of the closed", () => {
    const tree = new GrowingTree();
    tree.expand(0, [offer("a"), offer("b", { terminal: true })]);
    tree.expand(1, [offer("c"), offer("d")]);
    tree.close(3);
    expect(tree.nodes.map((node) => node.closed)).toEqual([false, false, false, true, false]);
    tree.setValue(2, 1);
    expect(tree.nodes.map((node) => node.closed)).toEqual([false, false, true, true, false]);
    tree.expand(4, []);
    expect(tree.nodes.every((node) => node.closed)).toBe(true);
    tree.close(3);
    expect(() => tree.expand(1, [offer("e")])).toThrow(RangeError);
    expect(() => tree.expand(2, [offer("e")])).toThrow(RangeError);
  });

  it("keeps a node open to which children are added one by one", () => {
    const tree = new GrowingTree();
    tree.expand(0, [offer("a", { terminal: true })], true);
    tree.setValue(1, 0);
    tree.expand(0, [offer("b", { logprob: -2 })], true);
    tree.expand(2, []);
    expect(tree.nodes.map((node) => node.closed)).toEqual([false, true, true]);
    expect(tree.nodes[1].prior).toBeCloseTo(Math.E / (1 + Math.E), 12);
  });

  it("finishes as a core Tree: JSON keeps it whole and later growth does not change it", () => {
    const tree = grow(1, 40);
    const done = tree.finish({ id: "t", taskId: "q", by: "test", cost: noCost, oracle: false });
    const text = JSON.stringify(done);
    expect(JSON.parse(text)).toEqual(done);
    tree.backup(0, 1);
    expect(JSON.stringify(done)).toBe(text);
    for (const node of done.nodes) {
      const path = pathTo(done, node.id);
      expect(path.length).toBe(node.depth + 1);
      expect(tree.actions(node.id)).toEqual(path.slice(1).map((id) => done.nodes[id].action));
    }
  });

  it("counts visits in flight on the way to a node, and takes them back", () => {
    const tree = new GrowingTree();
    tree.expand(0, [offer("a"), offer("b")]);
    tree.expand(1, [offer("c")]);
    tree.launch(3);
    tree.launch(2);
    expect([0, 1, 2, 3].map((id) => tree.flying(id))).toEqual([2, 1, 1, 1]);
    tree.land(3);
    tree.land(2);
    expect([0, 1, 2, 3].map((id) => tree.flying(id))).toEqual([0, 0, 0, 0]);
    expect(tree.nodes.map(({ visits, total }) => [visits, total])).toEqual(Array.from({ length: 4 }, () => [0, 0]));
  });

  it("proves a node solved by one terminal below, dead by all of them, and nothing by what was cut or is not proven", () => {
    const grown = (change: { cut?: boolean; proven?: boolean }) => {
      const tree = new GrowingTree({ merge: true, rootKey: "start" });
      tree.expand(0, [offer("a"), offer("b")]);
      tree.expand(1, [
        offer("c", { terminal: true }),
        offer("d", { terminal: true }),
        offer("e", { key: change.cut ? "start" : "e" }),
      ]);
      tree.setValue(3, 0, change.proven ?? true);
      tree.setValue(4, 0, true);
      if (!change.cut) tree.expand(5, []);
      return tree;
    };
    const proofs = (tree: GrowingTree) => tree.nodes.map(({ proof }) => proof);
    const dead = grown({});
    expect(proofs(dead)).toEqual([undefined, "dead", undefined, "dead", "dead", "dead"]);
    dead.expand(2, []);
    expect(proofs(dead)[0]).toBe("dead");
    expect(proofs(grown({ cut: true }))[1]).toBeUndefined();
    expect(proofs(grown({ proven: false }))[1]).toBeUndefined();
    const solved = new GrowingTree();
    solved.expand(0, [offer("a"), offer("b", { terminal: true })]);
    solved.expand(1, [offer("c", { terminal: true })]);
    solved.setValue(3, 1, true);
    expect(proofs(solved)).toEqual(["solved", "solved", undefined, "solved"]);
  });

  it("merges equal actions among many siblings as among few", () => {
    const tree = new GrowingTree();
    const names = Array.from({ length: 100 }, (_, i) => `a ${i % 40}`);
    expect(
      tree.expand(
        0,
        names.map((name) => offer(name)),
      ),
    ).toEqual(names.map((_, i) => 1 + (i % 40)));
    expect(tree.expand(0, [offer(" a  39 "), offer("new")])).toEqual([40, 41]);
  });

  it("adds up what nodes cost", () => {
    const tree = new GrowingTree();
    tree.charge(0, { calls: 1, inputTokens: 2, outputTokens: 3 });
    tree.charge(0, { calls: 1, inputTokens: 2, outputTokens: 3, money: 0.5 });
    expect(tree.nodes[0].cost).toEqual({ calls: 2, inputTokens: 4, outputTokens: 6, money: 0.5 });
  });

  it("adds a node in constant time", () => {
    const time = (size: number): number => {
      const tree = new GrowingTree({ merge: true });
      const start = performance.now();
      for (let i = 0; i < size; i++) tree.expand(i, [offer(`a${i}`, { key: `k${i}` })]);
      return (performance.now() - start) / size;
    };
    // The fastest of several, because other work on the machine only slows down. Quadratic bookkeeping would make it 16 times.
    const best = (size: number): number => Math.min(...[1, 2, 3, 4].map(() => time(size)));
    expect(best(16_000)).toBeLessThan(8 * best(1000));
  });
});
