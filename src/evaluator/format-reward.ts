import { z } from "zod";
import type { Evaluator } from "../core/contracts.ts";
import { defineMethod } from "../core/method.ts";
import { ask } from "../core/task.ts";

const id = "format-reward";

const options = z.object({
  /** "tags": <think>…</think> <answer>…</answer>; "short" and "long": the family's grammar of that form. */
  format: z.enum(["tags", "short", "long"]).default("tags"),
  violation: z.number().max(0).default(0).describe("score of a text that breaks the format (T1: negative)"),
});

const shape = /^<think>(.+)<\/think>\s*<answer>(.+)<\/answer>$/su;
const tags = ["<think>", "</think>", "<answer>", "</answer>"];

/** Is the text one thought and one answer, each of the four tags exactly once and neither body blank? */
export function isTagged(text: string): boolean {
  const bodies = shape.exec(text.trim())?.slice(1);
  return (
    bodies !== undefined &&
    bodies.every((body) => body.trim() !== "") &&
    tags.every((tag) => text.split(tag).length === 2)
  );
}

/** Score 1 for a text that keeps the format, `violation` for one that does not. */
function formatReward({ format, violation }: z.output<typeof options>): Evaluator {
  return async (group, c) => {
    const question = ask(group.task);
    const keeps = (text: string): boolean =>
      format === "tags" ? isTagged(text) : c.family(question.family).parse(question, text, format).wellFormed;
    return group.solutions.map((solution) => ({
      of: solution.id,
      by: id,
      level: "outcome",
      score: keeps(solution.text) ? 1 : violation,
      calls: [],
    }));
  };
}

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B2",
  about: "Does the text keep the demanded format, whatever it says?",
  source: "DeepSeek-AI 2025, DeepSeek-R1; Hou et al. 2025, T1 for the negative score",
  options,
  create: formatReward,
});
