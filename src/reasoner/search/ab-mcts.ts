import { z } from "zod";
import { roles } from "../../core/call.ts";
import type { Context } from "../../core/context.ts";
import type { Reasoned } from "../../core/contracts.ts";
import { UserError } from "../../core/errors.ts";
import { defineMethod } from "../../core/method.ts";
import type { Question } from "../../core/task.ts";
import { adaptiveArms } from "./adaptive-arms.ts";
import { Branching } from "./branching.ts";
import { furtherChild } from "./further.ts";
import { concluded, guided, guidedOptions, servedBy } from "./guided.ts";
import { betaPosterior, normalPosterior, type Posterior } from "./posteriors.ts";

const options = guidedOptions.extend({
  /** Children generated. */
  simulations: z.int().positive().default(64),
  posterior: z.enum(["normal", "beta"]).default("normal"),
  /** Prior of the normal posterior: μ ~ N(m, σ²/κ), σ² ~ IG(ν/2, ντ²/2). */
  normal: z
    .object({ m: z.number(), kappa: z.number().positive(), nu: z.number().positive(), tau2: z.number().positive() })
    .default({ m: 0, kappa: 1, nu: 1, tau2: 0.1 }),
  beta: z.object({ a: z.number().positive(), b: z.number().positive() }).default({ a: 0.5, b: 0.5 }),
  /** Roles whose models write children; of several, a draw from what is known of each over the whole tree decides. */
  models: z.array(z.enum(roles)).min(1).default(["reasoner"]),
  /** Attempts in a row without a new child after which a node gets no further ones. */
  patience: z.int().positive().default(8),
  /** Children generated at a time. */
  inFlight: z.int().positive().default(1),
  output: guidedOptions.shape.output.unwrap().default("max-terminal"),
});
type Options = z.output<typeof options>;

async function search(question: Question, outer: Context, o: Options): Promise<Reasoned> {
  const g = guided("ab-mcts", question, outer, o, (node, cost) => grown.tree.charge(node, cost));
  const contexts = o.models.map((role) => servedBy(g.c, role));
  const sizes = new Set(contexts.map((c) => (c.model("reasoner").can.ids ? c.model("reasoner").tokenizer?.size : 0)));
  if (sizes.size > 1) {
    throw new UserError(
      `ab-mcts cannot let the models of ${o.models.join(", ")} continue each other: their tokens differ.`,
      "Use models with one vocabulary, or models that continue text.",
    );
  }
  const random = g.c.random.fork(`ab-mcts/${question.id}`);
  const posterior = (): Posterior => (o.posterior === "normal" ? normalPosterior(o.normal) : betaPosterior(o.beta));
  const arms = adaptiveArms(posterior, random.fork("arms"));
  const writers = o.models.map(posterior);
  const drawing = random.fork("models");
  const wrote: number[] = [];
  const grown = new Branching({
    space: g.space,
    arms: {
      ...arms,
      learn: (path, child, score, job) => {
        arms.learn(path, child, score, job);
        writers[wrote[job]].observe(score);
      },
    },
    generate: furtherChild(g, o.expand, (job) => {
      const draws = writers.map((writer) => (writers.length === 1 ? 0 : writer.draw(drawing)));
      wrote[job] = draws.indexOf(Math.max(...draws));
      return contexts[wrote[job]];
    }),
    merge: o.merge,
    patience: o.patience,
  });
  const { simulations: attempts, inFlight } = o;
  await g.search(() => grown.run({ attempts, inFlight, stop: () => g.error() !== undefined }));
  return concluded("ab-mcts", question, g, grown, { output: o.output, options: o });
}

/**
 * Departures from the paper: a node is a step of a reply instead of a whole reply that its children refine, so complete
 * replies have no children and are not gone back to; an attempt that gives no new child counts with its score, 0 if none.
 */
export default defineMethod({
  id: "ab-mcts",
  kind: "search",
  contract: "reasoner",
  section: "L",
  about: "Tree search that decides by Thompson sampling whether to widen or to deepen, and which model writes.",
  source: "Inoue et al. 2025 (AB-MCTS-A)",
  options,
  create: (o) => (question, c) => search(question, c, o),
});
