import { z } from "zod";
import type { Generator } from "../../core/contracts.ts";
import { hash } from "../../core/json.ts";
import { defineMethod } from "../../core/method.ts";
import { ask } from "../../core/task.ts";
import { replyRow, tokenizerOf, weighted } from "./rows.ts";

const options = z.object({
  family: z.string(),
  difficulty: z.union([z.int().positive(), z.tuple([z.int().positive(), z.int().positive()])]),
  form: z.enum(["short", "long"]).default("short"),
  tries: z.int().positive().default(6).describe("tries in a chain of the long form"),
  /** The question becomes the one that the derivation answers; without it the derivation stands there right or wrong. */
  relabel: z.boolean().default(true),
  after: z.string().default("=").describe("word after which a step states its result"),
  before: z.number().min(0).default(1).describe("loss weight of a step's free choices, before that word; 0 for wrong play"),
});

/** Draws a random valid derivation of a random training task as an Sft row; undefined where it cannot be relabelled. */
function play(o: z.output<typeof options>): Generator {
  return (random, c) => {
    const family = c.family(o.family);
    const tokenizer = tokenizerOf(c.model("reasoner"));
    const [low, high] = typeof o.difficulty === "number" ? [o.difficulty, o.difficulty] : o.difficulty;
    const drawn = family.generate(random, { difficulty: low + random.int(high - low + 1), split: "train" });
    const reply = family.play(ask(drawn), random, o.form, { tries: o.tries });
    if (reply === undefined) return undefined;
    const task = o.relabel ? family.relabel?.(drawn, reply) : drawn;
    if (!task) return undefined;
    const question = ask(task);
    const row = replyRow(family.prompt(question, o.form), reply, tokenizer);
    return {
      kind: "sft",
      id: hash(["play", task.id, reply]),
      taskId: task.id,
      source: "play",
      by: [],
      row: weighted(row, family, question, reply, o.form, tokenizer, o),
      weight: 1,
    };
  };
}

export default defineMethod({
  id: "play",
  kind: "builder",
  contract: "generator",
  section: "design",
  about: "Random valid derivations, relabelled to what they reach: what a base model is made from and rehearses.",
  source: "hindsight relabelling (Andrychowicz et al. 2017) of random play",
  options,
  create: play,
});
