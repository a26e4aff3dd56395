import { z } from "zod";
import { noCost } from "../../../core/call.ts";
import type { Context } from "../../../core/context.ts";
import type { Reasoned } from "../../../core/contracts.ts";
import { messageOf } from "../../../core/errors.ts";
import { hash } from "../../../core/json.ts";
import { defineMethod } from "../../../core/method.ts";
import type { RunError, Solution } from "../../../core/solution.ts";
import type { Question } from "../../../core/task.ts";
import { aborted, bestFirst, failed, nativeMessages, promptOf, readReply, stopped } from "../../solve.ts";
import { reader, type Prefix } from "../prefix.ts";
import { GrowingTree } from "../tree.ts";
import { answerSpan, confidence, topTokens } from "./decoding.ts";

/** `k`: first tokens that are branched on. */
const options = z.object({ k: z.int().positive().default(10), maxTokens: z.int().positive().optional() });

/** A reply as far as it is decoded: each token, and its probability minus that of the runner-up. */
interface Decoded {
  at: Prefix;
  readonly ids: number[];
  readonly margins: number[];
  done: boolean;
}

async function search(question: Question, outer: Context, o: z.output<typeof options>): Promise<Reasoned> {
  const c = outer.with({ budget: outer.budget.child({}) });
  const { tokenizer, read } = reader(c, "cot-decode");
  const family = c.family(question.family);
  const maxTokens = o.maxTokens ?? family.maxTokens(question, "short");
  const end = tokenizer.id(family.end);
  const replies: Decoded[] = [];
  let error: RunError | undefined = stopped(c);
  const append = (reply: Decoded, id: number, runnerUp: number): void => {
    const { logprobs } = reply.at;
    reply.ids.push(id);
    reply.margins.push(Math.exp(logprobs[id]) - Math.exp(logprobs[runnerUp]));
    reply.done = id === end;
  };
  try {
    const prompt = promptOf(c.model("reasoner"), nativeMessages(family, question, "short"));
    const [start] = error ? [] : await read([{ after: null, ids: "ids" in prompt ? prompt.ids : [] }]);
    if (start) {
      const firsts = topTokens(start.logprobs, o.k).filter((id) => start.logprobs[id] > -Infinity);
      for (const [i, id] of firsts.entries()) {
        replies.push({ at: start, ids: [], margins: [], done: false });
        append(replies[i], id, firsts.find((other) => other !== id) ?? id);
      }
    }
    for (let length = 1; length < maxTokens && !(error ??= stopped(c)); length++) {
      const going = replies.filter(({ done }) => !done);
      if (going.length === 0) break;
      const prefixes = await read(going.map(({ at, ids }) => ({ after: at, ids: ids.slice(-1) })));
      for (const [i, reply] of going.entries()) {
        reply.at = prefixes[i];
        const [best, second] = topTokens(prefixes[i].logprobs, 2);
        append(reply, best, second ?? best);
      }
    }
  } catch (thrown) {
    error = c.signal.aborted ? aborted : { where: "sample", message: messageOf(thrown) };
  }
  const found = replies.map(({ ids, margins, done }) => {
    const solution = readReply(question, family, "short", tokenizer.decode(ids), { by: [], cost: noCost });
    const broken = error && !done && end !== undefined ? { ...solution, error } : solution;
    return { solution: broken, delta: confidence(margins, answerSpan(tokenizer, ids, solution.answer ?? "")) };
  });
  return concluded(question, c, found, error, o);
}

/** The answer with the highest sum of Δ first, and within it the surest reply. */
function concluded(
  question: Question,
  c: Context,
  found: readonly { readonly solution: Solution; readonly delta: number }[],
  error: RunError | undefined,
  o: z.output<typeof options>,
): Reasoned {
  const sums = new Map<string, number>();
  for (const { solution, delta } of found) {
    const { answer, error: broken } = solution;
    if (answer !== undefined && !broken) sums.set(answer, (sums.get(answer) ?? 0) + delta);
  }
  const order = bestFirst(
    found,
    ({ solution }) => (solution.error ? 0 : 1),
    ({ solution }) => sums.get(solution.answer ?? "") ?? 0,
    ({ delta }) => delta,
  );
  const tree = new GrowingTree();
  const offers = found.map(({ solution }) => ({ action: solution.text, logprob: 0, calls: [], terminal: true }));
  for (const [i, id] of tree.expand(0, offers).entries()) {
    if (id === undefined) continue;
    tree.setValue(id, found[i].delta);
    tree.backup(id, found[i].delta);
    tree.setSolution(id, found[i].solution.id);
  }
  const id = hash(["cot-decode", question.id, o]);
  const finished = tree.finish({ id, taskId: question.id, by: "cot-decode", cost: c.budget.spent, oracle: false });
  const solutions = found.length > 0 ? order.map(({ solution }) => solution) : [failed(question, error ?? nothing)];
  return { solutions, trees: [finished], episodes: [] };
}

const nothing: RunError = { where: "sample", message: "the model offers no first token" };

/** Departure: the answer's tokens are found by what the family reads as the answer, which serves any grammar. */
export default defineMethod({
  id: "cot-decode",
  kind: "search",
  contract: "reasoner",
  section: "C2",
  about:
    "Greedy replies after each of the k most probable first tokens; the answer that is written with most confidence.",
  source: "Wang X. and Zhou 2024",
  options,
  create: (o) => (question, c) => search(question, c, o),
});
