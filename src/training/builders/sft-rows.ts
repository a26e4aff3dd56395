import { z } from "zod";
import type { Builder } from "../../core/contracts.ts";
import type { Sft } from "../../core/datum.ts";
import { scoreOf } from "../../core/group.ts";
import { hash } from "../../core/json.ts";
import { defineMethod } from "../../core/method.ts";
import { ask } from "../../core/task.ts";
import { replyRow, tokenizerOf, weighted } from "./rows.ts";

const options = z.object({
  /** Form of the prompt and of the replies. */
  form: z.enum(["short", "long"]).default("short"),
  /** Judge whose score decides; default: the last that judged. */
  judge: z.string().optional(),
  threshold: z.number().default(1).describe("least score of a solution that is learned from"),
  /** Most rows of one task, distinct texts, best first. */
  cap: z.int().positive().default(8),
  /** That share of the cap is withheld in proportion to the task's success rate: fewer rows of easy tasks. */
  spare: z.number().min(0).max(1).default(0),
  /** Stream of rows whose group names none. */
  source: z.string().default("solved"),
  equivalents: z.boolean().default(false).describe("a row for each way to put the question that has the same answer"),
  after: z.string().default("=").describe("word after which a step states its result"),
  before: z.number().min(0).default(1).describe("loss weight of a step's free choices, before that word"),
});

/** Solutions good enough → Sft rows; the reply is learned as an answer to the group's task as it stands now. */
function sftRows(o: z.output<typeof options>): Builder {
  return (groups, c) => {
    const tokenizer = tokenizerOf(c.model("reasoner"));
    return groups.flatMap((group): Sft[] => {
      const question = ask(group.task);
      const family = c.family(question.family);
      const asked = [question, ...(o.equivalents ? (family.equivalents?.(question) ?? []) : [])];
      const good = group.solutions.filter(
        ({ id, error }) => !error && (scoreOf(group, id, o.judge) ?? -Infinity) >= o.threshold,
      );
      const cap = Math.ceil(o.cap * (1 - (o.spare * good.length) / Math.max(1, group.solutions.length)));
      const distinct = [
        ...new Map(good.toReversed().map((solution) => [solution.text, solution])).values(),
      ].toReversed();
      return distinct.slice(0, cap).flatMap((solution) => {
        const last = solution.by.at(-1);
        const call = last === undefined ? undefined : c.call(last);
        return asked.map((put): Sft => {
          const row = replyRow(family.prompt(put, o.form), solution.text, tokenizer, call);
          return {
            kind: "sft",
            id: hash(["sft-rows", group.task.id, solution.id, put.text]),
            taskId: group.task.id,
            source: group.source ?? o.source,
            by: solution.by,
            row: weighted(row, family, put, solution.text, o.form, tokenizer, o),
            weight: 1,
          };
        });
      });
    });
  };
}

export default defineMethod({
  id: "sft-rows",
  kind: "builder",
  contract: "builder",
  section: "design",
  about: "Solutions that a judge accepts become rows for supervised training.",
  source: "rejection sampling fine-tuning: Yuan et al. 2023; weights by step part are this project's",
  options,
  create: sftRows,
});
