/** Equations and n-grams of texts, for finding repetitions and measuring diversity. */

const equation = /[-+*/^().\d\s×÷]*\d[-+*/^().\d\s×÷]*=\s*-?\d[\d.]*/gu;

/** The equations a text states, in order and without white space. A right side ends at the next sign that is no number. */
export function equationsOf(text: string): string[] {
  return (text.replaceAll(/(?<=\d),(?=\d{3}(?!\d))/gu, "").match(equation) ?? []).map((found) =>
    found.replaceAll(/\s/gu, "").replace(/\.$/u, ""),
  );
}

/** All runs of n words; of a shorter text, the text itself. */
export function wordGrams(words: readonly string[], n: number): Set<string> {
  const grams = new Set<string>();
  if (words.length > 0 && words.length < n) grams.add(words.join(" "));
  for (let i = 0; i + n <= words.length; i++) grams.add(words.slice(i, i + n).join(" "));
  return grams;
}

/** |a ∩ b| / |a ∪ b|; 1 for two empty sets. */
export function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const gram of a) if (b.has(gram)) shared++;
  const all = a.size + b.size - shared;
  return all === 0 ? 1 : shared / all;
}
