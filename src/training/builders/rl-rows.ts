import { z } from "zod";
import type { Call } from "../../core/call.ts";
import type { Builder } from "../../core/contracts.ts";
import type { Rl, Row } from "../../core/datum.ts";
import { UserError } from "../../core/errors.ts";
import { scoreOf, type Group } from "../../core/group.ts";
import { hash } from "../../core/json.ts";
import { defineMethod } from "../../core/method.ts";
import type { Solution } from "../../core/solution.ts";

const options = z.object({
  /** Weight of each judge's score in the reward. */
  rewards: z.record(z.string(), z.number()).default({ "gt-match": 1 }),
  source: z.string().default("rollouts").describe("stream of rows whose group names none"),
});

function segment({ prompt, output, logprobs }: Call): Row {
  const row = { ids: [...prompt, ...output], from: prompt.length };
  return logprobs ? { ...row, old: [...prompt.map(() => 0), ...logprobs] } : row;
}

function rewardOf(group: Group, solution: string, rewards: Readonly<Record<string, number>>): number {
  return Object.entries(rewards).reduce((sum, [judge, weight]) => {
    if (!group.judgements.some(({ of, by }) => of === solution && by === judge)) {
      throw new UserError(
        `Task ${group.task.id}: no judgement by "${judge}" of solution ${solution}, which the reward counts.`,
        `Add "${judge}" to the phase's judges, or remove it from the rewards of rl-rows.`,
      );
    }
    return sum + weight * (scoreOf(group, solution, judge) ?? 0);
  }, 0);
}

/** Attempts that ended otherwise were cut off from outside: what they would have earned is not known. */
const finished = ({ error }: Solution): boolean =>
  error === undefined || error.where === "parse" || error.where === "tool";

/** Finished attempts → Rl rows, one segment a call; an undecided judge counts 0. What never became tokens is left out. */
function rlRows(o: z.output<typeof options>): Builder {
  return (groups, c) =>
    groups.flatMap((group): Rl[] =>
      group.solutions.filter(finished).flatMap((solution) => {
        const segments = solution.by.map((id) => segment(c.call(id))).filter((row) => row.ids.length > row.from);
        if (segments.length === 0) return [];
        return [
          {
            kind: "rl",
            id: hash(["rl-rows", group.task.id, solution.id]),
            taskId: group.task.id,
            source: group.source ?? o.source,
            by: solution.by,
            segments,
            group: group.task.id,
            reward: rewardOf(group, solution.id, o.rewards),
          },
        ];
      }),
    );
}

export default defineMethod({
  id: "rl-rows",
  kind: "builder",
  contract: "builder",
  section: "design",
  about: "Attempts, right and wrong, become rollouts with a weighted sum of judges' scores as reward.",
  source: "the rollout record that policy-gradient methods share",
  options,
  create: rlRows,
});
