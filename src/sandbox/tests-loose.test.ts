import { describe, expect, it } from "vitest";
import { readProgram } from "./tests.ts";

const read = (rest: object) => readProgram({ language: "python", code: "…", ...rest });

describe("tests as other tools write them", () => {
  it.each([
    [
      "assertions",
      { tests: ["assert f(1) == 2", "assert f(2) == 3"] },
      { assert: ["assert f(1) == 2", "assert f(2) == 3"] },
    ],
    [
      "assertions as a text",
      { tests: "assert f(1) == 2\n\nassert f(2) == 3\n" },
      { assert: ["assert f(1) == 2", "assert f(2) == 3"] },
    ],
    [
      "code with an entry point",
      { tests: "def check(c):\n    assert c(1) == 2", entry_point: "f" },
      { harness: { entry: "f", check: "check" } },
    ],
    ["code without", { tests: "x = f(1)\nassert x == 2" }, { assert: ["x = f(1)\nassert x == 2"] }],
    ["input and output", { tests: [{ input: "1\n", output: "2\n" }] }, { cases: [{ stdin: "1\n", stdout: "2\n" }] }],
    [
      "lists of lines",
      { tests: [{ input: ["1", "2"], expected_output: ["3"] }] },
      { cases: [{ stdin: "1\n2", stdout: "3" }] },
    ],
    [
      "arguments of a named function",
      { entry: "f", tests: [{ args: [1, "a"], expected: [2] }] },
      { cases: [{ call: { name: "f", args: [{ int: "1" }, "a"] }, expect: { list: [{ int: "2" }] } }] },
    ],
    ["our own cases in a list", { tests: [{ stdin: "a", stdout: "b" }] }, { cases: [{ stdin: "a", stdout: "b" }] }],
    ["our own form", { tests: { assert: ["assert True"] } }, { assert: ["assert True"], setup: "" }],
  ])("%s", (_, given, tests) => {
    expect(read(given).tests).toMatchObject(tests);
  });

  it("takes numbers as ids", () => {
    expect(read({ id: 7, tests: ["assert True"] }).id).toBe("7");
  });

  it.each([
    ["an empty list", { tests: [] }],
    ["cases that say nothing", { tests: [{ hello: 1 }] }],
    ["no tests", {}],
  ])("refuses %s", (_, given) => {
    expect(() => read(given)).toThrow(/tests/);
  });
});
