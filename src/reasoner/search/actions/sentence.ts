import { z } from "zod";
import { defineMethod } from "../../../core/method.ts";
import { isFree, step, type Granularity } from "./action.ts";

const marks = [". ", "? ", "! ", "\n"];
/** A full stop after these does not end a sentence: the number of a list's item, an initial, a common abbreviation. */
const unfinished = /(?:^|\n)\s*\d+\. $|(?:^|\s)(?:\p{Lu}|e\.g|i\.e|etc|cf|vs|Mr|Mrs|Ms|Dr|Prof|No|Fig|Eq)\. $/u;

const options = z.object({ at: z.enum(["sentence", "line"]).default("sentence").describe("ends an action") });

/** Departure: in a family with a grammar the sentences are its steps. */
export default defineMethod({
  id: "sentence",
  kind: "action",
  contract: "function",
  section: "C4",
  about: "An action is a sentence, or a line.",
  source: "Feng et al. 2023; Zhang D. et al. 2024 (lines)",
  options,
  create:
    (o): Granularity =>
    (family) => {
      if (!isFree(family)) return step(family);
      const stops = o.at === "line" ? ["\n"] : marks;
      const ends = (text: string): boolean => stops.some((stop) => text.endsWith(stop)) && !unfinished.test(text);
      return { stops, length: (text) => (text.trim() !== "" && ends(text) ? text.length : undefined) };
    },
});
