/**
 * STaR (Zelikman et al. 2022) on countdown: one greedy rationale a task; what is right is kept; what is not is tried again with
 * a hint, and learned without it where that helped; then supervised training from the base model's weights, 20 % longer in
 * each iteration, until held-out accuracy stands still. Departures: the base model takes the place of a few-shot prompted one,
 * so it has read random derivations, half of them with the hint that they follow; tasks are fresh in every iteration.
 */
import { z } from "zod";
import { defineMethod } from "../../core/method.ts";
import type { RecipeInput } from "../recipe.ts";

const options = z.object({
  numbers: z.int().min(3).max(6).default(3).describe("numbers of a task"),
  rationalize: z.boolean().default(true).describe("try what failed again with a hint"),
  baseSteps: z.int().positive().default(1200).describe("updates of the base model, on random valid derivations"),
  hinted: z.number().min(0).max(1).default(0.5).describe("share of them with a hint"),
  rounds: z.int().nonnegative().default(10).describe("most iterations; 0 makes the base model only"),
  tasks: z.int().positive().default(2000).describe("fresh tasks an iteration"),
  steps: z.int().positive().default(40).describe("updates of the first iteration (paper: 40)"),
  growth: z.number().nonnegative().default(0.2).describe("how much longer each iteration trains (paper: 20 %)"),
  batch: z.int().positive().default(128),
  baseLr: z.number().positive().default(2e-3),
  lr: z.number().positive().default(1.5e-3),
  window: z.int().positive().default(3).describe("iterations that may pass without a gain"),
  epsilon: z.number().nonnegative().default(0.005).describe("least gain of held-out accuracy in them"),
  layers: z.int().positive().default(3),
  width: z.int().positive().default(96),
  heads: z.int().positive().default(4),
  hidden: z.int().positive().default(256),
  heldOut: z.int().positive().default(1000).describe("tasks of the full evaluation"),
  probe: z.int().positive().default(500).describe("of them looked at after each iteration"),
});

/** Loss weight of the free choices of a random derivation; its results always weigh 1. */
const choiceWeight = 0.3;
const family = "countdown";

function recipe(o: z.output<typeof options>): RecipeInput {
  const play = (hinted: number, before: number) => ({
    id: "play",
    options: { family, difficulty: o.numbers, relabel: false, before, hinted },
  });
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
          // What follows from a hint is no free choice, so rows with one weigh in full.
          mix: { plain: 1 - o.hinted, hinted: o.hinted },
          generators: { plain: play(0, choiceWeight), hinted: play(1, 1) },
        },
      ],
    },
  ];
  const loop: RecipeInput["phases"] = [
    {
      name: "star",
      rounds: o.rounds,
      tasks: { creator: { id: "from-family", options: { family, difficulty: o.numbers } }, count: o.tasks },
      reason: { id: "cot", options: { n: 1, temperature: 0 } },
      judge: ["gt-match"],
      // Rationalised replies join the others: a minibatch holds both as they come.
      process: [
        ...(o.rationalize ? [{ id: "rationalize", options: { source: "solved" } }] : []),
        { id: "filter-correct" },
      ],
      build: ["sft-rows"],
      train: [
        {
          objective: "sft",
          init: "base",
          steps: o.steps,
          growth: o.growth,
          batch: o.batch,
          lr: { kind: "warmup-linear", peak: o.lr, end: o.lr / 10, warmup: 0.1, hold: 0.5 },
          span: "training",
          streams: { solved: { fresh: true } },
        },
      ],
      stop: { window: o.window, epsilon: o.epsilon },
    },
  ];
  return {
    id: "star",
    about: "Countdown by self-taught reasoning with rationalisation",
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
