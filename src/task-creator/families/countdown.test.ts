import { describe, expect, it } from "vitest";
import { random } from "../../core/random.ts";
import { ask } from "../../core/task.ts";
import type { Task } from "../../core/task.ts";
import countdown from "./countdown.ts";
import { familySuite } from "./suite.ts";

const family = countdown.create(countdown.options.parse({}));

/** A second opinion by pattern and fresh arithmetic. */
function accepts(task: Task, text: string): boolean {
  const [given, target] = task.text.split(" > ");
  const left = given.split(" ");
  if (!text.endsWith(" ;")) return false;
  const steps = text.slice(0, -2).split(" , ");
  for (const step of steps) {
    const found = /^(\d+) ([-+*/]) (\d+) = (\d+)$/.exec(step);
    if (found === null) return false;
    const [, a, op, b, c] = found;
    for (const operand of [a, b]) {
      const at = left.indexOf(operand);
      if (at < 0) return false;
      left.splice(at, 1);
    }
    const value = { "+": +a + +b, "-": +a - +b, "*": +a * +b, "/": +a / +b }[op];
    if (value !== +c || !Number.isInteger(value) || value < 1 || value > 100) return false;
    left.push(c);
  }
  return left.length === 1 && left[0] === target;
}

familySuite("countdown", family, { accepts, difficulties: [3, 4, 5] });

const task = (text: string): Task => {
  const found = family.propose(`${text} ;`, "train") ?? family.propose(`${text} ;`, "eval");
  if (found === undefined) throw new Error(`no task: ${text}`);
  return found;
};

/** Every way to combine all numbers, as [value, probability under a uniform choice among distinct legal steps]. */
function outcomes(numbers: number[]): [number, number][] {
  if (numbers.length === 1) return [[numbers[0], 1]];
  const next = new Map<string, number[]>();
  numbers.forEach((a, i) =>
    numbers.forEach((b, j) => {
      if (i === j) return;
      const rest = numbers.filter((_, k) => k !== i && k !== j);
      for (const [op, c] of [
        ["+", a + b],
        ["-", a - b],
        ["*", a * b],
        ["/", a / b],
      ] as const)
        if (Number.isInteger(c) && c > 0 && c <= 100) next.set(`${a}${op}${b}`, [...rest, c]);
    }),
  );
  return [...next.values()].flatMap((rest) => outcomes(rest).map(([v, p]): [number, number] => [v, p / next.size]));
}

