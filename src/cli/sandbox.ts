/** `sandbox`: what keeps untrusted code in, and running some. */
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import type { Command } from "commander";
import { UserError } from "../core/errors.ts";
import type { Settings } from "../evolution/start.ts";
import type { Language, Outcome } from "../sandbox/contract.ts";
import { layers } from "../sandbox/doctor.ts";
import type { Layer, LayerName } from "../sandbox/layers.ts";
import { createSandbox } from "../sandbox/pool.ts";
import { readLimits } from "../sandbox/tests-schema.ts";
import { setting } from "./args.ts";
import { Interrupted, json, line, paint, table, wrap, type Io } from "./io.ts";
import { layer } from "./run-tests.ts";

/** Tells which layers of isolation hold here. Throws UserError if one is missing that safety needs. */
export async function doctorCommand(io: Io, o: { json?: boolean }): Promise<Layer[]> {
  const found = await layers();
  const missing = found.filter(({ active, needed }) => needed && !active);
  if (o.json === true) json(io, found);
  else show(io, found);
  if (missing.length > 0)
    throw new UserError(
      `untrusted code is not run here: missing ${missing.map(({ name }) => name).join(", ")}`,
      missing.map(({ remedy }) => remedy).join("; "),
    );
  return found;
}

const state = ({ active, needed }: Layer): string => (active ? "active" : needed ? "MISSING" : "absent");

function show(io: Io, found: readonly Layer[]): void {
  const rows = found.map((one) => [one.name, state(one), one.needed ? "needed" : "extra", one.why]);
  const colours = { active: "green", MISSING: "red", absent: "yellow" } as const;
  const head = table(
    rows.map((row) => row.slice(0, 3)),
    {
      styled: (cell, row, column) => {
        const word = rows[row][1];
        return column === 1 && (word === "active" || word === "MISSING" || word === "absent")
          ? paint(io, colours[word], cell)
          : cell;
      },
    },
  ).split("\n");
  for (const [i, one] of found.entries()) {
    line(io, head[i]);
    line(io, paint(io, "dim", wrap(one.why, Math.min(io.columns, 100), "    ")));
    if (!one.active && one.remedy !== "") line(io, wrap(`→ ${one.remedy}`, Math.min(io.columns, 100), "    "));
  }
}

export interface SandboxRunArgs {
  readonly json?: boolean;
  readonly limits?: Settings;
  readonly allow?: readonly LayerName[];
}

const languages: Record<string, Language> = { ".py": "python", ".js": "javascript", ".mjs": "javascript" };

/** Runs one program; `stdin` is read once the program could be. Throws UserError if it did not end well. */
export async function sandboxRunCommand(
  io: Io,
  file: string,
  stdin: () => string,
  o: SandboxRunArgs,
): Promise<Outcome> {
  const language = languages[extname(file)];
  if (language === undefined)
    throw new UserError(`${file} is neither Python nor JavaScript`, "give a file that ends in .py, .js or .mjs");
  const code = textOf(file);
  const { total: _, ...limits } = readLimits({ milliseconds: 10_000, ...o.limits });
  const sandbox = createSandbox({ allow: o.allow, warm: 0, signal: io.signal });
  try {
    const interpreter = await sandbox.open(language, { limits });
    const outcome = await interpreter.run(code, { stdin: stdin() });
    if (io.signal.aborted) throw new Interrupted("the program was killed");
    if (o.json === true) json(io, outcome);
    else {
      io.write(outcome.stdout);
      if (outcome.stderr !== "") io.warn(outcome.stderr.trimEnd());
    }
    if (outcome.status === "ok") return outcome;
    const { error, status } = outcome;
    throw new UserError(
      error === undefined ? `${file} ended by: ${status}` : `${file} raised ${error.type}: ${error.message}`,
      error === undefined ? "see its limits: autodidact sandbox run --help" : "correct the program",
    );
  } finally {
    await sandbox.close();
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`${file} cannot be read`, "give a file of Python or JavaScript", error);
  }
}

export function addSandbox(program: Command, io: Io): void {
  const sandbox = program
    .command("sandbox")
    .summary("run untrusted code, or see what keeps it in")
    .description("Runs a program in the sandbox, or tells which layers of isolation are active on this machine.")
    .option("--doctor", "try every layer and tell what to do about those that are missing")
    .option("--json", "a JSON list of layers")
    .addHelpText("after", "\nExample\n  autodidact sandbox --doctor\n  autodidact sandbox run program.py < input.txt")
    .action(async (o: { doctor?: boolean; json?: boolean }) => {
      if (o.doctor !== true) sandbox.outputHelp();
      else await doctorCommand(io, o);
    });
  sandbox
    .command("run")
    .summary("run one program")
    .description("Runs a program of Python or JavaScript; standard input is passed on to it.")
    .argument("<file>", "ends in .py, .js or .mjs")
    .option("--json", "the outcome as a JSON object, with the value of the last expression")
    .option("--limits <key=value>", "milliseconds (default 10000), megabytes, output (bytes); repeatable", setting)
    .option("--allow <layer>", "run though this layer of isolation is missing, repeatable", layer)
    .action(async (file: string, o: SandboxRunArgs) => {
      const options: SandboxRunArgs = { ...o, json: o.json ?? sandbox.opts<{ json?: boolean }>().json };
      await sandboxRunCommand(io, file, () => (process.stdin.isTTY ? "" : readFileSync(0, "utf8")), options);
    });
}
