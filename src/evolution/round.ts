/** One round of a phase: tasks → reasoning → judgement → processing → data. Training is `learn.ts`. */
import type { Context } from "../core/context.ts";
import type { Builder, Evaluator, PostProcessor, Reasoner, Stats, TaskCreator } from "../core/contracts.ts";
import type { Datum } from "../core/datum.ts";
import type { Form } from "../core/family.ts";
import { scoreOf, type Drop, type Group, type Memory } from "../core/group.ts";
import type { Json } from "../core/json.ts";
import type { Judgement } from "../core/judgement.ts";
import { ask, type Task } from "../core/task.ts";
import { refuseAllFailed } from "./evaluate.ts";
import type { Phase } from "./recipe.ts";
import { instantiate, type FindMethod, type Ref } from "./resolver.ts";

/** The methods of a phase, ready to run. */
export interface Modules {
  readonly creator?: TaskCreator;
  readonly reasoner?: Reasoner;
  readonly judges: readonly Evaluator[];
  readonly processors: readonly PostProcessor[];
  readonly builders: readonly Builder[];
}

export async function assemble(phase: Phase, find: FindMethod): Promise<Modules> {
  const all = <C extends "evaluator" | "post-processor" | "builder">(contract: C, refs: readonly Ref[]) =>
    Promise.all(refs.map((ref) => instantiate(find, contract, ref)));
  return {
    ...(phase.tasks ? { creator: await instantiate(find, "task-creator", phase.tasks.creator) } : {}),
    ...(phase.reason ? { reasoner: await instantiate(find, "reasoner", phase.reason) } : {}),
    judges: await all("evaluator", phase.judge),
    processors: await all("post-processor", phase.process),
    builders: await all("builder", phase.build),
  };
}

/** Attempts at fresh tasks with their judgements. */
export async function collect(modules: Modules, stats: Stats, c: Context): Promise<Group[]> {
  const { creator, reasoner, judges } = modules;
  if (!creator) return [];
  const tasks: Task[] = [];
  for await (const task of creator.next(stats, c.with({ label: "tasks" }))) tasks.push(task);
  if (!reasoner) return tasks.map((task) => ({ task, solutions: [], judgements: [], trees: [], episodes: [] }));
  let done = 0;
  const groups = await Promise.all(
    tasks.map(async (task): Promise<Group> => {
      const reasoned = await reasoner(ask(task), c.with({ label: task.id }));
      c.emit({ event: "progress", stage: "reason", done: ++done, of: tasks.length });
      return { task, ...reasoned, judgements: [] };
    }),
  );
  refuseAllFailed(groups.flatMap((group) => group.solutions));
  const judged: Group[] = [];
  for (const group of groups) {
    const judgements: Judgement[] = [];
    for (const judge of judges) {
      judgements.push(...(await judge({ ...group, judgements }, c.with({ label: `judge/${group.task.id}` }))));
    }
    judged.push({ ...group, judgements });
  }
  return judged;
}

export interface Harvest {
  readonly groups: readonly Group[];
  readonly dropped: readonly Drop[];
  readonly memory: readonly Memory[];
  readonly data: readonly Datum[];
}

/** What the post-processors leave and the builders make of it. */
export async function harvest(modules: Modules, collected: readonly Group[], c: Context): Promise<Harvest> {
  let groups = collected;
  const dropped: Drop[] = [];
  const memory: Memory[] = [];
  for (const [i, process] of modules.processors.entries()) {
    const result = await process(groups, c.with({ label: `process/${i}` }));
    groups = result.groups;
    dropped.push(...result.dropped);
    memory.push(...result.memory);
  }
  const data = modules.builders.flatMap((build, i) => build(groups, c.with({ label: `build/${i}` })));
  return { groups, dropped, memory, data };
}

/** Success by difficulty, by the last judge: what the next round's Task Creator may know. */
export function solvedByDifficulty(groups: readonly Group[]): Map<number, number> {
  const sums = new Map<number, { solved: number; count: number }>();
  for (const group of groups) {
    const at = sums.get(group.task.difficulty ?? 0) ?? { solved: 0, count: 0 };
    for (const { id } of group.solutions) {
      at.solved += Math.max(0, scoreOf(group, id) ?? 0);
      at.count++;
    }
    sums.set(group.task.difficulty ?? 0, at);
  }
  return new Map([...sums].map(([difficulty, { solved, count }]) => [difficulty, count === 0 ? 0 : solved / count]));
}

/** Share of the rows made to imitate that the exact verifier accepts. For the log: nothing may follow from it. */
export function labelsRight(harvests: readonly Harvest[], c: Context, form: Form): { labelsRight?: number } {
  const tasks = new Map(harvests.flatMap(({ groups }) => groups.map(({ task }) => [task.id, task] as const)));
  const tokenizer = c.model("reasoner").tokenizer;
  const right = harvests
    .flatMap(({ data }) => data)
    .flatMap((datum) => {
      const task = tasks.get(datum.taskId);
      if (datum.kind !== "sft" || !task || !tokenizer) return [];
      const reply = tokenizer.decode(datum.row.ids.slice(datum.row.from));
      return [c.family(task.family).verify(task, reply, form).correct];
    });
  return right.length === 0 ? {} : { labelsRight: right.filter(Boolean).length / right.length };
}

/** Figures of a collection, for the log. */
export function figures(groups: readonly Group[]): Record<string, Json> {
  const solutions = groups.flatMap((group) =>
    group.solutions.map(({ id, cost }) => ({ score: scoreOf(group, id) ?? 0, tokens: cost.outputTokens })),
  );
  if (solutions.length === 0) return {};
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return {
    sampled: solutions.length,
    reward: mean(solutions.map(({ score }) => score)),
    tasksSolved: mean(groups.map((group) => Number(group.solutions.some(({ id }) => (scoreOf(group, id) ?? 0) > 0)))),
    sampledTokens: solutions.reduce((sum, { tokens }) => sum + tokens, 0),
  };
}
