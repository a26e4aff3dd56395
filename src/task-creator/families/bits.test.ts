import { describe, expect, it } from "vitest";
import { random } from "../../core/random.ts";
import { ask } from "../../core/task.ts";
import type { Task } from "../../core/task.ts";
import bits from "./bits.ts";
import { familySuite } from "./suite.ts";

const family = bits.create(bits.options.parse({}));
const accepts = (task: Task, text: string): boolean => text === `${[...(task.secret.answer ?? "")].join(" ")} ;`;

familySuite("bits", family, { accepts, difficulties: [4, 8, 16], playIsValid: false });

const uniform = (_q: unknown, _s: unknown, moves: readonly string[]) =>
  Promise.resolve(new Float64Array(moves.length).fill(-Math.log(moves.length)));

describe("bits", () => {
  it("has value 2^-(n-k) from a right prefix of k bits under the uniform policy, and 0 from a wrong one", async () => {
    for (const n of [2, 4, 10]) {
      const task = family.generate(random(n), { difficulty: n, split: "train" });
      const secret = [...(task.secret.answer ?? "")];
      for (let k = 0; k <= n; k++) {
        const prefix = secret.slice(0, k);
        expect(await family.truth?.value(task, prefix, uniform)).toBeCloseTo(2 ** (k - n), 12);
        expect(family.truth?.optimum(task, prefix)).toBe(1);
        if (k === 0) continue;
        const wrong = [...prefix.slice(0, -1), prefix[k - 1] === "0" ? "1" : "0"];
        expect(await family.truth?.value(task, wrong, uniform)).toBe(0);
        expect(family.truth?.optimum(task, wrong)).toBe(0);
      }
    }
  });

  it("does not ask the policy where nothing can be won any more", async () => {
    const task = family.generate(random("dead"), { difficulty: 6, split: "train" });
    let asked = 0;
    const counting = (q: unknown, s: unknown, moves: readonly string[]) => {
      asked++;
      return uniform(q, s, moves);
    };
    await family.truth?.value(task, [], counting);
    expect(asked).toBe(6);
  });

  it("ends the reply with its last bit, or after it", () => {
    const question = family.question("3 bits");
    expect(family.truth?.moves(question, ["0", "1"])).toEqual(["0 ;", "1 ;"]);
    expect(family.truth?.moves(question, ["0", "1", "1"])).toEqual([";"]);
    expect(family.truth?.moves(question, ["0", "1", "1 ;"])).toEqual([]);
  });

  it("says nothing of the secret to a question", () => {
    const task = family.generate(random(5), { difficulty: 5, split: "train" });
    const question = ask(task);
    expect(question.text).toBe("5");
    expect(family.check).toBeUndefined();
    expect(family.play(question, random(1), "long")).toBeUndefined();
    for (const reply of ["0 0 0 0 0", "1 1 1 1 1"]) expect(family.state?.(question, [reply])).toBe(reply);
  });

  it("has tasks of both splits at every length", () => {
    for (const split of ["train", "eval"] as const)
      for (const n of [2, 3, 24])
        expect(family.generate(random(n), { difficulty: n, split }).secret.answer).toHaveLength(n);
  });
});
