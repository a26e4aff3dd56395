import type { GuideNode } from "../../core/contracts.ts";
import type { Capabilities, Completion, Model, Prompt, Sampling } from "../../core/model.ts";
import { uniform } from "../../core/random.ts";
import type { Question } from "../../core/task.ts";

/** A prompt as a Reciter saw it. */
export interface Heard {
  readonly asked: string;
  readonly written: string;
  readonly o: Sampling;
}

/**
 * A model of free text without ids or log-probs, such as a chat server: it knows whole replies to what it is asked, and goes on
 * with one that begins with what is written. A token is a word with the white space before it.
 */
export class Reciter implements Model {
  readonly name = "reciter";
  readonly version = "reciter@1";
  readonly can: Capabilities = {
    logprobs: false,
    next: false,
    score: false,
    train: false,
    ids: false,
    batch: 64,
    outputs: [],
  };
  readonly heard: Heard[] = [];
  readonly #replies: (asked: string, written: string) => readonly string[];

  constructor(replies: (asked: string, written: string) => readonly string[]) {
    this.#replies = replies;
  }

  sample(prompt: Prompt, o: Sampling): Promise<Completion[]> {
    const messages = "messages" in prompt ? prompt.messages : [];
    const [{ content: asked }] = messages;
    const last = messages[messages.length - 1];
    const written = last.role === "assistant" ? last.content : "";
    this.heard.push({ asked, written, o });
    const known = this.#replies(asked, written).filter((reply) => reply.startsWith(written));
    return Promise.resolve(
      Array.from({ length: o.n }, (_, i) => {
        const reply = known[Math.floor(uniform(`${o.seed}/${i}`, written.length) * known.length)] ?? written;
        return complete(reply.slice(written.length), o, asked.length);
      }),
    );
  }
}

function complete(rest: string, o: Sampling, promptTokens: number): Completion {
  const stops = (o.stop ?? []).map((stop) => rest.indexOf(stop) + (rest.includes(stop) ? stop.length : Infinity));
  const upTo = rest.slice(0, Math.min(rest.length, ...stops));
  const tokens = upTo.match(/\s*\S+|\s+$/gu) ?? [];
  const kept = tokens.slice(0, o.maxTokens);
  return {
    text: kept.join(""),
    ids: [],
    finish: kept.length < tokens.length ? "length" : "stop",
    promptTokens,
    cost: { calls: 1, inputTokens: promptTokens, outputTokens: kept.length },
  };
}

/** A state as a Guide sees it: the second node of a tree, or its root. */
export function nodeAt(
  question: Question,
  steps: readonly string[],
  o: { terminal?: boolean; prior?: number; id?: number; calls?: string[] } = {},
): GuideNode {
  const { terminal = false, prior = 1, id = 1, calls = [] } = o;
  return {
    node: {
      id,
      parent: steps.length === 0 ? null : 0,
      children: [],
      action: steps.at(-1) ?? "",
      logprob: Math.log(prior),
      prior,
      visits: 0,
      total: 0,
      value: null,
      depth: steps.length,
      terminal,
      closed: false,
      calls,
    },
    question,
    steps,
    terminal,
  };
}
