import { z } from "zod";
import type { Context } from "../../../core/context.ts";
import { defineMethod } from "../../../core/method.ts";
import type { Random } from "../../../core/random.ts";
import type { Question } from "../../../core/task.ts";
import type { Guided } from "../guided.ts";
import type { Written } from "../space.ts";
import { isRunError, trySample } from "../../solve.ts";
import { beams } from "./beam-step.ts";
import { top, type Frontier } from "./frontier.ts";
import { overReplies, repliesOptions } from "./replies.ts";
import { chances } from "./self-eval-beam.ts";
import { labelGuide, thoughtOptions, thoughts } from "./thoughts.ts";

const options = repliesOptions.extend(thoughtOptions.shape).extend({
  evaluate: z.enum(["auto", "guide", "value", "vote"]).default("auto"),
  /** States kept a level (b), continuations of each (k), levels, and complete replies after which the search ends. */
  breadth: z.int().positive().default(5),
  children: z.int().positive().default(5),
  depth: z.int().positive().default(40),
  finish: z.int().positive().optional(),
  /** The best states, or states drawn in proportion to their values, with replacement. */
  select: z.enum(["greedy", "sample"]).default("greedy"),
  /** Votes on the states of a level. */
  votes: z.int().positive().default(5),
});
type TotOptions = z.output<typeof options>;

export const votePrompt = (question: string, candidates: readonly string[]): string =>
  `A problem:\n${question}\n\nBeginnings of a solution:\n\n` +
  `${candidates.map((text, i) => `Choice ${i + 1}:\n${text}`).join("\n\n")}\n\n` +
  'Which of them is the most promising? Weigh them briefly, then end with a line "The best choice is N", N its number.';

/** Votes of each of n choices: the number after the last "choice" of a reply, else its last number. */
export function countVotes(replies: readonly string[], n: number): number[] {
  const counts = Array.from({ length: n }, () => 0);
  for (const reply of replies) {
    const named = [...reply.matchAll(/choice(?:\s+is)?\D{0,3}(\d+)/giu)].at(-1)?.[1];
    const choice = Number(named ?? [...reply.matchAll(/\d+/gu)].at(-1)?.[0]);
    if (choice >= 1 && choice <= n) counts[choice - 1]++;
  }
  return counts;
}

/** Gives the states the share of the votes that they get; undecided if there are none. */
async function vote(question: Question, g: Guided, f: Frontier<Written>, ids: readonly number[], o: TotOptions) {
  const fresh = ids.filter((id) => f.node(id).value === null);
  if (fresh.length > 0 && !f.over) {
    const budget = g.c.budget.child({});
    const c: Context = g.c.with({ budget });
    const texts = fresh.map((id) => f.states[id].text);
    const seed = c.random.fork(`vote/${question.id}/${fresh.join()}`).seed;
    const sampling = { n: o.votes, seed, maxTokens: 512, temperature: 0.7 };
    const prompt = votePrompt(question.text, texts);
    const replies = await trySample(c, o.evaluator, [{ role: "user", content: prompt }], sampling);
    f.tree.charge(f.node(fresh[0]).parent ?? 0, budget.spent);
    if (isRunError(replies)) return [];
    const whole = replies.filter(({ finish }) => finish !== "abort").map(({ text }) => text);
    for (const [i, count] of countVotes(whole, fresh.length).entries()) f.assign(fresh[i], count / o.votes);
  }
  return ids.filter((id) => f.node(id).value !== null);
}

/** States drawn in proportion to their values, with replacement; equal draws are one. */
function sampled(ids: readonly number[], breadth: number, value: (id: number) => number, random: Random): number[] {
  if (ids.length === 0) return [];
  const p = chances(ids.map(value), 1, "power");
  const draw = (): number => {
    let u = random.next();
    const at = p.findIndex((share) => (u -= share) < 0);
    return ids[at < 0 ? ids.length - 1 : at];
  };
  return [...new Set(Array.from({ length: breadth }, draw))];
}

/**
 * Departures: complete replies go to the result when they come, as depths differ; a state that is already in the tree is
 * not added again, where the original gives it the value 0. Under "vote" complete replies are voted on like any other state.
 */
export default defineMethod({
  id: "tot-bfs",
  kind: "search",
  contract: "reasoner",
  section: "C1",
  about: "Tree of thoughts, breadth first: the b most valued states of a level are continued.",
  source: "Yao S. et al. 2023",
  options,
  create: (o) => (question, outer) => {
    const { evaluate } = o;
    const voting = evaluate === "vote";
    const { c, expand } = thoughts(question, outer, { ...o, evaluate: evaluate === "vote" ? "guide" : evaluate });
    // With votes nothing else is asked for a value.
    const own = voting && !c.guide ? c.with({ guide: labelGuide(o) }) : c;
    return overReplies("tot-bfs", question, own, o, {
      expand,
      run: (f, g) =>
        beams(f, {
          ...o,
          width: o.breadth,
          samples: o.children,
          ...(voting ? { value: (ids: readonly number[]) => vote(question, g, f, ids, o) } : {}),
          keep: (ids, level) => {
            const value = (id: number): number => f.valueOf(id);
            if (o.select === "greedy") return top(ids, o.breadth, value);
            return sampled(ids, o.breadth, value, g.c.random.fork(`tot-bfs/${question.id}/${level}`));
          },
        }),
    });
  },
});
