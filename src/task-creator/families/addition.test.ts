import { describe, expect, it } from "vitest";
import { random } from "../../core/random.ts";
import { ask } from "../../core/task.ts";
import type { Task } from "../../core/task.ts";
import addition from "./addition.ts";
import { add, congruent, plausibleLength } from "./digits.ts";
import { familySuite } from "./suite.ts";

const make = (o: object) => addition.create(addition.options.parse(o));

/** A second opinion by big integers. */
const accepts =
  (reversed: boolean) =>
  (task: Task, text: string): boolean => {
    const number = (words: string): bigint =>
      BigInt((reversed ? words.split(" ").reverse() : words.split(" ")).join(""));
    const [a, b] = task.text.split(" + ").map(number);
    const digits = [...String(a + b)];
    return text === `${(reversed ? digits.reverse() : digits).join(" ")} ;`;
  };

familySuite("addition, reversed", make({}), { accepts: accepts(true), difficulties: [2, 3, 8, 40] });
familySuite("addition, plain and mixed", make({ reversed: false, mixed: true, check: "congruence" }), {
  accepts: accepts(false),
  difficulties: [2, 3, 8, 40],
});

const digits = (value: bigint): number[] => [...String(value)].reverse().map(Number);

describe("addition", () => {
  it("adds like big integers", () => {
    const r = random("add");
    const draw = (): bigint => BigInt(Array.from({ length: 1 + r.int(60) }, () => 1 + r.int(9)).join(""));
    for (let i = 0; i < 200; i++) {
      const [a, b] = [draw(), draw()];
      expect(add(digits(a), digits(b))).toEqual(digits(a + b));
    }
  });

  it("writes prompts with the reply opened by =", () => {
    const question = make({}).question("421 + 99");
    expect(make({}).prompt(question, "short")).toBe("<solve> 1 2 4 + 9 9 =");
    expect(make({ reversed: false }).prompt(make({ reversed: false }).question("what is 421 plus 99?"), "long")).toBe(
      "<chain> 4 2 1 + 9 9 =",
    );
    expect(
      make({}).verify(
        { ...make({}).generate(random(1), { difficulty: 1, split: "train" }), text: "1 2 4 + 9 9" },
        "0 2 5 ;",
        "short",
      ).correct,
    ).toBe(true);
  });

  it("checks without the answer: lengths and residues", () => {
    const [a, b] = [digits(421n), digits(99n)];
    expect([520n, 999n, 1520n].map((sum) => plausibleLength(a, b, digits(sum)))).toEqual([true, true, true]);
    expect([52n, 2520n, 10520n].map((sum) => plausibleLength(a, b, digits(sum)))).toEqual([false, false, false]);
    expect(plausibleLength(a, b, [5, 2, 0])).toBe(false);
    expect(congruent(a, b, digits(520n))).toBe(true);
    // 9999 = 9 · 11 · 101: residues cannot tell a number from one that differs by it, and tell all others.
    for (let other = 0n; other < 30000n; other++)
      expect(congruent(a, b, digits(other))).toBe((other - 520n) % 9999n === 0n);
  });

  it("offers as much of the check as asked for", () => {
    const question = make({}).question("421 + 99");
    expect(make({ check: "none" }).check).toBeUndefined();
    expect(make({ check: "length" }).check?.(question, "1 2 5 ;")).toBe(true);
    expect(make({ check: "congruence" }).check?.(question, "1 2 5 ;")).toBe(false);
    expect(make({ check: "congruence" }).check?.(question, "0 2 5 ;")).toBe(true);
    expect(make({ check: "congruence" }).check?.(question, "0 2 5")).toBe(false);
  });

  it("does not tell the states of a question from those of another by the answer", () => {
    const family = make({});
    const question = family.question("421 + 99");
    expect(family.state?.(question, ["7", "7"])).toBe("7 7");
    expect(family.state?.(question, ["7", "7", "7", "7"])).toBe("7 7 7 7");
    expect(family.state?.(question, ["7", "7", "7", "7", "7"])).toBeUndefined();
  });

  it("puts long carry chains into some tasks", () => {
    const longest = (carries: number): number => {
      const family = make({ carries });
      const r = random("carries");
      const run = (task: Task): number => {
        const [a, b] = task.text.split(" + ").map((part) => part.split(" ").map(Number));
        let [carry, now, best] = [0, 0, 0];
        for (let i = 0; i < a.length; i++) {
          carry = a[i] + b[i] + carry > 9 ? 1 : 0;
          now = carry === 1 ? now + 1 : 0;
          best = Math.max(best, now);
        }
        return best;
      };
      const runs = Array.from({ length: 300 }, () => run(family.generate(r, { difficulty: 30, split: "train" })));
      return runs.filter((length) => length > 12).length / runs.length;
    };
    expect(longest(0)).toBeLessThan(0.02);
    expect(longest(1)).toBeGreaterThan(0.3);
  });

  it("makes tasks of 200 digits, all of the length asked for, and of one", () => {
    const family = make({});
    const r = random("long");
    for (const difficulty of [1, 200]) {
      const task = family.generate(r, { difficulty, split: "eval" });
      expect(task.text.split(" ").length).toBe(2 * difficulty + 1);
      expect(family.verify(task, family.solve(task, r) ?? "", "short").correct).toBe(true);
      expect(family.verify(task, family.play(ask(task), r, "short") ?? "", "short").correct).toBe(true);
    }
  });
});
