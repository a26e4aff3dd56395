/** Steps of free text: before "Step k:" if it counts its steps, else at blank lines, else at line ends. They concatenate to the text. */
export function splitSteps(text: string): string[] {
  const counted = text.split(/(?=\bStep \d+:)/u);
  if (counted.length > 1) return counted;
  const paragraphs = text.split(/(?<=\n{2,})(?!\n)/u);
  return paragraphs.length > 1 ? paragraphs : text.split(/(?<=\n)/u);
}

/** The answer that free text states: its last \boxed{…}, else what follows its last "answer is", else its last number. */
export function extractAnswer(text: string): string | undefined {
  const boxed = [...text.matchAll(/\\boxed\{((?:[^{}]|\{[^{}]*\})*)\}/gu)].at(-1)?.[1];
  if (boxed !== undefined) return boxed.trim();
  const stated = [...text.matchAll(/answer is:?\s*([^\n]+?)(?=\.?\s*(?:\n|$)|\.\s)/giu)].at(-1)?.[1];
  if (stated !== undefined) return stated.trim();
  return [...text.matchAll(/-?\d[\d,]*(?:\.\d+)?(?:\/\d+)?/gu)].at(-1)?.[0].replace(/,+$/u, "");
}
