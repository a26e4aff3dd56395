import { describe, expect, it } from "vitest";
import { noCost } from "./call.ts";
import { random, type Random } from "./random.ts";
import { parseTree, serialise } from "./serial.ts";
import { diffText, treeDiff, treeText } from "./tree-text.ts";
import type { Tree, TreeNode } from "./tree.ts";

const words = ["3 + 4 = 7", "tab\tand\nline", 'quote " and …', "", " ", "\u{1f600}", "a.b"];

function randomTree(source: Random, size: number): Tree {
  const nodes: TreeNode[] = [];
  for (let id = 0; id < size; id++) {
    const parent = id === 0 ? null : source.int(id);
    const visits = source.int(4);
    nodes.push({
      id,
      parent,
      children: [],
      action: id === 0 ? "" : `${id} ${source.pick(words)}`,
      ...(source.next() < 0.5 ? { key: `k\t${source.int(9)}` } : {}),
      logprob: source.next() < 0.1 ? -Infinity : -5 * source.next(),
      prior: source.next(),
      visits,
      total: visits * source.next() * source.pick([1, 1e-9, 1e9]),
      value: source.next() < 0.3 ? null : source.next(),
      depth: parent === null ? 0 : nodes[parent].depth + 1,
      terminal: source.next() < 0.3,
      closed: source.next() < 0.3,
      calls: Array.from({ length: source.int(3) }, (_, i) => `call-${id}-${i}`),
      ...(source.next() < 0.3 ? { solution: `s${id}` } : {}),
      ...(source.next() < 0.5 ? { proof: source.pick(["solved", "dead"] as const) } : {}),
      ...(source.next() < 0.5 ? { cost: { calls: 1, inputTokens: id, outputTokens: 2, money: 0.1 } } : {}),
    });
    if (parent !== null) nodes[parent].children.push(id);
  }
  return { id: "t", taskId: "q", by: "test", nodes, cost: { ...noCost, money: 0.3 }, oracle: false };
}

const copy = (tree: Tree): Tree => parseTree(serialise(tree));

describe("a tree as text", () => {
  it("is the same tree again, one line a node", () => {
    for (let seed = 0; seed < 40; seed++) {
      const tree = randomTree(random(seed), 1 + seed);
      const text = serialise(tree);
      expect(text.split("\n")).toHaveLength(tree.nodes.length + 2);
      expect(parseTree(text)).toEqual(tree);
      expect(serialise(parseTree(text))).toBe(text);
    }
  });

  it("names a path, visits, values, prior, marks and action", () => {
    const tree = randomTree(random("one"), 2);
    const node = { ...tree.nodes[1], visits: 3, total: 2, value: 0.5, prior: 0.25, terminal: true, closed: true };
    const fields = serialise({ ...tree, nodes: [tree.nodes[0], { ...node, proof: "solved", action: "3 + 4" }] })
      .split("\n")[2]
      .split("\t");
    expect([...fields.slice(0, 6), ...fields.slice(7, 9)]).toEqual([
      ".0",
      "N=3",
      "Q=0.6667",
      "W=2",
      "V=0.5",
      "P=0.25",
      "terminal,closed,solved",
      '"3 + 4"',
    ]);
  });

  it("refuses a damaged text and says which line", () => {
    const lines = serialise(randomTree(random("damaged"), 6)).split("\n");
    const broken = (at: number, change: (line: string) => string): string =>
      lines.map((line, i) => (i === at ? change(line) : line)).join("\n");
    expect(() => parseTree(broken(0, () => "{}"))).toThrow(/^Line 1 /);
    expect(() => parseTree(broken(3, (line) => line.replace(/Q=\S+/, "Q=9.0000")))).toThrow(/^Line 4 /);
    expect(() => parseTree(broken(3, (line) => line.replace(/^\S+/, ".7.7")))).toThrow(/^Line 4 /);
    expect(() => parseTree(broken(4, (line) => line.slice(0, -1)))).toThrow(/^Line 5 /);
    expect(() => parseTree(lines[0])).toThrow(/^Line 2 /);
  });
});

describe("a drawing", () => {
  it("has one line a node, each under its parent", () => {
    const tree = randomTree(random("drawing"), 30);
    const lines = treeText(tree, { width: 200 }).split("\n");
    expect(lines).toHaveLength(30);
    const depthOf = (line: string): number => (/^(?:[│ ] )*(?:[├└] )?/.exec(line)?.[0].length ?? 0) / 2;
    const order: number[] = [];
    const walk = (id: number): void => {
      order.push(id);
      for (const child of tree.nodes[id].children) walk(child);
    };
    walk(0);
    expect(lines.map(depthOf)).toEqual(order.map((id) => tree.nodes[id].depth));
  });

  it("counts what it leaves out", () => {
    const tree = randomTree(random("left out"), 40);
    const [root] = tree.nodes;
    expect(root.children.length).toBeGreaterThan(2);
    const lines = treeText(tree, { depth: 1, children: 2, width: 20 }).split("\n");
    const shown = root.children
      .map((id) => tree.nodes[id])
      .sort((a, b) => b.visits - a.visits)
      .slice(0, 2);
    const parents = shown.filter(({ children }) => children.length > 0);
    expect(lines).toHaveLength(1 + 2 + parents.length + 1);
    expect(lines.at(-1)).toBe(`└ … ${root.children.length - 2} more`);
    const counts = lines.slice(0, -1).flatMap((line) => /… (\d+) more$/.exec(line)?.[1] ?? []);
    expect(counts.map(Number).toSorted((a, b) => a - b)).toEqual(
      parents.map(({ children }) => children.length).toSorted((a, b) => a - b),
    );
    expect(lines.every((line) => line.length <= 20)).toBe(true);
  });
});

describe("a difference", () => {
  it("is empty between equals, and names every node that was added, is gone or has changed", () => {
    const tree = randomTree(random("difference"), 25);
    expect(treeDiff(tree, copy(tree))).toEqual({ added: [], gone: [], changed: [] });
    const leaf = tree.nodes.findLast((node) => node.children.length === 0 && node.depth > 1);
    const after = copy(tree);
    const grown: TreeNode = { ...after.nodes[1], id: 25, parent: leaf?.id ?? 0, children: [], action: "new" };
    const nodes = after.nodes.map((node) => (node.id === 3 ? { ...node, visits: node.visits + 2 } : node));
    nodes[leaf?.id ?? 0].children.push(25);
    const bigger = { ...after, nodes: [...nodes, grown] };
    const { added, gone, changed } = treeDiff(tree, bigger);
    expect(added.map((actions) => actions.at(-1))).toEqual(["new"]);
    expect(gone).toEqual([]);
    expect(changed.map(({ before }) => before.id)).toEqual([3]);
    expect(treeDiff(bigger, tree)).toMatchObject({ added: [], gone: added });
    expect(diffText({ added, gone, changed })).toMatch(/^\+ .* › new\n~ .*N \d+ → \d+, Q /);
  });
});
