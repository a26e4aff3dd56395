import { z } from "zod";
import type { Context } from "../../core/context.ts";
import type { Reasoned } from "../../core/contracts.ts";
import { defineMethod } from "../../core/method.ts";
import type { RunError } from "../../core/solution.ts";
import type { Question } from "../../core/task.ts";
import { bestFirst, stopped } from "../solve.ts";
import { actionSets } from "./actions/action-sets.ts";
import { cardSchema, cardsOf, conditionsOf, nearest, plainCards, voted, type Card } from "./cards.ts";
import { concluded } from "./guided.ts";
import { grow, mctsOptions } from "./mcts.ts";
import { familySpace, type FamilySpace, type Written } from "./space.ts";
import { GrowingTree, meanValue } from "./tree.ts";

const options = z.object({
  set: z.enum(["rstar", "hiar", "cmcts"]).default("hiar"),
  /** Questions from which cards are made first, by MCTS. */
  seeds: z.array(z.string().min(1)).default([]),
  search: mctsOptions
    .omit({ granularity: true, expand: true })
    .prefault({ simulations: 32, output: "max-q" })
    .describe("the search that makes cards"),
  /** In place of those that seeds give. */
  cards: z.array(cardSchema).min(1).optional(),
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
  return types ? [{ types: [...types], conditions: conditionsOf(question.text) }] : [];
}

async function solve(question: Question, outer: Context, o: Options): Promise<Reasoned> {
  const c = outer.with({ budget: outer.budget.child({}) });
  const made: Card[] = [];
  for (const seed of o.cards ? [] : o.seeds) {
    made.push(...(await cardFor(c.family(question.family).question(seed), c, o)));
  }
  const tree = new GrowingTree();
  if (c.budget.spent.calls > 0) tree.charge(0, c.budget.spent);
  const cards = nearest(
    o.cards ?? (made.length > 0 ? cardsOf(made) : plainCards),
    conditionsOf(question.text),
    o.nearest,
  );
  const finishing = actionSets[o.set].filter(({ finishes }) => finishes).map(({ id }) => id);
  const along = ({ types }: Card, label: string): FamilySpace => {
    // A card that breaks off before the answer is carried to it.
    const chain = [...types, ...(finishing.includes(types[types.length - 1]) ? [] : finishing.slice(0, 1))];
    const granularity = { id: "typed" as const, options: { set: o.set, chain } };
    const { temperature } = o;
    return familySpace(question, c.with({ label }), {
      granularity,
      expand: "sample",
      temperature,
      prune: false,
      merge: false,
    });
  };
  const space = along(cards[0], "");
  const states: Written[] = [space.root];
  let error: RunError | undefined;
  for (const [i, card] of cards.entries()) {
    for (let attempt = 0; attempt < o.attempts && !error; attempt++) {
      let state = space.root;
      let at = 0;
      while (!state.ended && !tree.nodes[at].terminal) {
        const own = along(card, `card ${i}/${attempt}`);
        const [child] = await own.expand(state, 1);
        tree.charge(at, own.spent());
        ({ error } = own);
        if (child === undefined) break;
        const { action, logprob, calls } = child;
        ({ state } = child);
        const [id = at] = tree.expand(at, [{ action, logprob, calls, terminal: state.ended }], true);
        if (id === states.length) states.push(state);
        at = id;
      }
      tree.backup(at, 0);
    }
  }
  const g = { c, space, error: () => error ?? stopped(c) };
  return concluded(
    "thought-cards",
    question,
    g,
    { tree, states },
    { output: "max-visit", options: o, order: voted(tree) },
  );
}

/** Departure: a problem's complexity is a count of the numbers in its text, in place of a model's estimate. */
export default defineMethod({
  id: "thought-cards",
  kind: "search",
  contract: "reasoner",
  section: "C4",
  about: "Chains of action types that MCTS found on seeds, followed by problems of like complexity, and a vote.",
  source: "Wu J. et al. 2024 (HiAR-ICL)",
  options,
  create: (o) => (question, c) => solve(question, c, o),
});
