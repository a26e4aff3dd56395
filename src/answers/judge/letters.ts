/** Options of a multiple choice that were read as something else. */
import type { Answer } from "../term.ts";

/** The letter that an answer would be as an option: the symbol B, the text "b". */
export function asLetter(a: Answer): string | undefined {
  if (a.kind === "choice") return a.letters.length === 1 ? a.letters[0] : undefined;
  if (a.kind === "text") return /^[a-z]$/iu.test(a.text) ? a.text.toUpperCase() : undefined;
  if (a.kind !== "value" || a.unit || a.noun !== undefined || a.value.kind !== "symbol") return undefined;
  // Lower case only where options are likely to end: x and X are different symbols.
  return /^[A-Za-h]$/u.test(a.value.name) ? a.value.name.toUpperCase() : undefined;
}
