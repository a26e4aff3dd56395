import { describe, expect, it } from "vitest";
import type { Tool } from "../../../core/context.ts";
import { Budget } from "../../../core/budget.ts";
import { random } from "../../../core/random.ts";
import { Scripted } from "../../../engine/scripted.ts";
import { makeContext, memoryCalls } from "../../../evolution/context.ts";
import open from "../../../task-creator/families/open.ts";
import { climb, type Turn } from "./climb.ts";
import dfsdt from "./dfsdt.ts";
import { gridOf, isFree, nameOf, neighbours, readCells, sameCell, steps, type Cell, type Grid } from "./grid.ts";
import llmAstar from "./llm-astar.ts";
import { readAct } from "./tool-acts.ts";
import { route } from "./waypoints.ts";

const family = open.create(open.options.parse({}));
const tools: Record<string, Tool> = {
  add: {
    name: "add",
    about: "adds two numbers",
    run: (input) => {
      const [a, b] = input.split(" ").map(Number);
      return Number.isNaN(a + b) ? Promise.reject(new Error("two numbers, please")) : Promise.resolve(String(a + b));
    },
  },
};
const contextOf = (model: Scripted, budget?: Budget) =>
  makeContext({
    models: { reasoner: model },
    families: new Map([["open", family]]),
    calls: memoryCalls(),
    seed: "tools",
    tools,
    budget,
  });

describe("dfsdt", () => {
  /** Which node each expansion is of, as the path of child numbers, given what the nodes turn out to be. */
  async function expansions(turns: Readonly<Record<string, Turn>>, depth: number, most: number) {
    const order: string[] = [];
    const finished = await climb("", {
      width: 2,
      depth,
      answers: 1,
      turn: (node) => turns[node] ?? "go-on",
      generate: (parent, earlier) => {
        order.push(parent);
        return Promise.resolve(order.length > most ? undefined : `${parent}${earlier.length + 1}`);
      },
    });
    return { order, finished };
  }
  it("goes from a give-up at depth 3 to the node at depth 1, from the depth limit at 3 to that at depth 2", async () => {
    expect((await expansions({ 111: "give-up" }, 9, 3)).order).toEqual(["", "1", "11", "1"]);
    expect((await expansions({}, 3, 3)).order).toEqual(["", "1", "11", "11"]);
    expect((await expansions({ 111: "unparsable" }, 9, 3)).order).toEqual(["", "1", "11", "11"]);
  });
  it("ends with the first answer, or goes on two levels up where more are wanted", async () => {
    expect(await expansions({ 112: "finish" }, 3, 99)).toEqual({ order: ["", "1", "11", "11"], finished: ["112"] });
    const { order, finished } = await expansions({}, 2, 99);
    expect(finished).toEqual([]);
    expect(order).toEqual(["", "1", "1", "", "2", "2"]);
  });

  it.each([
    ["Thought: x\nAction: add\nInput: 1 2", { kind: "call", tool: "add", input: "1 2" }],
    ["**Action**: `add`\nAction Input: 1\n2", { kind: "call", tool: "add", input: "1\n2" }],
    ["Action: Finish\nInput: 7", { kind: "finish", input: "7" }],
    ["Action: give_up", { kind: "give-up", input: "" }],
    ["I do not know.", { kind: "unparsable" }],
  ])("reads %j", (turn, act) => expect(readAct(turn)).toMatchObject(act));

  it("goes back, shows what was tried, takes tools' errors as observations, and answers", async () => {
    const model = new Scripted([
      { match: /Tried at this point/u, replies: ["Action: add Input: 2 3", "Action: finish Input: 5"].map(asLines) },
      { match: /Observation: The tool failed: two/u, replies: [asLines("Action: give-up")] },
      { match: /Observation: 5/u, replies: [asLines("Action: finish Input: 5")] },
      { match: /Observation: There is no tool/u, replies: [asLines("Action: add Input: two three")] },
      { match: /^What is/u, replies: [asLines("Action: sum Input: 2 3")] },
    ]);
    const c = contextOf(model);
    const question = family.question("What is 2 + 3?");
    const { solutions, trees } = await dfsdt.create(dfsdt.options.parse({}))(question, c);
    expect(solutions[0]).toMatchObject({ answer: "5" });
    expect(trees[0].nodes.map(({ parent }) => parent)).toEqual([null, 0, 1, 2, 1, 4]);
    expect(trees[0].cost).toEqual(c.budget.spent);
    const [, , , again] = model.log;
    expect(again.prompt).toMatch(/Tried at this point already.*two three.*The tool failed/su);
    expect(solutions[0].by.map((id) => c.call(id).text).join("\n")).toBe(solutions[0].text);
  });

  it("ends with what it has when the budget does", async () => {
    const model = new Scripted([{ match: /./u, replies: [asLines("Action: add Input: 1 1")], cycle: true }]);
    const c = contextOf(model, new Budget({ calls: 5 }));
    const { solutions, trees } = await dfsdt.create(dfsdt.options.parse({}))(family.question("Endless?"), c);
    expect(solutions[0].error?.where).toBe("budget");
    expect(c.budget.spent.calls).toBe(5);
    expect(trees[0].nodes).toHaveLength(6);
  });
});

