/** Tests as other tools write them, put into our form: a list instead of an object, their names for the same fields. */
import { z } from "zod";

const loose = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  tests: z.unknown(),
  entry: z.string().optional(),
  entry_point: z.string().optional(),
});
const object = z.record(z.string(), z.unknown());

/** The first of the fields that is there. */
function either(from: Readonly<Record<string, unknown>>, ...names: readonly string[]): unknown {
  const name = names.find((known) => from[known] !== undefined);
  return name === undefined ? undefined : from[name];
}

/** {input, output} of a whole program, or {args, expected} of a function. Other cases pass as they are. */
function caseOf(given: unknown, entry: string | undefined): unknown {
  const read = object.safeParse(given);
  if (!read.success) return given;
  const { name, tolerance } = read.data;
  const kept = { ...(name === undefined ? {} : { name }), ...(tolerance === undefined ? {} : { tolerance }) };
  const args = either(read.data, "args", "arguments");
  const expected = either(read.data, "expect", "expected", "output", "expected_output");
  const called = either(read.data, "function", "call") ?? entry;
  if (Array.isArray(args) && typeof called === "string" && expected !== undefined)
    return { ...kept, call: { name: called, args }, expect: expected };
  const stdin = either(read.data, "stdin", "input");
  const stdout = either(read.data, "stdout", "output", "expected_output", "expected");
  const lines = (value: unknown): unknown =>
    Array.isArray(value) && value.every((line) => typeof line === "string") ? value.join("\n") : value;
  const known = new Set(["stdin", "stdout", "files", "leaves", "call", "expect", "any", "raises"]);
  const ours = Object.keys(read.data).every((field) => known.has(field) || field in kept || field === "name");
  if (ours || stdout === undefined) return given;
  return { ...kept, stdin: lines(stdin) ?? "", stdout: lines(stdout) };
}

const statements = (code: string): string[] => {
  const lines = code.split("\n").filter((line) => line.trim() !== "");
  return lines.every((line) => /^assert\b/u.test(line)) ? lines : [code];
};

/**
 * A program whose `tests` is a list of assertions, a list of cases or test code becomes one of our form; `entry` or
 * `entry_point` names the function that cases call and test code checks. Anything else is left as it is.
 */
export function plainly(json: unknown): unknown {
  const read = loose.safeParse(json);
  if (!read.success) return json;
  const { entry: own, entry_point: theirs, id, tests, ...program } = read.data;
  const entry = own ?? theirs;
  const named = { ...(id === undefined ? {} : { id: String(id) }), ...program };
  if (typeof tests === "string") {
    const harness = entry !== undefined && /\bcheck\b/u.test(tests);
    return { ...named, tests: harness ? { harness: { code: tests, entry } } : { assert: statements(tests) } };
  }
  if (!Array.isArray(tests)) return { ...named, tests };
  const list: readonly unknown[] = tests;
  if (list.length > 0 && list.every((test) => typeof test === "string")) return { ...named, tests: { assert: list } };
  return { ...named, tests: { cases: list.map((test) => caseOf(test, entry)), tuplesAsLists: true } };
}
