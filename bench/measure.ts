/** Rates measured side by side: contenders take turns, so that what else the machine does strikes all of them alike. */

/** Measures once; the result is a rate, higher is better. */
export interface Contender {
  run(): Promise<number>;
}

export const best = (rates: readonly number[]): number => Math.max(...rates);

export function median(rates: readonly number[]): number {
  const sorted = rates.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** How many times as fast as another: the best of each, and the median over rounds of the ratio within the round. */
export interface Ratio {
  readonly ofBests: number;
  readonly paired: number;
}

/** `ours` and `theirs` were measured in the same rounds, in the same order. */
export function ratioOf(ours: readonly number[], theirs: readonly number[]): Ratio {
  return { ofBests: best(ours) / best(theirs), paired: median(ours.map((rate, round) => rate / theirs[round])) };
}

/** Long enough for the threads of the contender before to stop spinning. */
const REST_MS = 30;

/** Lets every contender measure once a round, in the given order; rates by contender, then by round. */
export async function takeTurns(contenders: readonly Contender[], rounds: number): Promise<number[][]> {
  const rates: number[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, contender] of contenders.entries()) {
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
      rates[i].push(await contender.run());
    }
  }
  return rates;
}

/** Seconds that some work takes. */
export async function secondsOf(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
