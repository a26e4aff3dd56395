/** Accuracy against tokens for several methods on one task set: every method, every cap, equal budgets a task. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { z } from "zod";
import { UserError } from "../core/errors.ts";
import { makeContext, memoryCalls } from "../evolution/context.ts";
import { heldOut } from "../evolution/evaluate.ts";
import type { Ref } from "../evolution/resolver.ts";
import { searching } from "../evolution/searching.ts";
import type { Settings } from "../evolution/start.ts";
import { findMethod } from "../registry.ts";
import { natural, naturals, object, setting } from "./args.ts";
import { count, duration, Interrupted, json, line, paint, percent, table, type Io } from "./io.ts";
import { openSpec } from "./models.ts";
import { sweepPicture } from "./sweep-svg.ts";

export interface SweepArgs {
  readonly method?: readonly string[];
  readonly tokens?: number[];
  readonly n?: number;
  readonly difficulty?: number[];
  readonly family?: string;
  readonly options?: Settings;
  readonly seed?: string;
  readonly threads?: number;
  readonly prices?: string;
  readonly out?: string;
  readonly svg?: string;
  readonly json?: boolean;
}

const cellSchema = z.object({
  method: z.string(),
  /** Cap of generated tokens a task. */
  tokens: z.number(),
  tasks: z.number(),
  solved: z.object({ value: z.number(), low: z.number(), high: z.number() }),
  /** Mean tokens a task. */
  spent: z.number(),
  seconds: z.number(),
});
export type Cell = z.output<typeof cellSchema>;
/** What --out holds and --json gives. */
export const kept = z.object({ settings: z.json(), cells: z.array(cellSchema) });

/** `ID`, `ID:key=value,key=value`, `ID@EVALUATOR` or both. */
export function methodOf(text: string): { reasoner: Ref; evaluator?: Ref } {
  const [head, judge] = text.split("@");
  const at = head.indexOf(":");
  const id = at < 0 ? head : head.slice(0, at);
  const parts = at < 0 ? [] : head.slice(at + 1).split(",");
  const options = parts.reduce<Settings>((all, part) => setting(part, all), {});
  return { reasoner: { id, options }, ...(judge === undefined ? {} : { evaluator: { id: judge, options: {} } }) };
}

/** Cells of an earlier run of the same command. Throws UserError where the file holds another's. */
function before(out: string | undefined, settings: z.output<typeof kept>["settings"]): Cell[] {
  if (out === undefined || !existsSync(out)) return [];
  const read = kept.safeParse(JSON.parse(readFileSync(out, "utf8")));
  if (read.success && JSON.stringify(read.data.settings) === JSON.stringify(settings)) return read.data.cells;
  throw new UserError(`${out} holds the results of another sweep`, "name another --out, or remove it");
}

export async function sweepCommand(io: Io, spec: string, o: SweepArgs): Promise<Cell[]> {
  const methods = o.method ?? ["cot", "bon@family-check", "levin"];
  const caps = o.tokens ?? [64, 128, 256, 512];
  const parsed = methods.map(methodOf);
  const spoken = await openSpec(spec, o);
  try {
    const { family, model, recipe } = spoken;
    const own = recipe?.family.id === family.id ? recipe.evaluation.difficulties : [family.difficulty.min];
    const difficulties = o.difficulty ?? own;
    const tasks = heldOut(family, difficulties, o.n ?? 200);
    const settings = {
      model: model.version,
      family: family.id,
      difficulties,
      tasks: tasks.length,
      seed: o.seed ?? "1",
    };
    const cells = before(o.out, settings);
    for (const [m, method] of methods.entries()) {
      for (const tokens of caps) {
        if (cells.some((cell) => cell.method === method && cell.tokens === tokens)) continue;
        const start = performance.now();
        const c = makeContext({
          models: { reasoner: model, evaluator: model },
          families: new Map([[family.id, family]]),
          calls: memoryCalls(),
          seed: `${o.seed ?? "1"}/sweep`,
          signal: io.signal,
        });
        const width = Math.max(8, model.can.batch);
        const searched = await searching(tasks, c, { find: findMethod, ...parsed[m], tokens, width }).catch(
          (error: unknown) => {
            if (!io.signal.aborted) throw error;
            throw new Interrupted(o.out === undefined ? "name an --out next time" : "go on with the same command");
          },
        );
        const cell: Cell = {
          method,
          tokens,
          tasks: searched.tasks,
          solved: searched.solved,
          spent: searched.spent,
          seconds: (performance.now() - start) / 1000,
        };
        cells.push(cell);
        if (o.out !== undefined) writeFileSync(o.out, `${JSON.stringify({ settings, cells }, null, 1)}\n`);
        io.warn(
          `${cells.length}/${methods.length * caps.length}  ${method} within ${tokens}: ${percent(cell.solved.value)}, ${count(Math.round(cell.spent))} spent, ${duration(cell.seconds)}`,
        );
      }
    }
    if (o.svg !== undefined) {
      const title = `${family.id}: held-out tasks solved, by tokens`;
      writeFileSync(o.svg, sweepPicture(title, `${tasks.length} tasks, 95 % intervals`, methods, cells));
    }
    if (o.json === true) json(io, { settings, cells });
    else show(io, methods, caps, cells);
    return cells;
  } finally {
    await spoken.close();
  }
}

function show(io: Io, methods: readonly string[], caps: readonly number[], cells: readonly Cell[]): void {
  const of = (method: string, tokens: number): string => {
    const cell = cells.find((one) => one.method === method && one.tokens === tokens);
    if (!cell) return "–";
    const { value, low, high } = cell.solved;
    return `${percent(value)} (${(100 * low).toFixed(0)}–${(100 * high).toFixed(0)})`;
  };
  const rows = [
    ["within tokens", ...caps.map(String)],
    ...methods.map((method) => [method, ...caps.map((cap) => of(method, cap))]),
  ];
  line(
    io,
    table(rows, { right: caps.map((_, i) => i + 1), styled: (cell, r) => paint(io, r === 0 ? "dim" : "reset", cell) }),
  );
}

export function addSweep(program: Command, io: Io): void {
  program
    .command("sweep")
    .summary("accuracy against tokens, for several methods")
    .description(
      "Solves the same held-out tasks by several methods under the same caps of tokens: a table and a chart.",
    )
    .argument("<model>", "a run, a checkpoint's directory, or openai:MODEL[@URL]")
    .option(
      "--method <spec>",
      "ID, ID:key=value,key=value, with @EVALUATOR to rank replies; may be repeated",
      (text: string, all: string[] | undefined) => [...(all ?? []), text],
    )
    .option("--tokens <list>", "caps of a task", naturals, [64, 128, 256, 512])
    .option("--n <n>", "tasks", natural, 200)
    .option("--difficulty <d>", "one or several, as 3 or 3,4", naturals)
    .option("--family <id>", "task family (default: what the checkpoint was trained on; open for servers)")
    .option("--options <json>", "options of the family", object)
    .option("--seed <seed>", "of the samples", "1")
    .option("--threads <n>", "threads of the engine", natural)
    .option("--prices <json|file>", "of a million tokens")
    .option("--out <json>", "keeps finished cells; the same command goes on")
    .option("--svg <file>", "writes the chart")
    .option("--json", "the cells as JSON")
    .addHelpText(
      "after",
      `
Example
  autodidact sweep runs/expert-iter-1 --method cot --method bon:n=64@family-check --method levin:stepEnd=result --svg sweep.svg`,
    )
    .action(async (spec: string, o: SweepArgs) => void (await sweepCommand(io, spec, o)));
}
