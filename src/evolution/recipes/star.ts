/**
 * STaR (Zelikman et al. 2022) on countdown: one greedy rationale a task; what is right is kept; what is not is tried again with
 * a hint, and learned without it where that helped; then supervised training from the base model's weights, 20 % longer in
 * each iteration, until held-out accuracy stands still. Departures: the base model takes the place of a few-shot prompted one,
 * so it has read random derivations, half of them with the hint that they follow; tasks are fresh in every iteration.
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
  rationalize: z.boolean().default(true).describe("try failed tasks again with a hint"),
  hinted: z.number().min(0).max(1).default(0.5).describe("share of the base's derivations with a hint"),
  rounds: z.int().nonnegative().default(10).describe("most iterations; 0 makes the base model only"),
  tasks: z.int().positive().default(2000).describe("fresh tasks an iteration"),
  steps: z.int().positive().default(40).describe("updates of the first iteration (paper: 40)"),
  growth: z.number().nonnegative().default(0.2).describe("how much longer each iteration trains (paper: 20 %)"),
  batch: z.int().positive().default(128),
  lr: z.number().positive().default(1.5e-3),
  window: z.int().positive().default(3).describe("iterations that may pass without a gain"),
  epsilon: z.number().nonnegative().default(0.005).describe("least gain of held-out accuracy in them"),
  ...sizeOptions({ layers: 3, width: 128, hidden: 344 }),
  ...measureOptions({ heldOut: 1000, probe: 500 }),
});

function recipe(o: z.output<typeof options>): RecipeInput {
  const play = (hinted: number, before: number) => ({
    id: "play",
    options: { family: "countdown", difficulty: o.numbers, relabel: false, before, hinted },
  });
  return countdownRecipe(o, {
    id: "star",
    about: "Countdown by self-taught reasoning with rationalisation",
    context: shortContext(o),
    // What follows from a hint is no free choice, so rows with one weigh in full.
    base: basePhase(o, {
      mix: { plain: 1 - o.hinted, hinted: o.hinted },
      generators: { plain: play(0, choiceWeight), hinted: play(1, 1) },
    }),
    loop: {
      name: "star",
      tasks: countdownTasks(o),
      reason: { id: "cot", options: { n: 1, temperature: 0 } },
      judge: ["gt-match"],
      // Rationalised replies join the others: a minibatch holds both as they come.
      process: [...(o.rationalize ? [{ id: "rationalize", options: { source: "solved" } }] : []), "filter-correct"],
      build: ["sft-rows"],
      train: [
        {
          objective: "sft",
          init: "base",
          steps: o.steps,
          growth: o.growth,
          batch: o.batch,
          lr: { kind: "warmup-linear", peak: o.lr, end: o.lr / 10, warmup: 0.1, hold: 0.5 },
          adam: { weightDecay: o.weightDecay },
          span: "training",
          streams: { solved: { fresh: true } },
        },
      ],
      stop: { window: o.window, epsilon: o.epsilon },
    },
  });
}

export default defineMethod({
  id: "star",
  kind: "objective",
  contract: "recipe",
  section: "E1",
  about:
    "Greedy rationales that are right, and hinted ones where they were not, train the base model anew (countdown).",
  source: "Zelikman et al. 2022, STaR: Bootstrapping Reasoning With Reasoning",
  options,
  create: recipe,
});
