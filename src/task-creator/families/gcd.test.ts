import { describe, expect, it } from "vitest";
import type { Task } from "../../core/task.ts";
import gcd from "./gcd.ts";
import { familySuite } from "./suite.ts";

const family = gcd.create(gcd.options.parse({}));

/** A second opinion: the whole reply written anew from the question. */
function accepts(task: Task, text: string): boolean {
  let [a, b] = task.text.split(" & ").map(Number);
  const steps: string[] = [];
  while (b > 0) {
    steps.push(`${a} % ${b} = ${a % b}`);
    [a, b] = [b, a % b];
  }
  return text === `${steps.join(" , ")} ;`;
}

familySuite("gcd", family, { accepts, difficulties: [1, 2, 4, 7] });

describe("gcd", () => {
  it("counts the divisions and states the divisor", () => {
    const text = "84 % 36 = 12 , 36 % 12 = 0 ;";
    const question = family.question("gcd of 36 and 84");
    expect(question.text).toBe("84 & 36");
    expect(family.parse(question, text, "short").answer).toBe("12");
    expect(family.check?.(question, text)).toBe(true);
    expect(family.check?.(question, "84 % 36 = 12 ;")).toBe(false);
  });

  it("answers with the greatest number that divides both", () => {
    const divides = (d: number, n: number): boolean => n % d === 0;
    for (let a = 2; a < 40; a++) {
      for (let b = 1; b < a; b++) {
        const task = family.propose(`${a} & ${b} ;`, "train") ?? family.propose(`${a} & ${b} ;`, "eval");
        const greatest = Array.from({ length: b }, (_, i) => b - i).find((d) => divides(d, a) && divides(d, b));
        expect(task?.secret.answer).toBe(String(greatest));
      }
    }
  });

  it("has tasks of every difficulty in both splits, up to near the longest run of divisions", () => {
    // 233 and 144 are Fibonacci numbers: the smallest pair with eleven divisions.
    expect(family.difficulty.max).toBeGreaterThanOrEqual(8);
    expect(family.difficulty.max).toBeLessThanOrEqual(11);
  });
});
