import type { Role } from "../../../core/call.ts";
import type { Context } from "../../../core/context.ts";
import type { Guide } from "../../../core/contracts.ts";
import type { Question } from "../../../core/task.ts";
import { servedBy } from "../guided.ts";
import vRollout from "../values/v-rollout.ts";

/** Q of (state, action) by `keyOf`. */
export type QTable = ReadonlyMap<string, number>;

/** A step as it was taken: an action in a state, its reward, and the state it led to, unless the reply was complete. */
export interface Transition {
  readonly state: string;
  readonly action: string;
  readonly reward: number;
  readonly next?: string;
}

export const keyOf = (state: string, action: string): string => JSON.stringify([state, action]);

/** Fitted Q-iteration on offline steps: Q(s, a) ← mean of R + γ·max Q(s′, ·) over the actions seen in s′. */
export function fittedQ(
  steps: readonly Transition[],
  o: { readonly iterations: number; readonly gamma?: number },
): QTable {
  const actions = Map.groupBy(steps, ({ state }) => state);
  const rows = Map.groupBy(steps, ({ state, action }) => keyOf(state, action));
  let q: QTable = new Map();
  for (let i = 0; i < o.iterations; i++) {
    const last = q;
    const best = (state: string): number =>
      Math.max(...(actions.get(state) ?? []).map(({ action }) => last.get(keyOf(state, action)) ?? 0));
    const target = ({ reward, next }: Transition): number =>
      reward + (next !== undefined && actions.has(next) ? (o.gamma ?? 1) * best(next) : 0);
    q = new Map([...rows].map(([key, same]) => [key, same.reduce((sum, step) => sum + target(step), 0) / same.length]));
  }
  return q;
}

/** The highest return of the rollouts that went through (s, a). */
export function bestRolloutQ(rollouts: readonly (readonly Transition[])[], gamma = 1): QTable {
  const q = new Map<string, number>();
  for (const rollout of rollouts) {
    let gain = 0;
    for (const { state, action, reward } of rollout.toReversed()) {
      gain = reward + gamma * gain;
      const key = keyOf(state, action);
      q.set(key, Math.max(q.get(key) ?? -Infinity, gain));
    }
  }
  return q;
}

/** What a stronger model, that of a role, reaches from (s, a): the mean score of its completions, undecided ones left out. */
export async function completedQ(
  question: Question,
  pairs: readonly { readonly steps: readonly string[]; readonly action: string }[],
  c: Context,
  o: { readonly role: Role; readonly completions?: number; readonly temperature?: number },
): Promise<QTable> {
  const complete = vRollout.create({ m: o.completions ?? 1, temperature: o.temperature ?? 0 });
  const nodes = pairs.map(({ steps, action }, id) => {
    const node = {
      id,
      parent: null,
      children: [],
      action,
      logprob: 0,
      prior: 1,
      visits: 0,
      total: 0,
      value: null,
      depth: steps.length + 1,
      terminal: false,
      closed: false,
      calls: [],
    };
    return { node, question, steps: [...steps, action], terminal: false };
  });
  const judged = await complete(nodes, servedBy(c, o.role));
  return new Map(
    pairs.flatMap(({ steps, action }, i): [string, number][] => {
      const { score } = judged[i];
      return score === null ? [] : [[keyOf(steps.join(" "), action), score]];
    }),
  );
}

/** A Guide that looks Q up: a state, the steps so far joined by spaces, is worth the Q of its last step, 0 if unknown. */
export function tableGuide(q: QTable): Guide {
  return async (nodes) =>
    nodes.map(({ node, steps }) => {
      const score = q.get(keyOf(steps.slice(0, -1).join(" "), steps.at(-1) ?? "")) ?? 0;
      return { of: String(node.id), by: "q-table", level: "step", score: Math.min(1, Math.max(0, score)), calls: [] };
    });
}
