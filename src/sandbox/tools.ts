/** Tools that a reasoner may call through its Context. What goes wrong is an observation. */
import type { Tool } from "../core/context.ts";
import { messageOf } from "../core/errors.ts";
import type { Limits, Outcome, Sandbox } from "./contract.ts";
import { calculate } from "./tools-calculator.ts";
import { show } from "./values.ts";

/** Exact arithmetic on integers, fractions and decimals of any size. */
export const calculator: Tool = {
  name: "calculator",
  about: "Exact value of an arithmetic expression: + - * / // % ^ ! sqrt abs floor ceil round min max gcd lcm",
  run: async (input) => {
    try {
      return calculate(input);
    } catch (error) {
      return `error: ${messageOf(error)}`;
    }
  },
};

export interface PythonToolOptions {
  readonly limits?: Partial<Limits>;
  /** Characters of an observation; more is cut in its middle. */
  readonly characters?: number;
}

/**
 * A Python interpreter. Every call begins in a fresh one. The observation is what the program printed and the value of its
 * last expression, or the last line of its error.
 */
export function pythonTool(sandbox: Sandbox, { limits, characters = 2000 }: PythonToolOptions = {}): Tool {
  return {
    name: "python",
    about: "Runs a Python program; what it prints and its last expression come back",
    run: async (input, signal) => {
      try {
        const interpreter = await sandbox.open("python", { limits, signal });
        try {
          return shorten(observation(await interpreter.run(unfenced(input))), characters);
        } finally {
          await interpreter.close();
        }
      } catch (error) {
        return shorten(`error: ${messageOf(error)}`, characters);
      }
    },
  };
}

const ends: Record<Exclude<Outcome["status"], "ok" | "error">, string> = {
  timeout: "the program took too long",
  memory: "the program took too much memory",
  output: "the program wrote too much",
  killed: "the program was killed",
  refused: "programs are not run on this machine",
};

function observation({ status, stdout, value, error }: Outcome): string {
  const printed = stdout.trimEnd();
  if (status === "ok") {
    const last = value === undefined || value === null ? "" : show(value, 1000);
    return [printed, last].filter((part) => part !== "").join("\n") || "(no output)";
  }
  const fault = error === undefined ? ends[status === "error" ? "killed" : status] : `${error.type}: ${error.message}`;
  return [printed, `error: ${fault.trim()}`].filter((part) => part !== "").join("\n");
}

/** A model often fences its program. */
function unfenced(input: string): string {
  return /^\s*```(?:python|py)?[^\S\n]*\n(.*?)\n?```\s*$/s.exec(input)?.[1] ?? input;
}

function shorten(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const half = Math.max(0, Math.floor((characters - 3) / 2));
  return `${text.slice(0, half)}\n…\n${text.slice(text.length - half)}`.slice(0, characters);
}
