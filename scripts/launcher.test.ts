import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, describe, expect, it } from "vitest";

const root = mkdtempSync(join(tmpdir(), "autodidact-launcher-"));
afterAll(() => rmSync(root, { recursive: true }));

const program = `
process.once("SIGTERM", () => process.exit(9));
const [what] = process.argv.slice(2);
console.log(JSON.stringify({ argv: process.argv.slice(2) }));
if (what === "exit") process.exitCode = 3;
if (what === "die") process.kill(process.pid, "SIGKILL");
if (what === "wait") setInterval(() => {}, 1000);
`;
cpSync(join(import.meta.dirname, "../bin"), join(root, "bin"), { recursive: true });
writeFileSync(join(root, "package.json"), '{ "type": "module" }');

function place(file: string): void {
  mkdirSync(join(root, file, ".."), { recursive: true });
  writeFileSync(join(root, file), program);
}

/** Starts the launcher and reads the first line that the program prints; `closed` once nobody holds its output. */
async function launch(...args: string[]): Promise<{ launcher: ChildProcess; line: string; closed: Promise<unknown> }> {
  const launcher = spawn(process.execPath, [join(root, "bin/autodidact.js"), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(launcher.stdout, "close");
  const [line]: unknown[] = await once(createInterface({ input: launcher.stdout }), "line");
  return { launcher, line: String(line), closed };
}

async function ended(launcher: ChildProcess): Promise<unknown> {
  if (launcher.exitCode === null && launcher.signalCode === null) await once(launcher, "exit");
  return launcher.signalCode ?? launcher.exitCode;
}

describe("bin/autodidact.js", () => {
  it("says in one line what is missing when there is nothing to run", async () => {
    const launcher = spawn(process.execPath, [join(root, "bin/autodidact.js")], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let message = "";
    launcher.stderr.on("data", (chunk) => (message += String(chunk)));
    expect(await once(launcher, "close")).toEqual([1, null]);
    expect(message).toMatch(
      /^autodidact: neither src\/cli\/main\.ts nor dist\/cli\/main\.js in .*: .* install again\n$/,
    );
  });

  it.each(["dist/cli/main.js", "src/cli/main.ts"])(
    "runs %s with its arguments and passes on the exit code",
    async (file) => {
      place(file);
      const { launcher, line } = await launch("exit", "--set", "a=b c");
      expect(JSON.parse(line)).toMatchObject({ argv: ["exit", "--set", "a=b c"] });
      expect(await ended(launcher)).toBe(3);
    },
  );

  it("passes on a signal that ended the program, and signals that it receives", async () => {
    const { launcher: killed } = await launch("die");
    expect(await ended(killed)).toBe("SIGKILL");
    const { launcher } = await launch("wait");
    launcher.kill("SIGTERM");
    expect(await ended(launcher)).toBe(9);
  });

  it("takes the program with it when it is killed outright", async () => {
    const { launcher, closed } = await launch("wait");
    launcher.kill("SIGKILL");
    await closed;
    expect(launcher.signalCode).toBe("SIGKILL");
  });
});
