import { z } from "zod";
import type { Context } from "../../core/context.ts";
import type { Reasoned } from "../../core/contracts.ts";
import { defineMethod } from "../../core/method.ts";
import type { Question } from "../../core/task.ts";
import { concluded } from "./guided.ts";
import { grow, mctsOptions } from "./mcts.ts";
import { mergedTree } from "./merged.ts";

const options = mctsOptions.extend({
  /**
   * "root": independent trees side by side share the simulations, and their counts are added up by child. "leaf": a leaf's
   * value is the mean of several, drawn side by side. "tree": simulations side by side in one tree, with virtual loss.
   */
  mode: z.enum(["root", "leaf", "tree"]).default("tree"),
  workers: z.int().positive().default(4),
});

async function search(question: Question, outer: Context, o: z.output<typeof options>): Promise<Reasoned> {
  const { mode, workers, simulations } = o;
  const ending = { output: o.output, options: o };
  if (mode !== "root") {
    const how = mode === "tree" ? { ...o, inFlight: workers } : o;
    const { g, grown } = await grow("mcts-parallel", question, outer, how, mode === "leaf" ? workers : 1);
    return concluded("mcts-parallel", question, g, grown, ending);
  }
  const c = outer.with({ budget: outer.budget.child({}) });
  const shares = Array.from({ length: Math.min(workers, simulations) }, (_, i) => {
    return Math.floor(simulations / workers) + Number(i < simulations % workers);
  });
  const parts = await Promise.all(
    shares.map((share, i) => {
      return grow("mcts-parallel", question, c.with({ label: `tree ${i}` }), { ...o, simulations: share });
    }),
  );
  const [{ g }] = parts;
  const error = (): ReturnType<typeof g.error> => parts.map((part) => part.g.error()).find((one) => one !== undefined);
  return concluded("mcts-parallel", question, { ...g, c, error }, mergedTree(parts.map((part) => part.grown)), ending);
}

export default defineMethod({
  id: "mcts-parallel",
  kind: "search",
  contract: "reasoner",
  section: "C4",
  about:
    "Monte-Carlo tree search side by side: independent trees, several values a leaf, or one tree with virtual loss.",
  source: "Chaslot et al. 2008; Xin et al. 2024",
  options,
  create: (o) => (question, c) => search(question, c, o),
});
