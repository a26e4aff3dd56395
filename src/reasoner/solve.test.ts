import { describe, expect, it } from "vitest";
import { scripted } from "../engine/scripted.ts";
import { wordTokenizer } from "../engine/words.ts";
import { joined } from "./solve.ts";

describe("joined", () => {
  const model = scripted([]);
  const of = (tokenizer: typeof model.tokenizer | undefined) => ({
    name: "m",
    version: "m@1",
    can: model.can,
    sample: () => Promise.resolve([]),
    ...(tokenizer ? { tokenizer } : {}),
  });

  it("puts single spaces between words, and nothing between pieces that bring their own white space", () => {
    expect(joined(of(wordTokenizer(["a", "b"])), ["a", "", "b a"])).toBe("a b a");
    expect(joined(model, ["a", "b"])).toBe("a b");
    expect(joined(of(undefined), ["a ", "", "b"])).toBe("a b");
    const letters = {
      ...wordTokenizer(["x", "y"]),
      decode: (ids: readonly number[]) => ids.map((id) => "xy"[id]).join(""),
    };
    expect(joined(of(letters), ["xy", "x"])).toBe("xyx");
  });
});
