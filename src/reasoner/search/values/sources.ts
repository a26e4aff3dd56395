import { z } from "zod";
import type { Guide } from "../../../core/contracts.ts";
import { baseIds, baseMakers, maker } from "./base-sources.ts";
import vCombined from "./v-combined.ts";
import vGreedyRollout from "./v-greedy-rollout.ts";

const makers = {
  ...baseMakers,
  "v-combined": maker(vCombined),
  "v-greedy-rollout": maker(vGreedyRollout),
} as const;

const ids = [...baseIds, "v-combined", "v-greedy-rollout"] as const;

/** A value source with its options. */
export const sourceRef = z.strictObject({ id: z.enum(ids), options: z.record(z.string(), z.json()).default({}) });

/** The Guide that a reference names. Throws UserError on options that it does not take. */
export const sourceOf = ({ id, options }: z.output<typeof sourceRef>): Guide => makers[id](options);
