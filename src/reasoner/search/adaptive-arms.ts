import type { Random } from "../../core/random.ts";
import type { TreeNode } from "../../core/tree.ts";
import type { Arms } from "./branching.ts";
import type { Posterior } from "./posteriors.ts";

/**
 * Adaptive branching, variant A: at each node a Thompson draw decides between a further child (GEN) and going on (CONT),
 * then draws of the children's own posteriors decide which one. A new child's score updates GEN of its parent and its own
 * posterior; on each edge above, the lower node's posterior and the upper node's CONT.
 */
export function adaptiveArms(posterior: () => Posterior, random: Random): Arms {
  const kept = {
    gen: new Map<number, Posterior>(),
    cont: new Map<number, Posterior>(),
    own: new Map<number, Posterior>(),
  };
  const of = (which: keyof typeof kept, id: number): Posterior => {
    let found = kept[which].get(id);
    if (found === undefined) kept[which].set(id, (found = posterior()));
    return found;
  };
  return {
    choose: (node, children, mayGenerate) => {
      if (children.length === 0) return "here";
      if (mayGenerate && of("gen", node.id).draw(random) >= of("cont", node.id).draw(random)) return "here";
      let best: TreeNode = children[0];
      let top = -Infinity;
      for (const child of children) {
        const draw = of("own", child.id).draw(random);
        if (draw > top) {
          top = draw;
          best = child;
        }
      }
      return best;
    },
    learn: (path, child, score) => {
      of("gen", path[path.length - 1]).observe(score);
      if (child !== undefined) of("own", child).observe(score);
      for (let i = 1; i < path.length; i++) {
        of("own", path[i]).observe(score);
        of("cont", path[i - 1]).observe(score);
      }
    },
  };
}
