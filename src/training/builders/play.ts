import { z } from "zod";
import type { Generator } from "../../core/contracts.ts";
import { UserError } from "../../core/errors.ts";
import type { Family } from "../../core/family.ts";
import { hash } from "../../core/json.ts";
import { defineMethod } from "../../core/method.ts";
import { ask, type Question } from "../../core/task.ts";
import { replyRow, tokenizerOf, weighted } from "./rows.ts";

const options = z.object({
  family: z.string(),
  difficulty: z.union([z.int().positive(), z.tuple([z.int().positive(), z.int().positive()])]),
  form: z.enum(["short", "long"]).default("short"),
  tries: z.int().positive().default(6).describe("most tries in a chain of the long form"),
  /** The question becomes the one that the derivation (the last try) answers; without it it stands there right or wrong. */
  relabel: z.boolean().default(true),
  hinted: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("share of rows of the short form whose question carries the hint that the derivation follows"),
  after: z.string().default("=").describe("word after which a step states its result"),
  before: z
    .number()
    .min(0)
    .default(1)
    .describe("loss weight of a step's free choices, before that word; 0 for wrong play"),
});

function hintOf(family: Family, question: Question, reply: string): string | undefined {
  if (family.hintOf) return family.hintOf(question, reply);
  throw new UserError(`The family ${family.id} cannot tell which hint a reply follows.`, "Set `hinted` of play to 0.");
}

/** Draws a random valid derivation of a random training task as an Sft row; undefined where it cannot be relabelled. */
function play(o: z.output<typeof options>): Generator {
  return (random, c) => {
    const family = c.family(o.family);
    const tokenizer = tokenizerOf(c.model("reasoner"));
    const [low, high] = typeof o.difficulty === "number" ? [o.difficulty, o.difficulty] : o.difficulty;
    const drawn = family.generate(random, { difficulty: low + random.int(high - low + 1), split: "train" });
    const short = o.relabel || o.form === "short" ? family.play(ask(drawn), random, "short") : undefined;
    const task = o.relabel ? short && family.relabel?.(drawn, short) : drawn;
    if (!task) return undefined;
    const chain = o.relabel ? { tries: 1 + random.int(o.tries), last: short } : { tries: o.tries };
    const reply = o.form === "short" ? short : family.play(ask(task), random, o.form, chain);
    if (reply === undefined) return undefined;
    const question = ask(task);
    const hint = o.hinted > 0 && random.next() < o.hinted ? hintOf(family, question, reply) : undefined;
    const prompt = family.prompt(question, o.form, hint === undefined ? undefined : { hint });
    const row = replyRow(prompt, reply, tokenizer);
    return {
      kind: "sft",
      id: hash(["play", prompt, reply]),
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
