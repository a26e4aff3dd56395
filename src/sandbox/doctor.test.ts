import { describe, expect, it } from "vitest";
import { assertSafe, layersOf } from "./layers.ts";
import type { Attempts } from "./guest/probe.ts";
import { layers } from "./doctor.ts";
import { wrappers } from "./wrappers.ts";

const all = { permission: true, noCodeGeneration: true, emptyEnvironment: true, noNetwork: false, bareRealm: true };

describe("doctor", () => {
  it("finds every needed layer here, with the machine's wrappers and without", async () => {
    const bare = await layers({ without: ["shell", "setpriv", "bubblewrap"] });
    expect(bare.filter((layer) => layer.needed && !layer.active)).toEqual([]);
    const names = bare.filter((layer) => !layer.active).map((layer) => layer.name);
    expect(names).toEqual(["process-limits", "parent", "bubblewrap"]);
    expect(bare.every((layer) => layer.why !== "" && layer.remedy !== "")).toBe(true);
    const here = await wrappers();
    const dressed = here.bubblewrap === undefined ? [] : await layers();
    const network = dressed.find((layer) => layer.name === "network");
    expect(network?.why ?? "tried failed").toContain("tried failed");
  }, 60_000);

  it("refuses to run without a needed layer, unless that very one is allowed", () => {
    const found = layersOf({ ...all, permission: false, emptyEnvironment: false }, {});
    expect(() => assertSafe(found)).toThrow("missing permission, environment");
    expect(() => assertSafe(found, ["permission"])).toThrow(/missing environment$/);
    expect(() => assertSafe(found, ["permission", "environment"])).not.toThrow();
    expect(() => assertSafe(layersOf(all, {}))).not.toThrow();
  });

  it("counts a layer as missing when its trial fails", () => {
    const missing = (ready: Partial<typeof all> & { attempted?: Attempts }, memory = true): string[] =>
      layersOf({ ...all, ...ready }, {}, memory)
        .filter((layer) => layer.needed && !layer.active)
        .map((layer) => layer.name);
    expect(missing({})).toEqual([]);
    expect(missing({ permission: false })).toEqual(["permission"]);
    expect(missing({ noCodeGeneration: false })).toEqual(["code-generation"]);
    expect(missing({ emptyEnvironment: false })).toEqual(["environment"]);
    expect(missing({ bareRealm: false })).toEqual(["realm", "network"]);
    expect(missing({}, false)).toEqual(["memory"]);
    for (const worked of ["wrote", "spawned", "threaded"]) {
      const attempted = { wrote: false, spawned: false, threaded: false, connected: false, [worked]: true };
      expect(missing({ attempted })).toEqual(["permission"]);
    }
  });
});
