/** Finds out which wrappers this machine has, by using each once on a process that does nothing. */
import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { command, type Wrappers } from "./launch.ts";

const nothing = ["-e", "0"];

let found: Promise<Wrappers> | undefined;

/** The wrappers that work here; looked up once a process. */
export function wrappers(): Promise<Wrappers> {
  found ??= look();
  return found;
}

async function look(): Promise<Wrappers> {
  if (process.platform === "win32") return {};
  const [shell, setpriv, bubblewrap] = await Promise.all(["sh", "setpriv", "bwrap"].map(onPath));
  const one = async (w: Wrappers): Promise<Wrappers> => ((await works(w)) ? w : {});
  const working = await Promise.all([one({ shell }), one({ setpriv }), one({ bubblewrap })]);
  return { ...working[0], ...working[1], ...working[2] };
}

async function onPath(name: string): Promise<string | undefined> {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/bin", "/usr/local/bin"];
  for (const folder of folders.filter((f) => f.startsWith("/"))) {
    const path = join(folder, name);
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return path;
  }
  return undefined;
}

function works(w: Wrappers): Promise<boolean> {
  if (Object.values(w).every((path) => path === undefined)) return Promise.resolve(false);
  const { file, args } = command(nothing, [], 64, w);
  return new Promise((resolve) => {
    execFile(file, args, { env: {}, cwd: "/", timeout: 30_000 }, (error) => resolve(error === null));
  });
}
