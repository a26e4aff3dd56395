import { z } from "zod";
import type { PostProcessor } from "../core/contracts.ts";
import { scoreOf, type Group } from "../core/group.ts";
import { defineMethod } from "../core/method.ts";
import type { Random } from "../core/random.ts";

const options = z.object({
  judge: z
    .string()
    .default("gt-match")
    .describe("who says what failed; the relabelled copies are judged 1 under its name"),
  form: z.enum(["short", "long"]).default("short"),
  source: z.string().default("hindsight").describe("stream of the derived groups"),
});

/** One step of an episode towards a goal. */
export interface Transition<S, A, G> {
  readonly state: S;
  readonly action: A;
  readonly next: S;
  readonly goal: G;
  readonly reward: number;
}

export type GoalStrategy = "final" | "future" | "episode" | "random";

/**
 * Transition-level hindsight: k copies of every transition, each with a goal that was reached — at the episode's end
 * ("final"), after that step ("future"), anywhere in it ("episode"), or anywhere in `pool` ("random").
 * The reward is 1 where the transition reaches its new goal, else `miss`.
 */
export function relabelTransitions<S, A, G>(
  episode: readonly Transition<S, A, G>[],
  o: {
    readonly strategy: GoalStrategy;
    readonly k: number;
    readonly random: Random;
    readonly achieved: (state: S) => G;
    readonly same: (a: G, b: G) => boolean;
    readonly miss?: number;
    readonly pool?: readonly S[];
  },
): Transition<S, A, G>[] {
  const reached = episode.map(({ next }) => next);
  const states = {
    final: () => reached.slice(-1),
    future: (t: number) => reached.slice(t),
    episode: () => reached,
    random: () => o.pool ?? [],
  };
  return episode.flatMap((transition, t) =>
    Array.from({ length: o.k }, () => {
      const goal = o.achieved(o.random.pick(states[o.strategy](t)));
      return { ...transition, goal, reward: o.same(o.achieved(transition.next), goal) ? 1 : (o.miss ?? 0) };
    }),
  );
}

/**
 * Groups, and after them new groups of failed solutions that solve another task of their family: the task they reached
 * (strategy "final"). The family's verifier has to accept a copy under its new task.
 */
function her({ judge, form, source }: z.output<typeof options>): PostProcessor {
  return async (groups, c) => {
    const derived = new Map<string, Group>();
    for (const group of groups) {
      if (group.source === source) continue;
      const family = c.family(group.task.family);
      for (const solution of group.solutions) {
        if (solution.error || (scoreOf(group, solution.id, judge) ?? 0) > 0) continue;
        const task = family.relabel?.(group.task, solution.text);
        if (!task || !family.verify(task, solution.text, form).correct) continue;
        const copy = { ...solution, id: `${solution.id}-${source}`, taskId: task.id };
        const judgement = { of: copy.id, by: judge, level: "outcome", score: 1, label: source, calls: [] } as const;
        const before = derived.get(task.id) ?? { task, solutions: [], judgements: [], trees: [], episodes: [], source };
        derived.set(task.id, {
          ...before,
          solutions: [...before.solutions, copy],
          judgements: [...before.judgements, judgement],
        });
      }
    }
    return { groups: [...groups, ...derived.values()], dropped: [], memory: [] };
  };
}

export default defineMethod({
  id: "her",
  kind: "objective",
  contract: "post-processor",
  section: "E1",
  about: "Hindsight experience replay: a failed derivation is a right one for the task that it reached.",
  source: "Andrychowicz et al. 2017, Hindsight Experience Replay",
  options,
  create: her,
});
