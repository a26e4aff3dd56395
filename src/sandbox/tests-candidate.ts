/** A program under test in its interpreter, and what became of it. */
import type { Interpreter, Limits, Outcome, Sandbox, Value } from "./contract.ts";
import * as javascript from "./tests-javascript.ts";
import * as python from "./tests-python.ts";
import type { Program, TestStatus } from "./tests-schema.ts";

/** How a test ended, if not by a verdict. */
export interface Trouble {
  readonly status: Exclude<TestStatus, "passed" | "failed" | "skipped">;
  readonly message: string;
}

/** What kept a run or call from a result; undefined for a good one. */
export function troubleOf(outcome: Outcome): Trouble | undefined {
  if (outcome.status === "ok") return undefined;
  if (outcome.error !== undefined)
    return { status: outcome.status, message: `${outcome.error.type}: ${outcome.error.message}` };
  return { status: outcome.status, message: reasons[outcome.status] };
}

const reasons = {
  error: "it raised an error",
  timeout: "it took too long",
  memory: "it took too much memory",
  output: "it wrote too much",
  killed: "its interpreter died",
  refused: "this machine lacks a layer of isolation",
} as const;

/** Milliseconds left of an amount that starts now. */
export function countdown(milliseconds: number): () => number {
  const end = performance.now() + milliseconds;
  return () => end - performance.now();
}

export class Candidate {
  /** Why its interpreter is no longer alive. */
  dead: Trouble | undefined;
  /** What a test wanted to compare that is no data. */
  incomparable: string | undefined;
  readonly #interpreter: Interpreter;
  #left: () => number = () => 0;

  private constructor(interpreter: Interpreter) {
    this.#interpreter = interpreter;
  }

  /** A fresh interpreter with the program's definitions; trouble if they cannot be had within `milliseconds`. */
  static async load(
    sandbox: Sandbox,
    { language, code }: Program,
    o: { limits: Limits; remote: boolean; signal?: AbortSignal },
  ): Promise<Candidate | Trouble> {
    const interpreter = await sandbox.open(language, { limits: o.limits, signal: o.signal });
    const halves = language === "python" ? python : javascript;
    const before = language === "python" ? [python.library] : [];
    for (const part of [...before, code, ...(o.remote ? [halves.candidate] : [])]) {
      const trouble = troubleOf(await interpreter.run(part, { limits: o.limits }));
      if (trouble === undefined) continue;
      await interpreter.close();
      return trouble;
    }
    return new Candidate(interpreter);
  }

  /** A test begins, which may take this long. */
  begin(milliseconds: number): void {
    this.#left = countdown(milliseconds);
    this.incomparable = undefined;
  }

  async call(name: string, args: readonly Value[]): Promise<Outcome> {
    const left = this.#left();
    const outcome = await this.#interpreter.call(name, args, { limits: { milliseconds: Math.max(1, left) } });
    if (outcome.status !== "ok" && outcome.status !== "error") {
      this.dead = troubleOf(outcome);
      await this.close();
    }
    return outcome;
  }

  /** Answers the interpreter of the tests: ["value", …], ["error", type, message] or ["gone"]. */
  async answer(question: readonly Value[]): Promise<Value> {
    if (this.dead !== undefined) return { list: ["gone"] };
    if (question[0] === "incomparable") {
      this.incomparable ??= typeof question[1] === "string" ? question[1] : "an object";
      return { list: ["value", null] };
    }
    if (question.some((part) => holdsOpaque(part))) {
      this.incomparable ??= "an object of the tests, which cannot enter the program's interpreter";
      return { list: ["error", "TypeError", "what a test hands over must be data"] };
    }
    const { status, value, error } = await this.call("_autodidact_ask", question);
    if (status === "ok") return { list: ["value", value ?? null] };
    return status === "error" ? { list: ["error", error?.type ?? "Error", error?.message ?? ""] } : { list: ["gone"] };
  }

  close(): Promise<void> {
    return this.#interpreter.close();
  }
}

/** Is anything in it that could not leave its interpreter? */
export function holdsOpaque(value: Value): boolean {
  if (value === null || typeof value !== "object") return false;
  if ("opaque" in value) return true;
  if ("list" in value) return value.list.some(holdsOpaque);
  if ("tuple" in value) return value.tuple.some(holdsOpaque);
  if ("set" in value) return value.set.some(holdsOpaque);
  return "dict" in value && value.dict.some((pair) => pair.some(holdsOpaque));
}
