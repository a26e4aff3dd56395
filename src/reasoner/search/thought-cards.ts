import { z } from "zod";
import { vote } from "../../answers/vote.ts";
import type { Context } from "../../core/context.ts";
import type { Reasoned } from "../../core/contracts.ts";
import { defineMethod } from "../../core/method.ts";
import type { RunError, Solution } from "../../core/solution.ts";
import type { Question } from "../../core/task.ts";
import { bestFirst, stopped } from "../solve.ts";
import { actionSets } from "./actions/action-sets.ts";
import { cardsOf, conditionsOf, nearest, type Card } from "./cards.ts";
import { concluded } from "./guided.ts";
import { grow, mctsOptions } from "./mcts.ts";
import { familySpace, type Written } from "./space.ts";
import { GrowingTree, meanValue } from "./tree.ts";

const card = z.strictObject({ types: z.array(z.string()).min(1), conditions: z.number().positive() });

/** Written by hand, for want of seeds. */
const plain: readonly Card[] = [
  { types: ["chain-of-thought"], conditions: 1 },
  { types: ["system-analysis", "chain-of-thought"], conditions: 2 },
  { types: ["system-analysis", "one-step-thought", "chain-of-thought"], conditions: 4 },
  { types: ["system-analysis", "divide-and-conquer", "chain-of-thought"], conditions: 6 },
  { types: ["divide-and-conquer", "divide-and-conquer", "self-reflection", "chain-of-thought"], conditions: 8 },
];

const options = z.object({
  set: z.enum(["rstar", "hiar", "cmcts"]).default("hiar"),
  /** Questions from which cards are made first, by MCTS. */
  seeds: z.array(z.string().min(1)).default([]),
  search: mctsOptions
    .omit({ granularity: true, expand: true })
    .prefault({ simulations: 32, output: "max-q" })
    .describe("the search that makes cards"),
  /** In place of those that seeds give. */
  cards: z.array(card).min(1).optional(),
  /** Nearest cards that a question is tried with, and attempts with each. */
  nearest: z.int().positive().default(3),
  attempts: z.int().positive().default(1),
  temperature: z.number().nonnegative().default(1),
});
type Options = z.output<typeof options>;

/** The card of a question: the types of the best valued path to an answer, the shortest of several; none if none was found. */
export async function cardFor(question: Question, c: Context, o: Pick<Options, "set" | "search">): Promise<Card[]> {
  const granularity = { id: "typed" as const, options: { set: o.set } };
  const { g, grown } = await grow("thought-cards", question, c, { ...o.search, granularity, expand: "sample" });
  const ends = grown.tree.nodes.filter(
    (node) => node.terminal && node.visits > 0 && meanValue(node) > 0 && !g.space.solution(grown.states[node.id]).error,
  );
  const [best] = bestFirst(ends, meanValue, (node) => -node.depth);
  const types = best && grown.states[best.id].types;
  return types ? [{ types, conditions: conditionsOf(question.text) }] : [];
}

async function solve(question: Question, outer: Context, o: Options): Promise<Reasoned> {
  const c = outer.with({ budget: outer.budget.child({}) });
  const family = c.family(question.family);
  const tree = new GrowingTree();
  const before = c.budget.spent;
  const made: Card[] = [];
  for (const seed of o.cards ? [] : o.seeds) made.push(...(await cardFor(family.question(seed), c, o)));
  if (c.budget.spent !== before) tree.charge(0, c.budget.spent);
  const cards = o.cards ?? (made.length > 0 ? cardsOf(made) : plain);
  const finishing = actionSets[o.set].filter(({ finishes }) => finishes).map(({ id }) => id);
  let error: RunError | undefined;
  const along = (types: readonly string[], from = c) => {
    // A card that breaks off before the answer is carried to it.
    const chain = finishing.includes(types[types.length - 1]) ? [...types] : [...types, finishing[0]];
    const granularity = { id: "typed" as const, options: { set: o.set, chain } };
    return familySpace(question, from, {
      granularity,
      expand: "sample",
      temperature: o.temperature,
      prune: false,
      merge: false,
    });
  };
  const chosen = nearest(cards, conditionsOf(question.text), o.nearest);
  const space = along(chosen[0].types);
  const states: Written[] = [space.root];
  for (const { types } of chosen) {
    for (let attempt = 0; attempt < o.attempts && !error; attempt++) {
      const own = along(types, c.with({ label: `${types.join(" ")}/${attempt}` }));
      let state = own.root;
      let at = 0;
      while (!state.ended) {
        const spent = own.spent();
        const [child] = await own.expand(state, 1);
        if (own.spent() !== spent) tree.charge(at, difference(own.spent(), spent));
        error ??= own.error;
        if (child === undefined) break;
        const { action, logprob, calls } = child;
        ({ state } = child);
        const terminal = state.ended;
        const [id = at] = tree.expand(at, [{ action, logprob, calls, terminal }], true);
        if (id === states.length) states.push(state);
        at = id;
      }
      tree.backup(at, 0);
    }
  }
  return concluded("thought-cards", question, { c, space, error: () => error ?? stopped(c) }, { tree, states }, {
    output: "max-visit",
    options: o,
    order: voted,
  });
}
