import { defineMethod } from "../../../core/method.ts";
import { traced, tracedOptions } from "./traced.ts";

const how =
  "Solve the problem by a depth-first search in your head: take the most promising step, go on from there, and go back to " +
  "the last open choice when it leads nowhere.";

const own = {
  question: "Reach 24 with 2, 3, 5, 12: two numbers at a time are replaced by their sum, difference, product or quotient.",
  trace: [
    "1: 12 * 3 = 36, left 2, 5, 36",
    "1.1: 36 / 2 = 18, left 5, 18",
    "1.1 fails",
    "1.2: 5 * 2 = 10, left 10, 36",
    "1.2 fails",
    "1 fails",
    "2: 5 - 3 = 2, left 2, 2, 12",
    "2.1: 2 + 2 = 4, left 4, 12",
    "2.1 fails",
    "2.2: 2 / 2 = 1, left 1, 12",
    "2.2 fails",
    "2 fails",
    "3: 5 + 3 = 8, left 2, 8, 12",
    "3.1: 12 / 2 = 6, left 6, 8",
    "3.1 fails",
    "3.2: 8 / 2 = 4, left 4, 12",
    "3.2 fails",
    "3 fails",
    "4: 5 * 2 = 10, left 3, 10, 12",
    "4.1: 10 + 12 = 22, left 3, 22",
    "4.1 fails",
    "4 fails",
    "5: 3 - 2 = 1, left 1, 5, 12",
    "5 fails",
    "6: 5 + 2 = 7, left 3, 7, 12",
    "6 fails",
    "7: 12 / 3 = 4, left 2, 4, 5",
    "7.1: 5 * 4 = 20, left 2, 20",
    "7.1 fails",
    "7.2: 4 + 2 = 6, left 5, 6",
    "7.2 fails",
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
