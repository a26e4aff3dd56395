import { eq } from "./eq.ts";

export interface Vote {
  /** Clusters of equal answers as indices of voters, in the order of their first voter. */
  readonly clusters: readonly (readonly number[])[];
  /** Each cluster's share of all weight, that of voters without an answer included. */
  readonly shares: readonly number[];
  /** First voter of the winning cluster; undefined if nobody has an answer. */
  readonly winner: number | undefined;
}

/**
 * Majority vote over answers that are equal by `eq`. Ties go to the cluster with the higher mean log-prob, then to the
 * one seen first.
 */
export function vote(
  answers: readonly (string | undefined)[],
  o: { readonly weights?: readonly number[]; readonly logprobs?: readonly number[] } = {},
): Vote {
  const clusters: { readonly answer: string; readonly members: number[] }[] = [];
  const known = new Map<string, number[]>();
  answers.forEach((answer, i) => {
    if (answer === undefined) return;
    let members = known.get(answer) ?? clusters.find((cluster) => eq(cluster.answer, answer))?.members;
    if (!members) {
      members = [];
      clusters.push({ answer, members });
    }
    known.set(answer, members);
    members.push(i);
  });
  const weight = (i: number): number => o.weights?.[i] ?? 1;
  const total = answers.reduce((sum, _, i) => sum + weight(i), 0);
  const sums = clusters.map(({ members }) => members.reduce((sum, i) => sum + weight(i), 0));
  const ties = clusters.map(
    ({ members }) => members.reduce((sum, i) => sum + (o.logprobs?.[i] ?? 0), 0) / members.length,
  );
  let best = 0;
  for (let i = 1; i < clusters.length; i++) {
    if (sums[i] > sums[best] || (sums[i] === sums[best] && ties[i] > ties[best])) best = i;
  }
  return {
    clusters: clusters.map(({ members }) => members),
    shares: sums.map((sum) => (total > 0 ? sum / total : 0)),
    winner: clusters[best]?.members[0],
  };
}
