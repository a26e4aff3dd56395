/**
 * Reversed addition from short labels to lengths that were never labelled (after Lee N. et al. 2025): a model is trained on
 * labels of 1 to 8 digits, then answers ever longer questions, keeps the answers that a filter accepts, and trains on those.
 *
 * `filter`: "checker" accepts what a checker of the question alone accepts (residues modulo 9, 11 and 101), "vote" what all
 * attempts at both orders of the operands agree on, if it is about as long as it must be.
 * `gaps`: how far training stretches the coupled positions; 0 leaves all generalisation to the loop.
 */
import { z } from "zod";
import { defineMethod } from "../../core/method.ts";
import type { RecipeInput } from "../recipe.ts";

const options = z.object({
  filter: z.enum(["checker", "vote"]).default("checker"),
  labelled: z.int().min(2).max(32).default(8).describe("digits of the longest operand that is ever labelled"),
  digits: z.int().min(3).max(200).default(64).describe("digits that the loop works up to"),
  step: z.int().positive().default(8).describe("digits added when the frontier is mastered"),
  gate: z
    .number()
    .min(0)
    .max(1)
    .default(0.85)
    .describe("share accepted (or agreed) at the frontier that lets it advance"),
  rounds: z.int().nonnegative().default(9).describe("of the loop; 0 makes the base model only"),
  baseSteps: z.int().positive().default(1200).describe("updates of the base model, on labels"),
  baseBatch: z.int().positive().default(48),
  baseLr: z.number().positive().default(1.5e-3),
  gaps: z.int().nonnegative().default(24).describe("most positions skipped at a time in training; 0: none"),
  tasks: z.int().positive().default(400).describe("fresh tasks a round"),
  samples: z.int().positive().default(2).describe("votes of each order of the operands"),
  steps: z.int().positive().default(40).describe("updates a round"),
  batch: z.int().positive().default(64),
  batchTokens: z.int().positive().default(4096),
  lr: z.number().positive().default(3e-4),
  rehearsal: z.number().min(0).max(1).default(0.25).describe("share of minibatches that are labels again"),
  layers: z.int().positive().default(4),
  width: z.int().positive().default(128),
  heads: z.int().positive().default(4),
  hidden: z.int().positive().default(344),
  heldOut: z.int().positive().default(100).describe("tasks of each length in the full evaluation"),
  probe: z.int().positive().default(10).describe("tasks of each length looked at after each round"),
});
type Options = z.output<typeof options>;
type Phase = RecipeInput["phases"][number];
type Training = NonNullable<Phase["train"]>[number];

/** Longest labels and share of the base's updates of its stages: short ones first are learned sooner. */
const stages = [
  { digits: 2, share: 0.1 },
  { digits: 3, share: 0.1 },
  { digits: 5, share: 0.15 },
];

function recipe(o: Options): RecipeInput {
  const labels = (to: number) => ({ id: "play", options: { family: "addition", difficulty: [1, to], relabel: false } });
  const dropout = o.gaps > 0;
  const learn = (to: number, share: number, lr: Training["lr"]): Phase => ({
    name: `labels-${to}`,
    train: [
      {
        objective: "sft",
        steps: Math.max(1, Math.round(o.baseSteps * share)),
        batch: o.baseBatch,
        lr,
        dropout,
        mix: { labels: 1 },
        generators: { labels: labels(to) },
      },
    ],
  });
  const short = stages.filter(({ digits }) => digits < o.labelled);
  const rest = 1 - short.reduce((sum, { share }) => sum + share, 0);
  const base: Phase[] = [
    ...short.map(({ digits, share }, i) =>
      learn(digits, share, {
        kind: "warmup-linear",
        peak: o.baseLr,
        end: o.baseLr,
        warmup: i === 0 ? 0.4 : 0,
        hold: 1,
      }),
    ),
    learn(o.labelled, rest, {
      kind: "warmup-linear",
      peak: o.baseLr,
      end: o.baseLr / 10,
      warmup: short.length > 0 ? 0 : 0.05,
      hold: 0.4,
    }),
  ];
  const frontier = {
    family: "addition",
    easiest: o.labelled + 1,
    from: Math.min(o.digits, o.labelled + o.step),
    max: o.digits,
    step: o.step,
    gate: o.gate,
    old: 0.25,
  };
  const byVote = o.filter === "vote";
  const loop: Phase = {
    name: "loop",
    rounds: o.rounds,
    tasks: { creator: { id: "curriculum", options: frontier }, count: o.tasks },
    reason: byVote
      ? { id: "equivalents", options: { n: o.samples } }
      : { id: "cot", options: { n: 1, temperature: 0 } },
    judge: [byVote ? "self-consistency" : "family-check"],
    process: byVote ? [{ id: "filter-vote", options: { threshold: 1 } }, "filter-length"] : ["filter-correct"],
    build: [{ id: "sft-rows", options: { equivalents: true } }],
    train: [
      {
        objective: "sft",
        steps: o.steps,
        batch: o.batch,
        per: "batch",
        batchTokens: o.batchTokens,
        lr: o.lr,
        dropout,
        mix: { solved: 1 - o.rehearsal, labels: o.rehearsal },
        streams: { solved: { recent: 0.6 } },
        generators: { labels: labels(o.labelled) },
      },
    ],
  };
  const difficulties = lengths(o);
  return {
    id: "length-generalise",
    about: "Reversed addition from labels of few digits to many, by self-training",
    family: { id: "addition", options: { check: byVote ? "length" : "congruence" } },
    models: {
      policy: {
        layers: o.layers,
        width: o.width,
        heads: o.heads,
        hidden: o.hidden,
        context: 3 * o.digits + 16,
        positions: "coupled",
        gaps: o.gaps,
      },
    },
    roles: { reasoner: "policy" },
    phases: o.rounds > 0 ? [...base, loop] : base,
    evaluation: {
      difficulties,
      tasks: difficulties.length * o.heldOut,
      probe: difficulties.length * o.probe,
      sampled: difficulties.length,
    },
  };
}

/** Lengths to look at: half of what is labelled, all of it, and on in even strides to where the loop goes. */
function lengths({ labelled, digits, step }: Options): number[] {
  const stride = step * Math.max(1, Math.ceil((digits - labelled) / step / 8));
  const beyond = Array.from({ length: 9 }, (_, i) => Math.min(digits, labelled + i * stride));
  return [...new Set([Math.ceil(labelled / 2), ...beyond])];
}

export default defineMethod({
  id: "length-generalise",
  kind: "recipe",
  contract: "recipe",
  section: "design",
  about: "Reversed addition from labels of few digits to many, by self-training on what a checker or a vote accepts.",
  source: "Lee N. et al. 2025; position coupling: Cho et al. 2024; randomised positions: Ruoss et al. 2023",
  options,
  create: recipe,
});
