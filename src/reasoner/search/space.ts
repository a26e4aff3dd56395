import type { CallId, Ids } from "../../core/call.ts";
import type { Context } from "../../core/context.ts";
import { messageOf, UserError } from "../../core/errors.ts";
import type { Message } from "../../core/model.ts";
import type { RunError } from "../../core/solution.ts";
import type { Child, Space } from "../../core/space.ts";
import type { Question } from "../../core/task.ts";
import { aborted, costOf, isRunError, joined, nativeMessages, promptOf, readReply, stopped } from "../solve.ts";
import { isFree } from "./actions/action.ts";
import type { ActionType } from "./actions/action-sets.ts";
import { granularityOf, type GranularityOption } from "./actions/granularity.ts";
import { Heap } from "./heap.ts";
import { reader, type Prefix, type Reader } from "./prefix.ts";
import { cutPiece, joinPieces } from "./space-cut.ts";
import { drawActions } from "./space-sampling.ts";

export interface SpaceOptions {
  /** What one action is: a step of the family, a token, or any other granularity with its options. */
  readonly granularity: GranularityOption;
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
  /** Types of the actions, where they have any. */
  readonly types?: readonly string[];
}

/** The space of a question's replies; `error` says why it stopped growing, if it did. */
export interface FamilySpace extends Space<Written> {
  readonly error: RunError | undefined;
  /** The state after these steps, whoever wrote them. Throws UserError on a word that a model of words does not know. */
  at(steps: readonly string[]): Written;
}

/** An action before it is known where it leads. */
interface Move {
  readonly text: string;
  readonly ids: Ids;
  readonly logprob: number;
  readonly calls: readonly CallId[];
  readonly prefix: Prefix | null;
  readonly tokens: number;
  readonly whole: boolean;
  /** The reply is over. */
  readonly ended: boolean;
  readonly type?: string;
}

/** Reads per child before an enumeration settles for fewer children. */
const patience = 32;

/**
 * The space of replies of any model. One that reads ids goes on with ids; another gets the question and the reply so far as
 * messages, and its engine sees to it that only what follows is written. In families with a grammar a reply ends with the
 * word for it; free text ends where the model stops by itself. Throws UserError on what the model or the family cannot do.
 */
