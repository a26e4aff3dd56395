/** Which finished solutions succeed, as far as a run can tell without truth, and how often completions of a prefix do. */
import { addCost, noCost, type CallId } from "../core/call.ts";
import type { Context } from "../core/context.ts";
import type { Evaluator } from "../core/contracts.ts";
import { UserError } from "../core/errors.ts";
import { hash } from "../core/json.ts";
import type { Judgement } from "../core/judgement.ts";
import type { Message } from "../core/model.ts";
import type { Solution } from "../core/solution.ts";
import type { Question, Task } from "../core/task.ts";
import { mean, replies, said, written } from "./asking.ts";

/** The question as a task without truth: what a judge inside a judge may see. */
function withoutTruth({ id, family, text, ...rest }: Question): Task {
  const shown = rest.public === undefined ? {} : { public: rest.public };
  const origin = { by: "question", parents: [], seed: "", split: "eval" } as const;
  return { id, family, text, ...shown, origin, by: [], secret: {} };
}

/** A text read as a solution of the question; one that does not follow the grammar carries the error "parse". */
export function readSolution(question: Question, text: string, by: readonly CallId[], c: Context): Solution {
  const { wellFormed, steps, answer } = c.family(question.family).parse(question, text, "short");
  return {
    id: hash([question.id, text, ...by]),
    taskId: question.id,
    text,
    steps,
    ...(answer === undefined ? {} : { answer }),
    by,
    cost: by.reduce((sum, call) => addCost(sum, c.call(call).cost), noCost),
    ...(wellFormed ? {} : { error: { where: "parse" as const, message: "the reply is not in the short form" } }),
  };
}

/** What a judge says of solutions, else the family's check; throws UserError where there is neither. */
export async function utilities(
  method: string,
  question: Question,
  solutions: readonly Solution[],
  c: Context,
  judge: Evaluator | undefined,
): Promise<Judgement[]> {
  if (judge) {
    return judge({ task: withoutTruth(question), solutions, judgements: [], trees: [], episodes: [] }, c);
  }
  const { id, check } = c.family(question.family);
  if (!check) {
    throw new UserError(
      `${method} needs to know which solutions succeed: the family ${id} has no check, and the run has no evaluator.`,
      "Name an evaluator of finished solutions that sees the question only, such as one that runs tests.",
    );
  }
  return solutions.map(({ id: of, text }) => ({
    of,
    by: method,
    level: "outcome",
    score: Number(check(question, text)),
    calls: [],
  }));
}

export interface Valuing {
  readonly m: number;
  readonly temperature: number;
  readonly judge: Evaluator | undefined;
}

export type Valued = { readonly calls: readonly CallId[] } & ({ readonly value: number } | { readonly lack: string });

/** Mean success of m completions of a prefix by the reasoner's model, or of the prefix itself where nothing can follow. */
export async function valueOf(
  method: string,
  question: Question,
  prefix: readonly string[],
  c: Context,
  { m, temperature, judge }: Valuing,
): Promise<Valued> {
  const family = c.family(question.family);
  const model = c.model("reasoner");
  const text = written(model, prefix);
  let finished = [readSolution(question, text, [], c)];
  let calls: readonly CallId[] = [];
  if (family.end === "" || !text.endsWith(family.end)) {
    const prompt: Message[] = said(family.prompt(question, "short"));
    if (text !== "") prompt.push({ role: "assistant", content: text });
    const stop = family.end === "" ? {} : { stop: [family.end] };
    const maxTokens = family.maxTokens(question, "short");
    const asking = { n: m, label: `${method}/${question.id}`, maxTokens, temperature, ...stop };
    const got = await replies(c, prompt, asking, "reasoner");
    if (got.lack !== undefined) return { lack: got.lack, calls: got.calls };
    calls = got.calls;
    finished = got.samples.map((sample) =>
      readSolution(question, written(model, [text, sample.text]), [sample.call], c),
    );
  }
  const judgements = await utilities(method, question, finished, c, judge);
  const scores = judgements.map(({ score }) => score).filter((score) => score !== null);
  return scores.length === 0 ? { lack: "no completion could be judged", calls } : { value: mean(scores), calls };
}
