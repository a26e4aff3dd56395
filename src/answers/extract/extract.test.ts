import { describe, expect, it } from "vitest";
import { random } from "../../core/random.ts";
import { defaultPolicy } from "../policy.ts";
import { cases } from "./cases.ts";
import { extract, extractAll } from "./extract.ts";

const found = (text: string): string | undefined => extract(text, defaultPolicy)?.text;

describe("extract", () => {
  it.each(cases)("%j", (reply, answer) => {
    expect(found(reply)).toBe(answer);
  });

  it("says what it took from where", () => {
    for (const [reply] of cases) {
      for (const { text, from, to, how } of extractAll(reply, defaultPolicy)) {
        expect(how).not.toBe("");
        expect(from).toBeLessThan(to);
        expect(to).toBeLessThanOrEqual(reply.length);
        // Joined parts and JSON strings are made of what stands there.
        if (!/joined|lines|JSON/u.test(how)) expect(reply.slice(from, to)).toBe(text);
      }
    }
  });

  it("puts first what it takes, and each text once", () => {
    for (const [reply] of cases) {
      const all = extractAll(reply, defaultPolicy);
      expect(all[0]).toEqual(extract(reply, defaultPolicy));
      expect(new Set(all.map((one) => one.text)).size).toBe(all.length);
    }
  });

  it("takes the more reliable source whatever comes later", () => {
    const sources = ["<answer>1</answer>", "#### 2", "\\boxed{3}", "The answer is 4.", "So she has 5 eggs."];
    for (const [i, better] of sources.entries()) {
      for (const worse of sources.slice(i + 1)) {
        expect(found(`${better}\n\n${worse}`)).toBe(String(i + 1));
        expect(found(`${worse}\n\n${better}`)).toBe(String(i + 1));
      }
    }
  });

  it("lists the other candidates behind the first", () => {
    const texts = extractAll("The answer is 4. In a box: \\boxed{3}. <answer>1</answer>", defaultPolicy).map(
      (one) => one.text,
    );
    expect(texts.slice(0, 3)).toEqual(["1", "3", "4"]);
  });

  it("says that a box was not closed", () => {
    expect(extract("so \\boxed{\\frac{1}{2}", defaultPolicy)).toEqual({
      text: "\\frac{1}{2}",
      from: 10,
      to: 21,
      how: "boxed, not closed",
    });
  });

  it("finds nothing in nothing", () => {
    for (const text of ["", " ", "\n\n", "**", "..."]) {
      expect(extract(text, defaultPolicy)).toBeUndefined();
      expect(extractAll(text, defaultPolicy)).toEqual([]);
    }
  });

  it("prefers a candidate that the policy will read", () => {
    const text = `\\boxed{${"1".repeat(300)}} The answer is 7.`;
    expect(extract(text, { ...defaultPolicy, length: 100 })?.text).toBe("7");
  });

  it.each(
    [
      "\\boxed{",
      "(",
      "$",
      "{",
      "}",
      "\\",
      "<answer>",
      "</think>",
      "answer is ",
      "answer: 5\n",
      "1",
      "1,",
      "**",
      "#### 5\n",
      "= 5 ",
      " ",
      "\n",
      "\\(",
      "\\[",
    ].concat([
      "\\begin{a}",
      '"answer":"',
      "```",
      "x=1\n",
      "5 apples and ",
      "$5 ",
      "$x$ ",
      "one hundred and ",
      "1/",
      "½",
      "答案是",
      "\\$",
      "\\boxed{1}",
      "... ",
      "12:",
      "May ",
    ]),
  )("takes less than a second for a million characters of %j", (piece) => {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
    // Of this thread: the machine may be busy with other things.
    const before = process.threadCpuUsage();
    extract(text, defaultPolicy);
    extract(`So 5 ${text} x`, defaultPolicy);
    const { user, system } = process.threadCpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(2);
  });

  it("never throws", () => {
    const pieces = cases.flatMap(([reply]) => reply.match(/\\?[\p{L}\d]+|\s|./gu) ?? []);
    const source = random("extract");
    for (let i = 0; i < 3000; i++) {
      const text = Array.from({ length: 1 + source.int(30) }, () => source.pick(pieces)).join("");
      for (const { from, to } of extractAll(text, defaultPolicy)) expect(from).toBeLessThan(to);
    }
  });
});
