import { defineMethod } from "../../../core/method.ts";
import { traced, tracedOptions } from "./traced.ts";

const how =
  "Solve the problem by a depth-first search: take the most promising step, go on from there, and go back to the last open " +
  "choice when it leads nowhere.";

const own = {
  question: "Make 26 of 2, 5 and 8, each used once.",
  trace: [
    "1: 5 * 8 = 40, left 2, 40",
    "1.1: 40 - 2 = 38, left 38",
    "1.1 fails",
    "1.2: 40 / 2 = 20, left 20",
    "1.2 fails",
    "1 fails",
    "2: 5 + 8 = 13, left 2, 13",
    "2.1: 13 + 2 = 15, left 15",
    "2.1 fails",
    "2.2: 13 * 2 = 26, left 26",
    "2.2 solves: (5 + 8) * 2",
  ].join("\n"),
};

/** Departure: steps are numbered by their place in the tree, so that the search can be read back. */
export default defineMethod({
  id: "aot",
  kind: "search",
  contract: "reasoner",
  section: "C1",
  about: "A depth-first search that the model writes in a single reply, after the trace of one; read back into a tree.",
  source: "Sel et al. 2023 (Algorithm of Thoughts)",
  options: tracedOptions,
  create: (o) => (question, c) => traced("aot", how, own, question, c, o),
});
