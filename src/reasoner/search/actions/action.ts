import type { Family } from "../../../core/family.ts";

/** How a reply is cut into the actions of a search. */
export interface Action {
  /** Tokens of one action, where their number is what ends it. */
  readonly tokens?: number;
  /** Texts at which writing pauses, to see whether the action is whole. */
  readonly stops: readonly string[];
  /** Characters of what was written up to a stop that are the action; undefined where it goes on. */
  length(text: string): number | undefined;
}

/** A granularity, given the family whose replies are cut. */
export type Granularity = (family: Family) => Action;

/** Replies are free text: nothing but the model itself says where they end. */
export const isFree = (family: Family): boolean => family.end === "";

/** An action that is whole at any of these texts, which belong to it; white space alone is none. */
export function endedBy(...stops: readonly string[]): Action {
  const ends = (text: string): boolean => text.trim() !== "" && stops.some((stop) => text.endsWith(stop));
  return { stops, length: (text) => (ends(text) ? text.length : undefined) };
}

/** An action of so many tokens, fewer at the end of a reply. */
export const ofTokens = (tokens: number): Action => ({ tokens, stops: [], length: () => undefined });

/** A step of the family's grammar; of free text what its delimiter ends, or all of it where there is none. */
export function step(family: Family): Action {
  if (family.delimiter !== "") return endedBy(family.delimiter);
  return isFree(family) ? endedBy() : ofTokens(1);
}
