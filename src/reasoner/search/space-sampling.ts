import type { CallId, Ids } from "../../core/call.ts";
import type { Context, Sample } from "../../core/context.ts";
import type { Message } from "../../core/model.ts";
import type { RunError } from "../../core/solution.ts";
import { costOf, isRunError, joined, lost, trySample } from "../solve.ts";
import type { Action } from "./actions/action.ts";
import { cutPiece, joinPieces, type Piece } from "./space-cut.ts";

/** An action as it was drawn. */
export interface Drawn {
  readonly piece: Piece;
  readonly calls: readonly CallId[];
  /** Tokens it took, those cut off included. */
  readonly tokens: number;
  /** It is whole; else it broke off. */
  readonly whole: boolean;
  /** The model ended its reply here of its own accord. */
  readonly ended: boolean;
}

export interface Drawing {
  /** What the model goes on with: messages, whose last is the reply so far, or ids. */
  readonly prompt: (written: Piece) => readonly Message[] | { readonly ids: Ids };
  readonly action: Action;
  /** The word that ends a reply, "" where there is none. */
  readonly end: string;
  readonly k: number;
  /** Tokens left for the reply. */
  readonly left: number;
  readonly temperature: number;
  readonly seed: string;
}

const nothing: Piece = { text: "", ids: [], logprobs: new Float32Array(0) };

/** k actions, or why there are none. One that pauses where it is not yet whole is gone on with by calls of its own. */
export async function drawActions(c: Context, d: Drawing): Promise<Drawn[] | RunError> {
  const { action, end, left } = d;
  const model = c.model("reasoner");
  const stop = [...new Set([...action.stops, ...(end === "" ? [] : [end])])];
  const most = Math.min(left, action.tokens ?? left);
  const join = (pieces: readonly string[]): string => joined(model, pieces);

  const write = async (before: Piece, n: number, seed: string, maxTokens: number): Promise<Sample[] | RunError> => {
    const drawn = await trySample(c, "reasoner", d.prompt(before), {
      n,
      seed,
      maxTokens,
      temperature: d.temperature,
      ...(stop.length > 0 ? { stop } : {}),
    });
    if (isRunError(drawn)) return drawn;
    const cut = drawn.find((sample) => sample.finish === "abort");
    return cut === undefined ? drawn : lost(cut, c);
  };

  async function finish(first: Sample, index: number): Promise<Drawn | RunError> {
    let sample = first;
    let piece = nothing;
    let tokens = 0;
    const calls: CallId[] = [];
    for (;;) {
      const { text, ids, logprobs } = sample;
      piece = joinPieces(piece, { text, ids, ...(logprobs ? { logprobs } : {}) }, join);
      calls.push(sample.call);
      tokens += ids.length > 0 ? ids.length : costOf(c, [sample.call]).outputTokens;
      const made = { calls, tokens };
      if (end !== "" && piece.text.endsWith(end)) return { ...made, piece, whole: true, ended: true };
      const length = action.length(piece.text);
      if (length !== undefined) {
        return { ...made, piece: cutPiece(piece, length, model.tokenizer), whole: true, ended: false };
      }
      const paused = sample.finish === "stop" && action.stops.some((pause) => piece.text.endsWith(pause));
      // Nothing more came after a pause: the reply was over there.
      if (!paused || (calls.length > 1 && text.trim() === "")) {
        const ended = end === "" && sample.finish === "stop";
        return { ...made, piece, whole: ended || (action.tokens ?? Infinity) <= tokens, ended };
      }
      if (tokens >= most) return { ...made, piece, whole: false, ended: false };
      const next = await write(piece, 1, `${d.seed}/${index}+${calls.length}`, most - tokens);
      if (isRunError(next)) return next;
      [sample] = next;
    }
  }

  const first = await write(nothing, d.k, d.seed, most);
  if (isRunError(first)) return first;
  const drawn: Drawn[] = [];
  for (const result of await Promise.all(first.map(finish))) {
    if (isRunError(result)) return result;
    drawn.push(result);
  }
  return drawn;
}
