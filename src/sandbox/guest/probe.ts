/** What holds in this process, found by trying it from inside before anything untrusted is let in. */
import { readFileSync, writeFileSync } from "node:fs";

export interface Probe {
  /** Reading a file that no interpreter needs failed, and so are child processes, threads and addons denied. */
  readonly permission: boolean;
  /** `new Function` failed. */
  readonly noCodeGeneration: boolean;
  /** No environment variable came along but those that a shell makes up. */
  readonly emptyEnvironment: boolean;
  /** Node's own network permission (version 26 on). */
  readonly noNetwork: boolean;
}

/** What the doctor has a child try besides. `true`: it worked, which it should not. */
export interface Attempts {
  readonly wrote: boolean;
  readonly spawned: boolean;
  readonly threaded: boolean;
  /** A connection to a port of this machine on which the doctor listens. */
  readonly connected: boolean;
}

export async function attempts(o: { readonly port: number; readonly file: string }): Promise<Attempts> {
  const { spawnSync } = await import("node:child_process");
  const { Worker } = await import("node:worker_threads");
  const { connect } = await import("node:net");
  return {
    wrote: !fails(() => writeFileSync(o.file, "")),
    spawned: !fails(() => spawnSync(process.execPath, ["--version"])),
    threaded: !fails(() => void new Worker("", { eval: true }).terminate()),
    connected: await new Promise((resolve) => {
      try {
        const socket = connect({ port: o.port, host: "127.0.0.1" });
        const end = (connected: boolean) => (): void => {
          socket.destroy();
          resolve(connected);
        };
        socket.once("connect", end(true));
        socket.once("error", end(false));
        socket.setTimeout(2000, end(false));
      } catch {
        resolve(false);
      }
    }),
  };
}

const ofWrappers = new Set(["PWD", "OLDPWD", "SHLVL", "_"]);

/** @param forbidden a file that exists and that this process must not be able to read */
export function probe(forbidden: string): Probe {
  const held = (scope: string): boolean => !process.permission?.has(scope);
  return {
    permission:
      failsWith("ERR_ACCESS_DENIED", () => readFileSync(forbidden)) &&
      ["fs.write", "child", "worker", "addon", "wasi", "inspector"].every(held) &&
      process.permission !== undefined,
    noCodeGeneration: fails(() => Reflect.construct(Function, ["return 1"])),
    emptyEnvironment: Object.keys(process.env).every((name) => ofWrappers.has(name)),
    noNetwork: process.allowedNodeEnvironmentFlags.has("--allow-net") && held("net"),
  };
}

function fails(attempt: () => unknown): boolean {
  try {
    attempt();
    return false;
  } catch {
    return true;
  }
}

function failsWith(code: string, attempt: () => unknown): boolean {
  try {
    attempt();
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === code;
  }
}
