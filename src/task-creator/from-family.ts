import { z } from "zod";
import type { TaskCreator } from "../core/contracts.ts";
import { UserError } from "../core/errors.ts";
import { defineMethod } from "../core/method.ts";
import { distinct } from "./distinct.ts";

const options = z.object({
  family: z.string().describe("id of the task family"),
  difficulty: z
    .union([z.int(), z.tuple([z.int(), z.int()])])
    .describe("a difficulty, or the lowest and the highest, both included"),
  split: z.enum(["train", "eval"]).default("train"),
});

export default defineMethod({
  id: "from-family",
  kind: "task-creator",
  contract: "task-creator",
  section: "design",
  about: "New tasks of a procedural family, all different, their difficulty uniform in a range.",
  source: "this project",
  options,
  create: ({ family, difficulty, split }): TaskCreator => {
    const [low, high] = typeof difficulty === "number" ? [difficulty, difficulty] : difficulty;
    if (low > high)
      throw new UserError(`from-family: difficulty ${low} to ${high} is empty`, "write the lower number first");
    return {
      async *next(stats, c) {
        const random = c.random.fork(`from-family/${stats.round}`);
        const draw = distinct(c.family(family), random, split);
        for (let i = 0; i < stats.count; i++) yield draw(low + random.int(high - low + 1));
      },
    };
  },
});
