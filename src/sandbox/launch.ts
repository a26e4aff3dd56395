/** The command line of a child: Node with its permission model, inside what else this machine offers. */
import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Language } from "./contract.ts";

/** Wrappers around Node that this machine has and that work. */
export interface Wrappers {
  /** `sh`, for resource limits. */
  readonly shell?: string;
  /** `setpriv`: the kernel kills the child when its parent dies. */
  readonly setpriv?: string;
  /** `bwrap`: own namespaces, no network, a file system of a few read-only folders. */
  readonly bubblewrap?: string;
}
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

const here = dirname(fileURLToPath(import.meta.url));
const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
const resolve = createRequire(import.meta.url).resolve;

const packagesOf: Record<Language, readonly string[]> = {
  python: ["pyodide"],
  javascript: ["quickjs-emscripten-core", "@jitl/quickjs-wasmfile-release-sync", "@jitl/quickjs-ffi-types"],
};

/** A file that exists and that no child may read: this one. */
export const forbidden = fileURLToPath(import.meta.url);

export interface Installation {
  /** Pyodide's folder, or the folders of QuickJS's packages by name. */
  readonly packages: Readonly<Record<string, string>>;
  /** Every path that the child must be able to read. */
  readonly readable: readonly string[];
}

/** What an interpreter consists of. Real paths: the child cannot follow the links that some package managers make. */
export function installation(language: Language): Installation {
  const packages = Object.fromEntries(packagesOf[language].map((name) => [name, packageFolder(name)]));
  // Node asks the nearest package.json whether a file is a module.
  const own = [join(here, "guest"), join(here, "..", "..", "package.json")].map((path) => realpathSync(path));
  return { packages, readable: [...own, ...Object.values(packages)] };
}

function packageFolder(name: string): string {
  // From the package that uses it: a dependency's dependency need not be found from here.
  const user = name === "@jitl/quickjs-ffi-types" ? createRequire(resolve("quickjs-emscripten-core")).resolve : resolve;
  const entry = realpathSync(user(name));
  return entry.slice(0, entry.lastIndexOf(join("node_modules", name))) + join("node_modules", name);
}

/** Node's own arguments and the guest's file. */
export function nodeArguments(language: Language, readable: readonly string[], megabytes: number): string[] {
  return [
    "--permission",
    ...readable.map((path) => `--allow-fs-read=${path}`),
    "--disallow-code-generation-from-strings",
    "--disable-proto=throw",
    "--no-addons",
    "--no-warnings",
    `--max-old-space-size=${Math.max(128, megabytes)}`,
    // Python calls itself through C as deep as elsewhere: a memoised function a few thousand levels down is common.
    ...(process.platform === "win32" ? [] : [`--stack-size=${stackKilobytes}`]),
    join(realpathSync(join(here, "guest")), `${language}${extension}`),
  ];
}

/** V8's share of the main thread's stack, which is 8 MiB where nobody has changed it and 32 MiB under a shell. */
const stackKilobytes = 7_000;

/** Address space that V8 and the interpreter need besides the heap, in MiB. */
const baseMegabytes = 1536;

export function command(node: readonly string[], readable: readonly string[], megabytes: number, w: Wrappers): Command {
  let parts = [process.execPath, ...node];
  if (w.bubblewrap !== undefined) parts = [w.bubblewrap, ...bubblewrapArguments(readable), ...parts];
  if (w.shell !== undefined) {
    const data = (baseMegabytes + megabytes) * 1024;
    // A limit that this shell does not know is left out; the doctor looks at what the kernel reports.
    const limits = ["-c 0", "-f 0", "-n 64", "-t 7200", "-s 32768", `-d ${data}`].map(
      (limit) => `ulimit ${limit} 2>/dev/null`,
    );
    parts = [w.shell, "-c", `${limits.join("; ")}; exec "$0" "$@"`, ...parts];
  }
  if (w.setpriv !== undefined) parts = [w.setpriv, "--pdeathsig", "KILL", "--", ...parts];
  return { file: parts[0], args: parts.slice(1) };
}

/** A namespace of its own for everything; of the file system only Node, its libraries and what the guest reads. */
function bubblewrapArguments(readable: readonly string[]): string[] {
  const system = ["/usr", "/lib", "/lib64", "/lib32", "/nix/store", "/etc/ld.so.cache"];
  return [
    ..."--unshare-all --die-with-parent --new-session --clearenv --cap-drop ALL --chdir / --proc /proc --dev /dev".split(
      " ",
    ),
    ...system.flatMap((path) => ["--ro-bind-try", path, path]),
    ...[process.execPath, ...readable].flatMap((path) => ["--ro-bind", path, path]),
  ];
}
