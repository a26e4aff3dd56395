import { z } from "zod";
import { UserError } from "../core/errors.ts";

/** What a million tokens cost, in the user's currency. */
const price = z.object({
  input: z.number().nonnegative(),
  /** Of a prompt that the server had in its cache; default: as input. */
  cached: z.number().nonnegative().optional(),
  output: z.number().nonnegative(),
});

/** Prices by the name of a model; `*` in a name stands for anything, and the longest name that fits counts. */
export const priceTable = z.record(z.string().min(1), price);
export type PriceTable = z.output<typeof priceTable>;

/** Tokens of a call; `cached` are among `input`. */
export interface Usage {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
}

/** A price table from JSON text. UserError says what is wrong with it. */
export function readPrices(text: string, where: string): PriceTable {
  const remedy = 'write {"MODEL*": {"input": 0.5, "cached": 0.1, "output": 2}}: prices of a million tokens';
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UserError(`the price table ${where} is not JSON`, remedy, error);
  }
  const read = priceTable.safeParse(json);
  if (read.success) return read.data;
  throw new UserError(`the price table ${where} is wrong: ${z.prettifyError(read.error)}`, remedy);
}

const fits = (pattern: string, model: string): boolean =>
  new RegExp(`^${pattern.replaceAll(/[^\w*]/gu, "\\$&").replaceAll("*", ".*")}$`).test(model);

/** What tokens of a model cost, or undefined where the table has no price for it. */
export function pricing(table: PriceTable, model: string): ((usage: Usage) => number) | undefined {
  const [best] = Object.keys(table)
    .filter((pattern) => fits(pattern, model))
    .sort((a, b) => b.length - a.length);
  if (best === undefined) return undefined;
  const { input, output, cached = input } = table[best];
  return (usage) => ((usage.input - usage.cached) * input + usage.cached * cached + usage.output * output) / 1_000_000;
}
