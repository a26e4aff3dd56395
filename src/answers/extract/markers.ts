/** Marks that a reply sets around its answer: tags, "####", JSON, code fences, bold. */
import { equated, refine, rightSide } from "./refine.ts";
import { isAnswer, isSentence } from "./sentence.ts";
import { type Extraction, join, type Span, take } from "./span.ts";

const thought =
  /<\/(?:think|thinking|thought|reasoning)>|<\|\/?(?:end_of_thought|end_thinking)\|>|◁\/think▷|\[\/THINK\]/giu;
const endings = [
  "<|im_end|>",
  "<|endoftext|>",
  "<|eot_id|>",
  "<|end|>",
  "<|end_of_text|>",
  "</s>",
  "<eos>",
  "<end_of_turn>",
];

/** The reply without the thoughts before it and the marks of the model's end; all of it where nothing follows the thoughts. */
export function reply(text: string): Span {
  let to = text.trimEnd().length;
  for (
    let mark = endings.find((one) => text.endsWith(one, to));
    mark;
    mark = endings.find((one) => text.endsWith(one, to))
  ) {
    to -= mark.length;
    while (to > 0 && /\s/u.test(text[to - 1])) to--;
  }
  // The start of another turn, and what some prompts make every reply say.
  const closing = /(?:\s*<\|im_start\|>\w*|\s*I hope (?:it|this|that) is correct\.?)+$/u.exec(
    text.slice(Math.max(0, to - 200), to),
  );
  if (closing) to = Math.max(0, to - 200) + closing.index;
  let from = 0;
  let inner: Span | undefined;
  const end = text
    .slice(0, to)
    .replaceAll(thought, (mark) => " ".repeat(mark.length))
    .trimEnd().length;
  for (const { index, 0: mark } of text.matchAll(thought)) {
    if (index + mark.length < end) from = index + mark.length;
    else inner ??= { from, to: index };
  }
  const span = inner ?? { from, to };
  const open = /^\s*<(?:think|thinking|thought|reasoning)>/u.exec(
    text.slice(span.from, Math.min(span.to, span.from + 40)),
  );
  return open ? { from: span.from + open[0].length, to: span.to } : span;
}

const tag =
  /<(?<close>\/)?(?:answer|final_answer|final-answer|finalanswer|solution|result|ans)>|<\|(?<mark>begin_of_answer|end_of_answer)\|>/giu;

/** <answer>…</answer> and its relatives, the last first; one that is not closed ends with the reply. */
export function tagged(text: string, region: Span): Extraction[] {
  const found: Extraction[] = [];
  let open: number | undefined;
  for (const { index, 0: whole, groups } of text.slice(region.from, region.to).matchAll(tag)) {
    const at = region.from + index;
    if (groups?.["close"] === undefined && groups?.["mark"] !== "end_of_answer") open = at + whole.length;
    else if (open !== undefined) {
      const said =
        refine(text, { from: open, to: at }, "answer tag") ?? take(text, { from: open, to: at }, "answer tag");
      if (said) found.push(said);
      if (found.length > 64) found.shift();
      open = undefined;
    }
  }
  const rest = open === undefined ? undefined : refine(text, { from: open, to: region.to }, "answer tag, not closed");
  return rest ? [...found.reverse(), rest] : found.reverse();
}

