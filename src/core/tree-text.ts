import { pathTo, type Tree, type TreeNode } from "./tree.ts";

export interface DrawingOptions {
  /** Levels below the root, and children a node (the most visited), that are shown; what is left out is counted. */
  readonly depth?: number;
  readonly children?: number;
  /** Characters a line. */
  readonly width?: number;
}

/** A tree drawn for a terminal: one line a node, indented by lines, with visits, mean value and marks. */
export function treeText(tree: Pick<Tree, "nodes">, o: DrawingOptions = {}): string {
  const { depth = Infinity, children: most = Infinity, width = 120 } = o;
  const lines: string[] = [];
  // Depth first with a stack of its own: trees can be deeper than the call stack.
  const stack: { node?: TreeNode; lead: string; own: string; hidden: number }[] = [];
  stack.push({ node: tree.nodes[0], lead: "", own: "", hidden: 0 });
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { node, lead, own, hidden } = top;
    if (node === undefined) {
      lines.push(`${own}… ${hidden} more`);
      continue;
    }
    lines.push(shortened(own + drawn(node), width));
    const all = node.children.map((id) => tree.nodes[id]);
    const shown = node.depth >= depth ? [] : mostVisited(all, most);
    const below = shown.map((child, i) => {
      const last = i === shown.length - 1 && shown.length === all.length;
      return { node: child, own: `${lead}${last ? "└ " : "├ "}`, lead: `${lead}${last ? "  " : "│ "}`, hidden: 0 };
    });
    const left = all.length - shown.length;
    if (left > 0) stack.push({ own: `${lead}└ `, lead: "", hidden: left });
    stack.push(...below.toReversed());
  }
  return lines.join("\n");
}

function mostVisited(nodes: readonly TreeNode[], most: number): readonly TreeNode[] {
  if (nodes.length <= most) return nodes;
  const kept = new Set(nodes.toSorted((a, b) => b.visits - a.visits).slice(0, most));
  return nodes.filter((node) => kept.has(node));
}

function drawn({ action, parent, visits, total, value, terminal, closed, proof }: TreeNode): string {
  const q = visits === 0 ? (value === null ? "" : ` V ${value.toFixed(2)}`) : ` Q ${(total / visits).toFixed(2)}`;
  const mark = proof === "solved" ? " ✓" : proof === "dead" ? " ✗" : closed ? " ·" : "";
  const end = terminal ? " ■" : "";
  const said = parent === null ? "(root)" : oneLine(action);
  return `${visits}${q}${mark}${end}  ${said}`;
}

const oneLine = (action: string): string => action.trim().replaceAll(/\s+/gu, " ") || "(empty)";

function shortened(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join("")}…`;
}

/** A node that two trees have in common, with what differs. */
export interface ChangedNode {
  readonly actions: readonly string[];
  readonly before: TreeNode;
  readonly after: TreeNode;
}

export interface TreeDifference {
  /** Nodes that only the second tree has, and only the first, by the actions that lead there. */
  readonly added: readonly (readonly string[])[];
  readonly gone: readonly (readonly string[])[];
  /** Nodes with other visits, totals, values, priors or marks. */
  readonly changed: readonly ChangedNode[];
}

/** What the second tree has other than the first; nodes are the same if the same actions lead to them. */
export function treeDiff(a: Pick<Tree, "nodes">, b: Pick<Tree, "nodes">): TreeDifference {
  const added: string[][] = [];
  const gone: string[][] = [];
  const changed: ChangedNode[] = [];
  const actions = (tree: Pick<Tree, "nodes">, id: number): string[] =>
    pathTo(tree, id)
      .slice(1)
      .map((at) => tree.nodes[at].action);
  const whole = (tree: Pick<Tree, "nodes">, id: number, into: string[][]): void => {
    const stack = [id];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      into.push(actions(tree, at));
      stack.push(...tree.nodes[at].children.toReversed());
    }
  };
  const pairs: [TreeNode, TreeNode][] = [[a.nodes[0], b.nodes[0]]];
  for (let pair = pairs.pop(); pair; pair = pairs.pop()) {
    const [before, after] = pair;
    if (differ(before, after)) changed.push({ actions: actions(b, after.id), before, after });
    const known = new Map(before.children.map((id) => [a.nodes[id].action, id]));
    const both: [TreeNode, TreeNode][] = [];
    for (const id of after.children) {
      const twin = known.get(b.nodes[id].action);
      if (twin === undefined) whole(b, id, added);
      else both.push([a.nodes[twin], b.nodes[id]]);
      known.delete(b.nodes[id].action);
    }
    for (const id of known.values()) whole(a, id, gone);
    pairs.push(...both.toReversed());
  }
  return { added, gone, changed };
}

function differ(a: TreeNode, b: TreeNode): boolean {
  return (["visits", "total", "value", "prior", "terminal", "closed", "proof"] as const).some(
    (field) => a[field] !== b[field],
  );
}

/** A difference as lines: "+" added, "-" gone, "~" changed visits and values. */
export function diffText({ added, gone, changed }: TreeDifference): string {
  const shown = (actions: readonly string[]): string =>
    actions.length === 0 ? "(root)" : actions.map(oneLine).join(" › ");
  const q = ({ visits, total }: TreeNode): string => (visits === 0 ? "–" : (total / visits).toFixed(4));
  return [
    ...gone.map((actions) => `- ${shown(actions)}`),
    ...added.map((actions) => `+ ${shown(actions)}`),
    ...changed.map(
      ({ actions, before, after }) =>
        `~ ${shown(actions)}  N ${before.visits} → ${after.visits}, Q ${q(before)} → ${q(after)}`,
    ),
  ].join("\n");
}
