import { z } from "zod";
import { UserError } from "../../../core/errors.ts";
import { defineMethod } from "../../../core/method.ts";
import { step, type Granularity } from "./action.ts";
import { actionSets, allowed, type ActionType } from "./action-sets.ts";

/** Actions of several types: which may come next, and how one of a type is cut. */
export interface Typed {
  readonly next: (before: readonly string[]) => readonly ActionType[];
  readonly cut: Granularity;
}

const schema = z.strictObject({
  id: z.string().min(1),
  instruction: z.string().min(1),
  finishes: z.literal(true).optional(),
  after: z.array(z.string()).optional(),
  needs: z.array(z.string()).optional(),
  most: z.int().positive().optional(),
});

const options = z.object({
  set: z.enum(["rstar", "hiar", "cmcts"]).default("rstar"),
  /** In place of the set's. */
  types: z.array(schema).min(1).optional(),
  /** The types in order, one a level: a card. Overrides the rules of order. */
  chain: z.array(z.string()).min(1).optional(),
});

/**
 * The model is told which type of action to write, so that it has to read instructions in words: a model of a formal
 * grammar refuses them. An action is a step of the family; of a type that finishes, all the rest.
 */
export default defineMethod({
  id: "typed",
  kind: "action",
  contract: "function",
  section: "C4",
  about: "Actions of several types, each with its instruction and its place in the order.",
  source: "Qi et al. 2024 (rStar); Wu J. et al. 2024 (HiAR); Lin Q. et al. 2025 (CMCTS)",
  options,
  create: (o): Typed => {
    const set: readonly ActionType[] = o.types ?? actionSets[o.set];
    const ids = new Set(set.map(({ id }) => id));
    const named = [...(o.chain ?? []), ...set.flatMap(({ after = [], needs = [] }) => [...after, ...needs])];
    const unknown = named.find((id) => id !== "start" && !ids.has(id));
    if (unknown !== undefined) {
      throw new UserError(`"${unknown}" is no type of action of this set`, `name some of: ${[...ids].join(", ")}`);
    }
    const { chain } = o;
    return {
      next: (before) =>
        chain === undefined ? allowed(set, before) : set.filter(({ id }) => id === chain[before.length]),
      cut: step,
    };
  },
});
