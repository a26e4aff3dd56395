import { addCost, noCost, type CallId, type Cost, type Ids, type Role } from "../core/call.ts";
import type { Context, Sample } from "../core/context.ts";
import { messageOf } from "../core/errors.ts";
import type { Family, Form } from "../core/family.ts";
import { hash } from "../core/json.ts";
import type { Message, Model, Prompt, Sampling, Tokenizer } from "../core/model.ts";
import type { RunError, Solution } from "../core/solution.ts";
import type { Question, Task } from "../core/task.ts";

/** What a model is asked to continue: ids where it reads ids, else messages. Throws UserError on an unknown word. */
export function promptOf(model: Model, messages: readonly Message[]): Prompt {
  if (model.tokenizer === undefined || !model.can.ids) return { messages };
  return { ids: model.tokenizer.encode(messages.map((message) => message.content).join(" ")) };
}

/** The question in the grammar of its family, as messages; `written` is the beginning of the reply. */
export function nativeMessages(family: Family, question: Question, form: Form, written = ""): Message[] {
  const asked: Message = { role: "user", content: family.prompt(question, form) };
  return written === "" ? [asked] : [asked, { role: "assistant", content: written }];
}

/** Pieces of a reply as one text: tokenizers of words separate them by single spaces, others bring their own white space. */
export function joined({ tokenizer }: Model, pieces: readonly string[]): string {
  return tokenizer && separates(tokenizer) ? pieces.filter((piece) => piece !== "").join(" ") : pieces.join("");
}

function separates(tokenizer: Tokenizer): boolean {
  if (tokenizer.size === 0) return true;
  const one = tokenizer.decode([0]);
  return tokenizer.decode([0, 0]) !== one + one;
}

/** Why no further call may be made, or undefined. */
export function stopped(c: Context): RunError | undefined {
  if (c.signal.aborted) return aborted;
  const cap = c.budget.exhausted;
  return cap === undefined ? undefined : { where: "budget", message: `the budget's ${cap} are used up` };
}

/** Tells a failure that is data from what was asked for. */
export function isRunError(x: object): x is RunError {
  return "where" in x && "message" in x;
}

/**
 * Samples after the messages, or the reason why there are none: a spent budget, an abort, a word that the model does
 * not know, a failing call. Fewer than asked for where the budget ends.
 */
export async function trySample(
  c: Context,
  role: Role,
  messages: readonly Message[] | { readonly ids: Ids },
  o: Sampling,
): Promise<Sample[] | RunError> {
  const model = c.model(role);
  const stop = stopped(c);
  if (stop) return stop;
  const samples: Sample[] = [];
  try {
    const prompt = "ids" in messages ? messages : promptOf(model, messages);
    // No more side by side than the tokens left pay for in the worst case, so that a cap is a cap.
    while (samples.length < o.n && !stopped(c)) {
      const left = c.budget.tokensLeft;
      const maxTokens = Math.min(o.maxTokens, left);
      const count = Math.max(1, Math.min(o.n - samples.length, Math.floor(left / maxTokens)));
      const from = samples.length;
      const only = count < o.n ? { only: Array.from({ length: count }, (_, i) => from + i) } : {};
      samples.push(...(await c.sample(role, prompt, { ...o, ...only, maxTokens, signal: c.signal })));
    }
    return samples;
  } catch (error) {
    if (samples.length > 0) return samples;
    return c.signal.aborted ? aborted : { where: "sample", message: messageOf(error) };
  }
}

/** An attempt that came to nothing. */
export function failed(
  question: Question,
  error: RunError,
  got: Partial<Pick<Solution, "text" | "by" | "cost">> = {},
): Solution {
  const { text = "", by = [], cost = noCost } = got;
  const id = hash(["failed", question.id, error.where, error.message, text, ...by]);
  return { id, taskId: question.id, text, steps: [], by, cost, error };
}

/** Why a completion broke off. */
export function lost(sample: Sample, c: Context): RunError {
  return sample.error ?? stopped(c) ?? aborted;
}

export const aborted: RunError = { where: "abort", message: "the run was aborted" };

/** What a solution's id follows from: the calls that wrote it, or else its text. */
export function solutionId(question: Question, text: string, by: readonly CallId[]): string {
  return hash([question.id, text, ...by]);
}

/** Reads a reply in the grammar of its form; one that does not follow it carries the error "parse". */
export function readReply(
  question: Question,
  family: Family,
  form: Form,
  text: string,
  from: { readonly by: readonly CallId[]; readonly cost: Cost },
): Solution {
  const { wellFormed, steps, answer } = family.parse(question, text, form);
  return {
    id: solutionId(question, text, from.by),
    taskId: question.id,
    text,
    steps,
    ...(answer === undefined ? {} : { answer }),
    by: from.by,
    cost: from.cost,
    ...(wellFormed ? {} : { error: { where: "parse" as const, message: `the reply is not in the ${form} form` } }),
  };
}

/** The cost of recorded calls. */
export function costOf(c: Context, by: readonly CallId[]): Cost {
  return by.reduce((sum, id) => addCost(sum, c.call(id).cost), noCost);
}

/** Mean log-prob a token over a solution's calls at temperature 1; −Infinity where the model gave none. */
export function meanLogprob(c: Context, solution: Solution): number {
  let sum = 0;
  let count = 0;
  for (const id of solution.by) {
    for (const logprob of c.call(id).logprobs ?? []) {
      sum += logprob;
      count++;
    }
  }
  return count === 0 ? -Infinity : sum / count;
}

/** The question as a task without truth: what an Evaluator that solves may see. */
export function withoutTruth(question: Question): Task {
  const { id, family, text } = question;
  const origin = { by: "question", parents: [], seed: "", split: "eval" } as const;
  return {
    id,
    family,
    text,
    ...(question.public === undefined ? {} : { public: question.public }),
    origin,
    by: [],
    secret: {},
  };
}

/**
 * Scores of solutions without truth, in order: by the context's Evaluator, else by the family's check of the question
 * alone (1 or 0), else null. A solution with an error that left no text scores 0 by the check.
 */
export async function judge(
  question: Question,
  solutions: readonly Solution[],
  c: Context,
): Promise<(number | null)[]> {
  if (c.evaluator) {
    const group = { task: withoutTruth(question), solutions, judgements: [], trees: [], episodes: [] };
    return (await c.evaluator(group, c)).map((judgement) => judgement.score);
  }
  const family = c.family(question.family);
  return solutions.map(({ text }) => (family.check ? Number(family.check(question, text)) : null));
}

/** The items by descending key; equal keys keep their order. */
export function bestFirst<T>(items: readonly T[], ...keys: ((item: T) => number)[]): T[] {
  const rows = items.map((item) => ({ item, key: keys.map((key) => key(item)) }));
  rows.sort((a, b) => {
    const at = a.key.findIndex((value, i) => value !== b.key[i]);
    return at < 0 ? 0 : b.key[at] - a.key[at];
  });
  return rows.map((row) => row.item);
}
