import { z } from "zod";
import type { Context } from "../../../core/context.ts";
import type { Reasoned } from "../../../core/contracts.ts";
import type { Question } from "../../../core/task.ts";
import { levinSearch } from "../levin-search.ts";
import { overReplies, repliesOptions } from "./replies.ts";
import { undecided } from "./undecided.ts";

/** Options of Levin tree search over steps, beside those of the search over tokens. */
export const levinStepOptions = z.object({
  /** Actions sampled or listed per expansion, and expansions. */
  children: z.int().positive().default(4),
  expansions: z.int().positive().default(64),
  temperature: z.number().nonnegative().default(1),
  expand: z.enum(["sample", "enumerate"]).default("sample"),
});

/**
 * Levin tree search over the steps that the model offers, up to the first reply that the judge accepts, or the first
 * well-formed one where nobody judges. Probabilities are normalised over the steps offered: without log-probs they are
 * the shares of equal samples.
 */
export function levinOverSteps(
  question: Question,
  c: Context,
  o: z.output<typeof levinStepOptions> & { readonly prune: boolean; readonly merge: boolean; readonly width: number },
): Promise<Reasoned> {
  const options = repliesOptions.parse({
    expand: o.expand,
    temperature: o.temperature,
    prune: o.prune,
    merge: o.merge,
  });
  return overReplies("levin", question, c.with({ guide: undecided }), options, {
    knowsStates: true,
    evaluate: (g) => async (node, state) => (await g.value(node, state)) ?? (g.error() ? null : 1),
    run: (f) =>
      levinSearch<number>(
        {
          root: 0,
          isGoal: (id) => f.node(id).terminal && f.valueOf(id) >= 1,
          key: (id) => f.node(id).key,
          expand: async (ids) => {
            const families = await f.expand(ids, o.children);
            await f.value(families.flat().filter((id) => f.node(id).terminal));
            return families.map((children) =>
              children
                .filter((id) => !f.node(id).terminal || f.valueOf(id) >= 1)
                .map((id) => ({ state: id, logprob: f.node(id).logprob })),
            );
          },
        },
        { expansions: o.expansions, width: o.width, early: true, halted: () => f.over },
      ),
  });
}
