/** A named system as data: every one is a list of phases, and the loop knows none of them. */
import { z } from "zod";
import { roles } from "../core/call.ts";
import type { Json } from "../core/json.ts";
import { setPath } from "./set.ts";

const json: z.ZodType<Json> = z.json();

/** A method and its options; a bare id takes the defaults. */
export const methodRef = z
  .union([z.string(), z.strictObject({ id: z.string(), options: z.record(z.string(), json).default({}) })])
  .transform((ref) => (typeof ref === "string" ? { id: ref, options: {} } : ref));

/** A number that may move with the progress of its phase: constant, linear [from, to], or a shape. */
export const schedule = z.union([
  z.number(),
  z.tuple([z.number(), z.number()]),
  z.strictObject({
    kind: z.enum(["warmup-linear", "cosine"]),
    peak: z.number(),
    end: z.number(),
    /** Share of the phase. */
    warmup: z.number().min(0).max(1).default(0),
    /** Share of the phase up to which the peak is held. */
    hold: z.number().min(0).max(1).default(0),
  }),
]);

const stream = z.strictObject({
  /** Rows kept; the oldest go first. */
  capacity: z.int().positive().default(60_000),
  /** Probability of drawing from the newest round. */
  recent: z.number().min(0).max(1).default(0.5),
  /** Nothing but the rows of the newest collection is kept. */
  fresh: z.boolean().default(false),
});

const adam = z.strictObject({
  betas: z.tuple([z.number(), z.number()]).default([0.9, 0.95]),
  eps: z.number().positive().default(1e-8),
  weightDecay: z.number().nonnegative().default(0.01),
  clip: z.number().positive().default(1),
});

const training = z.strictObject({
  module: z.enum(roles).default("reasoner"),
  objective: methodRef,
  /** Where the weights start: where they are, or as they were at the end of a named phase. */
  init: z.string().default("prev"),
  /** Frozen reference for objectives that need one: the end of a named phase, or "start" of this training. */
  ref: z.string().default("start"),
  /** Updates; for rollouts the default is what the epochs give. Growing by `growth` (0.2 = 20 %) each round. */
  steps: z.int().positive().optional(),
  growth: z.number().nonnegative().default(0),
  /** At most this many passes over what the streams hold. */
  maxEpochs: z.number().positive().optional(),
  batch: z.int().positive().default(128),
  epochs: z.int().positive().default(1),
  lr: schedule,
  /** What learning rate and mix move over: the rounds of the phase, or every training by itself. */
  span: z.enum(["phase", "training"]).default("phase"),
  adam: adam.prefault({}),
  /** Trains under the noise that the model is made with: dropout, gaps between positions. */
  dropout: z.boolean().default(false),
  /** Share of a minibatch by stream; streams without data give theirs to the rest. */
  mix: z.record(z.string(), schedule).default({}),
  /** "row": every minibatch holds each stream's share. "batch": a minibatch is all of one stream, chosen by the shares. */
  per: z.enum(["row", "batch"]).default("row"),
  /** Fewer rows where a minibatch's padded tokens would exceed this. */
  batchTokens: z.int().positive().optional(),
  streams: z.record(z.string(), stream).default({}),
  /** Streams whose rows are made as they are drawn. */
  generators: z.record(z.string(), methodRef).default({}),
  /** Each round starts its optimiser afresh. */
  resetOptimizer: z.boolean().default(false),
});

const phase = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  rounds: z.int().positive().default(1),
  tasks: z.strictObject({ creator: methodRef, count: z.int().positive() }).optional(),
  reason: methodRef.optional(),
  judge: z.array(methodRef).default([]),
  process: z.array(methodRef).default([]),
  build: z.array(methodRef).default([]),
  train: z.array(training).default([]),
  /** Inner improve steps on one collection (ReST): each sets options of this phase by dotted path. */
  inner: z.array(z.record(z.string(), json)).default([{}]),
  /** A round after which greedy accuracy on the probe is lower by more than this loses its updates; its data stay. */
  rollback: z.number().nonnegative().optional(),
  evalEvery: z.int().positive().default(1),
  /** Ends the phase when held-out accuracy has converged (`converge-detect`). */
  stop: z
    .strictObject({ window: z.int().positive().default(3), epsilon: z.number().nonnegative().default(0.005) })
    .optional(),
});

const model = z.strictObject({
  layers: z.int().positive().default(4),
  width: z.int().positive().default(128),
  heads: z.int().positive().default(4),
  kvHeads: z.int().positive().optional(),
  hidden: z.int().positive().default(344),
  context: z.int().positive(),
  positions: z.enum(["rope", "none", "coupled"]).default("rope"),
  ropeBase: z.number().positive().default(1000),
  dropout: z.number().min(0).max(0.9).default(0),
  /** Most positions skipped at a time where training stretches positions at random; see the engine's `stretched`. */
  gaps: z.int().nonnegative().default(0),
  outputHeads: z.record(z.string(), z.int().positive()).default({}),
});

export const recipeSchema = z.strictObject({
  id: z.string(),
  about: z.string(),
  family: methodRef,
  form: z.enum(["short", "long"]).default("short"),
  models: z.record(z.string(), model),
  /** Which model serves which role; roles not named share the reasoner's. */
  roles: z.partialRecord(z.enum(roles), z.string()),
  phases: z.array(phase).min(1),
  evaluation: z.strictObject({
    /** Held-out tasks of each difficulty. */
    difficulties: z.array(z.int().positive()).min(1),
    tasks: z.int().positive().default(1000),
    /** Held-out tasks looked at between rounds, greedily. */
    probe: z.int().positive().default(200),
    /** k of pass@k, and samples drawn for it. */
    k: z.int().positive().default(16),
    sampled: z.int().nonnegative().default(1000),
    samples: z.int().positive().default(16),
  }),
  /** What a user asked for where this came from a method: its options, and fields changed by dotted path. */
  origin: z
    .strictObject({ recipe: z.string(), options: z.record(z.string(), json), set: z.record(z.string(), json) })
    .optional(),
});

/** Whether the rounds of a phase are what the run is about, measured and counted: those that reason; where none does, the last phase's. */
export function counts(recipe: Recipe, index: number): boolean {
  const reasons = recipe.phases.some(({ reason }) => reason !== undefined);
  return reasons ? recipe.phases[index].reason !== undefined : index === recipe.phases.length - 1;
}

/** A phase with fields replaced, by dotted path. */
export function changedPhase(of: Phase, change: Readonly<Record<string, Json>>): Phase {
  const plain = json.parse(JSON.parse(JSON.stringify(of)));
  return phase.parse(Object.entries(change).reduce((at, [path, value]) => setPath(at, path, value), plain));
}

export type MethodRef = z.output<typeof methodRef>;
export type Schedule = z.output<typeof schedule>;
export type TrainSpec = z.output<typeof training>;
export type Phase = z.output<typeof phase>;
export type ModelSpec = z.output<typeof model>;
export type Recipe = z.output<typeof recipeSchema>;
/** What a recipe file writes. */
export type RecipeInput = z.input<typeof recipeSchema>;