export function familySpace(question: Question, outer: Context, o: SpaceOptions): FamilySpace {
  const c = outer.with({ budget: outer.budget.child({}) });
  const model = c.model("reasoner");
  const family = c.family(question.family);
  const maxTokens = family.maxTokens(question, "short");
  const { cut, typed } = granularityOf(o.granularity);
  const action = cut(family);
  const { end } = family;
  const source = o.expand === "enumerate" ? reader(c, "a space that enumerates") : undefined;
  if (source && (typed || isFree(family))) {
    throw new UserError(
      `${typed ? "Typed actions" : "Replies in free text"} cannot be enumerated.`,
      'Set the option expand to "sample", or use a family with a grammar and actions without types.',
    );
  }
  const byIds = model.tokenizer !== undefined && model.can.ids;
  let prompted: Ids = [];
  let broken: RunError | undefined;
  try {
    prompted = opening();
  } catch (thrown) {
    broken = { where: "sample", message: messageOf(thrown) };
  }
  let error = broken;

  function asked(type: ActionType | undefined, written = ""): Message[] {
    const messages = nativeMessages(family, question, "short", written);
    if (type === undefined) return messages;
    const [{ role, content }, ...rest] = messages;
    return [{ role, content: `${content}\n\nNow: ${type.instruction}` }, ...rest];
  }

  function opening(type?: ActionType): Ids {
    const prompt = promptOf(model, asked(type));
    return "ids" in prompt ? prompt.ids : [];
  }

  const join = (pieces: readonly string[]): string => joined(model, pieces);
  const closes = (text: string): boolean =>
    (!isFree(family) && text.endsWith(end)) || (family.delimiter !== "" && text.endsWith(family.delimiter));

  /** k moves of one type; `label` tells their seeds from those of other types. */
  async function drawn(state: Written, k: number, type: ActionType | undefined, label: string): Promise<Move[]> {
    const written = { text: state.text, ids: state.ids.slice(prompted.length) };
    const start = type === undefined ? prompted : byIds ? opening(type) : [];
    const moves = await drawActions(c, {
      prompt: (more) => {
        const { text, ids } = joinPieces(written, more, join);
        return byIds ? { ids: [...start, ...ids] } : asked(type, text);
      },
      action: type?.finishes ? { stops: [], length: () => undefined } : action,
      end,
      k,
      left: maxTokens - state.tokens,
      temperature: o.temperature,
      seed: c.random.fork(`expand/${question.id}${state.path}${label}`).seed,
    });
    if (isRunError(moves)) {
      error = moves;
      return [];
    }
    return moves.map(({ piece: { text, ids, logprobs }, calls, tokens, whole, ended }) => {
      // Without log-probs the share of equal samples estimates the probability.
      const equal = moves.filter(({ piece }) => piece.text === text).length;
      const logprob = logprobs ? logprobs.reduce((sum, value) => sum + value, 0) : Math.log(equal / k);
      const over = ended || (type?.finishes === true && whole);
      return {
        text,
        ids,
        logprob,
        calls,
        prefix: null,
        tokens,
        whole,
        ended: over,
        ...(type ? { type: type.id } : {}),
      };
    });
  }

  async function sampled(state: Written, k: number): Promise<Move[]> {
    if (typed === undefined) return drawn(state, k, undefined, "");
    const types = c.random.fork(`types/${question.id}${state.path}`).shuffle(typed.next(state.types ?? []));
    const shares = types.map((type, i) => ({ type, count: Math.floor((k + types.length - 1 - i) / types.length) }));
    const parts = shares
      .filter(({ count }) => count > 0)
      .map(({ type, count }) => drawn(state, count, type, `:${type.id}`));
    return (await Promise.all(parts)).flat();
  }

  function child(state: Written, move: Move, index: number): Child<Written> | undefined {
    const text = join([state.text, move.text]);
    const tokens = state.tokens + move.tokens;
    const steps = [...state.steps, move.text];
    const complete = o.granularity === "step" || closes(text);
    const reached = complete ? family.state?.(question, steps) : undefined;
    if (o.prune && family.state && complete && (reached === undefined || !move.whole)) return undefined;
    const ended = move.ended || !move.whole || tokens >= maxTokens;
    const key = o.merge && !ended ? reached : undefined;
    const next: Written = {
      steps,
      text,
      calls: [...state.calls, ...move.calls],
      ended,
      key,
      tokens,
      ids: [...state.ids, ...move.ids],
      path: `${state.path}/${index}`,
      prefix: move.prefix,
      ...(move.type === undefined ? {} : { types: [...(state.types ?? []), move.type] }),
    };
    return { state: next, action: move.text, logprob: move.logprob, calls: move.calls };
  }

  /** The whole action that a text begins with, if it holds one. */
  function wholeOf(text: string, tokens: number): number | undefined {
    if (text.endsWith(end) || tokens >= (action.tokens ?? Infinity)) return text.length;
    return action.stops.some((stop) => text.endsWith(stop)) ? action.length(text) : undefined;
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
      const length = wholeOf(text, top.ids.length);
      if (length !== undefined || state.tokens + top.ids.length >= maxTokens) {
        const move = {
          ...cutPiece({ text, ids: top.ids }, length ?? text.length, tokenizer),
          logprob: top.logprob,
          calls: [],
          prefix: top.after,
          tokens: top.ids.length,
          whole: length !== undefined,
          ended: text.endsWith(end),
        };
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
    at: (steps) => {
      const ids = byIds ? steps.flatMap((step) => model.tokenizer?.encode(step) ?? []) : [];
      return {
        steps,
        text: join(steps),
        calls: [],
        ended: false,
        key: o.merge ? family.state?.(question, steps) : undefined,
        tokens: ids.length,
        ids: [...prompted, ...ids],
        path: `=${join(steps)}`,
        prefix: null,
      };
    },
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
