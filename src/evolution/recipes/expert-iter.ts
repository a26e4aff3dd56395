/**
 * Expert iteration (Polu et al. 2022) on countdown: sample, keep what the checker accepts, train on it, repeat with fresh
 * tasks. Departures: hindsight relabelling of failures (Andrychowicz et al. 2017) early on, a rehearsal of plain random
 * derivations throughout, and training goes on from the last weights. No reference solution is ever used.
 *
 * `arm` chooses controls of equal size: "permuted" shuffles rewards inside each group, "plain" spends the same training
 * on random derivations of their own questions, "hindsight" on random play relabelled to what it reached.
 */
import { z } from "zod";
import { defineMethod } from "../../core/method.ts";
import type { RecipeInput } from "../recipe.ts";

const options = z.object({
  numbers: z.int().min(3).max(6).default(3).describe("numbers of a task"),
  arm: z.enum(["loop", "permuted", "plain", "hindsight"]).default("loop"),
  baseSteps: z.int().positive().default(800).describe("updates of the base model, on random valid derivations"),
  rounds: z.int().nonnegative().default(24).describe("of the loop; 0 makes the base model only"),
  tasks: z.int().positive().default(1000).describe("fresh tasks a round"),
  samples: z.int().positive().default(8).describe("attempts at each"),
  steps: z.int().positive().default(240).describe("updates a round"),
  batch: z.int().positive().default(64),
  baseLr: z.number().positive().default(2e-3),
  lr: z.number().positive().default(1.5e-3),
  weightDecay: z.number().nonnegative().default(0.1).describe("AdamW's; held-out multisets of numbers are few, so it matters"),
  dropout: z.number().min(0).max(0.9).default(0),
  finalLr: z.number().positive().default(1e-4),
  layers: z.int().positive().default(3),
  width: z.int().positive().default(128),
  heads: z.int().positive().default(4),
  hidden: z.int().positive().default(344),
  heldOut: z.int().positive().default(1000).describe("tasks of the full evaluation"),
  probe: z.int().positive().default(200).describe("of them looked at after each round"),
});

/** Loss weight of the free choices of a random derivation; its results always weigh 1. */
const choiceWeight = 0.3;

function recipe(o: z.output<typeof options>): RecipeInput {
  const play = (relabel: boolean, before: number) => ({
    id: "play",
    options: { family: "countdown", difficulty: o.numbers, relabel, before },
  });
  const collecting = o.arm === "loop" || o.arm === "permuted";
  const mixes = {
    loop: { solved: [0.15, 0.6], hindsight: [0.35, 0.15], play: [0.4, 0.15], plain: 0.1 },
    permuted: { solved: [0.15, 0.9], plain: [0.85, 0.1] },
    plain: { plain: 1 },
    hindsight: { play: 0.9, plain: 0.1 },
  } satisfies Record<string, Record<string, number | [number, number]>>;
  const base: RecipeInput["phases"] = [
    {
      name: "base",
      rounds: 4,
      train: [
        {
          objective: "sft",
          steps: Math.ceil(o.baseSteps / 4),
          batch: o.batch,
          lr: { kind: "warmup-linear", peak: o.baseLr, end: o.baseLr / 10, warmup: 0.05, hold: 0.6 },
          mix: { plain: 1 },
          adam: { weightDecay: o.weightDecay },
          dropout: o.dropout > 0,
          generators: { plain: play(false, choiceWeight) },
        },
      ],
    },
  ];
  const loop: RecipeInput["phases"] = [
    {
      name: "loop",
      rounds: o.rounds,
      ...(collecting
        ? {
            tasks: {
              creator: { id: "from-family", options: { family: "countdown", difficulty: o.numbers, split: "train" } },
              count: o.tasks,
            },
            reason: { id: "cot", options: { n: o.samples } },
            judge: o.arm === "permuted" ? ["gt-match", "permuted"] : ["gt-match"],
            process: o.arm === "permuted" ? [] : ["her"],
            build: [{ id: "sft-rows", options: { cap: 5, spare: 0.8 } }],
          }
        : {}),
      train: [
        {
          objective: "sft",
          steps: o.steps,
          batch: o.batch,
          lr: [o.lr, o.finalLr],
          mix: mixes[o.arm],
          adam: { weightDecay: o.weightDecay },
          dropout: o.dropout > 0,
          generators: { play: play(true, 1), plain: play(false, 0) },
        },
      ],
      evalEvery: 1,
    },
  ];
  return {
    id: "expert-iter",
    about: "Countdown by expert iteration with hindsight",
    family: { id: "countdown", options: {} },
    models: {
      policy: {
        layers: o.layers,
        width: o.width,
        heads: o.heads,
        hidden: o.hidden,
        context: 8 * o.numbers + 8,
        positions: "rope",
        dropout: o.dropout,
      },
    },
    roles: { reasoner: "policy" },
    phases: o.rounds > 0 ? [...base, ...loop] : base,
    evaluation: { difficulties: [o.numbers], tasks: o.heldOut, probe: o.probe, sampled: o.heldOut },
  };
}

export default defineMethod({
  id: "expert-iter",
  kind: "recipe",
  contract: "recipe",
  section: "H2",
  about: "Sample, keep what the checker accepts, train on it, repeat with fresh tasks (countdown).",
  source: "Polu et al. 2022, with hindsight relabelling (Andrychowicz et al. 2017)",
  options,
  create: recipe,
});
