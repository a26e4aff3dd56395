/** Replies of OpenAI-compatible servers, whole or in pieces, in one form; what is broken in them is found here. */
import { z } from "zod";
import { Fault } from "../endpoint.ts";
import type { Usage } from "../price.ts";
import type { Alternative } from "../remote.ts";

/** One position of a completion as a server reports it; null is "not computed". */
interface Position {
  readonly token: string;
  readonly logprob: number | null;
  readonly top: readonly Alternative[];
}

export interface Choice {
  readonly text: string;
  readonly reasoning?: string;
  /** null: the stream broke off. */
  readonly finish: string | null;
  /** The stop that ended it; null: none did; undefined: the server does not say. */
  readonly stop: string | null | undefined;
  readonly ids?: readonly number[];
  readonly positions?: readonly Position[];
}

export interface Reply {
  readonly choices: readonly Choice[];
  readonly usage?: Usage;
  readonly promptIds?: readonly number[];
}

const alternative = z.object({ token: z.string(), logprob: z.number() });
const chatLogprobs = z.object({
  content: z.array(
    z.object({
      token: z.string(),
      logprob: z.number().nullable(),
      top_logprobs: z.array(alternative.extend({ logprob: z.number().nullable() })).nullish(),
    }),
  ),
});
const textLogprobs = z.object({
  tokens: z.array(z.string()),
  token_logprobs: z.array(z.number().nullable()),
  top_logprobs: z.array(z.record(z.string(), z.number().nullable()).nullable()).nullish(),
});

const said = z.object({
  content: z.string().nullish(),
  reasoning_content: z.string().nullish(),
  reasoning: z.string().nullish(),
});
const ids = z.array(z.int()).nullish();
const choice = z.object({
  index: z.int().optional(),
  message: said.optional(),
  delta: said.nullish(),
  text: z.string().nullish(),
  // Read by itself: nonsense there does not spoil the text.
  logprobs: z.unknown().optional(),
  token_ids: ids,
  prompt_token_ids: ids,
  finish_reason: z.string().nullish(),
  stop_reason: z.unknown().optional(),
  matched_stop: z.unknown().optional(),
});
type RawChoice = z.output<typeof choice>;
const reply = z.object({
  choices: z.array(choice),
  usage: z
    .object({
      prompt_tokens: z.int().min(0),
      completion_tokens: z.int().min(0).optional(),
      prompt_tokens_details: z.object({ cached_tokens: z.int().min(0).nullish() }).nullish(),
    })
    .nullish(),
  prompt_token_ids: ids,
});
type RawReply = z.output<typeof reply>;

function parse(json: unknown): RawReply {
  const read = reply.safeParse(json);
  if (read.success) return read.data;
  const [first] = read.error.issues;
  throw new Fault("passing", `the reply is not what the API promises (${first.path.join(".")}: ${first.message})`);
}

function usageOf(raw: RawReply): Pick<Reply, "usage"> {
  if (!raw.usage) return {};
  const { prompt_tokens: input, completion_tokens: output = 0, prompt_tokens_details: details } = raw.usage;
  return { usage: { input, output, cached: Math.min(input, details?.cached_tokens ?? 0) } };
}

/** Positions of a reply or a piece of one; undefined where there are none or they are nonsense. */
function positionsOf(logprobs: unknown): Position[] | undefined {
  const chat = chatLogprobs.safeParse(logprobs);
  const known = (top: Readonly<Record<string, number | null>>): Alternative[] =>
    Object.entries(top).flatMap(([token, logprob]) => (logprob === null ? [] : [{ token, logprob }]));
  if (chat.success) {
    return chat.data.content.map(({ token, logprob, top_logprobs: top }) => ({
      token,
      logprob,
      top: (top ?? []).flatMap((other) =>
        other.logprob === null ? [] : [{ token: other.token, logprob: other.logprob }],
      ),
    }));
  }
  const text = textLogprobs.safeParse(logprobs);
  if (!text.success || text.data.tokens.length !== text.data.token_logprobs.length) return undefined;
  const { tokens, token_logprobs: values, top_logprobs: tops } = text.data;
  return tokens.map((token, t) => ({ token, logprob: values[t], top: known(tops?.[t] ?? {}) }));
}

