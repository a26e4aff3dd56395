import { z } from "zod";
import { roles } from "../../core/call.ts";
import type { Context } from "../../core/context.ts";
import type { Reasoned } from "../../core/contracts.ts";
import { defineMethod } from "../../core/method.ts";
import type { Question } from "../../core/task.ts";
import typed from "./actions/typed.ts";
import { concluded } from "./guided.ts";
import { grow, mctsOptions } from "./mcts.ts";

const options = mctsOptions.omit({ granularity: true, expand: true }).extend({
  set: typed.options.shape.set.unwrap().default("cmcts"),
  /** In place of the set's types and their order. */
  types: typed.options.shape.types,
  /** Whose model serves as process reward model, where neither a source nor the context's Guide gives values. */
  prm: z.enum(roles).default("evaluator"),
});

async function search(question: Question, c: Context, o: z.output<typeof options>): Promise<Reasoned> {
  const { set, types, prm, ...rest } = o;
  const source = rest.source ?? (c.guide ? undefined : { id: "v-prm" as const, options: { role: prm } });
  const chosen = { set, ...(types === undefined ? {} : { types: types.map((type) => ({ ...type })) }) };
  const granularity = { id: "typed" as const, options: z.record(z.string(), z.json()).parse(chosen) };
  const { g, grown } = await grow("cmcts", question, c, { ...rest, source, granularity, expand: "sample" });
  return concluded("cmcts", question, g, grown, { output: o.output, options: o });
}

/** Types are named in words to the model, so that it has to read free text. */
export default defineMethod({
  id: "cmcts",
  kind: "search",
  contract: "reasoner",
  section: "C4",
  about:
    "Monte-Carlo tree search over typed actions whose order is ruled: understand, plan, work or code, reflect, answer.",
  source: "Lin Q. et al. 2025",
  options,
  create: (o) => (question, c) => search(question, c, o),
});
