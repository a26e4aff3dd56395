/** How many held-out tasks a model solves, greedily and within k samples, with intervals. */
import type { Context } from "../core/context.ts";
import type { Form } from "../core/family.ts";
import type { Random } from "../core/random.ts";
import { ask, type Task } from "../core/task.ts";
import { passAtK } from "./instruments/pass-at-k.ts";
import { instantiate, type FindMethod } from "./resolver.ts";

/** A share with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface Coverage {
  readonly tasks: number;
  readonly greedy: Estimate;
  readonly pass: readonly (Estimate & { readonly k: number })[];
}

const z95 = 1.959964;

/** Wilson's interval of a share of `n` independent trials. */
export function wilson(successes: number, n: number): Estimate {
  if (n === 0) return { value: 0, low: 0, high: 1 };
  const value = successes / n;
  const centre = (value + z95 ** 2 / (2 * n)) / (1 + z95 ** 2 / n);
  const half = (z95 * Math.sqrt((value * (1 - value)) / n + z95 ** 2 / (4 * n * n))) / (1 + z95 ** 2 / n);
  return { value, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

const resamples = 1000;

/** The mean with its percentile bootstrap interval over the values; Wilson's where all are 0 or all are 1. */
export function bootstrap(values: readonly number[], random: Random): Estimate {
  const n = values.length;
  if (values.every((x) => x === 0) || values.every((x) => x === 1)) return wilson(n * (values[0] ?? 0), n);
  const value = values.reduce((sum, x) => sum + x, 0) / Math.max(1, n);
  const means = Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[random.int(n)];
    return sum / n;
  }).sort();
  return { value, low: means[Math.floor(0.025 * resamples)], high: means[Math.ceil(0.975 * resamples) - 1] };
}

export interface CoverageOptions {
  readonly find: FindMethod;
  readonly form: Form;
  /** As many samples a task are drawn as the largest k. */
  readonly ks: readonly number[];
  /** Of the samples. Default 1. */
  readonly temperature?: number;
}

/** One greedy reply and samples for each task, judged by the family's exact verifier. */
export async function coverage(
  tasks: readonly Task[],
  c: Context,
  { find, form, ks, temperature: sampling = 1 }: CoverageOptions,
): Promise<Coverage> {
  const right = async (n: number, temperature: number): Promise<number[]> => {
    const reasoner = await instantiate(find, "reasoner", { id: "cot", options: { form, n, temperature } });
    let done = 0;
    return Promise.all(
      tasks.map(async (task) => {
        const { solutions } = await reasoner(ask(task), c.with({ label: task.id }));
        c.emit({ event: "progress", stage: "evaluate", done: ++done, of: tasks.length });
        return solutions.filter(({ text }) => c.family(task.family).verify(task, text, form).correct).length;
      }),
    );
  };
  const greedy = await right(1, 0);
  const samples = Math.max(0, ...ks);
  const counted = samples === 0 ? [] : await right(samples, sampling);
  c.signal.throwIfAborted();
  return {
    tasks: tasks.length,
    greedy: wilson(
      greedy.reduce((sum, x) => sum + x, 0),
      tasks.length,
    ),
    pass: ks.map((k) => ({
      k,
      ...bootstrap(
        counted.map((x) => passAtK(samples, x, k)),
        c.random.fork(`bootstrap/${k}`),
      ),
    })),
  };
}
