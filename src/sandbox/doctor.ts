/** Which layers of isolation hold on this machine: each is tried in a child that runs nothing untrusted. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Language } from "./contract.ts";
import { layersOf, type Layer } from "./layers.ts";
import { interpreter } from "./interpreter.ts";
import { limitsOf } from "./limits.ts";
import { starter, type Start, type StartOptions } from "./start.ts";

/** More memory at once than the limit of the doctor's own interpreters. */
const greedy: Record<Language, string> = {
  python: "bytearray(100 * 2**20)",
  javascript: "const all = []; for (let i = 0; i < 100; i++) all.push(new ArrayBuffer(2 ** 20))",
};
const limits = limitsOf({ megabytes: 64, milliseconds: 60_000 });

/** Every layer, active only where it holds for both languages. UserError where a child does not even start. */
export async function layers(o: StartOptions = {}): Promise<Layer[]> {
  const start = starter(o);
  const folder = await mkdtemp(join(tmpdir(), "autodidact-doctor-"));
  const server = createServer((socket) => socket.destroy());
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  try {
    const attempt = { port, file: join(folder, "written") };
    const [first, second] = await Promise.all([
      examine("python", start, attempt),
      examine("javascript", start, attempt),
    ]);
    return first.map((layer, i) => (layer.active ? second[i] : layer));
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function examine(
  language: Language,
  start: Start,
  attempt: { readonly port: number; readonly file: string },
): Promise<Layer[]> {
  const { cage, ready, wrappers } = await start(language, limits.megabytes, { attempt });
  const one = await interpreter(language, cage, limits);
  const { status } = await one.run(greedy[language]);
  await one.close();
  return layersOf(ready, wrappers, status === "memory");
}
