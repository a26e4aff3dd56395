import { describe, expect, it } from "vitest";
import { ask, type Task } from "./task.ts";

const task: Task = {
  id: "t1",
  family: "chain-sum",
  text: "3 + 4",
  public: { numbers: [3, 4] },
  difficulty: 2,
  origin: { by: "generator", parents: ["t0"], seed: "SEED", split: "train" },
  by: ["call"],
  secret: { answer: "ANSWER", solution: ["SOLUTION"], tests: ["TESTS"] },
};

describe("ask", () => {
  it("keeps what a Reasoner may see and nothing else, at run time", () => {
    const question = ask(task);
    expect(question).toStrictEqual({ id: "t1", family: "chain-sum", text: "3 + 4", public: { numbers: [3, 4] } });
    expect(JSON.stringify(question)).not.toMatch(/ANSWER|SOLUTION|TESTS|SEED|secret|origin|difficulty/u);
  });

  it("leaves `public` out where the task has none", () => {
    const { public: _, ...bare } = task;
    expect(Object.keys(ask(bare))).toEqual(["id", "family", "text"]);
  });

  it("gives something that cannot be written to", () => {
    const question = ask(task);
    expect(Object.isFrozen(question)).toBe(true);
    expect(Reflect.set(question, "secret", task.secret)).toBe(false);
  });
});
