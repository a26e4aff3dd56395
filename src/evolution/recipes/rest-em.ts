/**
 * ReST-EM (Singh et al. 2023) on countdown. E: sample each task many times and keep what the checker accepts, a bounded number
 * of distinct replies a task. M: supervised training on that collection alone, from the base model's weights. Departures: tasks
 * are fresh in every iteration, and the base model is made from random derivations.
 */
import { z } from "zod";
import { defineMethod } from "../../core/method.ts";
import type { RecipeInput } from "../recipe.ts";
import {
  baseOptions,
  basePhase,
  choiceWeight,
  countdownRecipe,
  countdownTasks,
  measureOptions,
  shortContext,
  sizeOptions,
} from "./shared.ts";

const options = z.object({
  ...baseOptions({ steps: 800, batch: 64, of: "random valid derivations" }),
  rounds: z.int().nonnegative().default(3).describe("iterations (paper: 2 to 3); 0 makes the base model only"),
  tasks: z.int().positive().default(1500).describe("fresh tasks an iteration"),
  samples: z.int().positive().default(32).describe("attempts at each (paper: 32)"),
  cap: z.int().positive().default(10).describe("most replies to a task that are kept (paper: 10)"),
  steps: z.int().positive().default(500).describe("updates from the base model's weights"),
  batch: z.int().positive().default(64),
  lr: z.number().positive().default(1.5e-3),
  ...sizeOptions({ layers: 3, width: 128, hidden: 344 }),
  ...measureOptions({ heldOut: 1000, probe: 500 }),
});

function recipe(o: z.output<typeof options>): RecipeInput {
  const play = {
    id: "play",
    options: { family: "countdown", difficulty: o.numbers, relabel: false, before: choiceWeight },
  };
  return countdownRecipe(o, {
    id: "rest-em",
    about: "Countdown by expectation-maximisation: sample, keep what is right, train the base model on it",
    context: shortContext(o),
    base: basePhase(o, { generators: { play } }),
    loop: {
      name: "em",
      tasks: countdownTasks(o),
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
          adam: { weightDecay: o.weightDecay },
          span: "training",
          streams: { solved: { fresh: true } },
        },
      ],
    },
  });
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
