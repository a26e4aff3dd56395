import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { registry } from "../src/registry.gen.ts";
import { faults, findMethods, render } from "./registry.ts";

const src = join(import.meta.dirname, "../src");
const ids: unknown = JSON.parse(readFileSync(join(src, "ids.json"), "utf8"));
const scratch = mkdtempSync(join(tmpdir(), "autodidact-registry-"));
afterAll(() => rmSync(scratch, { recursive: true }));

function tree(name: string, files: Record<string, string>): string {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(scratch, name, file)), { recursive: true });
    writeFileSync(join(scratch, name, file), text);
  }
  return join(scratch, name);
}

const method = (id: string, kind: string, section: string) =>
  `const defineMethod = <T,>(method: T): T => method;\nexport default defineMethod(${JSON.stringify({ id, kind, contract: "guide", section, about: "x" })});\n`;

describe("src/registry.gen.ts", () => {
  it("is up to date, and every method is well named (else: npm run registry)", async () => {
    const methods = await findMethods(src);
    expect(faults(methods, ids)).toEqual([]);
    expect(readFileSync(join(src, "registry.gen.ts"), "utf8")).toBe(render(methods));
  });

  it("loads each method under its own id", async () => {
    for (const [id, entry] of registry) expect((await entry.load()).id).toBe(id);
  });
});

describe("findMethods", () => {
  it("finds methods at any depth, leaves tests and helpers out, and sorts by id", async () => {
    const found = await findMethods(
      tree("find", {
        "reasoner/search/mcts.ts": method("mcts", "search", "C4"),
        "reasoner/search/node.ts": "export const defineMethod = 1;\n",
        "reasoner/search/mcts.test.ts": method("mcts", "search", "C4"),
        "evaluator/gt-match.ts": method("gt-match", "evaluator", "D1"),
        "core/method.ts": method("core", "search", "C4"),
      }),
    );
    expect(found.map(({ id, path }) => `${id} ${path}`)).toEqual([
      "gt-match evaluator/gt-match.ts",
      "mcts reasoner/search/mcts.ts",
    ]);
  });

  it("names the file whose default export is no method", async () => {
    const bad = tree("bad", {
      "reasoner/cot.ts": 'const defineMethod = 1;\nexport default { id: "cot", defineMethod };\n',
    });
    await expect(findMethods(bad)).rejects.toThrow(/src\/reasoner\/cot\.ts: the default export is no method/);
  });
});

describe("faults", () => {
  const found = (path: string, id: string, kind: string, section: string) => ({
    path,
    id,
    kind,
    contract: "guide",
    section,
    about: "x",
  });
  const spec = [{ id: "cot", kind: "reasoner", section: "B1" }];

  it("passes what the list names, and the extra methods", () => {
    const countdown = found("task-creator/families/countdown.ts", "countdown", "family", "A4");
    expect(faults([found("reasoner/cot.ts", "cot", "reasoner", "B1"), countdown], spec)).toEqual([]);
  });

  it.each([
    ["a file name that is not the id", found("reasoner/chain.ts", "cot", "reasoner", "B1"), /name the file cot\.ts/],
    ["an id that is not listed", found("reasoner/tot.ts", "tot", "reasoner", "B1"), /"tot" is not in src\/ids\.json/],
    ["another kind", found("reasoner/cot.ts", "cot", "search", "B1"), /is search of B1, but reasoner of B1/],
    ["another section", found("reasoner/cot.ts", "cot", "reasoner", "B2"), /is reasoner of B2, but reasoner of B1/],
  ])("reports %s", (_, wrong, line) => {
    const lines = faults([wrong], spec);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(line);
  });

  it("reports an id used twice", () => {
    const twice = [
      found("reasoner/cot.ts", "cot", "reasoner", "B1"),
      found("evaluator/cot.ts", "cot", "reasoner", "B1"),
    ];
    expect(faults(twice, spec)).toEqual(['src/evaluator/cot.ts: "cot" is also the id of src/reasoner/cot.ts']);
  });
});
