/**
 * R1-Zero (DeepSeek-AI 2025) at a million parameters: reinforcement learning from outcome and format rewards alone, no
 * supervised step after the base model. A chain is a row of tries, each ended by the model's own verdict, and it is right if
 * its last try is accepted and solves the task. Departures: the base model has seen random chains of countdown (it has read
 * nothing else), the grammar takes the place of the tags, and one epoch of minibatches is made of each collection.
 */
import { z } from "zod";
import { defineMethod } from "../../core/method.ts";
import type { RecipeInput } from "../recipe.ts";
import { baseOptions, basePhase, countdownRecipe, countdownTasks, measureOptions, sizeOptions } from "./shared.ts";

const options = z.object({
  ...baseOptions({ steps: 1200, batch: 48, of: "random chains" }),
  tries: z.int().positive().default(4).describe("most tries in a chain that the base model is made from"),
  rounds: z.int().nonnegative().default(16).describe("of reinforcement learning; 0 makes the base model only"),
  tasks: z.int().positive().default(256).describe("fresh tasks a round"),
  group: z.int().min(2).default(16).describe("chains for each task (paper: 16)"),
  format: z.number().nonnegative().default(0.1).describe("weight of the format reward beside the outcome's 1"),
  beta: z.number().nonnegative().default(0).describe("weight of the divergence from the policy at the round's start"),
  epsilon: z.number().positive().default(0.2),
  average: z.enum(["token-mean", "seq-mean"]).default("token-mean"),
  batch: z.int().positive().default(1024).describe("chains in an update"),
  lr: z.number().positive().default(6e-4),
  ...sizeOptions({ layers: 3, width: 96, hidden: 256 }),
  ...measureOptions({ heldOut: 500, probe: 200 }),
});

const form = "long";

function recipe(o: z.output<typeof options>): RecipeInput {
  // Random tries are seldom right. Half of the chains are about what they reach in the end, so that the base model knows
  // a right try when it sees one; their choices weigh nothing, so that it does not know how to find one.
  const chains = (relabel: boolean, before: number) => ({
    id: "play",
    options: { family: "countdown", difficulty: o.numbers, form, tries: o.tries, relabel, before },
  });
  return countdownRecipe(o, {
    id: "r1-zero",
    about: "Long chains of tries on countdown, by GRPO from outcome and format rewards only",
    form,
    context: 48 * (o.numbers - 1) + o.numbers + 8,
    sampled: Math.min(200, o.heldOut),
    base: basePhase(o, { generators: { plain: chains(false, 0.5), checked: chains(true, 0) } }),
    loop: {
      name: "rl",
      tasks: countdownTasks(o),
      reason: { id: "cot", options: { form, n: o.group } },
      judge: [
        { id: "format-reward", options: { format: form } },
        { id: "gt-match", options: { form } },
      ],
      build: [{ id: "rl-rows", options: { rewards: { "gt-match": 1, "format-reward": o.format } } }],
      train: [
        {
          objective: { id: "grpo", options: { beta: o.beta, epsilon: o.epsilon, average: o.average } },
          batch: o.batch,
          lr: o.lr,
        },
      ],
    },
  });
}

export default defineMethod({
  id: "r1-zero",
  kind: "recipe",
  contract: "recipe",
  section: "H6",
  about: "Reinforcement learning from outcome and format rewards only, on long chains of tries (countdown).",
  source: "DeepSeek-AI 2025, DeepSeek-R1; GRPO: Shao et al. 2024",
  options,
  create: recipe,
});
