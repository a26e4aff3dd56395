import type { CallId, Ids } from "../../core/call.ts";
import type { Context } from "../../core/context.ts";
import { messageOf } from "../../core/errors.ts";
import type { RunError } from "../../core/solution.ts";
import type { Child, Space } from "../../core/space.ts";
import type { Question } from "../../core/task.ts";
import {
  aborted,
  costOf,
  isRunError,
  joined,
  lost,
  nativeMessages,
  promptOf,
  readReply,
  stopped,
  trySample,
} from "../solve.ts";
import { Heap } from "./heap.ts";
import { reader, type Prefix, type Reader } from "./prefix.ts";

export interface SpaceOptions {
  /** What one action is: a step of the family's grammar, or one token. */
  readonly granularity: "step" | "token";
  /** Draw actions from the model, or list its most probable ones exactly (needs next-token distributions). */
  readonly expand: "sample" | "enumerate";
  readonly temperature: number;
  /** Leave out children whose step the family's rules call invalid. */
  readonly prune: boolean;
  /** States that the family's rules call equal are one state. */
  readonly merge: boolean;
}

/** A reply as far as it is written. */
export interface Written {
  readonly steps: readonly string[];
  readonly text: string;
  readonly calls: readonly CallId[];
  /** Nothing can follow: the reply has its ending, is as long as it may be, or a step broke off. */
  readonly ended: boolean;
  readonly key: string | undefined;
  readonly tokens: number;
  /** Prompt and reply. */
  readonly ids: Ids;
  /** The sample indices on the way here: what the seeds of its children follow from. */
  readonly path: string;
  /** What an enumerating space has read of `ids`. */
  readonly prefix: Prefix | null;
}

/** The space of a question's replies; `error` says why it stopped growing, if it did. */
export interface FamilySpace extends Space<Written> {
  readonly error: RunError | undefined;
}

/** An action before it is known where it leads. */
interface Move {
  readonly text: string;
  readonly ids: Ids;
  readonly logprob: number;
  readonly calls: readonly CallId[];
  readonly prefix: Prefix | null;
  readonly whole: boolean;
}

/** Reads per child before an enumeration settles for fewer children. */
const patience = 32;

/** Throws UserError on a model that cannot enumerate, where that is asked for. */
export function familySpace(question: Question, outer: Context, o: SpaceOptions): FamilySpace {
  const c = outer.with({ budget: outer.budget.child({}) });
  const model = c.model("reasoner");
  const family = c.family(question.family);
  const maxTokens = family.maxTokens(question, "short");
  const enders = [family.delimiter, family.end].filter((word) => word !== "");
  const single = o.granularity === "token" || family.delimiter === "";
  const source = o.expand === "enumerate" ? reader(c, "a space that enumerates") : undefined;
  let prompted: Ids = [];
  let broken: RunError | undefined;
  try {
    const prompt = promptOf(model, nativeMessages(family, question, "short"));
    if ("ids" in prompt) prompted = prompt.ids;
  } catch (thrown) {
    broken = { where: "sample", message: messageOf(thrown) };
  }
  let error = broken;

  const closes = (text: string): boolean => enders.some((ender) => text.endsWith(ender));

  async function sampled(state: Written, k: number): Promise<Move[]> {
    const seed = c.random.fork(`expand/${question.id}${state.path}`).seed;
    const prompt =
      model.tokenizer && model.can.ids ? { ids: state.ids } : nativeMessages(family, question, "short", state.text);
    const left = single ? 1 : maxTokens - state.tokens;
    const drawn = await trySample(c, "reasoner", prompt, {
      n: k,
      seed,
      maxTokens: left,
      temperature: o.temperature,
      stop: enders,
    });
    if (isRunError(drawn)) {
      error = drawn;
      return [];
    }
    const cut = drawn.find((sample) => sample.finish === "abort");
    if (cut) {
      error = lost(cut, c);
      return [];
    }
    return drawn.map(({ text, ids, logprobs, call }) => {
      // Without log-probs the share of equal samples estimates the probability.
      const equal = drawn.filter((other) => other.text === text).length;
      const logprob = logprobs ? logprobs.reduce((sum, value) => sum + value, 0) : Math.log(equal / k);
      return { text, ids, logprob, calls: [call], prefix: null, whole: single || closes(text) };
    });
  }

  function child(state: Written, move: Move, index: number): Child<Written> | undefined {
    const text = joined(model, [state.text, move.text]);
    const tokens = state.tokens + move.ids.length;
    const steps = [...state.steps, move.text];
    const complete = o.granularity === "step" || closes(text);
    const reached = complete ? family.state?.(question, steps) : undefined;
    if (o.prune && family.state && complete && (reached === undefined || !move.whole)) return undefined;
    const ended = text.endsWith(family.end) || !move.whole || tokens >= maxTokens;
    const key = o.merge && !ended ? reached : undefined;
    const path = `${state.path}/${index}`;
    const calls = [...state.calls, ...move.calls];
    const next = {
      steps,
      text,
      calls,
      ended,
      key,
      tokens,
      ids: [...state.ids, ...move.ids],
      path,
      prefix: move.prefix,
    };
    return { state: next, action: move.text, logprob: move.logprob, calls: move.calls };
  }

  /** The most probable whole actions in order, best-first over their tokens. */
  async function enumerated(state: Written, k: number, { tokenizer, read }: Reader): Promise<Child<Written>[]> {
    const heap = new Heap<{ after: Prefix; ids: number[]; logprob: number }>();
    const grow = (after: Prefix, ids: readonly number[], logprob: number): void => {
      for (const [id, value] of after.logprobs.entries()) {
        if (value > -Infinity) heap.push(-(logprob + value), { after, ids: [...ids, id], logprob: logprob + value });
      }
    };
    const unread = state.ids.slice(state.prefix?.ids.length ?? 0);
    const [start] = await read([{ after: state.prefix, ids: unread }]);
    grow(start, [], 0);
    const children: Child<Written>[] = [];
    for (let reads = 0; children.length < k && reads < patience * k && !stopped(c);) {
      const top = heap.pop();
      if (top === undefined) break;
      const text = tokenizer.decode(top.ids);
      const whole = single || closes(text);
      if (whole || state.tokens + top.ids.length >= maxTokens) {
        const move = { text, ids: top.ids, logprob: top.logprob, calls: [], prefix: top.after, whole };
        const found = child(state, move, children.length);
        if (found) children.push(found);
      } else {
        const [after] = await read([{ after: top.after, ids: top.ids.slice(-1) }]);
        reads++;
        grow(after, top.ids, top.logprob);
      }
    }
    return children;
  }

  const key = o.merge ? family.state?.(question, []) : undefined;
  return {
    root: { steps: [], text: "", calls: [], ended: false, key, tokens: 0, ids: prompted, path: "", prefix: null },
    get error() {
      return error;
    },
    isTerminal: (state) => state.ended,
    key: (state) => state.key,
    solution: (state) =>
      readReply(question, family, "short", state.text, { by: state.calls, cost: costOf(c, state.calls) }),
    spent: () => c.budget.spent,
    expand: async (state, k) => {
      error = broken ?? stopped(c);
      if (error) return [];
      try {
        if (source) return await enumerated(state, k, source);
        const moves = await sampled(state, k);
        return moves.flatMap((move, i) => child(state, move, i) ?? []);
      } catch (thrown) {
        error = c.signal.aborted ? aborted : { where: "sample", message: messageOf(thrown) };
        return [];
      }
    },
  };
}
