/** Starting children: the wrappers of this machine, the memory image, the first message. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../core/errors.ts";
import { cage, type Cage, type Ready } from "./cage.ts";
import type { Language } from "./contract.ts";
import type { Boot } from "./guest/wire.ts";
import { command, forbidden, installation, nodeArguments, type Wrappers } from "./launch.ts";
import { cacheFolder, imageName, imagePath } from "./snapshot.ts";
import { wrappers } from "./wrappers.ts";

export interface StartOptions {
  /** Wrappers to leave unused though this machine has them. */
  readonly without?: readonly (keyof Wrappers)[];
  /** Folder of Python's memory image; default the user's cache folder. */
  readonly cache?: string;
  /** Start Python from a memory image (default) or from scratch. */
  readonly image?: boolean;
}

/** A child that is ready for its candidate. */
export interface Started {
  readonly cage: Cage;
  readonly ready: Ready;
  readonly wrappers: Wrappers;
}

/** `begun` gets the child before it is ready. UserError where it does not start. */
export type Start = (
  language: Language,
  megabytes: number,
  o?: { readonly begun?: (cage: Cage) => void; readonly attempt?: Boot["attempt"] },
) => Promise<Started>;

/** Longest start, on a machine with much else to do. */
const startMilliseconds = 120_000;

/** Megabytes that making an image takes. */
const imageMegabytes = 256;

export function starter(o: StartOptions): Start {
  let image: Promise<string | undefined> | undefined;
  const useful = async (): Promise<Wrappers> => {
    const left = new Set<string>(o.without);
    return Object.fromEntries(Object.entries(await wrappers()).filter(([name]) => !left.has(name)));
  };
  const makeImage = async (): Promise<Buffer | undefined> => {
    const { packages, readable } = installation("python");
    const node = nodeArguments("python", readable, imageMegabytes);
    const one = cage(command(node, readable, imageMegabytes, await useful()));
    const made = await one.image({ op: "boot", packages, forbidden, make: true }, startMilliseconds);
    one.kill();
    return made;
  };
  const snapshotOf = async (language: Language): Promise<string | undefined> => {
    if (language === "javascript" || o.image === false) return undefined;
    image ??= imagePath(o.cache ?? cacheFolder(), imageName(pyodideVersion()), makeImage);
    return image;
  };
  return async (language, megabytes, { begun, attempt } = {}) => {
    const [w, snapshot] = await Promise.all([useful(), snapshotOf(language)]);
    const { packages, readable } = installation(language);
    const reads = snapshot === undefined ? readable : [...readable, snapshot];
    const one = cage(command(nodeArguments(language, reads, megabytes), reads, megabytes, w));
    begun?.(one);
    const ready = await one.boot({ op: "boot", packages, forbidden, snapshot, attempt }, startMilliseconds);
    if (ready !== undefined) return { cage: one, ready, wrappers: w };
    one.kill();
    const complaint = one.complaint();
    throw new UserError(
      `the ${language} sandbox did not start${complaint === "" ? "" : `: ${complaint}`}`,
      "run: autodidact sandbox --doctor",
    );
  };
}

function pyodideVersion(): string {
  const text: unknown = JSON.parse(readFileSync(join(installation("python").packages.pyodide, "package.json"), "utf8"));
  const version: unknown = Reflect.get(Object(text), "version");
  return typeof version === "string" ? version : "unknown";
}
