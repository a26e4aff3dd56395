/** A line chart for the terminal, drawn in braille: two dots a column, four a row. */
import { ticks } from "./curve.ts";

/** Bits of U+2800 by [row][column] of a cell. */
const dots = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];
const rows = 13;

/** Shares in [0, 1] over x ≥ 0, as lines of text at most `width` wide. Points are in the order of x. */
export function chart(
  points: readonly { readonly x: number; readonly y: number }[],
  o: { width: number; unit: string },
): string[] {
  const columns = Math.max(10, o.width - 8);
  const cells = Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
  const right = Math.max(1e-9, ...points.map(({ x }) => x));
  const place = ({ x, y }: { x: number; y: number }) =>
    [(x / right) * (columns * 2 - 1), (1 - y) * (rows * 4 - 1)] as const;
  const dot = (x: number, y: number): void => {
    const [column, row] = [Math.round(x), Math.round(y)];
    cells[row >> 2][column >> 1] |= dots[row & 3][column & 1];
  };
  for (const [i, point] of points.entries()) {
    const [x1, y1] = place(point);
    const [x0, y0] = place(points[Math.max(0, i - 1)]);
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0))));
    for (let s = 0; s <= steps; s++) dot(x0 + ((x1 - x0) * s) / steps, y0 + ((y1 - y0) * s) / steps);
  }
  const lines = cells.map((cell, row) => {
    const label = row % 3 === 0 ? `${100 - (row / 3) * 25} %` : "";
    return `${label.padStart(6)} ${row % 3 === 0 ? "┤" : "│"}${cell.map((bits) => (bits === 0 ? " " : String.fromCodePoint(0x2800 + bits))).join("")}`;
  });
  const axis = new Array<string>(columns + 10).fill(" ");
  const rule = new Array<string>(columns).fill("─");
  for (const tick of ticks(right, Math.max(2, Math.floor(columns / 12)))) {
    const at = Math.min(columns - 1, Math.round((tick / right) * (columns - 1)));
    const text = String(tick);
    rule[at] = "┬";
    for (const [i, letter] of [...text].entries()) axis[Math.max(0, at - (text.length >> 1)) + i] = letter;
  }
  return [...lines, `       └${rule.join("")}`, `        ${axis.join("").trimEnd()} ${o.unit}`];
}
