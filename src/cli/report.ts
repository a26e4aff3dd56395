/** What a finished run shows: before and after, the curve, and a few tasks with the replies of both. */
import { join } from "node:path";
import { ask, type Task } from "../core/task.ts";
import type { Family, Form } from "../core/family.ts";
import { loadEmbedded } from "../engine/embedded/opening.ts";
import { makeContext, memoryCalls } from "../evolution/context.ts";
import { heldOut, type Accuracy } from "../evolution/evaluate.ts";
import type { Evolved } from "../evolution/evolve.ts";
import { counts, type Recipe } from "../evolution/recipe.ts";
import { instantiate } from "../evolution/resolver.ts";
import { findMethod } from "../registry.ts";
import { diskError } from "../store/database.ts";
import { writeFileAtomically } from "../store/files.ts";
import type { Ledger } from "../store/ledger.ts";
import { chart } from "./chart.ts";
import { curveOf } from "./curve.ts";
import { duration, line, paint, percent, table, type Io } from "./io.ts";
import { weightsOf } from "./places.ts";
import { svg } from "./svg.ts";

/** An accuracy as the last JSON line has it. */
export function measures(accuracy: Accuracy | undefined): Record<string, number> | null {
  if (!accuracy) return null;
  const { greedy, samples } = accuracy;
  return samples ? { greedy, "pass@1": samples.pass1, [`pass@${samples.k}`]: samples.passK } : { greedy };
}

const examples = 5;

export async function report(io: Io, ledger: Ledger, recipe: Recipe, evolved: Evolved): Promise<void> {
  const { first, final } = evolved;
  const why = { time: ", out of time before its last round", converged: ", converged" };
  line(io);
  line(io, `${evolved.rounds} rounds in ${duration(evolved.seconds)}${evolved.stopped ? why[evolved.stopped] : ""}`);
  const names = Object.keys(measures(final) ?? {});
  if (names.length > 0) {
    const rows = names.map((name) => [name, percent(measures(first)?.[name]), percent(measures(final)?.[name])]);
    line(io);
    line(
      io,
      table([[`${final?.tasks} held-out tasks`, "before", "after"], ...rows], {
        right: [1, 2],
        styled: (cell, row, column) => style(io, cell, row, column),
      }),
    );
  }
  const points = curveOf(recipe, ledger.rounds(), final);
  if (points.length > 1) {
    line(io);
    line(io, paint(io, "bold", "Greedy accuracy on held-out tasks"));
    const plot = chart(
      points.map(({ seconds, greedy }) => ({ x: seconds, y: greedy })),
      { width: Math.min(io.columns, 88), unit: "seconds" },
    );
    for (const row of plot) line(io, row);
  }
  await showExamples(io, ledger, recipe);
  line(io);
  if (points.length > 0) line(io, `picture   ${curveFile(ledger)}`);
}

const style = (io: Io, cell: string, row: number, column: number): string =>
  row === 0 ? paint(io, "dim", cell) : column === 2 ? paint(io, ["bold", "green"], cell) : cell;

const curveFile = (ledger: Ledger): string => join(ledger.dir, "curve.svg");

/** Writes curve.svg into the run's directory. UserError if the disk does not take it. */
export function drawCurve(ledger: Ledger, recipe: Recipe, final?: Accuracy): void {
  const points = curveOf(recipe, ledger.rounds(), final);
  if (points.length === 0) return;
  const [from, to] = [points[0], points[points.length - 1]];
  const subtitle = `${recipe.family.id}, seed ${ledger.head.seed}: greedy ${percent(from.greedy)} → ${percent(to.greedy)} on held-out tasks`;
  try {
    writeFileAtomically(curveFile(ledger), svg({ title: recipe.about, subtitle, points }));
  } catch (error) {
    throw diskError(error, "drawing the curve", ledger.dir);
  }
}

/** Greedy replies of both ends of the run to the first held-out tasks, right or wrong: they are not chosen. */
async function showExamples(io: Io, ledger: Ledger, recipe: Recipe): Promise<void> {
  const rounds = ledger.rounds();
  const last = rounds.at(-1);
  if (!last) return;
  const family = await instantiate(findMethod, "family", recipe.family);
  const tasks = heldOut(family, recipe.evaluation.difficulties, examples);
  const start = recipe.phases.findIndex((_, phase) => counts(recipe, phase));
  const base = rounds.findLast(({ phase }) => phase < start);
  const before =
    base && base !== last ? await replies(weightsOf(ledger.dir, recipe, base), family, tasks, recipe.form) : undefined;
  const after = await replies(weightsOf(ledger.dir, recipe, last), family, tasks, recipe.form);
  line(io);
  line(io, paint(io, "bold", `The first ${tasks.length} held-out tasks${before ? ", before and after" : ""}`));
  const shown = (task: Task, reply: string): string => {
    const right = family.verify(task, reply, recipe.form).correct;
    return `${right ? paint(io, "green", "✓") : paint(io, "red", "✗")} ${reply}`;
  };
  for (const [i, task] of tasks.entries()) {
    line(io, `  ${paint(io, "bold", task.text)}`);
    if (before) line(io, `    before ${shown(task, before[i])}`);
    line(io, `    after  ${shown(task, after[i])}`);
  }
}

async function replies(dir: string, family: Family, tasks: readonly Task[], form: Form): Promise<string[]> {
  const model = await loadEmbedded(dir, { threads: 1 });
  try {
    const c = makeContext({
      models: { reasoner: model },
      families: new Map([[family.id, family]]),
      calls: memoryCalls(),
      seed: "examples",
    });
    const reasoner = await instantiate(findMethod, "reasoner", { id: "cot", options: { form, n: 1, temperature: 0 } });
    return await Promise.all(tasks.map(async (task) => (await reasoner(ask(task), c)).solutions[0].text));
  } finally {
    await model.close();
  }
}
