/** How texts become the ids of a GGUF model: our own words where we wrote the file, llama.cpp's tokenizer elsewhere. */
import type { Ids } from "../../core/call.ts";
import { UserError } from "../../core/errors.ts";
import type { Message, Prompt, Tokenizer } from "../../core/model.ts";
import { stopEnd } from "../remote.ts";
import { endsWith } from "../sampling.ts";
import { wordTokenizer } from "../words.ts";
import type { ChatItem, Opened } from "./binding.ts";
import { ownKeys, spaceMark } from "./export.ts";
import type { GgufFile } from "./read.ts";

/** The vocabulary of a file. */
function tokensOf({ metadata }: GgufFile): string[] {
  const tokens = metadata.get("tokenizer.ggml.tokens");
  if (typeof tokens === "object") return tokens.map(String);
  throw new UserError("the GGUF file has no vocabulary", "give a file of a language model");
}

export interface Texts {
  readonly tokenizer: Tokenizer;
  /** The ids of a prompt. UserError for ids that are none of the model's, and for an empty prompt. */
  idsOf(prompt: Prompt): Ids;
  /** The text up to the stop that its last token completes; undefined if it completes none. */
  stopped(ids: Ids, stops: readonly string[]): string | undefined;
}

/** Whether the file is one of ours, whose words are read strictly: an unknown one is an error, not a token. */
const isOurs = ({ metadata }: GgufFile): boolean => metadata.get(ownKeys.tokenizer) === "words";

export function textsOf(file: GgufFile, opened: Opened): Texts {
  const tokens = tokensOf(file);
  return isOurs(file) ? wordTexts(tokens) : llamaTexts(tokens, file, opened);
}

const checked = (ids: Ids, size: number): Ids => {
  if (ids.length === 0) throw new UserError("the prompt is empty", "give at least one token");
  const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= size);
  if (wrong === undefined) return ids;
  throw new UserError(`${wrong} is no token of the model`, `ids are 0 to ${size - 1}`);
};

function wordTexts(tokens: readonly string[]): Texts {
  const tokenizer = wordTokenizer(tokens.map((token) => token.replace(spaceMark, "")));
  const idsOf = (prompt: Prompt): Ids =>
    "ids" in prompt ? prompt.ids : prompt.messages.flatMap(({ content }) => tokenizer.encode(content));
  return {
    tokenizer,
    idsOf: (prompt) => checked(idsOf(prompt), tokens.length),
    stopped: (ids, stops) => (endsWith(ids, stops.map(tokenizer.encode)) ? tokenizer.decode(ids) : undefined),
  };
}

function llamaTexts(tokens: readonly string[], { metadata }: GgufFile, { model, chat }: Opened): Texts {
  const decode = (ids: Ids): string => model.detokenize(ids);
  const chats = metadata.has("tokenizer.chat_template");
  const known = new Map(tokens.map((token, id) => [token, id]));
  const { bos, shouldPrependBosToken } = model.tokens;
  const plain = (messages: readonly Message[]): number[] => [
    ...(bos !== null && shouldPrependBosToken ? [bos] : []),
    ...model.tokenize(messages.map(({ content }) => content).join("\n\n")),
  ];
  return {
    tokenizer: {
      size: tokens.length,
      id: (symbol) => known.get(symbol),
      encode: (text) => model.tokenize(text),
      decode,
    },
    idsOf: (prompt) => {
      if ("ids" in prompt) return checked(prompt.ids, tokens.length);
      return checked(chats ? chat(historyOf(prompt.messages)) : plain(prompt.messages), tokens.length);
    },
    stopped: (ids, stops) => {
      if (stops.length === 0) return undefined;
      // A token adds at least a byte, or completes a character: stops that end here lie within so many tokens.
      const longest = 4 * stops.reduce((most, stop) => Math.max(most, stop.length), 0) + 4;
      return stopEnd(decode(ids.slice(-longest)), stops) < 0 ? undefined : upToStop(decode(ids), stops);
    },
  };
}

const upToStop = (text: string, stops: readonly string[]): string => text.slice(0, stopEnd(text, stops));

/** A conversation as node-llama-cpp takes it; the last item is the reply to come, or its beginning. */
function historyOf(messages: readonly Message[]): ChatItem[] {
  const items = messages.map(({ role, content }): ChatItem =>
    role === "assistant" ? { type: "model", response: [content] } : { type: role, text: content },
  );
  return messages.at(-1)?.role === "assistant" ? items : [...items, { type: "model", response: [] }];
}
