import { describe, expect, it } from "vitest";
import type { Task } from "../core/task.ts";
import curriculum, { frontier } from "./curriculum.ts";
import { family, run } from "./testing.ts";

const parse = (o: object) => curriculum.options.parse({ family: family.id, from: 9, max: 40, ...o });
const stats = (solved: [number, number][] = [], count = 100) => ({ round: 2, count, solved: new Map(solved) });
const make = (o: object, solved?: [number, number][], count?: number): Promise<Task[]> =>
  run(curriculum.create(parse(o)), stats(solved, count));
const count = (tasks: Task[], difficulty: number): number =>
  tasks.filter((task) => task.difficulty === difficulty).length;

describe("curriculum", () => {
  it("starts at the first frontier, whatever earlier phases solved below it", () => {
    expect(frontier(stats(), parse({}))).toBe(9);
    expect(
      frontier(
        stats([
          [3, 1],
          [8, 1],
        ]),
        parse({}),
      ),
    ).toBe(9);
  });

  it("advances when enough is solved at the frontier, and waits otherwise", () => {
    expect(
      frontier(
        stats([
          [9, 0.2],
          [12, 0.9],
        ]),
        parse({}),
      ),
    ).toBe(13);
    expect(
      frontier(
        stats([
          [9, 1],
          [12, 0.89],
        ]),
        parse({}),
      ),
    ).toBe(12);
    expect(frontier(stats([[12, 0.5]]), parse({ gate: 0.5, step: 3 }))).toBe(15);
  });

  it("never goes beyond its end", () => {
    expect(frontier(stats([[39, 1]]), parse({ step: 5 }))).toBe(40);
    expect(frontier(stats([[40, 1]]), parse({}))).toBe(40);
    expect(frontier(stats([[60, 1]]), parse({}))).toBe(40);
  });

  it("mixes in easier tasks in the share asked for, none harder", async () => {
    const tasks = await make({ old: 0.3 }, [[12, 1]]);
    expect(tasks.length).toBe(100);
    expect(count(tasks, 13)).toBe(70);
    expect([9, 10, 11, 12].reduce((sum, difficulty) => sum + count(tasks, difficulty), 0)).toBe(30);
    expect([9, 10, 11, 12].every((difficulty) => count(tasks, difficulty) > 0)).toBe(true);
  });

  it("has nothing easier at first unless told, and always something at the frontier", async () => {
    expect(count(await make({}), 9)).toBe(100);
    expect(count(await make({ easiest: 2 }), 9)).toBe(65);
    expect(count(await make({ old: 0.99, easiest: 2 }, [], 1), 9)).toBe(1);
  });

  it("climbs by its own reports when all is solved", async () => {
    let solved: [number, number][] = [];
    for (let expected = 9; expected < 14; expected++) {
      const tasks = await make({}, solved);
      expect(Math.max(...tasks.map((task) => task.difficulty ?? 0))).toBe(expected);
      solved = [...new Set(tasks.map((task) => task.difficulty ?? 0))].map((difficulty) => [difficulty, 1]);
    }
  });

  it("refuses limits out of order", () => {
    expect(() => curriculum.create(parse({ max: 8 }))).toThrow("out of order");
    expect(() => curriculum.create(parse({ easiest: 10 }))).toThrow("out of order");
  });
});
