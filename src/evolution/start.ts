/** From what a user names to a recipe, and from a recipe to a run that can be evolved. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { messageOf, UserError } from "../core/errors.ts";
import { canonical, type Json } from "../core/json.ts";
import { ledgerFile } from "../store/database.ts";
import { forkInto } from "../store/fork.ts";
import { Ledger, type RoundSummary } from "../store/ledger.ts";
import type { Position } from "../store/tables.ts";
import { optionsOf } from "./options.ts";
import { counts, recipeSchema, type Recipe } from "./recipe.ts";
import { instantiate, problems, type FindMethod } from "./resolver.ts";
import { setPath } from "./set.ts";

/** What a user sets: options of a recipe, or fields of it by dotted path. */
export type Settings = Readonly<Record<string, Json>>;

const plain = (value: object): Json => z.json().parse(JSON.parse(JSON.stringify(value)));

/** A recipe from data. UserError names `where` the data come from and what is wrong. */
export function parseRecipe(data: unknown, where: string): Recipe {
  const parsed = recipeSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new UserError(
    `${where} is no valid recipe: ${problems(parsed.error)}`,
    "compare it with recipe.json in the directory of a run",
  );
}

/** A recipe of the registry, changed by settings. UserError for an unknown recipe, option or field. */
export async function recipeOf(find: FindMethod, id: string, settings: Settings): Promise<Recipe> {
  return rebuild(find, { recipe: id, options: {}, set: {} }, settings);
}

/** A recipe from a JSON file, changed by settings. */
export function recipeFrom(path: string, settings: Settings): Recipe {
  const { origin: _, ...recipe } = parseRecipe(readJson(path), path);
  return changed(recipe, settings, path);
}

/** The recipe of a run, changed by settings: through the options it was made with, where it says so. */
export async function changeRecipe(find: FindMethod, recipe: Recipe, settings: Settings): Promise<Recipe> {
  return recipe.origin ? rebuild(find, recipe.origin, settings) : changed(recipe, settings, "this recipe");
}

async function rebuild(find: FindMethod, origin: NonNullable<Recipe["origin"]>, settings: Settings): Promise<Recipe> {
  const { recipe: id } = origin;
  const method = await find(id);
  const known = Object.keys(optionsOf(method));
  const split = (wanted: boolean): Settings =>
    Object.fromEntries(Object.entries(settings).filter(([key]) => known.includes(key) === wanted));
  const [options, set] = [
    { ...origin.options, ...split(true) },
    { ...origin.set, ...split(false) },
  ];
  const unknown = Object.keys(set).find((key) => !(key.split(".")[0] in recipeSchema.shape));
  if (unknown !== undefined) {
    throw new UserError(
      `the recipe ${id} has no option "${unknown}"`,
      `its options: ${known.join(", ")}; or write a dotted path into the recipe, as phases.0.rounds=2`,
    );
  }
  const written = await instantiate(find, "recipe", { id, options });
  return changed(
    parseRecipe({ ...written, origin: { recipe: id, options, set } }, `recipe ${id}`),
    set,
    `recipe ${id} as changed`,
  );
}

function changed(recipe: Recipe, set: Settings, where: string): Recipe {
  const data = Object.entries(set).reduce((at, [path, value]) => setPath(at, path, value), plain(recipe));
  return parseRecipe(data, where);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new UserError(
      `cannot read the recipe ${path}: ${messageOf(error)}`,
      "give a JSON file, or the id of a recipe (autodidact methods)",
      error,
    );
  }
}

/** A new run in a new directory. UserError if it holds a run, of this or another recipe, or anything else. */
export function startRun(dir: string, recipe: Recipe, seed: string): Ledger {
  if (existsSync(join(dir, ledgerFile))) throw taken(dir, recipe, seed);
  return Ledger.create(dir, { recipe: plain(recipe), recipeId: recipe.id, seed });
}

function taken(dir: string, recipe: Recipe, seed: string): UserError {
  const ledger = Ledger.open(dir, { write: false });
  const { head } = ledger;
  ledger.close();
  const same = head.seed === seed && canonical(head.recipe) === canonical(plain(recipe));
  return same
    ? new UserError(`${dir} holds this run already`, `go on with it by --resume ${dir}, or choose another --out`)
    : new UserError(
        `${dir} holds a run of another recipe or seed (${head.recipeId}, seed ${head.seed})`,
        `choose another --out, or go on with that run by --resume ${dir}`,
      );
}

/** Opens a run to go on with. */
export function resumeRun(dir: string): { ledger: Ledger; recipe: Recipe } {
  const ledger = Ledger.open(dir, { write: true });
  try {
    return { ledger, recipe: parseRecipe(ledger.head.recipe, join(dir, ledgerFile)) };
  } catch (error) {
    ledger.close();
    throw error;
  }
}

/**
 * The finished round that a number means: the rounds of the phases that count are numbered through from 1, and 0 is the
 * last round before them. UserError if there is none.
 */
export function roundAt(recipe: Recipe, rounds: readonly RoundSummary[], n: number): RoundSummary {
  const counted = rounds.filter(({ phase }) => counts(recipe, phase));
  const start = recipe.phases.findIndex((_, phase) => counts(recipe, phase));
  const found = n === 0 ? rounds.findLast(({ phase }) => phase < start) : counted[n - 1];
  if (found) return found;
  const known = [...(rounds.some(({ phase }) => phase < start) ? [0] : []), ...counted.map((_, i) => i + 1)];
  throw new UserError(
    `the run has no finished round ${n}`,
    known.length === 0 ? "it has none yet: resume it first" : `it has ${known[0]} to ${known[known.length - 1]}`,
  );
}

/** A new run that shares another's rounds up to one, and goes on by a recipe with the same phases so far. */
export function forkRun(source: Ledger, at: Position, dir: string, recipe: Recipe): Ledger {
  const old = parseRecipe(source.head.recipe, source.dir);
  const names = (r: Recipe): string =>
    r.phases
      .slice(0, at.phase + 1)
      .map(({ name }) => name)
      .join(" ");
  if (names(old) !== names(recipe)) {
    throw new UserError(
      `the changed recipe begins with other phases (${names(recipe)}) than the run (${names(old)})`,
      "fork changes what comes after; start a new run instead: autodidact evolve",
    );
  }
  return forkInto(source, dir, { phase: at.phase, round: at.round }, plain(recipe));
}
