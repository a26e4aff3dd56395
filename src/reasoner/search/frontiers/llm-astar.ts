import { z } from "zod";
import type { CallId } from "../../../core/call.ts";
import type { Context } from "../../../core/context.ts";
import type { Reasoned } from "../../../core/contracts.ts";
import { UserError } from "../../../core/errors.ts";
import { hash } from "../../../core/json.ts";
import { defineMethod } from "../../../core/method.ts";
import type { Question } from "../../../core/task.ts";
import { costOf, failed, isRunError, stopped, trySample } from "../../solve.ts";
import { GrowingTree } from "../tree.ts";
import { gridOf, nameOf, readCells, sameCell, type Grid } from "./grid.ts";
import { route } from "./waypoints.ts";

const options = z.object({
  /** Most waypoints that are asked for. */
  waypoints: z.int().nonnegative().default(6),
  expansions: z.int().positive().default(1_000_000),
  temperature: z.number().nonnegative().default(0),
  maxTokens: z.int().positive().default(512),
});

export const waypointPrompt = ({ rows, start, goal }: Grid, most: number): string =>
  `A map, one line a row, counted from 0; # is a wall, S the start ${nameOf(start)}, G the goal ${nameOf(goal)}:\n` +
  `${rows.join("\n")}\n\nA step goes up, down, left or right. Which free cells should a short path from S to G pass? ` +
  `Name at most ${most} in order, as (row, column) pairs on the last line.`;

async function search(question: Question, outer: Context, o: z.output<typeof options>): Promise<Reasoned> {
  const grid = gridOf(question);
  if (grid === undefined) {
    throw new UserError(
      "llm-astar finds paths on a map, and this question has none.",
      "Put the map into the question: lines of S (start), G (goal), # (wall) and . (free), or public.grid.",
    );
  }
  const c = outer.with({ budget: outer.budget.child({}) });
  const messages = [{ role: "user", content: waypointPrompt(grid, o.waypoints) }] as const;
  const seed = c.random.fork(`llm-astar/${question.id}`).seed;
  const { maxTokens, temperature } = o;
  const reply =
    o.waypoints === 0 ? [] : await trySample(c, "reasoner", messages, { n: 1, seed, maxTokens, temperature });
  const told = isRunError(reply) ? [] : reply.filter(({ finish }) => finish !== "abort");
  const by = told.map(({ call }): CallId => call);
  const waypoints = told.flatMap(({ text }) => readCells(text)).slice(0, o.waypoints);

  const tree = new GrowingTree();
  const ids = new Map([[nameOf(grid.start), 0]]);
  const aborted = c.signal.aborted ? stopped(c) : undefined;
  const { path } = aborted
    ? {}
    : route(grid, waypoints, {
        expansions: o.expansions,
        found: (from, to) => {
          const offers = to.map((cell) => {
            return {
              action: nameOf(cell),
              logprob: 0,
              calls: [],
              key: nameOf(cell),
              terminal: sameCell(cell, grid.goal),
            };
          });
          const placed = tree.expand(ids.get(nameOf(from)) ?? 0, offers, true);
          for (const [i, id] of placed.entries()) if (id !== undefined) ids.set(nameOf(to[i]), id);
        },
      });
  const cost = costOf(c, by);
  tree.charge(0, cost);
  const text = path?.map(nameOf).join(" ") ?? "";
  const none = aborted ?? ({ where: "sample", message: "no path leads from the start to the goal" } as const);
  const solution = path
    ? {
        id: hash(["llm-astar", question.id, text, ...by]),
        taskId: question.id,
        text,
        steps: path.map((cell) => ({ text: nameOf(cell) })),
        answer: String(path.length - 1),
        by,
        cost,
      }
    : failed(question, none, { by, cost });
  const end = ids.get(nameOf(grid.goal));
  if (path && end !== undefined && end > 0) {
    tree.setValue(end, 1);
    tree.backup(end, 1);
    tree.setSolution(end, solution.id);
  }
  const id = hash(["llm-astar", question.id, c.random.seed, o]);
  const finished = tree.finish({ id, taskId: question.id, by: "llm-astar", cost: c.budget.spent, oracle: false });
  return { solutions: [solution], trees: [finished], episodes: [] };
}

/** Without a usable reply it heads straight for the goal. The answer is the number of steps. */
export default defineMethod({
  id: "llm-astar",
  kind: "search",
  contract: "reasoner",
  section: "C3",
  about: "Path search on a map, drawn along waypoints that a model names.",
  source: "Meng et al. 2024 (LLM-A*)",
  options,
  create: (o) => (question, c) => search(question, c, o),
});
