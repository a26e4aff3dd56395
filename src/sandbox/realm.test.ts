import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const realm = new URL("guest/realm.ts", import.meta.url).href;

/** What is left to reach for code that runs in a stripped process, as that code sees it. */
const script = `
  import { writeSync } from "node:fs";
  import { lockModules, strip } from ${JSON.stringify(realm)};
  const exit = process.exit;
  const left = strip({});
  lockModules();
  const tries = {
    fs: () => import("node:fs"),
    net: () => import("node:net"),
    bare: () => import("net"),
    process: () => import("node:process"),
    module: () => import("node:module"),
    worker: () => import("node:worker_threads"),
    data: () => import("data:text/javascript,export default 1"),
    file: () => import(${JSON.stringify(realm)} + "?again"),
    code: async () => (async () => {}).constructor("return 1")(),
  };
  const reached = [];
  for (const [name, attempt] of Object.entries(tries)) await attempt().then(() => reached.push(name), () => {});
  const names = Reflect.ownKeys(globalThis).map(String);
  writeSync(1, JSON.stringify({ left, reached, names }));
  exit(0);`;

describe("the realm around an interpreter", () => {
  it("has nothing but the language, and no way to a module", async () => {
    const flags = [
      "--disable-warning=ExperimentalWarning",
      "--disallow-code-generation-from-strings",
      "--input-type=module",
    ];
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, "-e", script]);
    const found: unknown = JSON.parse(stdout);
    expect(found).toMatchObject({ left: [], reached: [] });
    for (const name of [
      "process",
      "require",
      "fetch",
      "WebSocket",
      "setTimeout",
      "Buffer",
      "performance",
      "navigator",
    ]) {
      expect(found).not.toHaveProperty("names", expect.arrayContaining([name]));
    }
  });
});
