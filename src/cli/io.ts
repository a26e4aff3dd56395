/** Where a command writes, and what it may assume of the other end. */
import { styleText } from "node:util";

export interface Io {
  /** To standard output, as it stands. */
  readonly write: (text: string) => void;
  /** A line on standard error. */
  readonly warn: (line: string) => void;
  /** Standard output is a terminal. */
  readonly tty: boolean;
  readonly colour: boolean;
  readonly columns: number;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
}

export type Style = Parameters<typeof styleText>[0];

/** Text in a style, where there are colours. */
export const paint = (io: Pick<Io, "colour">, style: Style, text: string): string =>
  io.colour ? styleText(style, text, { validateStream: false }) : text;

export const line = (io: Io, text = ""): void => io.write(`${text}\n`);
export const json = (io: Io, value: unknown): void => io.write(`${JSON.stringify(value)}\n`);

/** Thrown when the user stopped the work: `remedy` says how to go on. */
export class Interrupted extends Error {
  readonly remedy: string;
  constructor(remedy: string) {
    super("interrupted");
    this.remedy = remedy;
  }
}

/** Columns padded to their widest cell; numbers to the right. Styles are added after padding by `styled`. */
export function table(
  rows: readonly (readonly string[])[],
  o: { right?: readonly number[]; styled?: (cell: string, row: number, column: number) => string } = {},
): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const { right = [], styled = (cell: string) => cell } = o;
  return rows
    .map((row, r) =>
      row
        .map((cell, column) => {
          const last = column === row.length - 1 && !right.includes(column);
          const padded = right.includes(column)
            ? cell.padStart(widths[column])
            : last
              ? cell
              : cell.padEnd(widths[column]);
          return styled(padded, r, column);
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Words broken into lines of at most `width` characters, each with an indent. */
export function wrap(text: string, width: number, indent = ""): string {
  const lines = [indent];
  for (const word of text.split(/\s+/)) {
    const last = lines[lines.length - 1];
    if (last !== indent && last.length + word.length + 1 > width) lines.push(indent + word);
    else lines[lines.length - 1] = last === indent ? indent + word : `${last} ${word}`;
  }
  return lines.join("\n");
}

export const percent = (share: number | undefined): string =>
  share === undefined ? "–" : `${(100 * share).toFixed(1)} %`;

export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  const clock = (n: number): string => String(n).padStart(2, "0");
  return s < 3600
    ? `${Math.floor(s / 60)}:${clock(s % 60)} min`
    : `${Math.floor(s / 3600)}:${clock(Math.floor((s % 3600) / 60))} h`;
}

export function count(n: number): string {
  return n < 10_000 ? String(n) : n < 1_000_000 ? `${Math.round(n / 1000)} k` : `${(n / 1_000_000).toFixed(1)} M`;
}

const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of `width` cells filled by a share in [0, 1]. */
export function bar(share: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  return ("█".repeat(Math.floor(filled / 8)) + eighths[filled % 8]).padEnd(width);
}
