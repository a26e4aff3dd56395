/** Thought cards: chains of action types that led to answers, by how many conditions the problem had. */
import { z } from "zod";
import { vote } from "../../answers/vote.ts";
import type { Solution } from "../../core/solution.ts";
import { bestFirst } from "../solve.ts";
import type { GrowingTree } from "./tree.ts";

/** A chain of types, and the conditions of the problems that it comes from, on average. */
export const cardSchema = z.strictObject({ types: z.array(z.string()).min(1), conditions: z.number().positive() });
export type Card = Readonly<z.output<typeof cardSchema>>;

/** Conditions of a problem: the numbers that its text gives, in figures or words; at least 1. */
export function conditionsOf(text: string): number {
  const numbers = text.match(
    /\d+(?:[.,]\d+)*|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|half|twice|double|triple)\b/giu,
  );
  return Math.max(1, numbers?.length ?? 0);
}

/** Equal chains as one card with the mean of their conditions, in the order in which they first came. */
export function cardsOf(found: readonly Card[]): Card[] {
  const groups = new Map<string, Card[]>();
  for (const card of found) groups.set(card.types.join(" "), [...(groups.get(card.types.join(" ")) ?? []), card]);
  return [...groups.values()].map((cards) => ({
    types: cards[0].types,
    conditions: cards.reduce((sum, { conditions }) => sum + conditions, 0) / cards.length,
  }));
}

/** The cards nearest in conditions, nearest first; the earlier of two that are as near. */
export function nearest(cards: readonly Card[], conditions: number, count: number): Card[] {
  const distance = (card: Card): number => Math.abs(card.conditions - conditions);
  return cards.toSorted((a, b) => distance(a) - distance(b)).slice(0, count);
}

/** Written by hand, for want of seeds. */
export const plainCards: readonly Card[] = [
  { types: ["chain-of-thought"], conditions: 1 },
  { types: ["system-analysis", "chain-of-thought"], conditions: 2 },
  { types: ["system-analysis", "one-step-thought", "chain-of-thought"], conditions: 4 },
  { types: ["system-analysis", "divide-and-conquer", "chain-of-thought"], conditions: 6 },
  { types: ["divide-and-conquer", "divide-and-conquer", "self-reflection", "chain-of-thought"], conditions: 8 },
];

/** By votes for the answer, an attempt each; equal ones as they came. */
export const voted =
  ({ nodes }: GrowingTree) =>
  (solutions: Solution[]): Solution[] => {
    const visits = new Map(nodes.map(({ solution, visits: count }) => [solution, count]));
    const weights = solutions.map(({ id, error }) => (error ? 0 : (visits.get(id) ?? 0)));
    const { clusters, shares } = vote(
      solutions.map(({ answer }) => answer),
      { weights },
    );
    const share = new Map(clusters.flatMap((members, i) => members.map((at) => [solutions[at].id, shares[i]])));
    const whole = (solution: Solution): number => (solution.error ? 0 : 1);
    return bestFirst(solutions, whole, ({ id }) => share.get(id) ?? 0);
  };
