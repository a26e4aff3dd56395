import { Option, type Command } from "commander";
import type { Context } from "../core/context.ts";
import { UserError } from "../core/errors.ts";
import type { Form } from "../core/family.ts";
import type { Task } from "../core/task.ts";
import type { Device } from "../engine/embedded/thread.ts";
import { makeContext, memoryCalls } from "../evolution/context.ts";
import { coverage, type Coverage, type Estimate } from "../evolution/coverage.ts";
import { heldOut } from "../evolution/evaluate.ts";
import { searching, type Searched } from "../evolution/searching.ts";
import type { Settings } from "../evolution/start.ts";
import { findMethod } from "../registry.ts";
import { natural, naturals, object, positive, setting } from "./args.ts";
import { json, line, paint, percent, table, type Io } from "./io.ts";
import { openModel } from "./places.ts";

export interface EvalArgs {
  readonly family?: string;
  readonly options?: Settings;
  readonly difficulty?: number[];
  readonly n?: number;
  readonly k?: number[];
  readonly temperature?: number;
  readonly form?: Extract<Form, "short" | "long">;
  readonly seed?: string;
  readonly threads?: number;
  readonly device?: Device;
  readonly json?: boolean;
  /** Measures a reasoner under a cap of tokens instead of plain samples. */
  readonly reasoner?: string;
  readonly set?: Settings;
  readonly evaluator?: string;
  readonly tokens?: number;
}

/** Accuracy on held-out tasks of the model of a run or checkpoint, with 95 % intervals. */
export async function evalCommand(io: Io, what: string, o: EvalArgs): Promise<Coverage | Searched> {
  const { model, family, recipe, dir } = await openModel(what, o);
  try {
    const same = recipe?.family.id === family.id ? recipe : undefined;
    const difficulties = o.difficulty ?? same?.evaluation.difficulties ?? [family.difficulty.min];
    const { min, max, unit } = family.difficulty;
    const outside = difficulties.find((d) => d < min || d > max);
    if (outside !== undefined)
      throw new UserError(
        `${family.id} has no tasks of ${outside} ${unit}`,
        `choose --difficulty from ${min} to ${max}`,
      );
    const form = o.form ?? same?.form ?? "short";
    const ks = o.k ?? [1, 16];
    const tasks = heldOut(family, difficulties, o.n ?? 1000);
    const c = makeContext({
      models: { reasoner: model },
      families: new Map([[family.id, family]]),
      calls: memoryCalls(),
      seed: `${o.seed ?? "1"}/eval`,
      signal: io.signal,
    });
    if (o.reasoner !== undefined) return await evalReasoner(io, dir, tasks, c, { ...o, reasoner: o.reasoner });
    const measured = await coverage(tasks, c, { find: findMethod, form, ks, temperature: o.temperature });
    if (o.json === true) json(io, { checkpoint: dir, family: family.id, difficulty: difficulties, form, ...measured });
    else
      show(
        io,
        `${dir}: ${measured.tasks} held-out tasks of ${family.id}, ${difficulties.join(", ")} ${unit}`,
        measured,
      );
    return measured;
  } finally {
    await model.close();
  }
}

/** Share of tasks that a reasoner solves, each within the same number of generated tokens. */
async function evalReasoner(
  io: Io,
  dir: string,
  tasks: readonly Task[],
  c: Context,
  o: EvalArgs & { reasoner: string },
): Promise<Searched> {
  const tokens = o.tokens ?? 1152;
  const measured = await searching(tasks, c, {
    find: findMethod,
    reasoner: { id: o.reasoner, options: o.set ?? {} },
    ...(o.evaluator === undefined ? {} : { evaluator: { id: o.evaluator, options: {} } }),
    tokens,
  });
  if (o.json === true) json(io, { checkpoint: dir, reasoner: o.reasoner, set: o.set, ...measured });
  else {
    const { value, low, high } = measured.solved;
    line(
      io,
      `${dir}: ${o.reasoner} solves ${percent(value)} (${percent(low)} to ${percent(high)}) of ${measured.tasks} held-out tasks`,
    );
    line(
      io,
      `within ${tokens} generated tokens each; ${measured.spent.toFixed(0)} spent on average, ${measured.spentOnSolved.toFixed(0)} where solved`,
    );
  }
  return measured;
}

function show(io: Io, title: string, { greedy, pass }: Coverage): void {
  const row = (name: string, { value, low, high }: Estimate): string[] => [
    name,
    percent(value),
    `${percent(low)} to ${percent(high)}`,
  ];
  line(io, title);
  line(io);
  const rows = [["", "solved", "95 % interval"], row("greedy", greedy), ...pass.map((p) => row(`pass@${p.k}`, p))];
  line(
    io,
    table(rows, {
      right: [1],
      styled: (cell, r, column) => paint(io, r === 0 || column === 2 ? "dim" : column === 1 ? "bold" : "reset", cell),
    }),
  );
}

export function addEval(program: Command, io: Io): void {
  program
    .command("eval")
    .summary("measure a run or a checkpoint on held-out tasks")
    .description(
      "Measures greedy accuracy and pass@k on held-out tasks, by the family's exact verifier, with 95 % intervals.",
    )
    .argument("<run|checkpoint>", "a run (its last round, or RUN@ROUND), or a checkpoint's directory")
    .option("--family <id>", "task family (default: what the checkpoint was trained on)")
    .option("--options <json>", "options of the family", object)
    .option(
      "--difficulty <d>",
      "one or several, as 3 or 3,4 (default: the recipe's, else the family's easiest)",
      naturals,
    )
    .option("--n <n>", "tasks", natural, 1000)
    .option("--k <k>", "samples within which one must be right", naturals, [1, 16])
    .option("--temperature <t>", "of the samples", positive, 1)
    .addOption(
      new Option("--form <form>", "one derivation, or a chain of tries (default: the recipe's)").choices([
        "short",
        "long",
      ]),
    )
    .option("--seed <seed>", "of the samples", "1")
    .option("--threads <n>", "threads of the engine", natural)
    .addOption(new Option("--device <device>", "what the engine runs on").choices(["cpu", "webgpu"]).default("cpu"))
    .option("--json", "the result as one JSON object")
    .option("--reasoner <id>", "measure this reasoner instead: the share of tasks its best answer solves")
    .option("--set <key=value>", "option of the reasoner, repeatable", setting)
    .option("--evaluator <id>", "what ranks its answers; it sees the question only")
    .option("--tokens <n>", "generated tokens a task, with --reasoner (default: 1152)", natural)
    .addHelpText("after", "\nExample\n  autodidact eval runs/expert-iter-1 --n 500 --k 1,4,16")
    .action(async (what: string, o: EvalArgs) => void (await evalCommand(io, what, o)));
}
