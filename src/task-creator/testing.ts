import type { Context } from "../core/context.ts";
import type { Stats, TaskCreator } from "../core/contracts.ts";
import { UserError } from "../core/errors.ts";
import { random } from "../core/random.ts";
import type { Task } from "../core/task.ts";
import addition from "./families/addition.ts";

/** The family that tests of task creators draw from. */
export const family = addition.create(addition.options.parse({}));

/** The tasks that a creator of procedural tasks makes, which needs no model, no ledger and no budget. */
export async function run(creator: TaskCreator, stats: Stats): Promise<Task[]> {
  const absent = (): never => {
    throw new Error("a procedural task creator needs families and randomness only");
  };
  const c: Context = {
    model: absent,
    sample: absent,
    call: absent,
    family: (id) => {
      if (id !== family.id) throw new UserError(`no family ${id}`, `use ${family.id}`);
      return family;
    },
    tools: {},
    random: random("creator"),
    signal: new AbortController().signal,
    get budget() {
      return absent();
    },
    emit: () => {},
    with: absent,
  };
  const tasks: Task[] = [];
  for await (const task of creator.next(stats, c)) tasks.push(task);
  return tasks;
}
