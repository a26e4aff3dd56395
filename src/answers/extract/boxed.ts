/** \boxed{…} and its relatives, in one pass over the text. */
import { type Extraction, join, type Span, take } from "./span.ts";
import { prose } from "./words.ts";

/** Backslashes may be doubled, as in JSON. */
const opening = /\\\\?(?:boxed|fbox|framebox|boxed\s*\\text)\s*\{/uy;
const bare = /\\(?:boxed|fbox)\s+([-+]?[\w.]+)/gu;

interface Box {
  /** Of the whole command. */
  readonly outer: Span;
  readonly inner: Span;
}

/** All boxes whose brace closes, by their start, and the last one whose brace does not. */
function boxesIn(text: string, { from, to }: Span): { closed: Box[]; open?: Box } {
  const closed: Box[] = [];
  const braces: { at: number; start: number; box: boolean }[] = [];
  for (let i = from; i < to; i++) {
    const char = text[i];
    if (char === "\\") {
      opening.lastIndex = i;
      if (opening.test(text) && opening.lastIndex <= to) {
        braces.push({ at: i, start: opening.lastIndex, box: true });
        i = opening.lastIndex - 1;
      } else i++;
    } else if (char === "{") braces.push({ at: i, start: i + 1, box: false });
    else if (char === "}") {
      const brace = braces.pop();
      if (brace?.box) closed.push({ outer: { from: brace.at, to: i + 1 }, inner: { from: brace.start, to: i } });
    }
  }
  const last = braces.findLast((brace) => brace.box);
  return last ? { closed, open: { outer: { from: last.at, to }, inner: { from: last.start, to } } } : { closed };
}

/** Boxes within no other box; a box that holds nothing but a box is that box. */
function outermost(closed: readonly Box[]): Box[] {
  const byStart = new Map(closed.map((box) => [box.outer.from, box]));
  const kept: Box[] = [];
  let end = -1;
  for (const box of closed.toSorted((a, b) => a.outer.from - b.outer.from)) {
    if (box.outer.from < end) continue;
    end = box.outer.to;
    let inner = box;
    for (
      let next = byStart.get(inner.inner.from);
      next?.outer.to === inner.inner.to;
      next = byStart.get(next.inner.from)
    )
      inner = next;
    kept.push({ outer: box.outer, inner: inner.inner });
  }
  return kept;
}

/** What may stand between boxes of one statement: "and", "or", punctuation, the next unknown with its "=". */
const between =
  /^(?:\s|\$|\\[()[\],;!]|\\\\|&|[,;.]|\\q?quad|\\(?:text|mathrm|mbox)\s*\{|\}|(?:and|or|und|oder|et|ou|y|o|и|или|和|或)(?![\p{L}])|\p{L}(?:_\{?\w\}?)?\s*(?:=|\\in(?![a-z])))*$/u;

/** "\boxed{1} papers and \boxed{2} bins": few words with "and", none of them a verb. */
function isLink(gap: string): boolean {
  if (!/(?<!\p{L})(?:and|or)(?!\p{L})/u.test(gap) || /[=:]/u.test(gap)) return false;
  const words = gap.replaceAll(/\\[a-zA-Z]+/gu, " ").match(/\p{L}+/gu) ?? [];
  return words.length <= 5 && !words.some((word) => prose.has(word.toLowerCase()));
}

/** The boxes of the last statement that has any, and before it each earlier one; best first. */
export function boxed(text: string, region: Span): Extraction[] {
  if (!text.includes("box", region.from)) return [];
  const { closed, open } = boxesIn(text, region);
  const full = outermost(closed).filter(({ inner }) => text.slice(inner.from, inner.to).trim() !== "");
  const found: Extraction[] = [];
  for (let i = full.length - 1; i >= 0 && found.length < 8; i--) {
    const group = [full[i]];
    let word = ", ";
    while (i > 0 && group.length < 20) {
      const [from, to] = [full[i - 1].outer.to, full[i].outer.from];
      const gap = to - from <= 60 ? text.slice(from, to) : "?";
      // A sentence or a paragraph that ends parts two statements.
      if (!(between.test(gap) || isLink(gap)) || /\.\s|\.\$|\n\s*\n/u.test(gap)) break;
      if (/(?<!\p{L})(?:or|oder|ou|или|或)(?!\p{L})/u.test(gap)) word = " or ";
      group.unshift(full[--i]);
    }
    const taken = group.flatMap(({ inner }) => take(text, inner, "boxed") ?? []);
    const parts = taken.filter(({ text: said }, n) => taken.findIndex((other) => other.text === said) === n);
    const joined = join(parts, word, parts.length > 1 ? "boxed, joined" : "boxed");
    if (joined) found.push(joined);
  }
  if (open && open.outer.from > (full.at(-1)?.outer.from ?? -1)) {
    const rest = text.slice(open.inner.from, open.inner.to);
    const stop = /\n\s*\n|\$/u.exec(rest)?.index ?? rest.length;
    const taken = take(text, { from: open.inner.from, to: open.inner.from + stop }, "boxed, not closed");
    // A closed box inside or before it is the better witness.
    if (taken) found[full.length > 0 ? "push" : "unshift"](taken);
  }
  if (found.length === 0) {
    const loose = [...text.slice(region.from, region.to).matchAll(bare)].at(-1);
    const at = loose ? region.from + loose.index + loose[0].length : 0;
    const taken = loose && take(text, { from: at - loose[1].length, to: at }, "boxed");
    if (taken) found.push(taken);
  }
  return found;
}
