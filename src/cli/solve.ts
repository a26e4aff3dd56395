import { Option, type Command } from "commander";
import { Budget } from "../core/budget.ts";
import { UserError } from "../core/errors.ts";
import type { Device } from "../engine/embedded/thread.ts";
import type { Settings } from "../evolution/start.ts";
import { limits, natural, object, setting } from "./args.ts";
import { solveFile } from "./batch.ts";
import { count, duration, Interrupted, json, line, paint, type Io } from "./io.ts";
import { openSpec } from "./models.ts";
import { solverOf, type Solved, type SolvingArgs } from "./solving.ts";

export interface SolveArgs extends SolvingArgs {
  readonly model?: string;
  readonly checkpoint?: string;
  readonly prices?: string;
  readonly tokens?: number;
  readonly family?: string;
  readonly options?: Settings;
  readonly threads?: number;
  readonly device?: Device;
  readonly json?: boolean;
  readonly file?: string;
  readonly out?: string;
  readonly width?: number;
}

/** Answers one question, or those of a file. */
export async function solveCommand(io: Io, text: string | undefined, given: SolveArgs): Promise<Solved | undefined> {
  const spec = given.model ?? given.checkpoint;
  if (spec === undefined)
    throw new UserError(
      "no model is named",
      "give --model: a run, a checkpoint's directory, or openai:MODEL@http://HOST/v1",
    );
  if ((text === undefined) === (given.file === undefined))
    throw new UserError("solve answers one question or a file of them", "give a question, or --file FILE.jsonl");
  const o = given.tokens === undefined ? given : { ...given, budget: { tokens: given.tokens, ...given.budget } };
  const spoken = await openSpec(spec, o);
  try {
    if (text === undefined || o.file !== undefined) {
      await solveFile(io, spoken, { ...o, file: o.file ?? "", spec });
      return undefined;
    }
    const stream = io.tty && o.json !== true;
    const budget = new Budget();
    const solver = await solverOf(spoken, io, o, { budget, stream });
    const question = spoken.family.question(text);
    const streams = stream && solver.reasoner === "cot" && solver.options.n === 1;
    const told = streams ? undefined : tell(io, budget, o.json === true);
    let solved: Solved;
    try {
      ({ solved } = await solver.solve(question));
    } finally {
      told?.();
    }
    if (io.signal.aborted) throw new Interrupted("nothing was written; ask again");
    if (o.json === true) json(io, solved);
    else show(io, solved, streams);
    for (const note of spoken.notes()) io.warn(note);
    return solved;
  } finally {
    await spoken.close();
  }
}

/** Shows on a terminal what is being spent; the function returned ends that. */
function tell(io: Io, budget: Budget, quiet: boolean): () => void {
  if (quiet || !io.tty) return () => {};
  const start = performance.now();
  const clear = `\r${" ".repeat(Math.max(0, io.columns - 1))}\r`;
  const timer = setInterval(() => {
    const { calls, outputTokens, money } = budget.spent;
    const flight = budget.held.calls > 0 ? `, ${budget.held.calls} in flight` : "";
    const paid = money === undefined ? "" : `, ${money.toFixed(4)} paid`;
    const seconds = duration((performance.now() - start) / 1000);
    io.write(
      `${clear}${paint(io, "dim", `${count(calls)} calls${flight}, ${count(outputTokens)} tokens${paid}, ${seconds}`)}`,
    );
  }, 200);
  return () => {
    clearInterval(timer);
    io.write(clear);
  };
}

function show(io: Io, { reply, answer, accepted, share, cost, error }: Solved, streamed: boolean): void {
  line(io, streamed ? "" : reply === "" ? "(no reply)" : reply);
  if (answer !== undefined && reply.includes("\n")) line(io, `\n${paint(io, "bold", answer)}`);
  const agreed = share === undefined ? "" : `; ${Math.round(100 * share)} % of the replies agree`;
  const verdict =
    accepted === undefined
      ? "nothing can check this without the answer"
      : accepted
        ? paint(io, "green", "✓ the rules accept it")
        : paint(io, "red", "✗ the rules do not accept it");
  const paid = cost.money === undefined ? "" : `, ${cost.money.toFixed(4)} paid`;
  line(io, `${verdict}${agreed}${error === undefined ? "" : ` (${error})`}, ${cost.outputTokens} tokens${paid}`);
}

export function addSolve(program: Command, io: Io): void {
  program
    .command("solve")
    .summary("answer a question, or a file of them")
    .description(
      "Answers with a model of ours or a server's. By default it samples until a vote is settled or the question's own check accepts a reply.",
    )
    .argument("[question]", "in the words of the task family; a server's model takes any")
    .option(
      "--model <spec>",
      "a run (its last round, or RUN@ROUND), a checkpoint's directory, gguf:FILE, or openai:MODEL[@URL][?key=VARIABLE&concurrency=16]",
    )
    .option("--checkpoint <dir>", "the same as --model")
    .option("--file <jsonl>", 'questions, a line {"question": "…"} each, with an answer where accuracy is to be told')
    .option("--out <dir>", "with --file: where solutions, trees and calls go; the same again goes on")
    .option("--width <n>", "with --file: questions side by side", natural, 32)
    .option("--reasoner <id>", "adaptive, cot, bon, self-consistency, mcts, levin, … (default: adaptive)")
    .option("--set <key=value>", "an option of the reasoner; may be repeated", setting)
    .option("--evaluator <ids>", "what ranks the replies, seeing the question only; several by comma, the last decides")
    .option("--guide <id>", "values inside a search: a value source (v-rollout, v-selfeval, …) or a judge")
    .option("--samples <n>", "samples to choose from", natural)
    .option("--budget <caps>", "of a question: tokens=2000,calls=64,money=0.05,seconds=30", limits)
    .option("--tokens <n>", "the same as --budget tokens=N", natural)
    .option("--prices <json|file>", 'of a million tokens: {"MODEL*": {"input": 0.5, "output": 2}}')
    .addOption(
      new Option("--form <form>", "one derivation, or a chain of tries (default: the recipe's)").choices([
        "short",
        "long",
      ]),
    )
    .option("--family <id>", "task family (default: what the checkpoint was trained on; open for servers)")
    .option("--options <json>", "options of the family", object)
    .option("--seed <seed>", "of the samples", "1")
    .option("--threads <n>", "threads of the engine", natural)
    .addOption(new Option("--device <device>", "what the engine runs on").choices(["cpu", "webgpu"]).default("cpu"))
    .option("--json", "the result as one JSON object")
    .addHelpText(
      "after",
      `
Examples
  autodidact solve --model runs/demo-1 "make 22 from 3, 5 and 7"
  autodidact solve --model runs/demo-1 --reasoner levin --tokens 500 "3 5 7 > 22"
  autodidact solve --model openai:qwen@http://localhost:8000/v1 --file questions.jsonl --out solved --budget calls=16`,
    )
    .action(async (text: string | undefined, o: SolveArgs) => void (await solveCommand(io, text, o)));
}
