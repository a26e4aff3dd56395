/** Thought cards: chains of action types that led to answers, by how many conditions the problem had. */

export interface Card {
  readonly types: readonly string[];
  /** Conditions of the problems that it comes from, on average. */
  readonly conditions: number;
}

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
