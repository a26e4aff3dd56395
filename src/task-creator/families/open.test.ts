import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { UserError } from "../../core/errors.ts";
import { random } from "../../core/random.ts";
import { ask } from "../../core/task.ts";
import open from "./open.ts";

const dir = mkdtempSync(join(tmpdir(), "open-"));
afterAll(() => rmSync(dir, { recursive: true }));
const fileOf = (name: string, lines: readonly string[]): string => {
  const file = join(dir, name);
  writeFileSync(file, lines.join("\n"));
  return file;
};
const family = (o: object) => open.create(open.options.parse(o));
const sums = Array.from({ length: 60 }, (_, i) => ({
  question: `What is ${i} + 1?`,
  answer: `${i} + 1 = ${i + 1}\n#### ${i + 1}`,
}));
const file = fileOf(
  "sums.jsonl",
  sums.map((row) => JSON.stringify(row)),
);

describe("open", () => {
  it("draws a file's tasks, each in one split only, with the answer that the solution states", () => {
    const from = family({ file, evalShare: 0.3 });
    const source = random("open");
    const drawn = (split: "train" | "eval") =>
      new Map(
        Array.from({ length: 800 }, () => from.generate(source, { difficulty: 1, split })).map((task) => [
          task.text,
          task,
        ]),
      );
    const [train, held] = [drawn("train"), drawn("eval")];
    expect(train.size + held.size).toBe(sums.length);
    expect([...train.keys()].filter((text) => held.has(text))).toEqual([]);
    expect(held.size).toBeGreaterThan(5);
    expect(train.get("What is 7 + 1?") ?? held.get("What is 7 + 1?")).toMatchObject({ secret: { answer: "8" } });
  });

  it("judges by the final answer, however it is written, and shows a reasoner none", () => {
    const from = family({ file });
    const [task] = ["train", "eval"].flatMap((split) =>
      split === "train" || split === "eval" ? [from.generate(random("x"), { difficulty: 1, split })] : [],
    );
    const { answer } = task.secret;
    expect(JSON.stringify(ask(task))).not.toContain("secret");
    const right = `First.\n\nThen.\n\nSo the answer is \\boxed{${answer}.0}`;
    expect(from.verify(task, right, "short")).toMatchObject({
      correct: true,
      steps: [true, true, true],
      firstError: 0,
    });
    expect(from.verify(task, "First.\n\nSo it is \\boxed{-5}", "short")).toMatchObject({
      correct: false,
      firstError: 2,
    });
    expect(from.verify(task, "", "short")).toMatchObject({ correct: false, wellFormed: false });
    expect(
      from
        .parse(ask(task), right, "short")
        .steps.map(({ text }) => text)
        .join(""),
    ).toBe(right);
  });

  it("takes any question, hints only where asked to, and knows its own answer", () => {
    const from = family({ file });
    const question = from.question("  How many eggs? ");
    expect(question).toMatchObject({ family: "open", text: "How many eggs?" });
    expect(from.prompt(question, "short")).not.toContain("The answer is");
    const task = from.generate(random("y"), { difficulty: 1, split: "train" });
    expect(from.prompt(ask(task), "short", { hint: from.hint(task) })).toContain(task.secret.answer);
    expect(from.verify(task, from.solve(task, random("z")) ?? "", "short").correct).toBe(true);
  });

  it.each([
    ["no file", () => family({}).generate(random(1), { difficulty: 1, split: "train" }), "without a file"],
    [
      "a missing one",
      () => family({ file: join(dir, "none") }).generate(random(1), { difficulty: 1, split: "train" }),
      "cannot read",
    ],
    [
      "a broken line",
      () =>
        family({ file: fileOf("broken", ['{"question":"a"}', "{"]) }).generate(random(1), {
          difficulty: 1,
          split: "train",
        }),
      "line 2",
    ],
    [
      "a line without question",
      () => family({ file: fileOf("bare", ['{"answer":"a"}']) }).generate(random(1), { difficulty: 1, split: "train" }),
      'no text "question"',
    ],
    ["an empty question", () => family({}).question(" "), "empty"],
    ["critiques", () => family({}).prompt({ id: "", family: "open", text: "?" }, "critique"), "critiques"],
  ])("refuses %s clearly", (_, act, message) => {
    expect(act).toThrow(UserError);
    expect(act).toThrow(message);
  });
});
