/** Run directories and checkpoints as users name them. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../core/errors.ts";
import type { Family } from "../core/family.ts";
import { loadEmbedded } from "../engine/embedded/opening.ts";
import type { EmbeddedModel } from "../engine/embedded/embedded.ts";
import type { Device } from "../engine/embedded/thread.ts";
import { methodRef, type MethodRef, type Recipe } from "../evolution/recipe.ts";
import { instantiate } from "../evolution/resolver.ts";
import { parseRecipe, roundAt } from "../evolution/start.ts";
import { findMethod } from "../registry.ts";
import { ledgerFile } from "../store/database.ts";
import { Ledger, type RoundSummary } from "../store/ledger.ts";

export const runsFolder = "runs";

const isRun = (dir: string): boolean => existsSync(join(dir, ledgerFile));
const isCheckpoint = (dir: string): boolean => existsSync(join(dir, "config.json"));

/** A run's directory, given as it is or by its name in runs/. UserError if it is none. */
export function runDir(name: string): string {
  const found = [name, join(runsFolder, name)].find(isRun);
  if (found !== undefined) return found;
  throw new UserError(
    `${name} is no run directory, nor the name of one in ${runsFolder}/`,
    "list them with: autodidact runs",
  );
}

/** The first of runs/NAME-1, runs/NAME-2, … that is not there. */
export function freshDir(name: string): string {
  for (let n = 1; ; n++) {
    const dir = join(runsFolder, `${name.replaceAll(/[^\w.-]+/g, "-")}-${n}`);
    if (!existsSync(dir)) return dir;
  }
}

/** `RUN@ROUND`, the round optional. */
export function splitRound(text: string): { run: string; round?: number } {
  const match = /^(.+)@(\d+)$/.exec(text);
  return match ? { run: match[1], round: Number(match[2]) } : { run: text };
}

/** The directory of a role's weights after a round of a run. */
export function weightsOf(
  dir: string,
  recipe: Recipe,
  { checkpoint, name }: Pick<RoundSummary, "checkpoint" | "name">,
): string {
  if (checkpoint === null)
    throw new UserError(`round "${name}" of ${dir} saved no checkpoint`, "name another round: RUN@ROUND");
  return join(dir, "checkpoints", checkpoint, recipe.roles.reasoner ?? Object.keys(recipe.models)[0]);
}

/** Where weights are, and the recipe of the run they come from, if it is known. */
interface Place {
  readonly dir: string;
  readonly recipe?: Recipe;
}

/** The weights of a run (its last round's, or RUN@ROUND's) or of a checkpoint. UserError if there are none. */
export function placeOf(text: string): Place {
  if (isCheckpoint(text)) return { dir: text };
  const inside =
    existsSync(text) && !isRun(text)
      ? readdirSync(text)
          .map((name) => join(text, name))
          .filter(isCheckpoint)
      : [];
  if (inside.length === 1) return { dir: inside[0] };
  if (inside.length > 1) throw new UserError(`${text} holds several models`, `name one of them: ${inside.join(", ")}`);
  const { run, round } = splitRound(text);
  if (existsSync(run) && !isRun(run)) {
    throw new UserError(
      `${run} is neither a checkpoint (no config.json) nor a run directory (no ${ledgerFile})`,
      "list runs with: autodidact runs",
    );
  }
  const dir = runDir(run);
  const ledger = Ledger.open(dir, { write: false });
  try {
    const recipe = parseRecipe(ledger.head.recipe, dir);
    const last = round === undefined ? ledger.lastRound() : roundAt(recipe, ledger.rounds(), round);
    if (!last)
      throw new UserError(
        `the run ${dir} has no finished round yet`,
        `go on with it: autodidact evolve --resume ${dir}`,
      );
    return { dir: weightsOf(dir, recipe, last), recipe };
  } finally {
    ledger.close();
  }
}

export interface Opened {
  readonly model: EmbeddedModel;
  readonly family: Family;
  readonly dir: string;
  readonly recipe?: Recipe;
}

export interface Opening {
  /** Default: what the checkpoint says it was trained on. */
  readonly family?: string;
  readonly options?: MethodRef["options"];
  readonly threads?: number;
  readonly device?: Device;
}

/** The model of a run (its last round's, or RUN@ROUND's) or of a checkpoint, with its family. The caller closes it. */
export async function openModel(text: string, o: Opening = {}): Promise<Opened> {
  const { dir, recipe } = placeOf(text);
  const model = await loadEmbedded(dir, { name: "policy", threads: o.threads, device: o.device });
  try {
    const own = model.family === undefined ? undefined : methodRef.safeParse(z.json().parse(model.family)).data;
    const id = o.family ?? own?.id;
    if (id === undefined)
      throw new UserError(
        `the checkpoint ${dir} does not say which task family it is for`,
        "name it: --family countdown",
      );
    const options = o.options ?? (id === own?.id ? own.options : {});
    const family = await instantiate(findMethod, "family", { id, options });
    const foreign = family.words.find((word) => model.tokenizer.id(word) === undefined);
    if (foreign !== undefined) {
      throw new UserError(
        `the checkpoint ${dir} does not know "${foreign}", a word of the family ${id}`,
        `use a checkpoint that was trained on ${id}`,
      );
    }
    return { model, family, dir, ...(recipe ? { recipe } : {}) };
  } catch (error) {
    await model.close();
    throw error;
  }
}
