import { describe, expect, it } from "vitest";
import { UserError } from "../core/errors.ts";
import { fromHuggingFace, openTokenizer, toHuggingFace, wordsOf, wordTokenizer } from "./words.ts";

const words = ["solve", "3", "+", "4", "=", "7", "end", "e̅"];

describe("wordTokenizer", () => {
  const tokenizer = wordTokenizer(words);

  it("numbers words by their place and joins with single spaces", () => {
    expect(tokenizer.encode(" 3 +\n4\t= 7  ")).toEqual([1, 2, 3, 4, 5]);
    expect(tokenizer.decode([1, 2, 3, 4, 5])).toBe("3 + 4 = 7");
    expect(tokenizer.encode("")).toEqual([]);
    expect(tokenizer.size).toBe(8);
    expect(tokenizer.id("end")).toBe(6);
    expect(tokenizer.id("constructor")).toBeUndefined();
  });

  it("names the first unknown word and the id out of range", () => {
    expect(() => tokenizer.encode("3 + 5 = 8")).toThrow(UserError);
    expect(() => tokenizer.encode("3 + 5 = 8")).toThrow('"5"');
    expect(() => tokenizer.decode([8])).toThrow("8");
    expect(() => tokenizer.decode([-1])).toThrow(UserError);
  });

  it("refuses vocabularies that could not be read back", () => {
    expect(() => wordTokenizer(["a", "b", "a"])).toThrow('"a" twice');
    expect(() => wordTokenizer(["a", "b c"])).toThrow(UserError);
    expect(() => wordTokenizer([""])).toThrow(UserError);
  });

  it("is not changed by later changes of the list", () => {
    const list = ["a", "b"];
    const copy = wordTokenizer(list);
    list[0] = "c";
    expect(copy.decode([0])).toBe("a");
  });
});

describe("tokenizer.json", () => {
  it("gives the same vocabulary back, also for numbers as words", () => {
    // Object keys that look like integers come first in JavaScript: ids, not order, must decide.
    const back = fromHuggingFace(JSON.parse(JSON.stringify(toHuggingFace(wordTokenizer(words)))));
    expect(wordsOf(back)).toEqual(words);
  });

  it("names an unknown token that is no word", () => {
    expect(toHuggingFace(wordTokenizer(["<unk>"]))).toMatchObject({ model: { unk_token: "<<unk>>" } });
  });

  it("refuses other tokenizers, gaps and double ids", () => {
    const file = (vocab: object): object => ({
      pre_tokenizer: { type: "WhitespaceSplit" },
      model: { type: "WordLevel", vocab },
    });
    expect(() => fromHuggingFace({ model: { type: "BPE" } })).toThrow(UserError);
    expect(() => fromHuggingFace(file({ a: 0, b: 2 }))).toThrow(UserError);
    expect(() => fromHuggingFace(file({ a: 0, b: 0 }))).toThrow(UserError);
    expect(fromHuggingFace(file({ b: 1, a: 0 })).encode("b a")).toEqual([1, 0]);
  });
});

describe("openTokenizer", () => {
  it("gives each new word the next id", () => {
    const tokenizer = openTokenizer();
    expect(tokenizer.encode("to be or not to be")).toEqual([0, 1, 2, 3, 0, 1]);
    expect(tokenizer.size).toBe(4);
    expect(tokenizer.decode([3, 0])).toBe("not to");
    expect(() => tokenizer.decode([4])).toThrow(UserError);
  });
});
