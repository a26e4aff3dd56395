/** Cases whose expected results are compared outside of all interpreters. */
import { equalText, equalValues } from "./compare.ts";
import type { Interpreter, Limits, Outcome, Sandbox } from "./contract.ts";
import { holdsOpaque, troubleOf, type Candidate } from "./tests-candidate.ts";
import { reset } from "./tests-python.ts";
import type { CallCase, Program, StreamCase, TestResult } from "./tests-schema.ts";
import { show } from "./values.ts";

export type Finding = Omit<TestResult, "name" | "ok" | "milliseconds">;

export async function callCase(
  candidate: Candidate,
  test: CallCase,
  o: { language: Program["language"]; tuplesAsLists: boolean },
): Promise<Finding> {
  const outcome = await candidate.call(test.call.name, test.call.args);
  const accepted = test.expect === undefined ? (test.any ?? []) : [test.expect];
  const expected = test.raises ?? accepted.map((value) => show(value)).join(" or ");
  const trouble = troubleOf(outcome);
  if (test.raises !== undefined) {
    if (outcome.status === "ok") return { status: "failed", got: show(outcome.value ?? null), expected };
    const raised = outcome.status === "error" && outcome.error?.type === test.raises;
    return raised
      ? { status: "passed" }
      : {
          status: trouble?.status === "error" ? "failed" : (trouble?.status ?? "error"),
          message: trouble?.message,
          expected,
        };
  }
  if (trouble !== undefined) return { ...trouble, expected };
  const value = outcome.value ?? null;
  const equality = { ...o, ...(test.tolerance === undefined ? {} : { tolerance: test.tolerance }) };
  if (accepted.some((other) => equalValues(value, other, equality))) return { status: "passed" };
  const status = holdsOpaque(value) ? "not comparable" : "failed";
  return { status, got: show(value), expected };
}

/** Runs whole programs, a case each, each as if for the first time. */
export class Streams {
  readonly #sandbox: Sandbox;
  readonly #program: Program;
  readonly #limits: Limits;
  readonly #signal: AbortSignal | undefined;
  #interpreter: Interpreter | undefined;

  constructor(sandbox: Sandbox, program: Program, limits: Limits, signal?: AbortSignal) {
    this.#sandbox = sandbox;
    this.#program = program;
    this.#limits = limits;
    this.#signal = signal;
  }

  async run(test: StreamCase, milliseconds: number): Promise<Finding> {
    const interpreter = await this.#fresh();
    const outcome = await interpreter.run(this.#program.code, {
      stdin: test.stdin,
      files: test.files,
      keepFiles: test.leaves !== undefined,
      limits: { milliseconds },
    });
    if (outcome.status === "ok" && (await this.#clean(interpreter))) this.#interpreter = interpreter;
    else await interpreter.close();
    return judge(test, outcome);
  }

  async #fresh(): Promise<Interpreter> {
    const kept = this.#interpreter;
    this.#interpreter = undefined;
    return kept ?? (await this.#sandbox.open(this.#program.language, { limits: this.#limits, signal: this.#signal }));
  }

  /** Python starts too slowly to start anew for every case; what a case left is removed instead. */
  async #clean(interpreter: Interpreter): Promise<boolean> {
    if (this.#program.language !== "python") return false;
    return (await interpreter.run(reset)).status === "ok";
  }

  async close(): Promise<void> {
    await this.#interpreter?.close();
  }
}

function judge(test: StreamCase, outcome: Outcome): Finding {
  const accepted = test.stdout === undefined ? undefined : [test.stdout].flat();
  const expected = accepted?.map(short).join(" or ");
  const trouble = troubleOf(outcome);
  if (trouble !== undefined) return { ...trouble, got: short(outcome.stdout), expected };
  if (accepted !== undefined && !accepted.some((text) => equalText(outcome.stdout, text, test.tolerance)))
    return { status: "failed", got: short(outcome.stdout), expected };
  for (const [name, text] of Object.entries(test.leaves ?? {})) {
    const left = outcome.files?.[name];
    if (left === undefined || !equalText(left, text, test.tolerance))
      return { status: "failed", got: left === undefined ? `no file ${name}` : short(left), expected: short(text) };
  }
  return { status: "passed" };
}

const short = (text: string): string => (text.length > 200 ? `${text.slice(0, 199)}…` : text);