describe("countdown", () => {
  it("names each kind of error at its step", () => {
    const t = task("3 5 7 > 22");
    const error = (text: string) => {
      const { firstError, error: kind, steps } = family.verify(t, text, "short");
      return [firstError, kind, steps];
    };
    expect(error("3 * 5 = 15 , 15 + 7 = 22 ;")).toEqual([0, undefined, [true, true]]);
    expect(error("3 * 5 = 15 , 15 + 8 = 23 ;")).toEqual([2, "<unknown-number>", [true, false]]);
    expect(error("3 + 3 = 6 , 6 + 7 = 13 ;")).toEqual([1, "<unknown-number>", [false, false]]);
    expect(error("3 * 5 = 16 , 16 + 7 = 23 ;")).toEqual([1, "<wrong-result>", [false, false]]);
    expect(error("3 - 5 = 2 , 2 + 7 = 9 ;")).toEqual([1, "<illegal>", [false, false]]);
    expect(error("7 / 5 = 1 , 1 + 3 = 4 ;")).toEqual([1, "<illegal>", [false, false]]);
    expect(error("3 * 5 = 15 , 15 * 7 = 100 ;")).toEqual([2, "<illegal>", [true, false]]);
    expect(error("3 * 5 = 15 ;")).toEqual([1, "<unfinished>", [false]]);
    expect(error("3 * 5 = 15 , 15 + 7 = 22")).toEqual([2, "<unfinished>", [true, false]]);
    expect(error("3 * 5 = 15 , 15 - 7 = 8 ;")).toEqual([2, "<wrong-target>", [true, false]]);
    expect(error("3 * 5 = 15 , 15 + 7 = 22 , ;")).toEqual([2, "<malformed>", [true, false]]);
    expect(error("3 * 5 15 , 15 + 7 = 22 ;")).toEqual([1, "<malformed>", [false, false]]);
    expect(error("")).toEqual([1, "<unfinished>", []]);
    expect(error(";")).toEqual([1, "<unfinished>", [false]]);
  });

  it("corrects a step towards the target, and says so where none can", () => {
    const t = task("3 5 7 > 22");
    expect(family.critique(t, "3 * 5 = 16 , 16 + 7 = 23 ;")).toMatch(
      /^<step> 1 <wrong-result> (3 \* 5|5 \* 3) = 15 ;$/,
    );
    expect(family.critique(t, "3 + 5 = 8 , 8 + 7 = 15 ;")).toBe("<step> 2 <wrong-target> <none> ;");
    const wrong = "3 * 5 = 16 , 16 + 7 = 23 ;";
    expect(family.judgeCritique(t, wrong, "<step> 1 <wrong-result> 5 * 3 = 15 ;").fixes).toBe(true);
    expect(family.judgeCritique(t, wrong, "<step> 1 <wrong-result> 5 + 3 = 8 ;").fixes).toBe(false);
    expect(family.judgeCritique(t, wrong, "<step> 1 <wrong-result> <none> ;").fixes).toBe(false);
  });

  it("understands people", () => {
    for (const text of ["3 5 7 > 22", "make 22 from 3, 5 and 7", "Reach 22 with 3, 5, 7.", "3, 5, 7 -> 22"])
      expect(family.question(text).text).toBe("3 5 7 > 22");
    expect(() => family.question("make 22 from 3 and 5")).toThrow("is no question");
    expect(() => family.question("3 5 700 > 22")).toThrow("is no question");
  });

  it("proposes only tasks that can be solved and that it could have made", () => {
    for (const text of ["1 1 1 > 50 ;", "3 5 22 > 22 ;", "3 5 7 > 5 ;", "30 5 7 > 42 ;", "3 5 > 15 ;"])
      expect([family.propose(text, "train"), family.propose(text, "eval")]).toEqual([undefined, undefined]);
  });

  it("knows the exact value of the uniform policy and of every state under it", async () => {
    const uniform = (_q: unknown, _s: unknown, moves: readonly string[]) =>
      Promise.resolve(new Float64Array(moves.length).fill(-Math.log(moves.length)));
    const r = random("value");
    const { truth } = family;
    if (truth === undefined) throw new Error("countdown has exact truth");
    for (const difficulty of [3, 3, 3, 4]) {
      const t = family.generate(r, { difficulty, split: "train" });
      const [given, target] = t.text.split(" > ");
      const exact = outcomes(given.split(" ").map(Number)).reduce((sum, [v, p]) => sum + (v === +target ? p : 0), 0);
      const value = await truth.value(t, [], uniform);
      expect(value).toBeCloseTo(exact, 12);
      expect(truth.optimum(t, [])).toBe(1);
      const moves = truth.moves(ask(t), []);
      const below = await Promise.all(moves.map((move) => truth.value(t, [move], uniform)));
      expect(below.reduce((sum, v) => sum + v / moves.length, 0)).toBeCloseTo(exact, 12);
      below.forEach((v, i) => expect(truth.optimum(t, [moves[i]])).toBe(v > 0 ? 1 : 0));
    }
  });

  it("gives a policy's success exactly when the policy depends on how a state was reached", async () => {
    const t = task("3 5 7 > 22");
    // Certain of 3 * 5; then right with ½ if the product was written in this order, else never.
    const policy = (_q: unknown, steps: readonly string[], moves: readonly string[]) =>
      Promise.resolve(
        Float64Array.from(moves, (move) => {
          if (steps.length === 0) return move === "3 * 5 = 15 ," || move === "5 * 3 = 15 ," ? Math.log(0.5) : -Infinity;
          return steps[0].startsWith("3") && move === "15 + 7 = 22 ;" ? Math.log(0.5) : -Infinity;
        }),
      );
    expect(await family.truth?.value(t, [], policy)).toBeCloseTo(0.25, 12);
  });

  it("relabels only as a task that it could have made", () => {
    const t = task("3 5 7 > 22");
    expect(family.relabel?.(t, "3 * 5 = 15 , 15 - 7 = 8 ;")).toBeUndefined();
    expect(family.relabel?.(t, "5 - 3 = 2 , 7 * 2 = 14 ;")).toMatchObject({
      text: "3 5 7 > 14",
      secret: { answer: "14" },
    });
    expect(family.relabel?.(t, "3 * 5 = 15 , 15 - 7 = 9 ;")).toBeUndefined();
    expect(family.relabel?.(t, "3 * 5 = 15 , 15 - 7 = 8")).toBeUndefined();
    const wide = countdown.create(countdown.options.parse({ low: 1 }));
    const other = wide.question("3 5 7 > 22");
    const asked = { ...t, id: other.id };
    expect(wide.relabel?.(asked, "3 * 5 = 15 , 15 - 7 = 8 ;")?.text).toBe("3 5 7 > 8");
    expect(wide.relabel?.(asked, "5 - 3 = 2 , 7 - 2 = 5 ;")).toBeUndefined();
  });

  it("names equal states equally", () => {
    const question = family.question("3 5 7 > 22");
    expect(family.state?.(question, ["3 * 5 = 15 ,"])).toBe("7 15");
    expect(family.state?.(question, ["5 * 3 = 15 ,"])).toBe("7 15");
    expect(family.state?.(question, ["3 * 5 = 15 ;"])).toBeUndefined();
  });

  it("generates and verifies fast", () => {
    const r = random("speed");
    const started = performance.now();
    for (let i = 0; i < 4000; i++) family.generate(r, { difficulty: 3, split: "train" });
    // 20,000 a second are promised; a tenth of that keeps the test calm on a loaded machine.
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
