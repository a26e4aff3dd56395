import { describe, expect, it } from "vitest";
import type { Task } from "../../core/task.ts";
import chainSum from "./chain-sum.ts";
import { familySuite } from "./suite.ts";

const family = chainSum.create(chainSum.options.parse({}));

/** A second opinion: the whole reply written anew from the question. */
function accepts(task: Task, text: string): boolean {
  const [first, ...rest] = task.text.split(/ (?=[-+])/);
  let sum = Number(first);
  const steps = rest.map((term) => {
    const before = sum;
    sum += Number(term.replace(" ", ""));
    return `${before} ${term} = ${sum}`;
  });
  return text === `${steps.join(" , ")} ;`;
}

familySuite("chain-sum", family, { accepts, difficulties: [2, 3, 5, 8] });

describe("chain-sum", () => {
  const task = (text: string): Task => {
    const found = family.propose(`${text} ;`, "train") ?? family.propose(`${text} ;`, "eval");
    if (found === undefined) throw new Error(`no task: ${text}`);
    return found;
  };

  it("names each kind of error at its step", () => {
    const t = task("17 + 5 - 9");
    const error = (text: string) => {
      const { firstError, error: kind } = family.verify(t, text, "short");
      return [firstError, kind];
    };
    expect(error("17 + 5 = 22 , 22 - 9 = 13 ;")).toEqual([0, undefined]);
    expect(error("17 + 5 = 22 , 22 - 9 = 12 ;")).toEqual([2, "<wrong-result>"]);
    expect(error("17 + 5 = 22 , 23 - 9 = 14 ;")).toEqual([2, "<wrong-term>"]);
    expect(error("17 - 9 = 8 , 8 + 5 = 13 ;")).toEqual([1, "<wrong-term>"]);
    expect(error("17 + 5 = 22 ;")).toEqual([1, "<unfinished>"]);
    expect(error("17 + 5 = 22 , 22 - 9 = 13 , 13 + 1 = 14 ;")).toEqual([2, "<malformed>"]);
    expect(family.critique(t, "17 + 5 = 22 , 22 - 9 = 12 ;")).toBe("<step> 2 <wrong-result> 22 - 9 = 13 ;");
  });

  it("does not leave its range", () => {
    for (const text of ["5 - 9 + 6", "99 + 99 + 99", "0 + 5"])
      expect([family.propose(`${text} ;`, "train"), family.propose(`${text} ;`, "eval")]).toEqual([
        undefined,
        undefined,
      ]);
    expect(family.question("17+5-9 = ?").text).toBe("17 + 5 - 9");
  });
});
