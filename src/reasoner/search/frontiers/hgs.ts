import { z } from "zod";
import { defineMethod } from "../../../core/method.ts";
import { overReplies, repliesOptions } from "./replies.ts";
import { depthFirst } from "./tot-dfs.ts";

const options = repliesOptions.extend({
  children: z.int().positive().default(4),
  /** Steps of a lower value are negative. */
  threshold: z.number().min(0).max(1).default(0.5),
  nodes: z.int().positive().default(64),
  depth: z.int().positive().default(40),
});

/**
 * Departures: a step is positive or negative by a threshold on its value, where the original's model names three classes;
 * when nothing positive is left, the best of the negative steps are taken after all.
 */
export default defineMethod({
  id: "hgs",
  kind: "search",
  contract: "reasoner",
  section: "C2",
  about: "Greedy by the step's value, back where all continuations are negative, up to the first positive reply.",
  source: "Ma et al. 2023 (HGS-PRM)",
  options,
  create: (o) => (question, c) =>
    overReplies("hgs", question, c, o, { run: (f) => depthFirst(f, { ...o, accept: o.threshold, relent: true }) }),
});
