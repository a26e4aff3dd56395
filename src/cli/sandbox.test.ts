import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { layerNames } from "../sandbox/layers.ts";
import { cli } from "./testing.ts";

let folder = "";
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sandbox-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A process of its own, since standard input belongs to the process. */
function child(args: readonly string[], input = "") {
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", main, "sandbox", ...args],
    { encoding: "utf8", input },
  );
  return { status, stdout, stderr };
}

describe("sandbox", () => {
  it("--doctor tells every layer that there is, and agrees with its exit code", async () => {
    const { code, stdout } = await cli(["sandbox", "--doctor", "--json"]);
    const layer = z.object({
      name: z.enum(layerNames),
      active: z.boolean(),
      needed: z.boolean(),
      why: z.string(),
      remedy: z.string(),
    });
    const layers = z.array(layer).parse(JSON.parse(stdout));
    expect(layers.map(({ name }) => name)).toEqual(layerNames);
    expect(code).toBe(layers.some(({ active, needed }) => needed && !active) ? 1 : 0);
  });

  it("run passes standard input on and writes what the program writes", () => {
    const path = file(
      "a.js",
      "const n = Number(require('fs').readFileSync(0, 'utf8')); console.log(n * 2); console.error('warned'); n",
    );
    expect(child(["run", path], "21\n")).toEqual({ status: 0, stdout: "42\n", stderr: "warned\n" });
    const { stdout } = child(["run", path, "--json"], "21\n");
    expect(JSON.parse(stdout)).toMatchObject({ status: "ok", stdout: "42\n" });
  });

  it("run tells how a program ended", () => {
    const thrown = child(["run", file("b.js", "throw new RangeError('no')")]);
    expect(thrown.status).toBe(1);
    expect(thrown.stderr).toMatch(/error: .*b\.js raised RangeError: no — /u);
    const endless = child(["run", file("c.js", "for (;;);"), "--limits", "milliseconds=200"]);
    expect(endless.stderr).toMatch(/ended by: timeout — /u);
  });

  it.each([
    ["a language it does not know", "a.rb", /neither Python nor JavaScript/u],
    ["a file that is not there", "nowhere.py", /cannot be read/u],
  ])("run: %s", async (_, name, message) => {
    const { code, stderr } = await cli(["sandbox", "run", name]);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });
});