/** The three lines of a turn. */
function asLines(turn: string): string {
  return turn.replace(" Input:", "\nInput:");
}

/** Length of the shortest path, level by level; undefined if there is none. */
function shortest(grid: Grid): number | undefined {
  let level: Cell[] = [grid.start];
  const seen = new Set([nameOf(grid.start)]);
  for (let length = 0; level.length > 0; length++) {
    if (level.some((cell) => sameCell(cell, grid.goal))) return length;
    level = level.flatMap((cell) =>
      neighbours(grid, cell).filter((to) => !seen.has(nameOf(to)) && seen.add(nameOf(to)) !== undefined),
    );
  }
  return undefined;
}

describe("llm-astar", () => {
  const rows = ["S....#....", ".....#....", "..........", ".....#..#.", ".....#..#G", ".....#..##"];
  const text = `Find a way:\n${rows.join("\n")}`;
  const grid = gridOf(family.question(text));
  if (grid === undefined) throw new Error("the map is not read");
  const valid = (path: readonly Cell[]): void => {
    expect(path[0]).toEqual(grid.start);
    expect(path.at(-1)).toEqual(grid.goal);
    for (const [i, cell] of path.entries()) {
      expect(isFree(grid, cell)).toBe(true);
      if (i > 0) expect(steps(path[i - 1], cell)).toBe(1);
    }
  };

  it("finds a valid path by a waypoint at the gap and by one in a dead end, no shorter than the shortest", () => {
    const least = shortest(grid) ?? 0;
    for (const waypoints of [[], [{ row: 2, column: 5 }], [{ row: 5, column: 7 }], [{ row: 5, column: 0 }]]) {
      const { path = [] } = route(grid, waypoints);
      valid(path);
      expect(path.length - 1).toBeGreaterThanOrEqual(least);
    }
    expect(route(grid, [{ row: 2, column: 5 }]).path).toHaveLength(least + 1);
    // Walls and places off the map are no waypoints.
    expect(
      route(grid, [
        { row: 0, column: 5 },
        { row: 99, column: -1 },
      ]),
    ).toEqual(route(grid, []));
  });

  it("finds a path wherever there is one, whatever the waypoints", () => {
    let found = 0;
    for (let seed = 0; seed < 200; seed++) {
      const r = random(`map ${seed}`);
      const cells: string[][] = Array.from({ length: 8 }, () =>
        Array.from({ length: 8 }, () => (r.next() < 0.3 ? "#" : ".")),
      );
      cells[0][0] = "S";
      cells[7][7] = "G";
      const map = gridOf({ id: "m", family: "open", text: cells.map((row) => row.join("")).join("\n") });
      if (map === undefined) throw new Error("the map is not read");
      const least = shortest(map);
      const some = Array.from({ length: r.int(4) }, () => ({ row: r.int(8), column: r.int(8) }));
      const { path } = route(map, some);
      expect(path === undefined).toBe(least === undefined);
      // Twice the distance to the goal is no admissible heuristic, even without waypoints.
      if (path && least !== undefined) expect(path.length - 1).toBeGreaterThanOrEqual(least);
      found += Number(path !== undefined);
    }
    expect(found).toBeGreaterThan(80);
    expect(found).toBeLessThan(200);
  });

  it("asks for waypoints, reads them, and answers with the path and its length", async () => {
    const model = new Scripted([{ match: /A map/u, replies: ["Through the gap:\n[(2, 4), (2, 5)]"] }]);
    const c = contextOf(model);
    const { solutions, trees } = await llmAstar.create(llmAstar.options.parse({}))(family.question(text), c);
    expect(solutions[0].answer).toBe(String(shortest(grid)));
    valid(readCells(solutions[0].text));
    expect(trees[0].cost).toEqual(c.budget.spent);
    expect(trees[0].nodes.filter(({ solution }) => solution === solutions[0].id)).toHaveLength(1);
  });

  it("goes without waypoints where the reply has none, and refuses a question without a map", async () => {
    const model = new Scripted([{ match: /A map/u, replies: ["No idea."] }]);
    const method = llmAstar.create(llmAstar.options.parse({}));
    const { solutions } = await method(family.question(text), contextOf(model));
    valid(readCells(solutions[0].text));
    await expect(method(family.question("What is 1 + 1?"), contextOf(model))).rejects.toThrow(/map/u);
  });
});
