/** Verdicts on code: does a program pass its tests? Decided outside of the program's interpreter, from data alone. */
import type { z } from "zod";
import { UserError } from "../core/errors.ts";
import type { Limits, Sandbox } from "./contract.ts";
import { Candidate, countdown } from "./tests-candidate.ts";
import { callCase, Streams, type Finding } from "./tests-cases.ts";
import {
  limitsSchema,
  programSchema,
  type CallCase,
  type Program,
  type ProgramInput,
  type StreamCase,
  type TestReport,
  type TestResult,
} from "./tests-schema.ts";
import { testersOf, type TestCode } from "./tests-tester.ts";
import { plainly } from "./tests-loose.ts";
import { show } from "./values.ts";

export type { Program, ProgramInput, TestReport, TestResult, TestStatus } from "./tests-schema.ts";

export interface TestOptions {
  readonly sandbox: Sandbox;
  /** Defaults of programs that set none. */
  readonly limits?: z.input<typeof limitsSchema>;
  /** After the first test that does not pass the rest is skipped. */
  readonly stopEarly?: boolean;
  /** Ends the work; what was not judged is not reported. */
  readonly signal?: AbortSignal;
}

/** A program from JSON. Throws UserError that names `where` and the field. */
export function readProgram(json: unknown, where = "program"): Program {
  const read = programSchema.safeParse(plainly(json));
  if (read.success) return read.data;
  throw new UserError(
    `${where}: ${faultsOf(read.error.issues).join("; ")}`,
    'write {"language": "python" or "javascript", "code": "…", "tests": {"cases": […]}, {"assert": […]} or {"harness": {…}}}',
  );
}

/** Where there are several forms, the faults of the one that fits furthest. */
function faultsOf(issues: readonly z.core.$ZodIssue[], at: readonly PropertyKey[] = []): string[] {
  return issues.flatMap((issue) => {
    const path = [...at, ...issue.path];
    if (issue.code === "invalid_union" && issue.errors.length > 0) {
      const depth = (branch: readonly z.core.$ZodIssue[]): number =>
        Math.max(...branch.map((inner) => inner.path.length));
      return faultsOf(issue.errors.toSorted((a, b) => depth(b) - depth(a))[0], path);
    }
    return [`${path.map(String).join(".") || "it"}: ${issue.message}`];
  });
}

/**
 * Runs a program's tests. Nothing expected enters its interpreter: results of cases are compared here, asserts and
 * harnesses run in another interpreter, to which results come as data. Throws UserError for bad input, and where this
 * machine lacks a layer of isolation.
 */
export async function runTests(program: ProgramInput, o: TestOptions): Promise<TestReport> {
  return judge(readProgram(program), o);
}

/** Reports in the order of the programs, of which `concurrency` are run side by side (default 2). */
export async function* runAll(
  programs: Iterable<Program> | AsyncIterable<Program>,
  { concurrency = 2, ...o }: TestOptions & { readonly concurrency?: number },
): AsyncGenerator<TestReport> {
  const running: Promise<TestReport>[] = [];
  try {
    for await (const program of programs) {
      const report = judge(program, o);
      // A failure is met when its turn comes.
      report.catch(() => {});
      running.push(report);
      const first = running.length < concurrency ? undefined : running.shift();
      if (first !== undefined) yield await first;
    }
    for (let next = running.shift(); next !== undefined; next = running.shift()) yield await next;
  } finally {
    await Promise.allSettled(running);
  }
}

interface Runner {
  run(index: number, milliseconds: number): Promise<Finding>;
  close(): Promise<void>;
}

async function judge(program: Program, o: TestOptions): Promise<TestReport> {
  o.signal?.throwIfAborted();
  // Test code often calls the program hundreds of times, each through two walls.
  const patience = "cases" in program.tests ? {} : { milliseconds: 10_000 };
  const { total, ...limits } = limitsSchema.parse({ ...patience, ...o.limits, ...program.limits });
  const left = countdown(total);
  const names = namesOf(program);
  const runner = runnerOf(program, limits, o);
  const results: TestResult[] = [];
  let stopped = false;
  try {
    for (const [i, name] of names.entries()) {
      const begin = performance.now();
      const time = Math.min(limits.milliseconds, left());
      const finding: Finding = stopped ? skipped : time < 1 ? late : await runner.run(i, time);
      o.signal?.throwIfAborted();
      const milliseconds = Math.round(performance.now() - begin);
      results.push({ name, ok: finding.status === "passed", ...defined(finding), milliseconds });
      stopped ||= o.stopEarly === true && finding.status !== "passed";
    }
  } finally {
    await runner.close();
  }
  const passed = results.filter(({ ok }) => ok).length;
  return {
    ...(program.id === undefined ? {} : { id: program.id }),
    passed,
    total: results.length,
    fraction: passed / results.length,
    status: results.find(({ ok }) => !ok)?.status ?? "passed",
    results,
  };
}

