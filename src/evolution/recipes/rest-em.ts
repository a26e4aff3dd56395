/**
 * ReST-EM (Singh et al. 2023) on countdown. E: sample each task many times and keep what the checker accepts, a bounded number
 * of distinct replies a task. M: supervised training on that collection alone, from the base model's weights. Departures: tasks
 * are fresh in every iteration, and the base model is made from random derivations.
 */
import { z } from "zod";
import { defineMethod } from "../../core/method.ts";
import type { RecipeInput } from "../recipe.ts";

const options = z.object({
  numbers: z.int().min(3).max(6).default(3).describe("numbers of a task"),
  baseSteps: z.int().positive().default(1000).describe("updates of the base model, on random valid derivations"),
  rounds: z.int().nonnegative().default(3).describe("iterations (paper: 2 to 3); 0 makes the base model only"),
  tasks: z.int().positive().default(1500).describe("fresh tasks an iteration"),
  samples: z.int().positive().default(32).describe("attempts at each (paper: 32)"),
  cap: z.int().positive().default(10).describe("most replies to a task that are kept (paper: 10)"),
  steps: z.int().positive().default(250).describe("updates from the base model's weights"),
  batch: z.int().positive().default(128),
  baseLr: z.number().positive().default(2e-3),
  lr: z.number().positive().default(1.5e-3),
  layers: z.int().positive().default(4),
  width: z.int().positive().default(128),
  heads: z.int().positive().default(4),
  hidden: z.int().positive().default(344),
  heldOut: z.int().positive().default(1000).describe("tasks of the full evaluation"),
  probe: z.int().positive().default(500).describe("of them looked at after each iteration"),
});

/** Loss weight of the free choices of a random derivation; its results always weigh 1. */
const choiceWeight = 0.3;
const family = "countdown";

function recipe(o: z.output<typeof options>): RecipeInput {
  const play = { id: "play", options: { family, difficulty: o.numbers, relabel: false, before: choiceWeight } };
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
          generators: { play },
        },
      ],
    },
  ];
  const loop: RecipeInput["phases"] = [
    {
      name: "em",
      rounds: o.rounds,
      tasks: { creator: { id: "from-family", options: { family, difficulty: o.numbers } }, count: o.tasks },
      reason: { id: "cot", options: { n: o.samples } },
      judge: ["gt-match"],
      process: ["filter-correct"],
      build: [{ id: "sft-rows", options: { cap: o.cap } }],
      train: [
        {
          objective: "sft",
          init: "base",
          steps: o.steps,
          batch: o.batch,
          lr: { kind: "warmup-linear", peak: o.lr, end: o.lr / 10, warmup: 0.05, hold: 0.5 },
          span: "training",
          streams: { solved: { fresh: true } },
        },
      ],
    },
  ];
  return {
    id: "rest-em",
    about: "Countdown by expectation-maximisation: sample, keep what is right, train the base model on it",
    family: { id: family, options: {} },
    models: {
      policy: { layers: o.layers, width: o.width, heads: o.heads, hidden: o.hidden, context: 8 * o.numbers + 8 },
    },
    roles: { reasoner: "policy" },
    phases: o.rounds > 0 ? [...base, ...loop] : base,
    evaluation: { difficulties: [o.numbers], tasks: o.heldOut, probe: o.probe, sampled: o.heldOut },
  };
}

export default defineMethod({
  id: "rest-em",
  kind: "recipe",
  contract: "recipe",
  section: "H2",
  about: "Sample many, keep what is right, train the base model on it; a few iterations (countdown).",
  source: "Singh et al. 2023, Beyond Human Data (ReST-EM)",
  options,
  create: recipe,
});
