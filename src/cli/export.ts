/** `export`: a model trained here, for other programs. */
import { Option, type Command } from "commander";
import { loadCheckpoint } from "../engine/embedded/checkpoint.ts";
import { exportGguf, type GgufExport } from "../engine/gguf/export.ts";
import { tensorTypes, type TensorType } from "../engine/gguf/format.ts";
import { json, line, type Io } from "./io.ts";
import { placeOf } from "./places.ts";

export interface ExportArgs {
  readonly gguf: string;
  readonly precision?: TensorType;
  readonly json?: boolean;
}

/** Writes the weights of a run or checkpoint as a GGUF file. */
export function exportCommand(io: Io, from: string, o: ExportArgs): GgufExport {
  const { dir } = placeOf(from);
  const written = exportGguf(loadCheckpoint(dir), o.gguf, o.precision === undefined ? {} : { precision: o.precision });
  const { bytes, tensors, leftOut } = written;
  if (o.json === true) json(io, { file: o.gguf, ...written });
  else line(io, `${o.gguf}: ${tensors} tensors, ${(bytes / 1e6).toFixed(1)} MB, from ${dir}`);
  if (leftOut.length > 0) io.warn(`left out, as llama.cpp has no place for them: output heads ${leftOut.join(", ")}`);
  return written;
}

export function addExport(program: Command, io: Io): void {
  program
    .command("export")
    .summary("write a model as a GGUF file, for llama.cpp")
    .description("Writes a model trained here as a GGUF file, which llama.cpp and what is built on it can run.")
    .argument("<model>", "a run (its last round), RUN@ROUND, or the directory of a checkpoint")
    .requiredOption("--gguf <file>", "the file to write")
    .addOption(
      new Option(
        "--precision <type>",
        "of the matrices; f16 halves the file and moves log-probs by some hundredths",
      ).choices(tensorTypes),
    )
    .option("--json", "what was written as a JSON object")
    .addHelpText(
      "after",
      `
Its texts are words between single spaces, as in the family's grammar: write "3 + 4 =", not "3+4=". What is no word of the
model becomes its unknown token. Models with coupled positions are refused, since llama.cpp does not have them.

Examples
  autodidact export runs/expert-iter-1 --gguf policy.gguf
  autodidact export runs/expert-iter-1@2 --gguf policy.gguf --precision f16`,
    )
    .action((from: string, o: ExportArgs) => void exportCommand(io, from, o));
}
