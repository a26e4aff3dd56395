import { z } from "zod";
import { UserError } from "../../../core/errors.ts";
import { step, type Granularity } from "./action.ts";
import logicalStep from "./logical-step.ts";
import miniStep from "./mini-step.ts";
import option from "./option.ts";
import sentence from "./sentence.ts";
import token from "./token.ts";
import typed, { type Typed } from "./typed.ts";

const ids = ["step", "token", "mini-step", "sentence", "line", "logical-step", "option", "typed"] as const;
const ref = z.strictObject({ id: z.enum(ids), options: z.record(z.string(), z.json()).default({}) });

/** What one action of a search is: "step" is one of the family's, "line" a sentence that ends with its line. */
export const granularities = z.union([z.enum(ids), ref]);
export type GranularityOption = z.output<typeof granularities>;

/** How actions are cut, and their types where they have any. Throws UserError on options that the granularity does not take. */
export function granularityOf(given: GranularityOption): { readonly cut: Granularity; readonly typed?: Typed } {
  const { id, options } = typeof given === "string" ? { id: given, options: {} } : given;
  const read = <T>(schema: z.ZodType<T>, more: object = {}): T => {
    const parsed = schema.safeParse({ ...options, ...more });
    if (parsed.success) return parsed.data;
    throw new UserError(`options of the granularity "${id}": ${z.prettifyError(parsed.error)}`, "correct them");
  };
  switch (id) {
    case "step":
      return { cut: step };
    case "token":
      return { cut: token.create(read(token.options)) };
    case "mini-step":
      return { cut: miniStep.create(read(miniStep.options)) };
    case "sentence":
      return { cut: sentence.create(read(sentence.options)) };
    case "line":
      return { cut: sentence.create(read(sentence.options, { at: "line" })) };
    case "logical-step":
      return { cut: logicalStep.create(read(logicalStep.options)) };
    case "option":
      return { cut: option.create(read(option.options)) };
    case "typed": {
      const made = typed.create(read(typed.options));
      return { cut: made.cut, typed: made };
    }
  }
}
