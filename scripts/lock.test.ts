import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { z } from "zod";

const names = z.record(z.string(), z.unknown()).optional();
const schema = z.object({ packages: z.record(z.string(), z.object({ optionalDependencies: names })) });

// npm leaves out of the lock file what the registry at hand lacks, and npm ci then fails elsewhere.
it("package-lock.json names the binaries of every platform", () => {
  const text = readFileSync(join(import.meta.dirname, "../package-lock.json"), "utf8");
  const { packages } = schema.parse(JSON.parse(text));
  const wanted = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
  expect(wanted.length).toBeGreaterThan(0);
  expect(wanted.filter((name) => !(`node_modules/${name}` in packages))).toEqual([]);
});
