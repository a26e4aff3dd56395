/** Opening a model as the user names it: weights of ours on disk, a GGUF file, or a server's model. */
import { existsSync, readFileSync } from "node:fs";
import type { Family } from "../core/family.ts";
import type { Model } from "../core/model.ts";
import { openGguf } from "../engine/gguf/gguf.ts";
import { openOpenAI } from "../engine/openai/openai.ts";
import { readPrices, type PriceTable } from "../engine/price.ts";
import { parseModelSpec } from "../engine/spec.ts";
import { methodRef, type Recipe } from "../evolution/recipe.ts";
import { instantiate } from "../evolution/resolver.ts";
import { findMethod } from "../registry.ts";
import { openModel, type Opening } from "./places.ts";

export interface Spoken {
  readonly model: Model;
  readonly family: Family;
  readonly recipe?: Recipe;
  /** What the user should know of the calls so far. */
  readonly notes: () => readonly string[];
  readonly close: () => Promise<void>;
}

export interface Speaking extends Opening {
  readonly prices?: string;
}

/**
 * Opens what `spec` names. A server's model answers questions of any kind, unless a family is named; so does that of a GGUF
 * file which does not say what family it was trained on.
 */
export async function openSpec(spec: string, o: Speaking): Promise<Spoken> {
  const named = parseModelSpec(spec);
  if (named.kind === "path") {
    const { model, family, recipe } = await openModel(named.path, o);
    return { model, family, ...(recipe ? { recipe } : {}), notes: () => [], close: () => model.close() };
  }
  if (named.kind === "gguf") {
    const model = await openGguf({ threads: o.threads, ...named.options });
    const own = methodRef.safeParse(model.family).data;
    const id = o.family ?? own?.id ?? "open";
    const options = o.options ?? (id === own?.id ? own.options : {});
    const family = await instantiate(findMethod, "family", { id, options }).catch(async (error: unknown) => {
      await model.close();
      throw error;
    });
    return { model, family, notes: () => [], close: () => model.close() };
  }
  const family = await instantiate(findMethod, "family", { id: o.family ?? "open", options: o.options ?? {} });
  const model = await openOpenAI({
    ...named.options,
    ...(o.prices === undefined ? {} : { prices: pricesOf(o.prices) }),
  });
  return { model, family, notes: () => model.notes, close: () => model.close() };
}

/** A price table, as JSON or as the name of a file with it. */
function pricesOf(text: string): PriceTable {
  return text.trimStart().startsWith("{") || !existsSync(text)
    ? readPrices(text, "given by --prices")
    : readPrices(readFileSync(text, "utf8"), text);
}
