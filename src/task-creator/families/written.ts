/** What has been written of a reply whose every word is a step: a list that grows in constant time. */
export interface Written {
  readonly count: number;
  readonly word: string;
  readonly before?: Written;
}

export const blank: Written = { count: 0, word: "" };

export function write(before: Written, word: string): Written {
  return { count: before.count + 1, word, before };
}

/** The words from the first to the last, joined by single spaces. */
export function spelled(written: Written): string {
  const words: string[] = [];
  for (let at: Written | undefined = written; at !== undefined && at.count > 0; at = at.before) words.push(at.word);
  return words.reverse().join(" ");
}
