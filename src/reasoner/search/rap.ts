import type { Context } from "../../core/context.ts";
import type { Reasoned } from "../../core/contracts.ts";
import { messageOf } from "../../core/errors.ts";
import { defineMethod } from "../../core/method.ts";
import type { RunError, Solution } from "../../core/solution.ts";
import type { Question } from "../../core/task.ts";
import { aborted, bestFirst } from "../solve.ts";
import { concluded } from "./guided.ts";
import { RapSearch } from "./rap-search.ts";
import { rapSearchOptions, rapWorld, type RapSearchOptions } from "./rap-world.ts";
import type { Written } from "./space.ts";

async function search(question: Question, outer: Context, o: RapSearchOptions): Promise<Reasoned> {
  const c = outer.with({ budget: outer.budget.child({}) });
  const world = rapWorld(question, c, o, (node, cost) => rap.tree.charge(node, cost));
  const { space } = world;
  let failure: RunError | undefined;
  const rap = new RapSearch<Written>(world, o);
  try {
    for (let i = 0; i < o.iterations && !world.error(); i++) if (!(await rap.iterate())) break;
  } catch (thrown) {
    failure = c.signal.aborted ? aborted : { where: "sample", message: messageOf(thrown) };
  }
  const answers = new Map<string, number[]>();
  for (const node of rap.tree.nodes) {
    if (!node.terminal) continue;
    const answer = space.solution(rap.states[node.id]).answer ?? "";
    answers.set(answer, [...(answers.get(answer) ?? []), node.id]);
  }
  const weight = (solution: Solution): number => rap.weightOf(answers.get(solution.answer ?? "") ?? []);
  const order = (solutions: Solution[]): Solution[] =>
    bestFirst(solutions, (solution) => (solution.error ? 0 : 1), weight);
  const g = { c, space, error: () => failure ?? world.error() };
  return concluded("rap", question, g, rap, { output: "max-q", options: o, order });
}

/** Departure: what may be asked in words is asked only of models of free text; where there is a grammar the policy's likelihood stands in. */
export default defineMethod({
  id: "rap",
  kind: "objective",
  contract: "reasoner",
  section: "E7",
  about:
    "Monte-Carlo tree search in which a model is policy, world and reward: sub-questions, their answers, their use.",
  source: "Hao et al. 2023 (RAP)",
  options: rapSearchOptions,
  create: (o) => (question, c) => search(question, c, o),
});
