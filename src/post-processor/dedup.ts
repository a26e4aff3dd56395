import { z } from "zod";
import type { PostProcessor } from "../core/contracts.ts";
import { defineMethod } from "../core/method.ts";
import { equationsOf, jaccard, wordGrams } from "../answers/similarity.ts";
import { keep } from "./keep.ts";

const id = "dedup";

const options = z.object({
  equations: z.boolean().default(true).describe("texts with the same equations are the same"),
  similarity: z
    .number()
    .min(0)
    .max(1)
    .default(0.8)
    .describe("least Jaccard similarity of word n-grams that makes two texts the same"),
  gram: z.int().positive().default(5),
});

/** What a text is compared by. */
interface Print {
  readonly text: string;
  readonly equations: string;
  readonly grams: ReadonlySet<string>;
}

/** Keeps the first of equal solutions of a task: equal text, then equal list of equations, then similar wording. */
function dedup(o: z.output<typeof options>): PostProcessor {
  return async (groups) => {
    const seen = new Map<string, Print[]>();
    return keep(groups, id, ({ text }, group) => {
      const prints = seen.get(group.task.id) ?? [];
      seen.set(group.task.id, prints);
      const words = text.split(/\s+/u).filter((word) => word !== "");
      const print = { text: words.join(" "), equations: equationsOf(text).join(";"), grams: wordGrams(words, o.gram) };
      for (const other of prints) {
        if (other.text === print.text) return "same text";
        if (o.equations && print.equations !== "" && other.equations === print.equations) return "same equations";
        if (jaccard(other.grams, print.grams) >= o.similarity) return "similar wording";
      }
      prints.push(print);
      return undefined;
    });
  };
}

export default defineMethod({
  id,
  kind: "post-processor",
  contract: "post-processor",
  section: "B8",
  about: "Drops solutions of a task that repeat an earlier one: same text, same equations, or similar wording.",
  source: "equation lists: Yuan et al. 2023 (RFT); word n-grams: Broder 1997, resemblance of documents",
  options,
  create: dedup,
});