const skipped: Finding = { status: "skipped" };
const late: Finding = { status: "timeout", message: "the time for all tests together was over" };

/** Without the fields that say nothing. */
function defined({ status, got, expected, message }: Finding): Finding {
  return {
    status,
    ...(got === undefined ? {} : { got }),
    ...(expected === undefined ? {} : { expected }),
    ...(message === undefined || message === "" ? {} : { message }),
  };
}

function namesOf({ tests }: Program): string[] {
  const short = (text: string): string => (text.length > 100 ? `${text.slice(0, 99)}…` : text);
  if ("harness" in tests) return [`${tests.harness.check}(${tests.harness.entry})`];
  if ("assert" in tests) return tests.assert.map(short);
  return tests.cases.map((test, i) => {
    if (test.name !== undefined) return test.name;
    if (!("call" in test)) return `run ${i + 1}`;
    return short(`${test.call.name}(${test.call.args.map((arg) => show(arg, 40)).join(", ")})`);
  });
}

const isCall = (test: CallCase | StreamCase): test is CallCase => "call" in test;

function runnerOf(program: Program, limits: Limits, o: TestOptions): Runner {
  const { tests, language } = program;
  const signal = o.signal;
  if (!("cases" in tests)) {
    const loaded = new Loaded(program, limits, { sandbox: o.sandbox, remote: true, signal });
    const code = (i: number): TestCode =>
      "harness" in tests
        ? { setup: "", source: tests.harness.code, entry: tests.harness.entry, check: tests.harness.check }
        : { setup: tests.setup, source: tests.assert[i] };
    return {
      run: (i, ms) =>
        loaded.use(ms, (candidate) =>
          testersOf(o.sandbox).lend(language, (tester) => tester.test(o.sandbox, code(i), candidate, ms)),
        ),
      close: () => loaded.close(),
    };
  }
  const streams = new Streams(o.sandbox, program, limits, signal);
  const loaded = new Loaded(program, limits, { sandbox: o.sandbox, remote: false, signal });
  const how = { language, tuplesAsLists: tests.tuplesAsLists };
  return {
    run: (i, ms) => {
      const test = tests.cases[i];
      if (!isCall(test)) return streams.run(test, ms);
      return loaded.use(ms, (candidate) => {
        candidate.begin(ms);
        return callCase(candidate, test, how);
      });
    },
    close: async () => void (await Promise.all([streams.close(), loaded.close()])),
  };
}

/** The program, loaded when first needed and again after a test killed it. */
class Loaded {
  readonly #program: Program;
  readonly #limits: Limits;
  readonly #o: { sandbox: Sandbox; remote: boolean; signal?: AbortSignal };
  #candidate: Candidate | undefined;
  #broken: Finding | undefined;

  constructor(program: Program, limits: Limits, o: { sandbox: Sandbox; remote: boolean; signal?: AbortSignal }) {
    this.#program = program;
    this.#limits = limits;
    this.#o = o;
  }

  async use(milliseconds: number, work: (candidate: Candidate) => Promise<Finding>): Promise<Finding> {
    if (this.#broken !== undefined) return this.#broken;
    if (this.#candidate === undefined || this.#candidate.dead !== undefined) {
      const limits = { ...this.#limits, milliseconds };
      const candidate = await Candidate.load(this.#o.sandbox, this.#program, {
        limits,
        remote: this.#o.remote,
        signal: this.#o.signal,
      });
      if (!(candidate instanceof Candidate)) return (this.#broken = candidate);
      this.#candidate = candidate;
    }
    return work(this.#candidate);
  }

  async close(): Promise<void> {
    await this.#candidate?.close();
  }
}
