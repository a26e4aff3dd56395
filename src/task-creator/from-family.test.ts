import { describe, expect, it } from "vitest";
import { ask } from "../core/task.ts";
import type { Task } from "../core/task.ts";
import fromFamily from "./from-family.ts";
import { family, run } from "./testing.ts";

const make = (o: object, round = 1, count = 200): Promise<Task[]> =>
  run(fromFamily.create(fromFamily.options.parse({ family: family.id, difficulty: 3, ...o })), {
    round,
    count,
    solved: new Map(),
  });

describe("from-family", () => {
  it("makes as many different tasks of the difficulty and split as asked for", async () => {
    const tasks = await make({});
    expect(tasks.length).toBe(200);
    expect(new Set(tasks.map((task) => `${family.key(ask(task))} ${task.secret.answer}`)).size).toBe(200);
    expect(tasks.every((task) => task.difficulty === 3 && task.origin.split === "train")).toBe(true);
    expect((await make({ split: "eval" })).every((task) => task.origin.split === "eval")).toBe(true);
  });

  it("spreads a range evenly", async () => {
    const tasks = await make({ difficulty: [2, 4] }, 1, 600);
    for (const difficulty of [2, 3, 4]) {
      const share = tasks.filter((task) => task.difficulty === difficulty).length / 600;
      expect(Math.abs(share - 1 / 3)).toBeLessThan(0.08);
    }
  });

  it("makes the same tasks in the same round and others in the next", async () => {
    expect(await make({}, 4)).toEqual(await make({}, 4));
    expect(await make({}, 4)).not.toEqual(await make({}, 5));
  });

  it("starts again where a difficulty is used up", async () => {
    const tasks = await make({ difficulty: 1 }, 1, 150);
    const keys = new Set(tasks.map((task) => family.key(ask(task))));
    expect(tasks.length).toBe(150);
    // 45 sums of two digits 1 to 9, about nine in ten of them for training.
    expect(keys.size).toBeGreaterThan(35);
    expect(keys.size).toBeLessThanOrEqual(45);
    expect(new Set(tasks.slice(0, 35).map((task) => family.key(ask(task)))).size).toBe(35);
  });

  it("refuses an empty range and a difficulty that the family does not have", async () => {
    await expect(async () => make({ difficulty: [4, 2] })).rejects.toThrow("is empty");
    await expect(make({ difficulty: 500 })).rejects.toThrow("out of range");
  });
});
