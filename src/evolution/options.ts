import { z } from "zod";
import type { Json } from "../core/json.ts";
import type { Method } from "../core/method.ts";

/** An option of a method, as its schema tells it. */
export interface OptionInfo {
  /** "int", "number 0 … 1", "loop | plain", … */
  readonly type: string;
  /** Absent: it has none, and may be left out or must be given as `required` says. */
  readonly default?: Json;
  readonly description?: string;
  readonly required?: true;
}

const field = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.json()).optional(),
  const: z.json().optional(),
  anyOf: z.array(z.unknown()).optional(),
  items: z.unknown().optional(),
  minimum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  default: z.json().optional(),
  description: z.string().optional(),
});
/** `true` and `false` are schemas too, of anything and of nothing. */
const read = (schema: unknown): z.output<typeof field> => field.parse(typeof schema === "boolean" ? {} : schema);
const objectSchema = z.looseObject({
  properties: z.record(z.string(), z.unknown()).default({}),
  required: z.array(z.string()).default([]),
});

/** The options of a method by name, in the order of its schema. */
export function optionsOf(method: Method): Record<string, OptionInfo> {
  const { properties, required } = objectSchema.parse(
    z.toJSONSchema(method.options, { io: "input", unrepresentable: "any" }),
  );
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const schema = read(property);
      const info = {
        type: typeOf(schema),
        ...(schema.default === undefined ? {} : { default: schema.default }),
        ...(schema.description === undefined ? {} : { description: schema.description }),
        ...(required.includes(name) ? { required: true as const } : {}),
      };
      return [name, info];
    }),
  );
}

/** Bounds that a JSON integer has anyway say nothing. */
const bound = (value: number | undefined): number | undefined =>
  value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value;

function typeOf(schema: z.output<typeof field>): string {
  if (schema.enum) return schema.enum.map(String).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf) return schema.anyOf.map((one) => typeOf(read(one))).join(" | ");
  const type = Array.isArray(schema.type) ? schema.type.join(" | ") : (schema.type ?? "any");
  if (type === "array")
    return `list of ${schema.items === undefined || schema.items === false ? "any" : typeOf(read(schema.items))}`;
  const [min, above, max, below] = [
    schema.minimum,
    schema.exclusiveMinimum,
    schema.maximum,
    schema.exclusiveMaximum,
  ].map(bound);
  const low = min !== undefined ? `≥ ${min}` : above !== undefined ? `> ${above}` : "";
  const high = max !== undefined ? `≤ ${max}` : below !== undefined ? `< ${below}` : "";
  return [type === "integer" ? "int" : type, [low, high].filter(Boolean).join(", ")].filter(Boolean).join(" ");
}
