/** `run-tests FILE.jsonl`: verdicts on programs. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Command } from "commander";
import { messageOf, UserError } from "../core/errors.ts";
import type { Settings } from "../evolution/start.ts";
import { layerNames, type LayerName } from "../sandbox/layers.ts";
import { createSandbox } from "../sandbox/pool.ts";
import { readProgram, runAll, type Program, type TestReport } from "../sandbox/tests.ts";
import { readLimits } from "../sandbox/tests-schema.ts";
import { natural, setting } from "./args.ts";
import { Interrupted, json, line, paint, percent, type Io } from "./io.ts";

export interface RunTestsArgs {
  readonly json?: boolean;
  readonly concurrency?: number;
  readonly limits?: Settings;
  readonly allow?: readonly LayerName[];
  readonly stopEarly?: boolean;
}

/** What all programs of a file came to. */
export interface RunTestsSummary {
  readonly programs: number;
  /** Those that pass all their tests. */
  readonly passed: number;
  /** Mean fraction of tests passed. */
  readonly fraction: number;
  readonly broken: number;
}

/** Judges the programs of a file, telling each as soon as it is known. Throws UserError after the last if a line is broken. */
export async function runTestsCommand(io: Io, file: string, o: RunTestsArgs): Promise<RunTestsSummary> {
  const limits = readLimits(o.limits ?? {});
  const broken: number[] = [];
  const reports = { programs: 0, passed: 0, fractions: 0 };
  const isFile = await stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile) throw new UserError(`${file} is no file`, "give a file of JSON lines: autodidact run-tests --help");
  const concurrency = o.concurrency ?? 2;
  const sandbox = createSandbox({ allow: o.allow, concurrency, signal: io.signal });
  try {
    const programs = programsOf(io, file, broken);
    for await (const report of runAll(programs, {
      sandbox,
      concurrency,
      limits,
      stopEarly: o.stopEarly,
      signal: io.signal,
    })) {
      reports.programs++;
      reports.passed += Number(report.status === "passed");
      reports.fractions += report.fraction;
      if (o.json === true) json(io, report);
      else tell(io, report, reports.programs);
    }
  } catch (error) {
    if (io.signal.aborted)
      throw new Interrupted(`${reports.programs} programs were judged; run it again for the others`);
    throw error;
  } finally {
    await sandbox.close();
  }
  const { programs, passed, fractions } = reports;
  const fraction = programs === 0 ? 0 : fractions / programs;
  if (o.json !== true) {
    line(io);
    line(
      io,
      `${passed} of ${programs} programs pass all their tests; the mean share of tests passed is ${percent(fraction)}`,
    );
  }
  if (broken.length > 0)
    throw new UserError(
      `${file}: ${broken.length === 1 ? "a line is" : `${broken.length} lines are`} broken and left out: ${broken.slice(0, 10).join(", ")}${broken.length > 10 ? ", …" : ""}`,
      "correct them as told above",
    );
  return { programs, passed, fraction, broken: broken.length };
}

/** The programs of the lines that hold one; the others are told and counted. */
async function* programsOf(io: Io, file: string, broken: number[]): AsyncGenerator<Program> {
  let number = 0;
  for await (const text of createInterface({ input: createReadStream(file, "utf8"), crlfDelay: Infinity })) {
    number++;
    if (text.trim() === "") continue;
    try {
      const parsed: unknown = JSON.parse(text);
      yield readProgram(parsed, `line ${number}`);
    } catch (error) {
      broken.push(number);
      io.warn(
        error instanceof UserError ? `${error.message} — ${error.remedy}` : `line ${number}: ${messageOf(error)}`,
      );
    }
  }
}

function tell(io: Io, { id, passed, total, status, results }: TestReport, number: number): void {
  const good = status === "passed";
  const name = id ?? `#${number}`;
  line(
    io,
    `${paint(io, good ? "green" : "red", good ? "✓" : "✗")} ${name}  ${passed}/${total}${good ? "" : `  ${status}`}`,
  );
  const first = results.find(({ ok }) => !ok);
  if (first === undefined) return;
  const why = [
    first.message,
    first.got === undefined ? undefined : `got ${JSON.stringify(first.got)}`,
    first.expected === undefined ? undefined : `expected ${JSON.stringify(first.expected)}`,
  ].filter((part) => part !== undefined);
  line(
    io,
    paint(io, "dim", `    ${first.name.replaceAll(/\s*\n\s*/g, "; ")}${why.length === 0 ? "" : `: ${why.join(", ")}`}`),
  );
}

/** One more name of a layer. */
export function layer(text: string, before: readonly LayerName[] = []): LayerName[] {
  const found = layerNames.find((name) => name === text);
  if (found === undefined)
    throw new UserError(`no layer of isolation is called "${text}"`, `choose from: ${layerNames.join(", ")}`);
  return [...before, found];
}

export function addRunTests(program: Command, io: Io): void {
  program
    .command("run-tests")
    .summary("judge programs by their tests")
    .description(
      "Runs programs in a sandbox and tells which tests they pass. Each line of the file is an object with language (python or javascript), code, tests and, if you like, id and limits.",
    )
    .argument("<file>", "JSON lines")
    .option("--json", "a JSON object for every program, as soon as it is known")
    .option("--concurrency <n>", "programs run side by side", natural, 2)
    .option(
      "--limits <key=value>",
      "of a test: milliseconds, megabytes, output (bytes); of all tests of a program: total (milliseconds); repeatable",
      setting,
    )
    .option("--stop-early", "skip a program's tests after the first that fails")
    .option(
      "--allow <layer>",
      "run though this layer of isolation is missing, repeatable (see: autodidact sandbox --doctor)",
      layer,
    )
    .addHelpText(
      "after",
      `
Tests, one of
  {"cases": [{"call": {"name": "f", "args": [1]}, "expect": 2}]}   also "any": [2, 3], "raises": "ValueError", "tolerance": 1e-6
  {"cases": [{"stdin": "1\\n", "stdout": "2\\n"}]}
  {"assert": ["assert f(1) == 2"]}
  {"harness": {"code": "def check(candidate): ...", "entry": "f"}}

Example
  autodidact run-tests programs.jsonl --json --limits milliseconds=2000`,
    )
    .action(async (file: string, o: RunTestsArgs) => void (await runTestsCommand(io, file, o)));
}
