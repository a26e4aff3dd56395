import { z } from "zod";
import type { Context } from "../../core/context.ts";
import type { Reasoned } from "../../core/contracts.ts";
import { defineMethod } from "../../core/method.ts";
import type { Question } from "../../core/task.ts";
import { isRunError, joined, nativeMessages, trySample } from "../solve.ts";
import { toBe } from "./further.ts";
import { GlobalSearch } from "./global-search.ts";
import { concluded, guided, guidedOptions } from "./guided.ts";
import type { Written } from "./space.ts";

const options = guidedOptions.extend({
  /** Nodes expanded. */
  expansions: z.int().positive().default(32),
  /** Children per expansion. */
  children: z.int().positive().default(4),
  /** Weight of exploration; 0 is the variant by value alone. */
  c: z.number().nonnegative().default(1),
  /** Share of self-consistency in a value: how many of all completions so far agree with the child's own. */
  consistency: z.number().min(0).max(1).default(0.5),
  /** Expansions at a time. */
  inFlight: z.int().positive().default(1),
  output: guidedOptions.shape.output.unwrap().default("max-terminal"),
});
type Options = z.output<typeof options>;

async function search(question: Question, outer: Context, o: Options): Promise<Reasoned> {
  const g = guided("mcts-g", question, outer, o, (node, cost) => grown.tree.charge(node, cost));
  const { c, space } = g;
  const family = c.family(question.family);
  const model = c.model("reasoner");
  /** Answers of completions, in the order in which they came. */
  const answers: string[] = [];

  /** The answer of one completion of a state, undefined where it has none. */
  async function complete(state: Written, payer: number): Promise<string | undefined> {
    if (state.ended) return space.solution(state).answer;
    const budget = c.budget.child({});
    const seed = c.random.fork(`mcts-g/${question.id}${state.path}`).seed;
    const messages = nativeMessages(family, question, "short", state.text);
    const maxTokens = family.maxTokens(question, "short");
    const { temperature } = o;
    const sampling = { n: 1, seed, maxTokens, temperature, stop: [family.end] };
    const drawn = await trySample(c.with({ budget }), "reasoner", messages, sampling);
    grown.tree.charge(payer, budget.spent);
    if (isRunError(drawn)) return undefined;
    return family.parse(question, joined(model, [state.text, drawn[0].text]), "short").answer;
  }

  const grown = new GlobalSearch<Written>({
    space,
    c: o.c,
    merge: o.merge,
    expand: async (node, state, job) => {
      const children = await g.expand(node, state, o.children);
      if (children.length === 0 && g.error()) return undefined;
      const made = children.map((child, i) => toBe(node, child, job * o.children + i + 1));
      const values = await Promise.all(children.map((child, i) => g.value(made[i], child.state, undefined, node.id)));
      const ends = await Promise.all(
        children.map(({ state: at }) => (o.consistency === 0 ? Promise.resolve(undefined) : complete(at, node.id))),
      );
      return children.map((child, i) => ({ child, value: values[i], answer: ends[i] }));
    },
    settle: (children) => {
      answers.push(...children.flatMap(({ answer }) => answer ?? []));
      return children.map(({ value, answer }) => {
        const agreeing = answers.filter((other) => other === answer).length;
        return (1 - o.consistency) * (value ?? 0) + o.consistency * (agreeing / Math.max(1, answers.length));
      });
    },
  });
  const { expansions, inFlight } = o;
  await g.search(() => grown.run({ expansions, inFlight, stop: () => g.error() !== undefined }));
  return concluded("mcts-g", question, g, grown, { output: o.output, options: o });
}

/** The share of agreeing completions is what was known when a node was expanded; it is not revised later. */
export default defineMethod({
  id: "mcts-g",
  kind: "search",
  contract: "reasoner",
  section: "C4",
  about: "Tree search that expands the best leaf of the whole tree by value and exploration, without a descent.",
  source: "Jiang J. et al. 2024 (STILL-1), from memory of the paper",
  options,
  create: (o) => (question, c) => search(question, c, o),
});
