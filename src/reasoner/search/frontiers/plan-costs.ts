/** A solution as the actions it is made of. */
export type Plan = readonly string[];

/** Length of the longest common subsequence. */
export function commonLength(a: Plan, b: Plan): number {
  let row = b.map(() => 0);
  for (const one of a) {
    const next: number[] = [];
    for (const [j, other] of b.entries()) {
      next.push(one === other ? (row[j - 1] ?? 0) + 1 : Math.max(row[j], next[j - 1] ?? 0));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** (1 − a)^α · (1 − b)^(1 − α). */
export const mixedCost = (a: number, b: number, alpha: number): number => (1 - a) ** alpha * (1 - b) ** (1 - alpha);

/** Cost of a plan's last step: low where a remembered plan goes alike, and where many samples take it (`share`). */
export function stepCost(plan: Plan, memory: readonly Plan[], share: number, alpha: number): number {
  const alike = memory.map((known) => commonLength(plan, known) / Math.max(1, Math.min(plan.length, known.length)));
  return mixedCost(Math.max(0, ...alike), share, alpha);
}

/** Cost to come: low where remembered plans take the last action late, and where most of an imagined plan is done. */
export function futureCost(plan: Plan, memory: readonly Plan[], imagined: number | undefined, beta: number): number {
  const last = plan.at(-1) ?? "";
  const places = memory.flatMap((known) => (known.includes(last) ? [(known.indexOf(last) + 1) / known.length] : []));
  const late = places.length === 0 ? 0 : places.reduce((sum, place) => sum + place, 0) / places.length;
  const done = imagined === undefined ? 0 : Math.min(1, plan.length / Math.max(1, imagined));
  return mixedCost(late, done, beta);
}
