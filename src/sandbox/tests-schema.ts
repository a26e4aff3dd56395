/** What a test file says: a program, and how it is told whether it is right. */
import { z } from "zod";
import { UserError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { Limits, Value } from "./contract.ts";
import { numberValue } from "./values.ts";

/**
 * Plain JSON as a value of the language: whole numbers are integers, others floats, objects dictionaries. What JSON
 * lacks is an object with one key: {"$tuple": […]}, {"$set": […]}, {"$dict": [[key, value], …]}, {"$int": "digits"},
 * {"$float": 1 | "nan" | "inf" | "-inf"}, {"$complex": [re, im]}, {"$bytes": "hex"}, {"$undefined": true}.
 */
export function valueOf(json: Json): Value {
  if (json === null || typeof json === "boolean" || typeof json === "string") return json;
  if (typeof json === "number") return numberValue(json);
  if (isList(json)) return { list: json.map(valueOf) };
  const fields = Object.entries(json).filter((field): field is [string, Json] => field[1] !== undefined);
  const tagged = fields.length === 1 && fields[0][0].startsWith("$") ? tags.safeParse(json) : undefined;
  if (tagged?.success === true) return tagged.data;
  return { dict: fields.map(([key, value]) => [key, valueOf(value)]) };
}

const isList = (json: Json): json is readonly Json[] => Array.isArray(json);

const items = z.array(z.json()).transform((list): Value[] => list.map((item) => valueOf(item)));
const tags = z.union([
  z.strictObject({ $tuple: items }).transform(({ $tuple }): Value => ({ tuple: $tuple })),
  z.strictObject({ $set: items }).transform(({ $set }): Value => ({ set: $set })),
  z
    .strictObject({ $dict: z.array(z.tuple([z.json(), z.json()])) })
    .transform(({ $dict }): Value => ({ dict: $dict.map(([key, item]) => [valueOf(key), valueOf(item)]) })),
  z.strictObject({ $int: z.string().regex(/^(?:0|-?[1-9]\d*)$/) }).transform(({ $int }): Value => ({ int: $int })),
  z
    .strictObject({ $float: z.union([z.number(), z.enum(["nan", "inf", "-inf", "-0"])]) })
    .transform(({ $float }): Value => ({ float: $float })),
  z
    .strictObject({ $complex: z.tuple([z.number(), z.number()]) })
    .transform(({ $complex }): Value => ({ complex: $complex })),
  z
    .strictObject({ $bytes: z.string().regex(/^(?:[0-9a-f]{2})*$/) })
    .transform(({ $bytes }): Value => ({ bytes: $bytes })),
  z.strictObject({ $undefined: z.literal(true) }).transform((): Value => ({ undefined: true })),
]);

const value = z.json().transform((json) => valueOf(json));
const identifier = z.string().regex(/^[\p{L}_$][\p{L}\p{N}_$]*$/u, "is the name of a function");
const tolerance = z.number().positive().optional();
const files = z.record(z.string(), z.string());

/** One call of a function of the program. Exactly one of `expect`, `any` (several accepted) and `raises` (a type). */
const callCase = z
  .strictObject({
    name: z.string().optional(),
    call: z.strictObject({ name: z.string().min(1), args: z.array(value).default([]) }),
    expect: value.optional(),
    any: z.array(value).min(1).optional(),
    raises: z.string().min(1).optional(),
    tolerance,
  })
  .refine(
    ({ expect, any, raises }) => [expect, any, raises].filter((way) => way !== undefined).length === 1,
    "give one of expect, any and raises",
  );

/** One run of the whole program. `stdout` may list several accepted texts; `files` are there before, `leaves` after it. */
const streamCase = z
  .strictObject({
    name: z.string().optional(),
    stdin: z.string().default(""),
    stdout: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
    files: files.optional(),
    leaves: files.optional(),
    tolerance,
  })
  .refine(({ stdout, leaves }) => stdout !== undefined || leaves !== undefined, "give stdout, leaves or both");

export const testsSchema = z.union([
  z.strictObject({
    cases: z.array(z.union([callCase, streamCase])).min(1),
    /** A tuple is taken for the list that JSON can write. */
    tuplesAsLists: z.boolean().default(false),
  }),
  z.strictObject({
    /** Statements of the language, a test each. */
    assert: z.array(z.string().min(1)).min(1),
    /** Trusted code before them, such as imports. */
    setup: z.string().default(""),
  }),
  z.strictObject({
    harness: z.strictObject({
      code: z.string().min(1),
      /** The candidate's function that the code tests. */
      entry: identifier,
      /** The code's own function that takes the candidate's; without such a function the code itself is the test. */
      check: identifier.default("check"),
    }),
  }),
]);

const amount = z.number().positive();
const someLimits = z.strictObject({
  /** Of one test, in milliseconds: 3,000 by default, 10,000 for asserts and harnesses. */
  milliseconds: amount.optional(),
  megabytes: amount.optional(),
  /** Bytes of stdout and stderr of one test. */
  output: amount.optional(),
  /** Of all tests of one program together, in milliseconds. */
  total: amount.optional(),
});
export const limitsSchema = someLimits.transform((given): TestLimits => ({ ...defaults, ...given }));

export interface TestLimits extends Limits {
  readonly total: number;
}
const defaults: TestLimits = { milliseconds: 3000, megabytes: 256, output: 1 << 20, total: 60_000 };

/** Limits as a user wrote them, those left out left out. Throws UserError that names the field. */
export function readLimits(given: unknown): Partial<TestLimits> {
  const read = someLimits.safeParse(given);
  if (read.success) return read.data;
  throw new UserError(
    `limits: ${z
      .prettifyError(read.error)
      .replaceAll(/\s*\n\s*/g, " ")
      .replaceAll("✖ ", "")}`,
    "set milliseconds, megabytes, output (bytes) or total (milliseconds) to a number above 0",
  );
}

export const programSchema = z.strictObject({
  id: z.string().optional(),
  language: z.enum(["python", "javascript"]),
  code: z.string(),
  tests: testsSchema,
  limits: someLimits.optional(),
});

export type Program = z.output<typeof programSchema>;
export type ProgramInput = z.input<typeof programSchema>;
export type Tests = z.output<typeof testsSchema>;
export type CallCase = z.output<typeof callCase>;
export type StreamCase = z.output<typeof streamCase>;

/**
 * `failed`: a wrong result. `error`: it raised. `not comparable`: what came back cannot be told apart as data.
 * `skipped`: not run, after an earlier failure or the end of the total time. The rest as for an `Outcome`.
 */
export type TestStatus =
  | "passed"
  | "failed"
  | "error"
  | "timeout"
  | "memory"
  | "output"
  | "killed"
  | "refused"
  | "not comparable"
  | "skipped";

export interface TestResult {
  readonly name: string;
  readonly ok: boolean;
  readonly status: TestStatus;
  /** For people. What was expected never enters the candidate's interpreter. */
  readonly got?: string;
  readonly expected?: string;
  readonly message?: string;
  readonly milliseconds: number;
}

export interface TestReport {
  readonly id?: string;
  readonly passed: number;
  readonly total: number;
  readonly fraction: number;
  /** That of the first test that did not pass. */
  readonly status: TestStatus;
  readonly results: readonly TestResult[];
}
