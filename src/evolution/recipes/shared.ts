/** What the recipes have in common: options of the model and the evaluation, and a base made from random derivations. */
import { z } from "zod";
import type { RecipeInput } from "../recipe.ts";

export type PhaseInput = RecipeInput["phases"][number];
type TrainingInput = NonNullable<PhaseInput["train"]>[number];

/** Size of the decoder. */
export const sizeOptions = (d: { layers: number; width: number; hidden: number }) => ({
  layers: z.int().positive().default(d.layers),
  width: z.int().positive().default(d.width),
  heads: z.int().positive().default(4),
  hidden: z.int().positive().default(d.hidden),
});

/** How much is measured. */
export const measureOptions = (d: { heldOut: number; probe: number }) => ({
  heldOut: z.int().positive().default(d.heldOut).describe("tasks of the full evaluation"),
  probe: z.int().positive().default(d.probe).describe("of them looked at after each round"),
});

/** The base model of a countdown recipe. */
export const baseOptions = (d: { steps: number; batch: number; of: string }) => ({
  numbers: z.int().min(3).max(6).default(3).describe("numbers of a task"),
  baseSteps: z.int().positive().default(d.steps).describe(`updates of the base model, on ${d.of}`),
  baseBatch: z.int().positive().default(d.batch),
  baseLr: z.number().positive().default(2e-3),
  weightDecay: z
    .number()
    .nonnegative()
    .default(0.1)
    .describe("AdamW's; held-out multisets of numbers are few, so it matters"),
});

interface BaseSettings {
  readonly baseSteps: number;
  readonly baseBatch: number;
  readonly baseLr: number;
  readonly weightDecay: number;
}

/** The phase "base": supervised on generated streams, in four rounds that share one schedule. */
export function basePhase(o: BaseSettings, streams: Pick<TrainingInput, "mix" | "generators">): PhaseInput {
  return {
    name: "base",
    rounds: 4,
    train: [
      {
        objective: "sft",
        steps: Math.ceil(o.baseSteps / 4),
        batch: o.baseBatch,
        lr: { kind: "warmup-linear", peak: o.baseLr, end: o.baseLr / 10, warmup: 0.05, hold: 0.6 },
        adam: { weightDecay: o.weightDecay },
        ...streams,
      },
    ],
  };
}

interface CountdownSettings {
  readonly numbers: number;
  readonly rounds: number;
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly hidden: number;
  readonly heldOut: number;
  readonly probe: number;
  /** Of the family. */
  readonly canonical?: boolean;
  readonly spread?: number;
}

/** A countdown recipe of one policy: the base, and unless `rounds` is 0 what follows it. */
export function countdownRecipe(
  o: CountdownSettings,
  about: Pick<RecipeInput, "id" | "about" | "form"> & {
    context: number;
    base: PhaseInput;
    loop: PhaseInput;
    sampled?: number;
  },
): RecipeInput {
  const { id, form, context, base, loop, sampled = o.heldOut } = about;
  const { layers, width, heads, hidden } = o;
  return {
    id,
    about: about.about,
    family: { id: "countdown", options: { canonical: o.canonical ?? false, spread: o.spread ?? 1 } },
    ...(form === undefined ? {} : { form }),
    models: { policy: { layers, width, heads, hidden, context } },
    roles: { reasoner: "policy" },
    phases: o.rounds > 0 ? [base, { ...loop, rounds: o.rounds }] : [base],
    evaluation: { difficulties: [o.numbers], tasks: o.heldOut, probe: o.probe, sampled },
  };
}

/** Fresh countdown tasks for training. */
export const countdownTasks = (o: { numbers: number; tasks: number }): PhaseInput["tasks"] => ({
  creator: { id: "from-family", options: { family: "countdown", difficulty: o.numbers, split: "train" } },
  count: o.tasks,
});

/** Loss weight of the free choices of a random derivation; its results always weigh 1. */
export const choiceWeight = 0.3;

/** Most tokens of a question with a reply in the short form, a hint included. */
export const shortContext = (o: { numbers: number }): number => 8 * o.numbers + 8;
