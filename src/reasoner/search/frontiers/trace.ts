import type { Tree } from "../../../core/tree.ts";
import { GrowingTree } from "../tree.ts";

/**
 * A search as a text, a line each: `goal: TEXT`, `1.2: STEP` for the second step tried after the first, `1.2 fails` for a
 * dead end or for going back, `1.2 solves: ANSWER`. What stream-of-search models (Gandhi et al. 2024) and prompts with
 * traces read and write. Line breaks and backslashes inside a text are escaped.
 */
export type TraceLine =
  | { readonly kind: "goal"; readonly text: string }
  | { readonly kind: "step"; readonly path: string; readonly text: string }
  | { readonly kind: "fails"; readonly path: string }
  | { readonly kind: "solves"; readonly path: string; readonly text: string };

const escaped = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
const plain = (text: string): string => text.replaceAll(/\\(\\|n)/gu, (_, one: string) => (one === "n" ? "\n" : "\\"));

export function serialiseTrace(lines: readonly TraceLine[]): string {
  return lines
    .map((line) => {
      switch (line.kind) {
        case "goal":
          return `goal: ${escaped(line.text)}`;
        case "step":
          return `${line.path}: ${escaped(line.text)}`;
        case "fails":
          return `${line.path} fails`;
        case "solves":
          return `${line.path} solves: ${escaped(line.text)}`;
      }
    })
    .join("\n");
}

/** Reads a trace; lines that are none are left out, as are white space and bullets around those that are. */
export function parseTrace(text: string): TraceLine[] {
  return text.split("\n").flatMap((raw): TraceLine[] => {
    const line = raw.replace(/^\s*(?:[-*•]\s+)?/u, "");
    const goal = /^goal: (.*)$/iu.exec(line);
    if (goal) return [{ kind: "goal", text: plain(goal[1]) }];
    const fails = /^(\d+(?:\.\d+)*) fails\W*$/iu.exec(line);
    if (fails) return [{ kind: "fails", path: fails[1] }];
    const solves = /^(\d+(?:\.\d+)*) solves: ?(.*)$/iu.exec(line);
    if (solves) return [{ kind: "solves", path: solves[1], text: plain(solves[2]) }];
    const step = /^(\d+(?:\.\d+)*): (.*)$/u.exec(line);
    return step ? [{ kind: "step", path: step[1], text: plain(step[2]) }] : [];
  });
}

/** The steps from the start to a path of the trace, the last line of each path; undefined if one of them is not there. */
export function stepsTo(lines: readonly TraceLine[], path: string): string[] | undefined {
  const steps = new Map(lines.flatMap((line) => (line.kind === "step" ? [[line.path, line.text] as const] : [])));
  const parts = path.split(".");
  const found = parts.map((_, i) => steps.get(parts.slice(0, i + 1).join(".")));
  return found.every((step) => step !== undefined) ? found : undefined;
}

/** The tree that a trace tells of, and its nodes by path. A step whose parent was never told is left out. */
export function treeOfTrace(lines: readonly TraceLine[]): { tree: GrowingTree; ids: ReadonlyMap<string, number> } {
  const tree = new GrowingTree();
  const ids = new Map([["", 0]]);
  const solved = new Set(lines.flatMap((line) => (line.kind === "solves" ? [line.path] : [])));
  for (const line of lines) {
    if (line.kind !== "step" || ids.has(line.path)) continue;
    const parent = ids.get(line.path.split(".").slice(0, -1).join("."));
    if (parent === undefined || tree.nodes[parent].terminal) continue;
    const offer = { action: line.text, logprob: 0, calls: [], terminal: solved.has(line.path) };
    const [id] = tree.expand(parent, [offer], true);
    if (id !== undefined) ids.set(line.path, id);
  }
  for (const line of lines) {
    const id = line.kind === "solves" || line.kind === "fails" ? ids.get(line.path) : undefined;
    if (id === undefined || tree.nodes[id].value !== null) continue;
    tree.setValue(id, Number(line.kind === "solves"));
    tree.backup(id, Number(line.kind === "solves"));
  }
  return { tree, ids };
}

/** A tree as the trace of a walk through it: depth first with going back, or level by level. */
export function traceOf(
  { nodes }: Pick<Tree, "nodes">,
  o: {
    readonly goal: string;
    readonly order: "depth" | "breadth";
    readonly answerOf: (id: number) => string | undefined;
  },
): TraceLine[] {
  const lines: TraceLine[] = [{ kind: "goal", text: o.goal }];
  const told = (id: number, path: string): void => {
    lines.push({ kind: "step", path, text: nodes[id].action });
    const answer = o.answerOf(id);
    if (answer !== undefined) lines.push({ kind: "solves", path, text: answer });
    else if (nodes[id].children.length === 0) lines.push({ kind: "fails", path });
  };
  const below = (id: number, path: string): { id: number; path: string }[] =>
    nodes[id].children.map((child, i) => ({ id: child, path: path === "" ? `${i + 1}` : `${path}.${i + 1}` }));
  const open = below(0, "");
  for (let next = open.shift(); next; next = open.shift()) {
    told(next.id, next.path);
    if (o.order === "breadth") open.push(...below(next.id, next.path));
    else open.unshift(...below(next.id, next.path));
  }
  return lines;
}
