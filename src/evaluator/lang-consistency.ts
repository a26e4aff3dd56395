import { z } from "zod";
import type { Evaluator } from "../core/contracts.ts";
import { defineMethod } from "../core/method.ts";

const id = "lang-consistency";

const options = z.object({
  /** Unicode script of the language: "Latin", "Han", "Cyrillic", …; several where a language mixes them. */
  scripts: z
    .array(z.string().regex(/^[A-Za-z_]+$/u))
    .min(1)
    .default(["Latin"]),
});

/**
 * Share of a text's words whose letters all belong to the scripts; 1 for a text without words. Digits, symbols, formulas (what
 * stands between dollar signs or in \( \), \[ \]) and commands of LaTeX are no words.
 */
export function shareInScripts(text: string, scripts: readonly string[]): number {
  const prose = text.replaceAll(/\$\$[^$]*\$\$|\$[^$\n]*\$|\\\(.*?\\\)|\\\[.*?\\\]|\\[A-Za-z]+/gsu, " ");
  const words = prose.match(/[\p{L}\p{M}]+/gu) ?? [];
  // Marks belong to the letters before them, whatever their script is called.
  const own = new RegExp(`^(?:${scripts.map((script) => `\\p{Script=${script}}`).join("|")}|\\p{M})+$`, "u");
  return words.length === 0 ? 1 : words.filter((word) => own.test(word)).length / words.length;
}

/** Score: the share of a solution's words that are written in the language's script. Throws on an unknown script. */
const langConsistency =
  ({ scripts }: z.output<typeof options>): Evaluator =>
  async ({ solutions }) =>
    solutions.map(({ id: of, text }) => ({
      of,
      by: id,
      level: "outcome",
      score: shareInScripts(text, scripts),
      calls: [],
    }));

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "B2",
  about: "Share of a text's words that are in the target language's script.",
  source: "DeepSeek-AI 2025, DeepSeek-R1; words by script instead of by language",
  options,
  create: langConsistency,
});
