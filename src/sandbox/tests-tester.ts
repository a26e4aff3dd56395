/** The interpreter of the tests. It is handed from program to program: only tests run in it, and each in new names. */
import type { Interpreter, Language, Limits, Sandbox, Value } from "./contract.ts";
import { troubleOf, type Candidate, type Trouble } from "./tests-candidate.ts";
import * as javascript from "./tests-javascript.ts";
import * as python from "./tests-python.ts";

/** A statement with what must run before it, or a harness with the program's function and its own. */
export interface TestCode {
  readonly setup: string;
  readonly source: string;
  readonly entry?: string;
  readonly check?: string;
}

export type Verdict = { readonly status: "passed" | "failed"; readonly message: string } | Trouble;

/** So long the tests may go on by themselves after the time of the program is over. */
const grace = 1000;

class Tester {
  readonly language: Language;
  #interpreter: Interpreter | undefined;
  #candidate: Candidate | undefined;

  constructor(language: Language) {
    this.language = language;
  }

  /** Runs a test against a program. Throws UserError where the sandbox refuses. */
  async test(sandbox: Sandbox, code: TestCode, candidate: Candidate, milliseconds: number): Promise<Verdict> {
    this.#interpreter ??= await this.#open(sandbox);
    this.#candidate = candidate;
    candidate.begin(milliseconds);
    const args = [code.setup, code.source, code.entry ?? null, code.check ?? null];
    const limits = { milliseconds: milliseconds + grace };
    const outcome = await this.#interpreter.call("_autodidact_test", args, { limits });
    if (outcome.status !== "ok") await this.close();
    if (candidate.dead !== undefined) return candidate.dead;
    if (candidate.incomparable !== undefined) return { status: "not comparable", message: candidate.incomparable };
    return troubleOf(outcome) ?? verdictOf(outcome.value);
  }

  async #open(sandbox: Sandbox): Promise<Interpreter> {
    const interpreter = await sandbox.open(this.language, {
      limits: testerLimits,
      bridge: {
        names: ["_ask"],
        answer: async (_, question) => {
          const value = (await this.#candidate?.answer(question)) ?? { list: ["gone"] };
          return { status: "ok", stdout: "", stderr: "", value, milliseconds: 0 };
        },
      },
    });
    const halves = this.language === "python" ? python : javascript;
    const trouble = troubleOf(await interpreter.run(halves.tester));
    if (trouble === undefined) return interpreter;
    await interpreter.close();
    throw new Error(`the interpreter of the tests did not start: ${trouble.message}`);
  }

  async close(): Promise<void> {
    await this.#interpreter?.close();
    this.#interpreter = undefined;
  }
}

const testerLimits: Limits = { milliseconds: 10_000, megabytes: 256, output: 1 << 20 };

function verdictOf(value: Value | undefined): Verdict {
  const [status, message] =
    value !== undefined && value !== null && typeof value === "object" && "list" in value ? value.list : [];
  if (typeof message !== "string" || (status !== "passed" && status !== "failed" && status !== "error"))
    return { status: "error", message: "the test gave no verdict" };
  return { status, message };
}

/** Testers at rest, so that a program need not wait for one to start. They end with their sandbox. */
export class Testers {
  readonly #idle: Tester[] = [];

  /** One for the work, and for nobody else meanwhile. */
  async lend<T>(language: Language, work: (tester: Tester) => Promise<T>): Promise<T> {
    const at = this.#idle.findIndex((tester) => tester.language === language);
    const [tester] = at < 0 ? [new Tester(language)] : this.#idle.splice(at, 1);
    try {
      return await work(tester);
    } finally {
      this.#idle.push(tester);
      if (this.#idle.length > mostIdle) await this.#idle.shift()?.close();
    }
  }
}

const mostIdle = 4;
const known = new WeakMap<Sandbox, Testers>();

/** The testers of a sandbox. */
export function testersOf(sandbox: Sandbox): Testers {
  const testers = known.get(sandbox) ?? new Testers();
  known.set(sandbox, testers);
  return testers;
}
