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
import {
  baseOptions,
  basePhase,
  choiceWeight,
  countdownRecipe,
  countdownTasks,
  measureOptions,
  shortContext,
  sizeOptions,
  type PhaseInput,
} from "./shared.ts";

const options = z.object({
  ...baseOptions({ steps: 800, batch: 64, of: "random valid derivations" }),
  arm: z.enum(["loop", "permuted", "plain", "hindsight"]).default("loop"),
  rounds: z.int().nonnegative().default(24).describe("of the loop; 0 makes the base model only"),
  tasks: z.int().positive().default(1000).describe("fresh tasks a round"),
  samples: z.int().positive().default(8).describe("attempts at each"),
  canonical: z.boolean().optional().describe("play in one agreed order (default: with more than three numbers)"),
  spread: z
    .int()
    .positive()
    .optional()
    .describe("derivations of which play takes a rare one (default: 16 with more than three numbers, else 1)"),
  steps: z.int().positive().default(240).describe("updates a round"),
  batch: z.int().positive().default(64),
  lr: z.number().positive().default(1.5e-3),
  finalLr: z.number().positive().default(1e-4),
  ...sizeOptions({ layers: 3, width: 128, hidden: 344 }),
  ...measureOptions({ heldOut: 1000, probe: 200 }),
});

/** Shares of a minibatch by stream, from the first round to the last. */
const mixes = {
  loop: { solved: [0.15, 0.6], hindsight: [0.35, 0.15], play: [0.4, 0.15], plain: 0.1 },
  /** With more numbers fewer tasks are solved, and more is to be learned from play. */
  harder: { solved: [0.05, 0.2], hindsight: [0.1, 0.05], play: [0.8, 0.7], plain: 0.05 },
  permuted: { solved: [0.15, 0.9], plain: [0.85, 0.1] },
  plain: { plain: 1 },
  hindsight: { play: 0.9, plain: 0.1 },
} satisfies Record<string, Record<string, number | [number, number]>>;

function recipe(given: z.output<typeof options>): RecipeInput {
  // Four numbers have some forty derivations to a target, most of them the same but for the order of steps.
  const many = given.numbers > 3;
  const o = { ...given, canonical: given.canonical ?? many, spread: given.spread ?? (many ? 16 : 1) };
  const play = (relabel: boolean, before: number) => ({
    id: "play",
    options: { family: "countdown", difficulty: o.numbers, relabel, before },
  });
  const collecting: Partial<PhaseInput> = {
    tasks: countdownTasks(o),
    reason: { id: "cot", options: { n: o.samples } },
    judge: o.arm === "permuted" ? ["gt-match", "permuted"] : ["gt-match"],
    process: o.arm === "permuted" ? [] : ["her"],
    build: [{ id: "sft-rows", options: { cap: 5, spare: 0.8 } }],
  };
  const rehearsed = o.arm === "loop" || o.arm === "hindsight";
  return countdownRecipe(o, {
    id: "expert-iter",
    about: "Countdown by expert iteration with hindsight",
    context: shortContext(o),
    base: basePhase(o, { mix: { plain: 1 }, generators: { plain: play(false, choiceWeight) } }),
    loop: {
      name: "loop",
      ...(o.arm === "loop" || o.arm === "permuted" ? collecting : {}),
      train: [
        {
          objective: "sft",
          steps: o.steps,
          batch: o.batch,
          lr: [o.lr, o.finalLr],
          mix: mixes[o.arm === "loop" && many ? "harder" : o.arm],
          adam: { weightDecay: o.weightDecay },
          // Beside self-made rows, plain ones rehearse results only; in controls they are all there is.
          generators: { play: play(true, 1), plain: play(false, rehearsed ? 0 : choiceWeight) },
        },
      ],
    },
  });
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
