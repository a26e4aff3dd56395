/** The models of a run: embedded decoders whose vocabulary is the grammar of its task family. */
import type { Role } from "../core/call.ts";
import { roles } from "../core/call.ts";
import { UserError } from "../core/errors.ts";
import type { Family } from "../core/family.ts";
import type { Tokenizer } from "../core/model.ts";
import { createEmbedded } from "../engine/embedded/opening.ts";
import type { EmbeddedModel } from "../engine/embedded/embedded.ts";
import type { Device } from "../engine/embedded/thread.ts";
import { wordTokenizer } from "../engine/words.ts";
import type { Recipe } from "./recipe.ts";

/** The family's words, filled up to a multiple of 16 so that matrix products have even sizes. */
export function familyTokenizer(family: Family): Tokenizer {
  const words = [...family.words];
  while (words.length % 16 !== 0) words.push(`<unused-${words.length}>`);
  return wordTokenizer(words);
}

export interface RunModels {
  readonly named: ReadonlyMap<string, EmbeddedModel>;
  readonly byRole: Partial<Record<Role, EmbeddedModel>>;
  nameOf(role: Role): string;
  /** Weights and optimisers of all models as they were saved in a directory. */
  load(dir: string): Promise<void>;
  close(): Promise<void>;
}

/** New models for a recipe, a function of the seed. */
export async function makeModels(
  recipe: Recipe,
  family: Family,
  o: { seed: string; threads?: number; device?: Device },
): Promise<RunModels> {
  const tokenizer = familyTokenizer(family);
  const ids = (words: Iterable<string>): number[] => [...words].flatMap((word) => tokenizer.id(word) ?? []);
  const numerals = new Map(
    [...(family.numerals ?? [])].flatMap(([word, n]) => ids([word]).map((id) => [id, n] as const)),
  );
  const named = new Map<string, EmbeddedModel>();
  for (const [name, spec] of Object.entries(recipe.models)) {
    named.set(
      name,
      await createEmbedded({
        config: {
          ...spec,
          vocab: tokenizer.size,
          digitTokens: spec.positions === "coupled" ? ids(family.digits ?? []) : [],
        },
        tokenizer,
        eos: ids([family.end]),
        seed: `${o.seed}/model/${name}`,
        numerals,
        name,
        family: recipe.family,
        threads: o.threads,
        device: o.device,
      }),
    );
  }
  const nameOf = (role: Role): string => recipe.roles[role] ?? recipe.roles.reasoner ?? [...named.keys()][0];
  const byRole: Partial<Record<Role, EmbeddedModel>> = {};
  for (const role of roles) {
    const model = named.get(nameOf(role));
    if (!model)
      throw new UserError(
        `The recipe gives the role "${role}" to a model "${nameOf(role)}" that it does not describe.`,
        `Its models are: ${[...named.keys()].join(", ")}.`,
      );
    byRole[role] = model;
  }
  const load = async (dir: string): Promise<void> => {
    for (const [name, model] of named) await model.load(`${dir}/${name}`);
  };
  const close = async (): Promise<void> => {
    for (const model of named.values()) await model.close();
  };
  return { named, byRole, nameOf, load, close };
}
