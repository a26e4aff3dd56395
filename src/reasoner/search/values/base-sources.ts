import { z } from "zod";
import type { Guide } from "../../../core/contracts.ts";
import { UserError } from "../../../core/errors.ts";
import type { Json } from "../../../core/json.ts";
import type { Method } from "../../../core/method.ts";
import vConf from "./v-conf.ts";
import vJsd from "./v-jsd.ts";
import vLats from "./v-lats.ts";
import vModel from "./v-model.ts";
import vMutual from "./v-mutual.ts";
import vPrm from "./v-prm.ts";
import vRap from "./v-rap.ts";
import vRollout from "./v-rollout.ts";
import vSelfeval from "./v-selfeval.ts";

export type Maker = (options: Readonly<Record<string, Json>>) => Guide;

/** Makes a Guide from options as they are given; UserError on those that it does not take. */
export const maker =
  <O extends z.ZodType>({ id, options, create }: Method<"guide", O, Guide>): Maker =>
  (given) => {
    const read = options.safeParse(given);
    if (read.success) return create(read.data);
    throw new UserError(`options of "${id}": ${z.prettifyError(read.error)}`, `See: autodidact methods ${id}`);
  };

export const baseMakers = {
  "v-conf": maker(vConf),
  "v-jsd": maker(vJsd),
  "v-lats": maker(vLats),
  "v-model": maker(vModel),
  "v-mutual": maker(vMutual),
  "v-prm": maker(vPrm),
  "v-rap": maker(vRap),
  "v-rollout": maker(vRollout),
  "v-selfeval": maker(vSelfeval),
} as const;

export const baseIds = [
  "v-conf",
  "v-jsd",
  "v-lats",
  "v-model",
  "v-mutual",
  "v-prm",
  "v-rap",
  "v-rollout",
  "v-selfeval",
] as const;

/** A value source that values by itself, with its options. */
export const baseRef = z.strictObject({ id: z.enum(baseIds), options: z.record(z.string(), z.json()).default({}) });

/** The Guide that a reference names. Throws UserError on options that it does not take. */
export const baseOf = ({ id, options }: z.output<typeof baseRef>): Guide => baseMakers[id](options);
