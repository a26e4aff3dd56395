/** What was taken from a text, and from where: text.slice(from, to), unless several places were joined or marks were left out. */
export interface Extraction {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  /** The rule that found it, in a few words. */
  readonly how: string;
}

/** A part of a text: from ≤ position < to. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const outer = /[\s*_`"“”„»«~]/u;

/** Without white space and Markdown marks at both ends, and without the punctuation that ends a sentence. */
export function trimmed(text: string, { from, to }: Span): Span {
  let [start, end] = [from, to];
  while (start < end && (outer.test(text[start]) || /[:：]/u.test(text[start]))) start++;
  while (end > start && (outer.test(text[end - 1]) || /[.。!！?？,，;；:：]/u.test(text[end - 1]))) {
    // 0.333… and 4! keep theirs; "5." is a five.
    if (text[end - 1] === "." && text[end - 2] === "." && text[end - 3] === ".") break;
    if (text[end - 1] === "." && text.endsWith("\\right.", end)) break;
    if (
      text[end - 1] === "!" &&
      /[\p{L}\d)}!]/u.test(text[end - 2] ?? "") &&
      !/\p{L}{2}/u.test(text.slice(Math.max(start, end - 3), end - 1))
    )
      break;
    end--;
  }
  return { from: start, to: end };
}

/** The extraction of a part as it stands. */
export function take(text: string, span: Span, how: string): Extraction | undefined {
  const { from, to } = trimmed(text, span);
  return from < to && /[^.,;:!?…\s]/u.test(text.slice(from, to))
    ? { text: text.slice(from, to), from, to, how }
    : undefined;
}

/** Several parts, joined. */
export function join(parts: readonly Extraction[], by: string, how: string): Extraction | undefined {
  const [first, last] = [parts[0], parts.at(-1)];
  if (!first || !last) return undefined;
  return { text: parts.map((part) => part.text).join(by), from: first.from, to: last.to, how };
}
