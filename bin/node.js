// Plain JavaScript that any Node can read: the machine may carry Node 20 while autodidact needs 22.18 (type stripping,
// node:sqlite).
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** This process's own Node, if it is new enough. */
export function ownNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 18) ? process.execPath : undefined;
}

/** The Node that `npm ci` brings into a clone: one package per platform. */
export function nodeOfClone() {
  const windows = process.platform === "win32";
  const platform = `${windows ? "win" : process.platform}-${process.arch}`;
  return [`node-${platform}`, `node-bin-${platform}`]
    .map((name) => join(root, "node_modules", name, "bin", windows ? "node.exe" : "node"))
    .find((path) => existsSync(path));
}

export function fail(message) {
  process.stderr.write(`autodidact: ${message}\n`);
  process.exit(1);
}

export function failWithoutNode() {
  const remedy = existsSync(join(root, "src")) ? `run \`npm ci\` in ${root}, which brings one` : "install a newer Node";
  fail(`Node 22.18 or newer is needed and this is ${process.version}: ${remedy}`);
}

/** Runs a command in the place of this process: its signals go there, its exit code or fatal signal comes back. */
export function become(command, args, options) {
  const child = spawn(command, args, options);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      // On a terminal Ctrl-C reaches the child as well; sending it again would count as a second Ctrl-C.
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on("error", (error) => fail(`could not start ${command}: ${error.message}`));
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
