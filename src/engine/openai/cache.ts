import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { capabilities, type Findings, type ProbeCache } from "./probe.ts";

const findings = z.partialRecord(
  z.enum(capabilities),
  z.object({ value: z.union([z.string(), z.number(), z.boolean()]), how: z.string() }),
);

/** Findings in a folder, a file for a server and a model. A file that cannot be read counts as none. */
export function diskCache(dir: string): (key: string) => ProbeCache {
  return (key) => {
    const file = join(dir, `${key}.json`);
    return {
      get: () => {
        try {
          const read = findings.safeParse(JSON.parse(readFileSync(file, "utf8")));
          return read.data ?? {};
        } catch {
          return {};
        }
      },
      set: (found: Findings) => {
        mkdirSync(dir, { recursive: true });
        // Whole or not at all, whoever else writes.
        writeFileSync(`${file}.${process.pid}`, `${JSON.stringify(found, null, 2)}\n`);
        renameSync(`${file}.${process.pid}`, file);
      },
    };
  };
}