/** "#### 42" on a line of its own. */
export function hashes(text: string, region: Span): Extraction[] {
  const found: Extraction[] = [];
  const lines = [...text.slice(region.from, region.to).matchAll(/(?:^|\n)[ \t]*####[ \t]+([^\n]+)/gu)].slice(-8);
  for (const line of lines.toReversed()) {
    const to = region.from + line.index + line[0].length;
    const last = text.slice(to, region.to).trim() === "";
    const number = /^(?:\\?\p{Sc})?\s?[-+−]?(?:\\?\p{Sc})?\s?[\d.][\d.,/%]*$/u.test(line[1].trim());
    const said =
      number || (last && isAnswer(line[1])) ? take(text, { from: to - line[1].length, to }, "####") : undefined;
    if (said) found.push(said);
  }
  return found;
}

const key =
  /"(?:final_?answer|answer|result|solution)"\s*:\s*(?<value>"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|\[[^[\]]*\])/giu;
const keyStart = /"(?:final_?answer|answer|result|solution)"\s*:/iu;

/** The value of "answer" in JSON; a list is joined by commas. */
export function json(text: string, region: Span): Extraction[] {
  const part = text.slice(region.from, region.to);
  if (!keyStart.test(part)) return [];
  const found: Extraction[] = [];
  for (const match of [...part.slice(-20_000).matchAll(key)].slice(-4).toReversed()) {
    const value = match.groups?.["value"] ?? "";
    const to = region.to - Math.min(part.length, 20_000) + match.index + match[0].length;
    const said = valueOf(value);
    if (said !== undefined && said.trim() !== "")
      found.push({ text: said.trim(), from: to - value.length, to, how: "JSON" });
  }
  return found;
}

function valueOf(written: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(written);
  } catch {
    // Not JSON after all: LaTeX with single backslashes, as models write it.
    return written.startsWith('"') ? written.slice(1, -1) : undefined;
  }
  // A number keeps the digits it was written with.
  if (Array.isArray(value)) return written.slice(1, -1).replaceAll('"', "");
  return typeof value === "string" ? value : written;
}

const fence = /```[ \t]*[\w+-]*[ \t]*\n?/gu;

/** What stands in the last code fence, where it is an answer and no program. */
export function fenced(text: string, region: Span): Extraction[] {
  const marks = [...text.slice(region.from, region.to).matchAll(fence)];
  const [open, close] = marks.length % 2 === 0 ? marks.slice(-2) : [];
  if (!open || !close) return [];
  const span = { from: region.from + open.index + open[0].length, to: region.from + close.index };
  const inside = text.slice(span.from, span.to);
  if (!isAnswer(inside) || /\b(?:def|return|import|print|const|function)\b/u.test(inside)) return [];
  const said = take(text, span, "code fence");
  return said ? [said] : [];
}

const bold = /\*\*(?=\S)([^*\n]{1,300}?)\*\*|__(?=\S)([^_\n]{1,300}?)__/gu;
const heading =
  /^(?:step|part|case|note|question|problem|example|day|week|round|option|method|given|figure|table|section)(?!\p{L})|^\d+[.)]\s|:$/iu;

/** Bold text that is an answer with a number or a formula in it, the last first. */
export function bolded(text: string, region: Span): Extraction[] {
  const found: Extraction[] = [];
  for (const match of [...text.slice(region.from, region.to).matchAll(bold)].slice(-8).toReversed()) {
    const inside = match[1] ?? match[2];
    if (!/\d|\\[a-z]|=/u.test(inside) || heading.test(inside.trim()) || !isAnswer(inside)) continue;
    const from = region.from + match.index + 2;
    const said = take(text, { from, to: from + inside.length }, "bold");
    if (said) found.push(said);
  }
  return found;
}

/** The lines at the end that are answers and nothing else ("x = 2" over "y = 3"), joined. */
export function lastLines(text: string, region: Span): Extraction | undefined {
  const lines: Extraction[] = [];
  let to = region.to;
  while (lines.length < 12 && to > region.from) {
    const at = Math.max(region.from, text.lastIndexOf("\n", to - 1) + 1);
    if (to - at > 400) break;
    const line = take(text, { from: at, to }, "last line");
    if (line && (!isAnswer(line.text) || isSentence(text.slice(at, to)) || /[:：]\s*$/u.test(text.slice(at, to))))
      break;
    if (line) lines.unshift(line);
    // A blank line, or one that is no relation like the one below it, ends the block.
    else if (lines.length > 0) break;
    to = at - 1;
  }
  const marked = lines.filter((line) => /\d|\\[a-z]|=|^\W?[A-J]\W?$|^(?:yes|no|true|false)$/iu.test(line.text));
  if (marked.length === 0 || lines.at(-1) !== marked.at(-1)) return undefined;
  const relations = marked.filter((line) => line.text.includes("="));
  const system =
    relations.length === lines.length &&
    lines.length > 1 &&
    lines.every((line) => /^\$?\p{L}\w{0,3}\s*=/u.test(line.text));
  if (system) return join(lines, ", ", "last lines");
  const last = marked[marked.length - 1];
  const worded =
    /\p{L}{3,}/u.test(last.text) &&
    !/\\|\$\$|(?<!\p{L})(?:and|or)(?!\p{L})/u.test(last.text) &&
    last.text.includes("=");
  return (worded ? equated(text, last, []) : undefined) ?? take(text, rightSide(text, last), last.how);
}
