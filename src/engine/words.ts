import { z } from "zod";
import type { Ids } from "../core/call.ts";
import { UserError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { Tokenizer } from "../core/model.ts";

/** The pieces of a text between white space. */
export function splitWords(text: string): string[] {
  return text.split(/\s+/u).filter((word) => word !== "");
}

/**
 * A word-level tokenizer: a token is a word, its id the word's place in the list. Text is split at white space and
 * decoded with single spaces. Throws UserError on an empty word, one with white space in it, or one listed twice.
 */
export function wordTokenizer(words: readonly string[]): Tokenizer {
  const vocabulary = [...words];
  const ids = new Map<string, number>();
  for (const [id, word] of vocabulary.entries()) {
    if (word === "" || /\s/u.test(word)) {
      throw new UserError(
        `word ${id} of the vocabulary is ${JSON.stringify(word)}`,
        "words are not empty and hold no white space",
      );
    }
    if (ids.has(word)) throw new UserError(`the vocabulary lists "${word}" twice`, "list every word once");
    ids.set(word, id);
  }
  return {
    size: vocabulary.length,
    id: (symbol) => ids.get(symbol),
    encode: (text) =>
      splitWords(text).map((word) => {
        const id = ids.get(word);
        if (id === undefined) {
          throw new UserError(
            `the model's vocabulary has no word "${word}"`,
            `write with its ${vocabulary.length} words, separated by spaces`,
          );
        }
        return id;
      }),
    decode: (tokens) => tokens.map((id) => wordOf(vocabulary, id)).join(" "),
  };
}

function wordOf(vocabulary: readonly string[], id: number): string {
  const word = vocabulary[id];
  if (word === undefined) throw new UserError(`no word has the id ${id}`, `ids are 0 to ${vocabulary.length - 1}`);
  return word;
}

/** The words of a word-level tokenizer in the order of their ids. */
export function wordsOf(tokenizer: Tokenizer): string[] {
  return Array.from({ length: tokenizer.size }, (_, id) => tokenizer.decode([id]));
}

/** What `tokenizer.json` holds of a word-level tokenizer, in the format of Hugging Face's `tokenizers` library. */
const wordLevelFile = z.object({
  pre_tokenizer: z.object({ type: z.literal("WhitespaceSplit") }),
  model: z.object({ type: z.literal("WordLevel"), vocab: z.record(z.string(), z.int().min(0)) }),
});

/**
 * The content of a `tokenizer.json` that splits and joins as `wordTokenizer` does: without a decoder the library joins
 * tokens with single spaces, and an unknown token outside the vocabulary makes it fail on unknown words as we do.
 */
export function toHuggingFace(tokenizer: Tokenizer): Json {
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: "WhitespaceSplit" },
    post_processor: null,
    decoder: null,
    model: {
      type: "WordLevel",
      vocab: Object.fromEntries(wordsOf(tokenizer).map((word, id) => [word, id])),
      unk_token: unknownToken(tokenizer),
    },
  };
}

/** A name that is no word of the vocabulary. */
function unknownToken(tokenizer: Tokenizer): string {
  let name = "<unk>";
  while (tokenizer.id(name) !== undefined) name = `<${name}>`;
  return name;
}

/** The tokenizer of a `tokenizer.json`. Throws UserError if it is not word-level or its ids have gaps. */
export function fromHuggingFace(json: unknown): Tokenizer {
  const read = wordLevelFile.safeParse(json);
  if (!read.success) {
    throw new UserError(
      `tokenizer.json is not a word-level tokenizer split at white space: ${z.prettifyError(read.error)}`,
      "use a checkpoint that this project wrote",
    );
  }
  const words: string[] = [];
  for (const [word, id] of Object.entries(read.data.model.vocab)) words[id] = word;
  const count = Object.keys(read.data.model.vocab).length;
  if (words.length !== count || Object.keys(words).length !== count) {
    throw new UserError(
      "tokenizer.json gives an id twice or leaves one out",
      `number its ${count} words from 0 to ${count - 1}`,
    );
  }
  return wordTokenizer(words);
}

/** The ids of a text's words in an open vocabulary: a word not seen before gets the next id. */
export function openTokenizer(): Tokenizer {
  const words: string[] = [];
  const ids = new Map<string, number>();
  const idOf = (word: string): number => {
    const known = ids.get(word);
    if (known !== undefined) return known;
    ids.set(word, words.length);
    return words.push(word) - 1;
  };
  return {
    get size() {
      return words.length;
    },
    id: (symbol) => ids.get(symbol),
    encode: (text) => splitWords(text).map(idOf),
    decode: (tokens: Ids) => tokens.map((id) => wordOf(words, id)).join(" "),
  };
}
