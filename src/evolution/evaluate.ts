/** Accuracy on held-out tasks, judged by the family's exact verifier. */
import { ask, type Task } from "../core/task.ts";
import { UserError } from "../core/errors.ts";
import type { Context } from "../core/context.ts";
import type { Family, Form } from "../core/family.ts";
import { random } from "../core/random.ts";
import type { Solution } from "../core/solution.ts";
import type { Reasoner } from "../core/contracts.ts";
import { passAtK } from "./instruments/pass-at-k.ts";

/** `count` distinct held-out tasks, the same for every run: difficulties in turn, from one fixed seed. */
export function heldOut(family: Family, difficulties: readonly number[], count: number): Task[] {
  const source = random(`held-out/${family.id}`);
  const tasks = new Map<string, Task>();
  for (let tries = 0; tasks.size < count && tries < count * 50; tries++) {
    const task = family.generate(source.fork(tries), {
      difficulty: difficulties[tries % difficulties.length],
      split: "eval",
    });
    tasks.set(`${family.key(ask(task))} ${task.text}`, task);
  }
  return [...tasks.values()];
}

/** What was measured, in shares of 1 unless the name says otherwise. */
export interface Accuracy {
  readonly tasks: number;
  readonly greedy: number;
  /** Greedy accuracy at each difficulty, where there are several: pairs in ascending order. */
  readonly byDifficulty?: readonly (readonly [difficulty: number, greedy: number])[];
  /** Share of steps that are right, given the steps before them, of greedy replies. */
  readonly validSteps: number;
  readonly wellFormed: number;
  /** Mean tokens of a greedy reply. */
  readonly tokens: number;
  /** Long form: mean tries of a greedy chain, and accuracy if only the first i tries counted. */
  readonly attempts?: number;
  readonly solvedBy?: readonly number[];
  readonly samples?: { readonly n: number; readonly k: number; readonly pass1: number; readonly passK: number };
}

/** An accuracy among a round's metrics: "before" its work, or "accuracy" after it. */
export function accuracyOf(
  metrics: Readonly<Record<string, unknown>>,
  name: "before" | "accuracy",
): Accuracy | undefined {
  const found = metrics[name];
  return isAccuracy(found) ? found : undefined;
}
const isAccuracy = (x: unknown): x is Accuracy => typeof x === "object" && x !== null && "greedy" in x && "tasks" in x;

export interface EvaluateOptions {
  readonly form: Form;
  /** Builds a reasoner that draws n samples at a temperature. */
  readonly reasoner: (n: number, temperature: number) => Promise<Reasoner>;
  readonly sampled: number;
  readonly samples: number;
  readonly k: number;
}

/** Greedy accuracy on all tasks; pass@1 and pass@k from `samples` samples at temperature 1 on the first `sampled`. */
export async function evaluate(tasks: readonly Task[], c: Context, o: EvaluateOptions): Promise<Accuracy> {
  const solve = async (reasoner: Reasoner, list: readonly Task[]): Promise<Solution[][]> => {
    let done = 0;
    return Promise.all(
      list.map(async (task) => {
        const { solutions } = await reasoner(ask(task), c.with({ label: task.id }));
        c.emit({ event: "progress", stage: "evaluate", done: ++done, of: list.length });
        return [...solutions];
      }),
    );
  };
  const greedy = (await solve(await o.reasoner(1, 0), tasks)).map(([first]) => first);
  refuseAllFailed(greedy);
  const verdicts = tasks.map((task, i) => c.family(task.family).verify(task, greedy[i].text, o.form));
  const steps = verdicts.flatMap((verdict) => verdict.steps);
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const measured: Accuracy = {
    tasks: tasks.length,
    greedy: mean(verdicts.map((verdict) => Number(verdict.correct))),
    ...byDifficulty(tasks, verdicts),
    validSteps: mean(steps.map(Number)),
    wellFormed: mean(verdicts.map((verdict) => Number(verdict.wellFormed))),
    tokens: mean(greedy.map((solution) => solution.cost.outputTokens)),
    ...(o.form === "long" ? attemptsOf(verdicts) : {}),
  };
  if (o.sampled === 0 || o.samples === 0) return measured;
  const list = tasks.slice(0, o.sampled);
  const drawn = await solve(await o.reasoner(o.samples, 1), list);
  const correct = list.map(
    (task, i) => drawn[i].filter(({ text }) => c.family(task.family).verify(task, text, o.form).correct).length,
  );
  const passK = mean(correct.map((count) => passAtK(o.samples, count, Math.min(o.k, o.samples))));
  return { ...measured, samples: { n: o.samples, k: o.k, pass1: mean(correct) / o.samples, passK } };
}

function byDifficulty(
  tasks: readonly Task[],
  verdicts: readonly { correct: boolean }[],
): Pick<Accuracy, "byDifficulty"> {
  const groups = Map.groupBy(verdicts.keys(), (i) => tasks[i].difficulty ?? 0);
  if (groups.size < 2) return {};
  const shares = [...groups].map(
    ([difficulty, at]) => [difficulty, at.filter((i) => verdicts[i].correct).length / at.length] as const,
  );
  return { byDifficulty: shares.toSorted(([a], [b]) => a - b) };
}

/** A single failed attempt is data; when nothing at all could be sampled, something is wrong that the user must know. */
export function refuseAllFailed(solutions: readonly Solution[]): void {
  const first = solutions.at(0)?.error;
  if (first?.where !== "sample" || !solutions.every(({ error }) => error?.where === "sample")) return;
  throw new UserError(
    `The model could not be sampled, ${solutions.length} attempts out of ${solutions.length}: ${first.message}`,
    "Check that the model fits the tasks: its vocabulary and its context.",
  );
}

function attemptsOf(
  verdicts: readonly { attempts?: number; solvedAt?: number; correct: boolean }[],
): Pick<Accuracy, "attempts" | "solvedBy"> {
  const most = Math.max(1, ...verdicts.map((verdict) => verdict.attempts ?? 1));
  const solvedBy = Array.from(
    { length: most },
    (_, i) => verdicts.filter(({ correct, solvedAt }) => correct && (solvedAt ?? 1) <= i + 1).length / verdicts.length,
  );
  return { attempts: verdicts.reduce((sum, verdict) => sum + (verdict.attempts ?? 1), 0) / verdicts.length, solvedBy };
}
