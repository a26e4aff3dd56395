import { z } from "zod";
import { noCost } from "../../core/call.ts";
import type { Context } from "../../core/context.ts";
import type { Reasoned } from "../../core/contracts.ts";
import { messageOf } from "../../core/errors.ts";
import { hash } from "../../core/json.ts";
import { defineMethod } from "../../core/method.ts";
import type { RunError } from "../../core/solution.ts";
import type { Question } from "../../core/task.ts";
import { aborted, failed, readReply, stopped } from "../solve.ts";
import { levinOverSteps, levinStepOptions } from "./frontiers/levin-steps.ts";
import { levinSearch } from "./levin-search.ts";
import { tokenTree, tokenTreeOptions } from "./token-tree.ts";

const options = tokenTreeOptions.extend(levinStepOptions.shape).extend({
  /** What a level of the tree is: a token, which needs a model that gives distributions, or a step of any model's. */
  over: z.enum(["tokens", "steps"]).default("tokens"),
  /** Tokens read after the prompt before the search gives up. */
  tokens: z.int().positive().default(1152),
  /** Tokens read side by side; 1 is the exact order, more is faster for a single question. */
  width: z.int().positive().default(1),
});

async function search(question: Question, outer: Context, o: z.output<typeof options>): Promise<Reasoned> {
  const c = outer.with({ budget: outer.budget.child({}) });
  const tree = tokenTree(question, c, o);
  let error: RunError | undefined;
  try {
    const halted = (): boolean => stopped(c) !== undefined;
    const result = await levinSearch(tree, { expansions: o.tokens + 1, width: o.width, early: true, halted });
    if (!result.goal) error = stopped(c) ?? (result.expansions > o.tokens ? spent : nothing);
  } catch (thrown) {
    error = c.signal.aborted ? aborted : { where: "sample", message: messageOf(thrown) };
  }
  const { accepted, rejected } = tree;
  const family = c.family(question.family);
  const read = (text: string) => readReply(question, family, "short", text, { by: [], cost: noCost });
  const text = accepted ?? rejected;
  const solution = text === undefined ? failed(question, error ?? nothing) : read(text);
  if (accepted !== undefined) tree.accept(solution.id);
  const id = hash(["levin", question.id, o]);
  const finished = tree.grown.finish({ id, taskId: question.id, by: "levin", cost: c.budget.spent, oracle: false });
  return { solutions: [solution], trees: [finished], episodes: [] };
}

const spent: RunError = { where: "budget", message: "no reply was accepted within the tokens of the search" };
const nothing: RunError = { where: "sample", message: "no reply that the search allows was accepted" };

/**
 * Departures from the paper: a goal is taken as soon as it is generated (never more expansions), and, as options,
 * improbable tokens are left out, invalid steps pruned, and the word after "=" is not branched on. A family without a
 * check accepts the first well-formed reply. If none is accepted, the first rejected one is the best so far.
 */
export default defineMethod({
  id: "levin",
  kind: "search",
  contract: "reasoner",
  section: "L",
  about:
    "Levin tree search over tokens or steps: best-first by depth over probability, up to the first reply that the question's own check accepts.",
  source: "Orseau et al. 2018",
  options,
  create: (o) => (question, c) => (o.over === "steps" ? levinOverSteps(question, c, o) : search(question, c, o)),
});
