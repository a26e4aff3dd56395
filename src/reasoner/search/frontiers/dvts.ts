import { defineMethod } from "../../../core/method.ts";
import { aggregate, beamStepOptions, lookingAhead } from "./beam-step.ts";
import { top, type Frontier } from "./frontier.ts";
import { overReplies } from "./replies.ts";

/** For each id, how often it came before. */
function turns(ids: readonly number[]): number[] {
  const seen = new Map<number, number>();
  return ids.map((id) => {
    const turn = seen.get(id) ?? 0;
    seen.set(id, turn + 1);
    return turn;
  });
}

export interface Subtrees {
  readonly width: number;
  readonly samples: number;
  readonly depth: number;
}

/** So many subtrees, each with samples of its own, of which it continues the best until that is a complete reply. */
export async function subtrees<S>(f: Frontier<S>, o: Subtrees, score: (id: number) => number): Promise<void> {
  let open = Array.from({ length: o.width }, () => 0);
  for (let level = 0; level < o.depth && open.length > 0 && !f.over; level++) {
    const families = await f.expand(open, o.samples, turns(open));
    const valued = new Set(await f.value([...new Set(families.flat())]));
    open = families.flatMap((children) => {
      const best = top(
        children.filter((id) => valued.has(id)),
        1,
        score,
      );
      return best.filter((id) => !f.node(id).terminal);
    });
  }
}

/** Departures: equal continuations of one state are one node, and a subtree left without continuations ends. */
export default defineMethod({
  id: "dvts",
  kind: "search",
  contract: "reasoner",
  section: "C2",
  about: "Diverse verifier tree search: B independent subtrees, each of which keeps its own best step of M.",
  source: "Beeching et al. 2024",
  options: beamStepOptions.omit({ finish: true }),
  create: (o) => (question, c) =>
    overReplies("dvts", question, c, o, {
      evaluate: lookingAhead("dvts", question, o),
      run: (f) => subtrees(f, o, (id) => aggregate(f.pathValues(id), o.rank)),
    }),
});
