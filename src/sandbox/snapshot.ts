/** The memory image that Python starts from: made once for a version, kept in the user's cache folder. */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { pythonHelper } from "./guest/python-helper.ts";
import { imageHashSize } from "./guest/wire.ts";

/** Where images are kept: XDG_CACHE_HOME, or the system's own place for caches. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = environment;
  if (xdg !== undefined && xdg !== "") return join(xdg, "autodidact");
  if (process.platform === "win32") return join(local ?? join(homedir(), "AppData", "Local"), "autodidact", "cache");
  return join(homedir(), process.platform === "darwin" ? "Library/Caches" : ".cache", "autodidact");
}

/** Names an image by all that it depends on. */
export function imageName(version: string): string {
  const source = createHash("sha256").update(pythonHelper).digest("hex").slice(0, 16);
  return `python-${version}-${source}.image`;
}

const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();

/** Whether the file is an image as it was written: it ends in its own hash. */
export async function intact(path: string): Promise<boolean> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  if (bytes.length <= imageHashSize) return false;
  const body = bytes.subarray(0, -imageHashSize);
  return sha256(body).equals(bytes.subarray(-imageHashSize));
}

/**
 * The path of an intact image: from the folder, or made now and put there, or in a temporary folder that goes with this
 * process where that one cannot be written. undefined: start without.
 */
export async function imagePath(
  folder: string,
  name: string,
  make: () => Promise<Uint8Array | undefined>,
): Promise<string | undefined> {
  const path = join(folder, name);
  if (await intact(path)) return path;
  const image = await make();
  if (image === undefined) return undefined;
  const bytes = Buffer.concat([image, sha256(image)]);
  return (await keep(bytes, folder, name)) ?? (await keepHere(bytes, name));
}

/** Written aside and renamed: another process sees all of it or nothing. */
async function keep(bytes: Uint8Array, folder: string, name: string): Promise<string | undefined> {
  const aside = join(folder, `${name}.${process.pid}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(aside, bytes, { mode: 0o600 });
    await rename(aside, join(folder, name));
    await clear(folder, name);
    return join(folder, name);
  } catch {
    await rm(aside, { force: true }).catch(() => {});
    return undefined;
  }
}

const weekMilliseconds = 7 * 24 * 3600 * 1000;

/** Removes images of other versions, unless another installation may have made them lately. */
async function clear(folder: string, name: string): Promise<void> {
  for (const other of await readdir(folder)) {
    const path = join(folder, other);
    if (other === name || !other.startsWith("python-")) continue;
    if (Date.now() - (await stat(path)).mtimeMs > weekMilliseconds) await rm(path, { force: true });
  }
}

async function keepHere(bytes: Uint8Array, name: string): Promise<string | undefined> {
  try {
    const folder = await mkdtemp(join(tmpdir(), "autodidact-"));
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    return await keep(bytes, folder, name);
  } catch {
    return undefined;
  }
}
