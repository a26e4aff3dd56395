import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { wrappers } from "./wrappers.ts";

const pool = new URL("pool.ts", import.meta.url).href;
const script = (end: string): string => `
  import { createSandbox } from ${JSON.stringify(pool)};
  const sandbox = createSandbox({ warm: 1 });
  const one = await sandbox.open("javascript");
  ${end}`;

/** Runs a script that leaves its sandbox open; its exit code or signal. */
function abandon(end: string, killAt?: string): Promise<{ code: number | null; output: string }> {
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script(end)],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  let output = "";
  child.stdout.on("data", (bytes: Buffer) => {
    output += bytes.toString();
    if (killAt !== undefined && output.includes(killAt)) child.kill("SIGKILL");
  });
  return new Promise((resolve) => child.once("exit", (code) => resolve({ code, output })));
}

/** The processes that a script printed. */
const printPids = `
  const { readdirSync, readFileSync } = await import("node:fs");
  const stat = (pid) => { try { return readFileSync("/proc/" + pid + "/stat", "utf8"); } catch { return ""; } };
  const own = readdirSync("/proc").filter((pid) => stat(pid).replace(/^.*\\) /, "").split(" ")[1] === String(process.pid));
  console.log("children " + own.join(" ") + " end");`;

const gone = async (output: string): Promise<boolean> => {
  const pids = /children (.*) end/.exec(output)?.[1].split(" ") ?? [];
  expect(pids.length).toBeGreaterThan(0);
  for (let i = 0; i < 100 && pids.some((pid) => existsSync(`/proc/${pid}`)); i++)
    await new Promise((r) => setTimeout(r, 50));
  return pids.every((pid) => !existsSync(`/proc/${pid}`));
};

describe.skipIf(process.platform !== "linux")("a sandbox that nobody closed", () => {
  it("does not keep its process running, and ends with it", async () => {
    const { code, output } = await abandon(`console.log((await one.run("6 * 7")).value.float); ${printPids}`);
    expect(code).toBe(0);
    expect(output).toContain("42");
    expect(await gone(output)).toBe(true);
  });

  it("ends with a process that is killed in the middle of an endless loop", async () => {
    const { setpriv, bubblewrap } = await wrappers();
    if (setpriv === undefined && bubblewrap === undefined) return;
    const { code, output } = await abandon(
      `one.run("while (true);"); ${printPids} setInterval(() => {}, 1000);`,
      "end\n",
    );
    expect(code).toBeNull();
    expect(await gone(output)).toBe(true);
  });
});
