import { mkdtemp, readFile, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cacheFolder, imagePath, intact } from "./snapshot.ts";

describe("memory image", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "image-test-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("is made once, kept whole, and made again when broken", async () => {
    let made = 0;
    const make = async (): Promise<Uint8Array> => {
      made++;
      return new Uint8Array([1, 2, 3]);
    };
    const cache = join(folder, "new", "cache");
    const path = await imagePath(cache, "a.image", make);
    expect(path).toBe(join(cache, "a.image"));
    expect(await imagePath(cache, "a.image", make)).toBe(path);
    expect(made).toBe(1);
    expect(await readdir(cache)).toEqual(["a.image"]);
    const bytes = await readFile(join(cache, "a.image"));
    expect([...bytes.subarray(0, -32)]).toEqual([1, 2, 3]);
    for (const broken of [bytes.subarray(0, -1), Buffer.from([9, ...bytes.subarray(1)]), Buffer.alloc(0)]) {
      await writeFile(join(cache, "a.image"), broken);
      expect(await intact(join(cache, "a.image"))).toBe(false);
      await imagePath(cache, "a.image", make);
      expect(await intact(join(cache, "a.image"))).toBe(true);
    }
    expect(made).toBe(4);
  });

  it("replaces those of other versions once they are old", async () => {
    const cache = join(folder, "versions");
    const make = async (): Promise<Uint8Array> => new Uint8Array([1]);
    for (const name of ["python-1.image", "python-2.image"]) await imagePath(cache, name, make);
    expect(await readdir(cache)).toHaveLength(2);
    await utimes(join(cache, "python-1.image"), 0, 0);
    await imagePath(cache, "python-3.image", make);
    expect((await readdir(cache)).sort()).toEqual(["python-2.image", "python-3.image"]);
  });

  it("goes to a temporary folder where the cache cannot be written, and is left out where it cannot be made", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    const path = await imagePath(join(file, "cache"), "a.image", async () => new Uint8Array([1]));
    expect(path).not.toBeUndefined();
    expect(path?.startsWith(file)).toBe(false);
    expect(await intact(path ?? "")).toBe(true);
    expect(await imagePath(join(folder, "other"), "a.image", async () => undefined)).toBeUndefined();
  });

  it("has its place in the user's cache", () => {
    expect(cacheFolder({ XDG_CACHE_HOME: "/x" })).toBe(join("/x", "autodidact"));
    expect(cacheFolder({ XDG_CACHE_HOME: "" })).toContain("autodidact");
  });
});
