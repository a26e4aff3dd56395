import type { TreeNode } from "../../core/tree.ts";
import type { Context } from "../../core/context.ts";
import type { Child } from "../../core/space.ts";
import type { Generated } from "./branching.ts";
import type { Guided, GuidedOptions } from "./guided.ts";
import type { Written } from "./space.ts";

/** A node that is not in the tree yet, as a Guide sees it; its id is one that no other gets. */
export function toBe(parent: TreeNode, child: Child<Written>, id: number): TreeNode {
  return {
    id,
    parent: parent.id,
    children: [],
    action: child.action,
    logprob: child.logprob,
    prior: 1,
    visits: 0,
    total: 0,
    value: null,
    depth: parent.depth + 1,
    terminal: child.state.ended,
    closed: false,
    calls: [],
  };
}

/**
 * The i-th further child of a node and its value: a fresh sample, or the i-th most probable action. What that costs is the
 * parent's.
 */
export function furtherChild(g: Guided, expand: GuidedOptions["expand"], from: (job: number) => Context = () => g.c) {
  return async (node: TreeNode, state: Written, i: number, job: number): Promise<Generated<Written> | undefined> => {
    // The seeds of a state's children follow from its path.
    const again = expand === "sample" && i > 0 ? { ...state, path: `${state.path}+${i}` } : state;
    const children = await g.expand(node, again, expand === "sample" ? 1 : i + 1, from(job));
    const child = expand === "sample" ? children[0] : children[i];
    if (child === undefined) return g.error() === undefined ? { value: 0 } : undefined;
    const made = toBe(node, child, job + 1);
    const value = await g.value(made, child.state, undefined, node.id);
    return value === null && g.error() !== undefined ? undefined : { child, value: value ?? 0 };
  };
}
