import { z } from "zod";
import type { Context } from "../../core/context.ts";
import type { Reasoned } from "../../core/contracts.ts";
import { defineMethod } from "../../core/method.ts";
import type { Question } from "../../core/task.ts";
import { Branching } from "./branching.ts";
import { concluded, guided, guidedOptions } from "./guided.ts";
import { furtherChild } from "./further.ts";
import { MonteCarlo } from "./monte-carlo.ts";
import ducb from "./scores/ducb.ts";
import { explorationAt, scoreOf, selectionOptions } from "./selection.ts";
import type { Written } from "./space.ts";

export const mctsOptions = guidedOptions.extend(selectionOptions.shape).extend({
  simulations: z.int().positive().default(64),
  /** Children per expansion; ducb adds one at a time. */
  children: z.int().positive().default(4),
  /** What an unvisited child counts as. */
  fpu: z.enum(["parent", "zero", "infinity"]).default("parent"),
  gamma: z.number().gt(0).max(1).default(1),
  /** Do not enter explored subtrees again, and stop when all is explored (AlphaMath). */
  skipClosed: z.boolean().default(false),
  /** The judge of complete replies does not err: do not enter subtrees in which it rejected everything. */
  skipDead: z.boolean().default(false),
  /** The judge of complete replies does not err: stop at the first one it accepts. */
  early: z.boolean().default(false),
  /** Without `merge`: equal states share one value. */
  shareValues: z.boolean().default(false),
  /** Simulations at a time, and what one in flight takes from the total of the nodes on its way. */
  inFlight: z.int().positive().default(1),
  virtualLoss: z.number().nonnegative().default(1),
  /** Dirichlet(alpha) noise on the root's priors, with this share. */
  noise: z.object({ alpha: z.number().positive(), share: z.number().min(0).max(1) }).optional(),
  /** Of ducb: the reward of a simulation is 1 if it added a node and else 0 (RMaxTS). */
  intrinsic: z.boolean().default(false),
});
export type MctsOptions = z.output<typeof mctsOptions>;

/** The tree of a question, grown by so many simulations; leaves are valued by the mean of so many values. */
export async function grow(id: string, question: Question, outer: Context, o: MctsOptions, rollouts = 1) {
  const g = guided(id, question, outer, o, (node, cost) => grown.tree.charge(node, cost));
  const random = g.c.random.fork(`mcts/${question.id}`);
  const stop = (): boolean => g.error() !== undefined;
  const value: typeof g.value = async (node, state) => {
    if (rollouts === 1 || state.ended) return g.value(node, state);
    const labels = Array.from({ length: rollouts }, (_, i) => `leaf ${i}`);
    const values = await Promise.all(labels.map((label) => g.value(node, state, label)));
    const known = values.filter((one) => one !== null);
    return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0) / known.length;
  };
  const score = scoreOf(o);
  const grown =
    score === undefined
      ? new Branching<Written>({
          space: g.space,
          arms: ducb.create({ gamma: o.fade })(),
          generate: furtherChild(g, o.expand),
          merge: o.merge,
          patience: o.children,
          intrinsic: o.intrinsic,
        })
      : new MonteCarlo<Written>({
          ...o,
          space: g.space,
          expand: g.expand,
          score,
          evaluate: value,
          proves: o.early || o.skipDead,
          random,
          halted: stop,
        });
  const { simulations, inFlight } = o;
  const weight = (m: number): number => explorationAt(o, m / simulations);
  await g.search(() =>
    grown instanceof Branching
      ? grown.run({ attempts: simulations, inFlight, stop })
      : grown.run({ simulations, inFlight, weight, stop }),
  );
  return { g, grown };
}

async function search(question: Question, c: Context, o: MctsOptions): Promise<Reasoned> {
  const { g, grown } = await grow("mcts", question, c, o);
  return concluded("mcts", question, g, grown, { output: o.output, options: o });
}

/** Departures: with `inFlight` > 1 a simulation that arrives at a leaf in flight waits for it, so that none is valued twice. */
export default defineMethod({
  id: "mcts",
  kind: "search",
  contract: "reasoner",
  section: "C4",
  about: "Monte-Carlo tree search over steps or tokens, guided by values and the policy's prior.",
  source: "Browne et al. 2012; Silver et al. 2018 (values instead of playouts)",
  options: mctsOptions,
  create: (o) => (question, c) => search(question, c, o),
});
