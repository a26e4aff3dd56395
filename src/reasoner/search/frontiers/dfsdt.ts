import { z } from "zod";
import type { CallId, Cost } from "../../../core/call.ts";
import type { Context } from "../../../core/context.ts";
import type { Reasoned } from "../../../core/contracts.ts";
import { hash } from "../../../core/json.ts";
import { defineMethod } from "../../../core/method.ts";
import type { RunError, Solution } from "../../../core/solution.ts";
import type { Question } from "../../../core/task.ts";
import { pathTo } from "../../../core/tree.ts";
import { bestFirst, costOf, failed, isRunError, judge, lost, solutionId, stopped, trySample } from "../../solve.ts";
import { GrowingTree } from "../tree.ts";
import { climb } from "./climb.ts";
import { observe, readAct, turnMessages, type Tried } from "./tool-acts.ts";

const options = z.object({
  /** Children per node, made one at a time; levels; and finished replies wanted. */
  width: z.int().positive().default(2),
  depth: z.int().positive().default(12),
  answers: z.int().positive().default(1),
  /** Calls of the model in all. */
  nodes: z.int().positive().default(200),
  temperature: z.number().nonnegative().default(1),
  maxTokens: z.int().positive().default(512),
});

interface Made extends Tried {
  readonly id: number;
}

const start: Made = { id: 0, text: "", act: { kind: "call", tool: "", input: "" }, observation: "" };

async function search(question: Question, outer: Context, o: z.output<typeof options>): Promise<Reasoned> {
  const c = outer.with({ budget: outer.budget.child({}) });
  const tree = new GrowingTree();
  const made: Made[] = [start];
  let error: RunError | undefined;
  const pathOf = (id: number): Made[] =>
    pathTo(tree, id)
      .slice(1)
      .map((at) => made[at]);

  const generate = async (parent: Made, earlier: readonly Made[]): Promise<Made | undefined> => {
    error = stopped(c) ?? (made.length > o.nodes ? tooMany : undefined);
    if (error) return undefined;
    const messages = turnMessages(question.text, Object.values(c.tools), pathOf(parent.id), earlier);
    const seed = c.random.fork(`dfsdt/${question.id}/${parent.id}/${earlier.length}`).seed;
    const { maxTokens, temperature } = o;
    const drawn = await trySample(c, "reasoner", messages, {
      n: 1,
      seed,
      maxTokens,
      temperature,
      stop: ["Observation:"],
    });
    if (isRunError(drawn) || drawn[0].finish === "abort") {
      error = isRunError(drawn) ? drawn : lost(drawn[0], c);
      return undefined;
    }
    const [{ call }] = drawn;
    const text = drawn[0].text.replace(/\s*Observation:$/u, "");
    const act = readAct(text);
    const observation = act.kind === "call" ? await observe(c.tools[act.tool], act, c) : "";
    // The number keeps siblings apart that say the same.
    const offer = {
      action: `${earlier.length + 1}. ${text}`,
      logprob: 0,
      calls: [call],
      terminal: act.kind !== "call",
    };
    const [id = 0] = tree.expand(parent.id, [offer], true);
    tree.charge(id, costOf(c, [call]));
    const child: Made = { id, text, act, observation };
    made.push(child);
    return child;
  };
  const finished = await climb(start, {
    ...o,
    generate,
    turn: ({ act }) => (act.kind === "call" ? "go-on" : act.kind),
  });

  const solutions = finished.map(({ id, act }): Solution => {
    const path = pathOf(id);
    const by = pathTo(tree, id).flatMap((at): readonly CallId[] => tree.nodes[at].calls);
    const text = path.map((one) => one.text).join("\n");
    const cost: Cost = costOf(c, by);
    const steps = path.map((one) => ({ text: one.text }));
    return { id: solutionId(question, text, by), taskId: question.id, text, steps, answer: act.input, by, cost };
  });
  const scores = c.evaluator ? await judge(question, solutions, c) : solutions.map(() => null);
  for (const [i, { id }] of finished.entries()) {
    tree.setValue(id, scores[i] ?? 1);
    tree.backup(id, scores[i] ?? 1);
    tree.setSolution(id, solutions[i].id);
  }
  const byId = new Map(solutions.map(({ id }, i) => [id, scores[i] ?? 0]));
  const why: RunError = error ?? { where: "sample", message: "every attempt was given up" };
  const name = hash(["dfsdt", question.id, c.random.seed, o]);
  const tried = tree.finish({ id: name, taskId: question.id, by: "dfsdt", cost: c.budget.spent, oracle: false });
  const found = bestFirst(solutions, ({ id }) => byId.get(id) ?? 0);
  return { solutions: found.length > 0 ? found : [failed(question, why)], trees: [tried], episodes: [] };
}

const tooMany: RunError = { where: "budget", message: "no answer within the nodes of the search" };

/** A failing or unknown tool is an observation. The tools are those of the context. */
export default defineMethod({
  id: "dfsdt",
  kind: "search",
  contract: "reasoner",
  section: "C1",
  about: "Depth-first decisions over tool calls: at a dead end it goes back and tries something else.",
  source: "Qin Y. et al. 2023 (ToolLLM)",
  options,
  create: (o) => (question, c) => search(question, c, o),
});
