import {
  closeSync,
  copyFileSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { failpoint } from "../core/failpoint.ts";
import { diskError } from "./database.ts";

const prefix = ".tmp-";
let counter = 0;

/** An unused name beside a path, recognised by removeTemporaries. */
export function temporaryFor(path: string): string {
  return join(dirname(path), `${prefix}${process.pid}-${++counter}-${basename(path)}`);
}

export const isTemporary = (name: string): boolean => name.startsWith(prefix);

/** Removes what a killed process left half-written in a folder. Only for the holder of the run's lock. */
export function removeTemporaries(dir: string): void {
  for (const name of readdirSync(dir)) if (isTemporary(name)) rmSync(join(dir, name), { recursive: true, force: true });
}

function sync(path: string, kind: "file" | "directory"): void {
  // Windows has no handles of directories to force to the disk.
  if (kind === "directory" && process.platform === "win32") return;
  const file = openSync(path, kind === "file" ? "r+" : "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncTree(dir: string): void {
  for (const entry of readdirSync(dir, { withFileTypes: true, recursive: true })) {
    sync(join(entry.parentPath, entry.name), entry.isDirectory() ? "directory" : "file");
  }
  sync(dir, "directory");
}

/**
 * Writes a directory that is either there as a whole or not at all: `fill` writes into a temporary sibling, which is
 * forced to the disk and renamed. A directory of that name, left by work that will be done again, is replaced. Throws
 * UserError on a full disk or missing permission; nothing is left behind then.
 */
export async function writeDirAtomically(dir: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = temporaryFor(dir);
  try {
    mkdirSync(temporary, { recursive: true });
    await fill(temporary);
    syncTree(temporary);
    failpoint("checkpoint-before");
    rmSync(dir, { recursive: true, force: true });
    renameSync(temporary, dir);
    sync(dirname(dir), "directory");
    failpoint("checkpoint-after");
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw diskError(error, `writing ${basename(dir)}`, dirname(dir));
  }
}

/** Writes a text file that is either there as a whole or not at all. */
export function writeFileAtomically(path: string, text: string): void {
  const temporary = temporaryFor(path);
  writeFileSync(temporary, text, { flush: true });
  renameSync(temporary, path);
}

/** Copies a directory whose files never change: by hard links, or bytes where the file system has no links. */
export function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      linkTree(source, target);
      continue;
    }
    try {
      linkSync(source, target);
    } catch {
      copyFileSync(source, target);
    }
  }
}
