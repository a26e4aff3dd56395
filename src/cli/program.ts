/** The command line: commands, errors, exit codes. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { z } from "zod";
import { messageOf, UserError } from "../core/errors.ts";
import { addDemo } from "./demo.ts";
import { addEval } from "./eval.ts";
import { addEvolve } from "./evolve.ts";
import { addExport } from "./export.ts";
import { addFork } from "./fork.ts";
import { Interrupted, type Io } from "./io.ts";
import { addMethods } from "./methods.ts";
import { addRuns } from "./runs.ts";
import { addRunTests } from "./run-tests.ts";
import { addSandbox } from "./sandbox.ts";
import { addSolve } from "./solve.ts";
import { addSweep } from "./sweep.ts";
import { addVerify } from "./verify.ts";

const version = (): string =>
  z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))).version;

function programFor(io: Io): Command {
  const program = new Command("autodidact")
    .description(
      "A language model that becomes a better reasoner by its own work: make tasks, reason, judge, learn, repeat.",
    )
    .version(version())
    .option("--debug", "show where an error comes from")
    .exitOverride()
    .configureOutput({
      writeOut: io.write,
      writeErr: () => {},
      getOutHelpWidth: () => io.columns,
      getOutHasColors: () => io.colour,
    })
    .configureHelp({ styleTitle: (title) => title.replace(/:$/, "") })
    .addHelpText("after", "\nBegin with\n  autodidact demo\n  autodidact evolve expert-iter --minutes 8");
  for (const add of [
    addDemo,
    addEvolve,
    addFork,
    addEval,
    addSolve,
    addSweep,
    addExport,
    addMethods,
    addRuns,
    addVerify,
    addRunTests,
    addSandbox,
  ])
    add(program, io);
  return program;
}

/** Runs a command line (without the program's name). Resolves to the exit code; never rejects. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  const program = programFor(io);
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync([...args], { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return usage(error, args, io);
    if (program.opts<{ debug?: boolean }>().debug === true && error instanceof Error)
      io.warn(error.stack ?? error.message);
    io.warn(lineOf(error));
    return error instanceof Interrupted ? 130 : 1;
  }
}

const oneLine = (text: string): string => text.trim().replaceAll(/\s*\n\s*/g, " ");

function lineOf(error: unknown): string {
  if (error instanceof Interrupted) return `interrupted; ${error.remedy}`;
  if (error instanceof UserError) return oneLine(`error: ${error.message.replace(/[.\s]+$/, "")} — ${error.remedy}`);
  return oneLine(`error: ${messageOf(error)} — this is a fault of autodidact; run it again with --debug to see where`);
}

/** Help and version end the same way as errors in commander; only errors are told. */
function usage(error: CommanderError, args: readonly string[], io: Io): number {
  if (error.exitCode === 0) return 0;
  const command = args.find((arg) => /^[a-z]/.test(arg));
  const unknown = error.code === "commander.unknownCommand";
  const help = command === undefined || unknown ? "autodidact --help" : `autodidact ${command} --help`;
  io.warn(oneLine(`${error.message.replace(/[.\s]+$/, "")} — see: ${help}`));
  return 2;
}
