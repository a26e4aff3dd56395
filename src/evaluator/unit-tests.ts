import { z } from "zod";
import type { Evaluator } from "../core/contracts.ts";
import { defineMethod } from "../core/method.ts";
import type { Solution } from "../core/solution.ts";
import { createSandbox } from "../sandbox/pool.ts";
import type { Sandbox } from "../sandbox/contract.ts";
import { readProgram, runAll, type TestReport } from "../sandbox/tests.ts";

const id = "unit-tests";

const options = z.object({
  /** "fraction": share of the tests passed; "all": 1 only if every test passes. */
  score: z.enum(["fraction", "all"]).default("fraction"),
  milliseconds: z.number().positive().default(3000).describe("time of one test"),
  concurrency: z.int().positive().default(2).describe("programs run side by side"),
});

/** `secret.tests` of a task: a program without its code. */
const testsSchema = z.looseObject({ language: z.enum(["python", "javascript"]).default("python"), tests: z.json() });

/** The last fenced block of a solution's text, else its stated answer, else the text itself. */
export function codeOf({ text, answer }: Pick<Solution, "text" | "answer">): string {
  const blocks = [...text.matchAll(/^[^\S\n]*```[^\n]*\n(.*?)^[^\S\n]*```[^\S\n]*$/gmsu)];
  return blocks.at(-1)?.[1] ?? answer ?? text;
}

/** Which tests failed and how, a line each. Names and messages of tests may tell what they expect: they stay out. */
const critiqueOf = ({ results }: TestReport): string =>
  results
    .flatMap(({ ok, status, message }, i) => {
      const why = status === "failed" || message === undefined ? "" : ` (${message})`;
      return ok ? [] : [`test ${i + 1}: ${status}${why}`];
    })
    .join("\n");

/**
 * Score: what share of the task's tests the program passes. Label: how the first that it does not pass ended. perStep: 1 or
 * 0 a test. Undecided (null) for a task without tests. Throws UserError for tests that cannot be read, and where this machine
 * lacks a layer of isolation.
 */
export function unitTests(o: z.output<typeof options>, sandbox: () => Sandbox): Evaluator {
  return async ({ task, solutions }, c) => {
    const base = { by: id, level: "outcome", calls: [] } as const;
    const given = testsSchema.safeParse(task.secret.tests);
    if (!given.success || solutions.length === 0)
      return solutions.map((solution) => ({ ...base, of: solution.id, score: null }));
    const programs = solutions.map((solution) =>
      readProgram({ ...given.data, id: solution.id, code: codeOf(solution) }, `tests of task ${task.id}`),
    );
    const limits = { milliseconds: o.milliseconds };
    const judgements = [];
    for await (const report of runAll(programs, { ...o, sandbox: sandbox(), limits, signal: c.signal })) {
      const passes = report.status === "passed";
      judgements.push({
        ...base,
        of: solutions[judgements.length].id,
        score: o.score === "all" ? Number(passes) : report.fraction,
        label: report.status,
        perStep: report.results.map(({ ok }) => Number(ok)),
        ...(passes ? {} : { critique: critiqueOf(report) }),
      });
    }
    return judgements;
  };
}

let shared: Sandbox | undefined;

export default defineMethod({
  id,
  kind: "evaluator",
  contract: "evaluator",
  section: "design",
  about: "Runs the program of a solution in a sandbox: the share of the task's tests that it passes.",
  source: "Chen et al. 2021, Evaluating Large Language Models Trained on Code",
  options,
  // One pool for all evaluators of the process; it does not keep the process alive.
  create: (o) => unitTests(o, () => (shared ??= createSandbox())),
});
