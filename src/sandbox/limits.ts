import { z } from "zod";
import { UserError } from "../core/errors.ts";
import type { Limits } from "./contract.ts";

/** Defaults of every limit; see `Limits`. */
export const limitsSchema = z.strictObject({
  milliseconds: z.number().positive().max(3_600_000).default(10_000),
  megabytes: z.number().int().min(64).max(2048).default(256),
  output: z.number().int().min(0).max(16_777_216).default(1_048_576),
});

/** Limits with their defaults, `over` before `base`. UserError where one is out of range. */
export function limitsOf(base: Partial<Limits> = {}, over: Partial<Limits> = {}): Limits {
  const parsed = limitsSchema.safeParse({ ...base, ...over });
  if (parsed.success) return parsed.data;
  throw new UserError(
    `sandbox limits: ${z.prettifyError(parsed.error).replaceAll("\n", " ")}`,
    "milliseconds ≤ 3,600,000; megabytes 64 to 2048; output ≤ 16 MiB",
  );
}
