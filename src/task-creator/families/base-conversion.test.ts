import { describe, expect, it } from "vitest";
import type { Task } from "../../core/task.ts";
import baseConversion from "./base-conversion.ts";
import { familySuite } from "./suite.ts";

const family = baseConversion.create(baseConversion.options.parse({}));

/** A second opinion: the whole reply written anew from the question. */
function accepts(task: Task, text: string): boolean {
  const found = /^(.*) b(\d+) > b(\d+)$/.exec(task.text);
  if (found === null) return false;
  const [from, to] = [Number(found[2]), Number(found[3])];
  const value = parseInt(found[1].replaceAll(" ", ""), from);
  const written = (n: number, base: number): string => n.toString(base).split("").join(" ");
  const steps: string[] = [];
  for (let left = value; left > 0; left = Math.floor(left / to)) {
    const quotient = Math.floor(left / to);
    steps.push(`${written(left, from)} / b${to} = ${written(quotient, from)} r ${written(left % to, to)}`);
  }
  return text === `${steps.join(" , ")} , > ${written(value, to)} ;`;
}

familySuite("base-conversion", family, { accepts, difficulties: [1, 3, 6, 12] });

describe("base-conversion", () => {
  it("converts by repeated division", () => {
    const question = family.question("1c7 from base 16 to base 8");
    expect(question.text).toBe("1 c 7 b16 > b8");
    const text = "1 c 7 / b8 = 3 8 r 7 , 3 8 / b8 = 7 r 0 , 7 / b8 = 0 r 7 , > 7 0 7 ;";
    expect(family.check?.(question, text)).toBe(true);
    expect(family.parse(question, text, "short").answer).toBe("707");
  });

  it("names each kind of error at its step", () => {
    const task = family.propose("5 b10 > b2 ;", "train") ?? family.propose("5 b10 > b2 ;", "eval");
    const error = (text: string) => {
      const verdict = task && family.verify(task, text, "short");
      return [verdict?.firstError, verdict?.error];
    };
    expect(error("5 / b2 = 2 r 1 , 2 / b2 = 1 r 0 , 1 / b2 = 0 r 1 , > 1 0 1 ;")).toEqual([0, undefined]);
    expect(error("5 / b2 = 2 r 1 , 2 / b2 = 1 r 0 , 1 / b2 = 0 r 1 , > 1 1 1 ;")).toEqual([4, "<wrong-result>"]);
    expect(error("5 / b2 = 2 r 0 , 2 / b2 = 1 r 0 , 1 / b2 = 0 r 1 , > 1 0 1 ;")).toEqual([1, "<wrong-result>"]);
    expect(error("5 / b2 = 2 r 1 , 3 / b2 = 1 r 1 , 1 / b2 = 0 r 1 , > 1 1 1 ;")).toEqual([2, "<wrong-operands>"]);
    expect(error("5 / b2 = 2 r 1 , > 1 0 1 ;")).toEqual([2, "<unfinished>"]);
    expect(error("5 / b2 = 2 1 , > 1 0 1 ;")).toEqual([1, "<malformed>"]);
  });
});
