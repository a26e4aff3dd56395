import { execFileSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const root = dirname(import.meta.dirname);
const oxlint = fileURLToPath(new URL("../node_modules/oxlint/bin/oxlint", import.meta.url));
const scratch: string[] = [];
afterAll(() => scratch.forEach((dir) => rmSync(dir, { recursive: true })));

/** The rules that oxlint, under this project's configuration, finds broken in a project of these files: `file rule`. */
function broken(files: Record<string, string>): string[] {
  const dir = mkdtempSync(join(tmpdir(), "autodidact-lint-"));
  scratch.push(dir);
  cpSync(join(root, "oxlint.config.ts"), join(dir, "oxlint.config.ts"));
  symlinkSync(join(root, "node_modules"), join(dir, "node_modules"));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), text);
  }
  let report = "";
  try {
    report = execFileSync(process.execPath, [oxlint, "--format=unix", "src"], { cwd: dir, encoding: "utf8" });
  } catch (error) {
    if (!(error instanceof Error && "stdout" in error && typeof error.stdout === "string")) throw error;
    report = error.stdout;
  }
  return [...report.matchAll(/^(\S+?):\d+:\d+: .*\/\w+\(([\w-]+)\)\]$/gm)].map((match) => `${match[1]} ${match[2]}`);
}

const thing = "export const thing = 1;\n";
const use = (path: string) => `import { thing } from "${path}";\nexport const other = thing + 1;\n`;

describe("dependency direction", () => {
  const allowed: [from: string, to: string][] = [
    ["engine/embedded/sampler", "core/random"],
    ["reasoner/search/mcts", "engine/tabular"],
    ["training/trainer", "training/objectives/grpo"],
    ["evolution/evolve", "reasoner/cot"],
    ["cli/main", "evolution/evolve"],
    ["cli/main", "registry"],
    ["index", "evolution/evolve"],
  ];
  const forbidden: [from: string, to: string][] = [
    ["core/task", "engine/tabular"],
    ["core/task", "registry.gen"],
    ["engine/tabular", "store/ledger"],
    ["store/ledger", "answers/extract"],
    ["answers/extract", "sandbox/run"],
    ["sandbox/run", "engine/tabular"],
    ["task-creator/families/countdown", "evaluator/gt-match"],
    ["reasoner/search/mcts", "evaluator/gt-match"],
    ["evaluator/gt-match", "reasoner/cot"],
    ["post-processor/her", "task-creator/families/countdown"],
    ["training/trainer", "evolution/evolve"],
    ["evolution/evolve", "cli/main"],
    ["evolution/evolve", "registry.gen"],
    ["training/trainer", "registry"],
    ["cli/main", "reasoner/cot"],
    ["server/main", "cli/main"],
  ];
  const importOf = (from: string, to: string) => use(`${"../".repeat(from.split("/").length - 1) || "./"}${to}.ts`);

  it.each(allowed)("%s may import %s", (from, to) => {
    expect(broken({ [`src/${to}.ts`]: thing, [`src/${from}.ts`]: importOf(from, to) })).toEqual([]);
  });

  it.each(forbidden)("%s may not import %s", (from, to) => {
    const files = { [`src/${to}.ts`]: thing, [`src/${from}.ts`]: importOf(from, to) };
    expect(broken(files)).toEqual([`src/${from}.ts no-restricted-imports`]);
  });

  it("counts an import of types", () => {
    const from = 'import type { T } from "../evaluator/b.ts";\nexport type U = T;\n';
    expect(broken({ "src/evaluator/b.ts": "export type T = 1;\n", "src/reasoner/a.ts": from })).toEqual([
      "src/reasoner/a.ts no-restricted-imports",
    ]);
  });

  it("leaves tests free to bring a collaborator", () => {
    const test =
      'import { it } from "vitest";\nimport { thing } from "../evaluator/b.ts";\nit.skipIf(thing > 1)("x");\n';
    expect(broken({ "src/evaluator/b.ts": thing, "src/reasoner/a.test.ts": test })).not.toContain(
      "src/reasoner/a.test.ts no-restricted-imports",
    );
  });
});

describe("other rules", () => {
  it("forbids cycles", () => {
    const files = {
      "src/core/a.ts": 'import { b } from "./b.ts";\nexport const a = (): number => b();\n',
      "src/core/b.ts": 'import { a } from "./a.ts";\nexport const b = (): number => a();\n',
    };
    expect(broken(files).toSorted()).toEqual(["src/core/a.ts no-cycle", "src/core/b.ts no-cycle"]);
  });

  it("forbids any, Math.random and files over 400 lines", () => {
    expect(broken({ "src/core/a.ts": "export const a = (x: any): unknown => x;\n" })).toEqual([
      "src/core/a.ts no-explicit-any",
    ]);
    expect(broken({ "src/core/a.ts": "export const a = Math.random();\n" })).toEqual([
      "src/core/a.ts no-restricted-properties",
    ]);
    expect(broken({ "src/core/a.ts": thing + "\n".repeat(400) })).toEqual(["src/core/a.ts max-lines"]);
  });

  it("are not switched off anywhere, and no module hides an import in import()", () => {
    const offenders: string[] = [];
    for (const file of globSync("src/**/*.ts", { cwd: root })) {
      const text = readFileSync(join(root, file), "utf8");
      if (/(oxlint|eslint)-disable|@ts-(ignore|expect-error|nocheck)|as unknown as/.test(text)) offenders.push(file);
      if (!/registry\.gen|^src.cli|^src.server|\.test\.ts$/.test(file) && /\bimport\(["'`]\.\.\//.test(text)) {
        offenders.push(`${file}: import()`);
      }
    }
    expect(offenders).toEqual([]);
  });
});
