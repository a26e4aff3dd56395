import type { Cost } from "./call.ts";
import { UserError } from "./errors.ts";
import type { Tree, TreeNode } from "./tree.ts";

/**
 * Trees as text: a line with what holds of the whole tree, then one line a node in the order of growth, so that a text tool
 * shows what two trees differ in. A node's path names the child to take at each level, from the root ".". Q is there for
 * the reader and follows from N and W.
 */
export function serialise({ nodes, ...head }: Tree): string {
  const paths = pathsOf(nodes);
  return [JSON.stringify(head), ...nodes.map((node) => line(node, paths[node.id]))].join("\n") + "\n";
}

function pathsOf(nodes: readonly TreeNode[]): string[] {
  const paths = ["."];
  for (const node of nodes) {
    for (const [i, child] of node.children.entries()) paths[child] = node.id === 0 ? `.${i}` : `${paths[node.id]}.${i}`;
  }
  return paths;
}

const flags = ["terminal", "closed", "solved", "dead"] as const;

function flagsOf({ terminal, closed, proof }: TreeNode): string {
  const set = { terminal, closed, solved: proof === "solved", dead: proof === "dead" };
  return flags.filter((flag) => set[flag]).join(",") || "-";
}

function line(node: TreeNode, path: string): string {
  const { visits, total, value, prior, logprob, action, key, calls, solution, cost } = node;
  const q = visits === 0 ? "-" : (total / visits).toFixed(4);
  const rest = { key, calls: calls.length > 0 ? calls : undefined, solution, cost };
  return [
    path,
    `N=${visits}`,
    `Q=${q}`,
    `W=${number(total)}`,
    `V=${value === null ? "-" : number(value)}`,
    `P=${number(prior)}`,
    `logp=${number(logprob)}`,
    flagsOf(node),
    JSON.stringify(action),
    JSON.stringify(rest),
  ].join("\t");
}

const number = (x: number): string => (Object.is(x, -0) ? "-0" : String(x));

function isRest(x: unknown): x is { key?: string; calls?: string[]; solution?: string; cost?: Cost } {
  if (typeof x !== "object" || x === null) return false;
  const { key, calls, solution, cost } = { key: "", calls: [], solution: "", cost: {}, ...x };
  const texts = typeof key === "string" && typeof solution === "string" && typeof cost === "object" && cost !== null;
  return texts && Array.isArray(calls) && calls.every((id) => typeof id === "string");
}

function isHead(x: unknown): x is Omit<Tree, "nodes"> {
  if (typeof x !== "object" || x === null) return false;
  const { id, taskId, by, cost, oracle } = { id: 0, taskId: 0, by: 0, cost: null, oracle: 0, ...x };
  const named = [id, taskId, by].every((name) => typeof name === "string");
  return named && typeof cost === "object" && cost !== null && typeof oracle === "boolean";
}

/** The tree of a text. Throws UserError naming the first line that `serialise` would not have written so. */
export function parseTree(text: string): Tree {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const head = parsed(lines[0] ?? "");
  if (!isHead(head)) throw damaged(1, "it does not describe a tree");
  const nodes: TreeNode[] = [];
  const ids = new Map<string, number>();
  for (const [i, row] of lines.slice(1).entries()) {
    const node = parseNode(row, i, nodes, ids);
    if (node === undefined) throw damaged(i + 2, "it does not describe a node whose parent came before");
    nodes.push(node);
    if (node.parent !== null) nodes[node.parent].children.push(i);
  }
  if (nodes.length === 0) throw damaged(2, "there is no root");
  return { ...head, nodes };
}

function damaged(at: number, why: string): UserError {
  return new UserError(`Line ${at} of the tree is damaged: ${why}.`, "Write the tree anew, or restore the file.");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseNode(
  row: string,
  id: number,
  nodes: readonly TreeNode[],
  ids: Map<string, number>,
): TreeNode | undefined {
  const fields = row.split("\t");
  if (fields.length !== 10) return undefined;
  const [path, n, , w, v, p, logp, marks, said, more] = fields;
  const up = path.slice(0, path.lastIndexOf(".")) || ".";
  const parent = id === 0 ? null : (ids.get(up) ?? -1);
  const action = parsed(said);
  const rest = parsed(more);
  if (parent === -1 || typeof action !== "string" || !isRest(rest)) return undefined;
  const marked = marks.split(",");
  const { key, calls = [], solution, cost } = rest;
  const node: TreeNode = {
    id,
    parent,
    children: [],
    action,
    ...(key === undefined ? {} : { key }),
    logprob: Number(logp.slice(5)),
    prior: Number(p.slice(2)),
    visits: Number(n.slice(2)),
    total: Number(w.slice(2)),
    value: v === "V=-" ? null : Number(v.slice(2)),
    depth: parent === null ? 0 : nodes[parent].depth + 1,
    terminal: marked.includes("terminal"),
    closed: marked.includes("closed"),
    calls,
    ...(solution === undefined ? {} : { solution }),
    ...(marked.includes("solved") ? { proof: "solved" } : marked.includes("dead") ? { proof: "dead" } : {}),
    ...(cost === undefined ? {} : { cost }),
  };
  const place = parent === null ? "." : `${parent === 0 ? "" : up}.${nodes[parent].children.length}`;
  ids.set(place, id);
  return line(node, place) === row ? node : undefined;
}
