import { z } from "zod";
import type { Question } from "../../../core/task.ts";

export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** A map of free cells and walls; steps go to one of four neighbours and cost 1. */
export interface Grid {
  readonly rows: readonly string[];
  readonly start: Cell;
  readonly goal: Cell;
}

const given = z.object({ grid: z.array(z.string()) });

function find(rows: readonly string[], mark: string): Cell | undefined {
  const row = rows.findIndex((line) => line.includes(mark));
  return row < 0 ? undefined : { row, column: rows[row].indexOf(mark) };
}

/** The map in a question: `public.grid`, or the lines of its text of S (start), G (goal), # (wall) and . (free). */
export function gridOf(question: Question): Grid | undefined {
  const stated = given.safeParse(question.public);
  const lines = question.text.split("\n").map((line) => line.trim());
  const rows = stated.success ? stated.data.grid : lines.filter((line) => /^[SG#.]+$/u.test(line));
  const start = find(rows, "S");
  const goal = find(rows, "G");
  return start && goal ? { rows, start, goal } : undefined;
}

/** Inside the map and no wall. */
export function isFree({ rows }: Grid, { row, column }: Cell): boolean {
  const mark = rows[row]?.[column];
  return mark !== undefined && mark !== "#";
}

export function neighbours(grid: Grid, { row, column }: Cell): Cell[] {
  const around = [
    { row: row - 1, column },
    { row, column: column + 1 },
    { row: row + 1, column },
    { row, column: column - 1 },
  ];
  return around.filter((cell) => isFree(grid, cell));
}

export const sameCell = (a: Cell, b: Cell): boolean => a.row === b.row && a.column === b.column;
/** Steps between two cells on a map without walls. */
export const steps = (a: Cell, b: Cell): number => Math.abs(a.row - b.row) + Math.abs(a.column - b.column);
export const nameOf = ({ row, column }: Cell): string => `(${row}, ${column})`;

/** The pairs of numbers on the last line that has any. */
export function readCells(reply: string): Cell[] {
  const pair = /[[(]\s*(-?\d+)\s*,\s*(-?\d+)\s*[\])]/gu;
  const line = reply.split("\n").findLast((one) => one.search(pair) >= 0) ?? "";
  return [...line.matchAll(pair)].map(([, row, column]) => ({ row: Number(row), column: Number(column) }));
}