/** The stop as text; vLLM says stop_reason, SGLang matched_stop; a number is the id of a token that ends any reply. */
function stopOf(raw: RawChoice): string | null | undefined {
  const stop = raw.stop_reason === undefined ? raw.matched_stop : raw.stop_reason;
  if (stop === undefined) return undefined;
  return typeof stop === "string" ? stop : null;
}

/** Reads a whole reply. Throws Fault where it holds no choice or is not in the form of the API. */
export function readReply(json: unknown): Reply {
  const raw = parse(json);
  if (raw.choices.length === 0) throw new Fault("passing", "the reply holds no choices");
  const choices = raw.choices
    .map((of, i) => ({ of, index: of.index ?? i }))
    .sort((a, b) => a.index - b.index)
    .map(({ of }): Choice => {
      const text = of.message?.content ?? of.text;
      const reasoning = of.message?.reasoning_content ?? of.message?.reasoning;
      if (text === undefined && of.message === undefined) throw new Fault("passing", "a choice holds no text");
      const positions = positionsOf(of.logprobs);
      return {
        text: text ?? "",
        ...(reasoning ? { reasoning } : {}),
        finish: of.finish_reason ?? "stop",
        stop: stopOf(of),
        ...(of.token_ids ? { ids: of.token_ids } : {}),
        ...(positions ? { positions } : {}),
      };
    });
  const promptIds = raw.prompt_token_ids ?? raw.choices[0].prompt_token_ids;
  return { choices, ...usageOf(raw), ...(promptIds ? { promptIds } : {}) };
}

/** A choice that is still being written. */
class Growing {
  text = "";
  reasoning = "";
  finish: string | null = null;
  stop: string | null | undefined;
  ids: number[] = [];
  positions: Position[] = [];

  get choice(): Choice {
    const { text, reasoning, finish, stop, ids: given, positions } = this;
    return {
      text,
      ...(reasoning === "" ? {} : { reasoning }),
      finish,
      stop,
      ...(given.length > 0 ? { ids: given } : {}),
      ...(positions.length > 0 ? { positions } : {}),
    };
  }
}

/** A piece of a stream: what a choice said next. `ids` are those of the piece, where the server gives them. */
export interface Piece {
  readonly index: number;
  readonly text: string;
  readonly ids: readonly number[];
  /** All that the choice has said so far. */
  readonly whole: string;
}

/**
 * Reads a stream of `n` choices. `onPiece` says with false that enough was read; then, and where the stream breaks off
 * after something was said, choices that have no end have finish null. Throws Fault on a stream that says nothing.
 */
export async function readStream(
  chunks: AsyncIterable<unknown>,
  n: number,
  onPiece: (piece: Piece) => boolean,
  keepBroken: () => boolean,
): Promise<Reply> {
  const growing = Array.from({ length: n }, () => new Growing());
  let usage: Pick<Reply, "usage"> = {};
  let enough = false;
  try {
    for await (const chunk of chunks) {
      const raw = parse(chunk);
      usage = raw.usage ? usageOf(raw) : usage;
      for (const of of raw.choices) enough = !grow(growing, of, onPiece) || enough;
      if (enough) break;
    }
  } catch (error) {
    if (!keepBroken()) throw error;
  }
  const broken = growing.some(({ finish }) => finish === null);
  if (broken && !enough && !keepBroken()) throw new Fault("passing", "the stream broke off");
  return { choices: growing.map((of) => of.choice), ...usage };
}

function grow(growing: readonly Growing[], raw: RawChoice, onPiece: (piece: Piece) => boolean): boolean {
  const index = raw.index ?? 0;
  const of = growing[index];
  if (of === undefined) return true;
  const text = raw.delta?.content ?? raw.text ?? "";
  of.text += text;
  of.reasoning += raw.delta?.reasoning_content ?? raw.delta?.reasoning ?? "";
  of.ids.push(...(raw.token_ids ?? []));
  of.positions.push(...(positionsOf(raw.logprobs) ?? []));
  const stop = stopOf(raw);
  if (stop !== undefined) of.stop = stop;
  if (raw.finish_reason) of.finish = raw.finish_reason;
  return text === "" || onPiece({ index, text, ids: raw.token_ids ?? [], whole: of.text });
}
