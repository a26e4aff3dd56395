/** The learning curve of a run. */
import { accuracyOf, type Accuracy } from "../evolution/evaluate.ts";
import { counts, type Recipe } from "../evolution/recipe.ts";
import type { RoundSummary } from "../store/ledger.ts";

export interface Point {
  /** Rounds of the phases that count; 0 is before the first. */
  readonly round: number;
  /** Of work, since the run began. */
  readonly seconds: number;
  readonly greedy: number;
  /** Of the full evaluation. */
  readonly pass?: { readonly k: number; readonly pass1: number; readonly passK: number };
}

const pointOf = ({ greedy, samples }: Accuracy, round: number, seconds: number): Point => ({
  round,
  seconds,
  greedy,
  ...(samples ? { pass: { k: samples.k, pass1: samples.pass1, passK: samples.passK } } : {}),
});

/** Held-out accuracies in order. `final` is what was measured after the last round where that round did not. */
export function curveOf(recipe: Recipe, rounds: readonly RoundSummary[], final?: Accuracy): Point[] {
  const points: Point[] = [];
  let seconds = 0;
  let round = 0;
  for (const { phase, metrics, elapsed } of rounds) {
    const before = accuracyOf(metrics, "before");
    if (before) points.push(pointOf(before, round, seconds));
    seconds += elapsed["total"] ?? 0;
    if (counts(recipe, phase)) round++;
    const after = accuracyOf(metrics, "accuracy");
    if (after) points.push(pointOf(after, round, seconds));
  }
  const last = points.at(-1);
  if (!final || (last?.round === round && last.pass)) return points;
  return [...points.filter((point) => point.round < round || point.pass), pointOf(final, round, seconds)];
}

/** Round numbers at which an axis from 0 to `max` is marked, at most `most` of them. */
export function ticks(max: number, most: number): number[] {
  const rough = Math.max(max, 1e-9) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough) ?? 10 * power;
  return Array.from({ length: Math.floor(max / step + 1e-9) + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}
